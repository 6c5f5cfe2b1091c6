"""Kafka is dead, or takes nothing: posts are as quick as ever, nothing fails, and all is answered later."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from statistics import median

import httpx
import pytest

from tests.end_to_end.test_answers import has_said, script, told
from tests.faults.bed import Bed
from tests.faults.idleness import cpu_share
from tests.no_tls import NO_TLS
from tests.reader.client import Reader
from tests.waiting import wait_until

POSTS = 40
FULL_AT = 20


@pytest.fixture(scope="module", autouse=True)
def web(whole_bed: Bed) -> None:
    """Its queue for Kafka is full after five posts."""
    whole_bed.environ["KAFKA_QUEUE_BUFFERING_MAX_MESSAGES"] = str(FULL_AT)
    whole_bed.web(whole_bed.to_kafka)
    del whole_bed.environ["KAFKA_QUEUE_BUFFERING_MAX_MESSAGES"]


@pytest.fixture
def alice(bed: Bed) -> Iterator[Reader]:
    with bed.reader() as alice:
        yield alice


@pytest.fixture
def conversation(alice: Reader) -> str:
    return alice.start(bot="script")


def kill(bed: Bed) -> None:
    assert bed.broker.server is not None
    bed.broker.server.kill()


def stall(bed: Bed) -> None:
    bed.to_kafka.stall()


def back(bed: Bed) -> None:
    assert bed.broker.server is not None
    bed.to_kafka.mend()
    if bed.broker.server.process.poll() is not None:
        bed.broker.server.start()
    wait_until(lambda: readiness(bed) == "ok", 30, what="the web process has found Kafka again")


def readiness(bed: Bed) -> str:
    return str(httpx.get(f"{bed.base_url}/readyz", timeout=5, verify=NO_TLS).json()["status"])


def post_seconds(alice: Reader, conversation: str) -> float:
    """The median of some."""
    return median(timed(partial(alice.say, conversation, "words=1")) for _ in range(POSTS))


def timed(call: Callable[[], object]) -> float:
    begun = time.monotonic()
    call()
    return time.monotonic() - begun


@pytest.mark.parametrize("lose", [kill, stall])
def test_a_post_takes_as_long_without_kafka_as_with_it(
    bed: Bed, alice: Reader, conversation: str, lose: Callable[[Bed], None]
) -> None:
    with_kafka = post_seconds(alice, conversation)
    lose(bed)
    just_lost = post_seconds(alice, conversation)
    wait_until(lambda: readiness(bed) == "degraded", 20, what="the loss is noticed")
    without = post_seconds(alice, conversation)
    back(bed)

    assert just_lost < 3 * with_kafka + 0.02
    assert without < 3 * with_kafka + 0.02


def test_an_hour_without_kafka_fails_nothing(bed: Bed, alice: Reader, conversation: str) -> None:
    worker = bed.worker()
    running = alice.say(conversation, "words=2000 rate=20")
    queued = alice.say(conversation, "words=2")
    alice.wait_for(partial(has_said, alice, running, 5), what="the first words")
    kill(bed)
    log = bed.log_of(worker)
    wait_until(lambda: "Kafka is away" in log.read_text(), 20, what="the worker has noticed")
    elsewhere = alice.say(alice.start(bot="script"), "words=3")
    bed.sql("UPDATE conversations_message SET created_at = created_at - interval '1 hour'")

    shares = cpu_share(worker.pid, bed.webs[0].process.pid, seconds=4)
    tries = [bed.row(reply)["tries"] for reply in (running, queued, elsewhere)]
    statuses = [bed.row(reply)["status"] for reply in (running, queued, elsewhere)]
    alice.http.post(f"/api/messages/{running}/cancel").raise_for_status()
    bed.becomes(running, status="cancelled")
    still = bed.row(queued)["status"]
    back(bed)

    ends = [alice.finished(reply, within=40)["text"] for reply in (queued, elsewhere)]
    said = bed.row(running)["text"]
    assert (tries, statuses) == ([1, 0, 0], ["streaming", "queued", "queued"])
    assert still == "queued", "it was claimed, and nobody could have heard of it"
    assert ends == [script(2), script(3)]
    alice.wait_for(lambda: told(alice.events(running)) == said, within=20, what="all that was said meanwhile")
    assert max(shares) < 0.2
    assert worker.poll() is None


def test_a_delayed_network_is_only_slower(bed: Bed, alice: Reader, conversation: str) -> None:
    bed.worker(bed.to_kafka)
    bed.to_kafka.delay = 0.05

    finished = alice.finished(alice.say(conversation, "words=20 rate=50"), within=15)

    assert finished["text"] == script(20)


def test_a_network_that_is_cut_again_and_again_loses_nothing(bed: Bed, alice: Reader) -> None:
    bed.worker(bed.to_kafka)
    reply = alice.say(alice.start(bot="script"), "words=100 rate=25")

    for words in (10, 30, 50):
        alice.wait_for(partial(has_said, alice, reply, words), what=f"{words} words")
        bed.to_kafka.cut()
    finished = alice.finished(reply)

    assert finished["text"] == told(alice.events(reply)) == script(100)
