"""A worker is asked to leave: what runs is finished or handed over, nothing is lost, and its status is 0."""

import signal
import time
from collections.abc import Iterator
from functools import partial
from signal import SIGCONT, SIGINT, SIGSTOP, SIGTERM

import pytest

from chatbot.local.process import Process
from tests.end_to_end.test_answers import has_said, script
from tests.faults.bed import Bed
from tests.faults.conftest import bed, kafka_behind_a_wire, whole_bed
from tests.faults.wire import Wire
from tests.reader.client import Reader
from tests.waiting import wait_until

__all__ = ["bed", "kafka_behind_a_wire", "whole_bed"]
UNRULY = "tests.end_to_end.unruly.UnrulyBot"
DRAIN = {"WORKER_DRAIN_SECONDS": "20"}
NO_DRAIN = {"WORKER_DRAIN_SECONDS": "0"}


@pytest.fixture(scope="module", autouse=True)
def web(whole_bed: Bed) -> None:
    whole_bed.environ["BOT"] = UNRULY
    whole_bed.web()


@pytest.fixture
def alice(bed: Bed) -> Iterator[Reader]:
    with bed.reader() as alice:
        yield alice


def worker(bed: Bed, environ: dict[str, str], *wires: Wire) -> Process:
    bed.environ.update(environ)
    return bed.worker(*wires)


def beginning(alice: Reader, text: str, bot: str = "script") -> str:
    """The reply, once its first words were heard."""
    reply = alice.say(alice.start(bot=bot), text)
    alice.wait_for(partial(has_said, alice, reply, 3), what="the first words")
    return reply


def leaves(process: Process, *signals: signal.Signals, within: float) -> float:
    """After how many seconds; AssertionError where it stays for longer, or leaves badly."""
    begun = time.monotonic()
    for number in signals:
        process.ask(number)
        process.wait(0.3)
    status = process.wait(within)
    assert status == 0, f"status {status} within {within:g} s"
    return time.monotonic() - begun


def is_handed_over(bed: Bed, reply: str) -> bool:
    row = bed.row(reply)
    return (row["status"], row["tries"], row["attempt"]) == ("queued", 0, 1)


@pytest.mark.parametrize("asking", [SIGTERM, SIGINT])
def test_what_runs_is_finished_and_nothing_new_is_begun(
    bed: Bed, alice: Reader, asking: signal.Signals
) -> None:
    leaving = worker(bed, DRAIN)
    reply = beginning(alice, "words=60 rate=20")

    leaving.ask(asking)
    wait_until(lambda: "leaving" in bed.log_of(leaving).read_text(), what="its answer")
    waits = alice.say(alice.start(bot="script"), "words=5")
    status = leaving.wait(20)

    assert status == 0
    assert (alice.finished(reply)["text"], bed.row(reply)["attempt"]) == (script(60), 1)
    assert bed.row(waits)["status"] == "queued"


def test_what_is_not_finished_in_time_is_handed_over(bed: Bed, alice: Reader) -> None:
    leaving = worker(bed, {"WORKER_DRAIN_SECONDS": "1"})
    reply = beginning(alice, "words=100 rate=5")

    took = leaves(leaving, SIGTERM, within=15)

    assert took > 1
    assert is_handed_over(bed, reply)


@pytest.mark.parametrize("second", [SIGTERM, SIGINT])
def test_a_second_signal_hands_over_at_once(bed: Bed, alice: Reader, second: signal.Signals) -> None:
    leaving = worker(bed, DRAIN)
    reply = beginning(alice, "words=100 rate=2")

    leaves(leaving, SIGTERM, second, within=15)

    assert is_handed_over(bed, reply)


def test_another_worker_goes_on_at_once(bed: Bed, alice: Reader) -> None:
    leaving = worker(bed, NO_DRAIN)
    reply = beginning(alice, "words=300 rate=10")
    worker(bed, DRAIN)

    leaves(leaving, SIGTERM, within=15)
    bed.becomes(reply, within=5, status="streaming", attempt=2)
    alice.ask("POST", f"/api/messages/{reply}/cancel")
    finished = alice.finished(reply, within=20)

    assert script(300).startswith(finished["text"])
    assert bed.row(reply)["tries"] == 1


def test_one_that_has_nothing_to_do_leaves_at_once(bed: Bed, alice: Reader) -> None:
    leaves(worker(bed, DRAIN), SIGTERM, within=15)


@pytest.mark.parametrize("trouble", ["refuse", "stall"])
def test_while_kafka_is_away_it_leaves_all_the_same(bed: Bed, alice: Reader, trouble: str) -> None:
    leaving = worker(bed, NO_DRAIN, bed.to_kafka)
    reply = beginning(alice, "words=100 rate=5")
    getattr(bed.to_kafka, trouble)()

    leaves(leaving, SIGTERM, within=25)
    handed_over = is_handed_over(bed, reply)
    bed.to_kafka.mend()
    worker(bed, DRAIN)

    bed.becomes(reply, within=20, status="streaming", attempt=2)
    alice.ask("POST", f"/api/messages/{reply}/cancel")

    assert handed_over
    assert alice.finished(reply, within=20)["status"] == "cancelled"


def test_while_postgresql_is_away_it_leaves_and_the_lease_runs_out(bed: Bed, alice: Reader) -> None:
    leaving = worker(bed, NO_DRAIN, bed.to_postgres)
    reply = beginning(alice, "words=100 rate=10")
    bed.to_postgres.refuse()

    leaves(leaving, SIGTERM, within=25)
    worker(bed, DRAIN)
    finished = alice.finished(reply, within=40)

    assert (finished["text"], finished["attempt"]) == (script(100), 2)


def test_while_postgresql_says_nothing_it_leaves_all_the_same(bed: Bed, alice: Reader) -> None:
    leaving = worker(bed, NO_DRAIN, bed.to_postgres)
    reply = beginning(alice, "words=100 rate=10")
    bed.to_postgres.stall()

    leaving.ask(SIGTERM)
    status = leaving.wait(30)
    worker(bed, DRAIN)
    finished = alice.finished(reply, within=40)

    assert status is not None
    assert (finished["text"], finished["attempt"]) == (script(100), 2)


@pytest.mark.parametrize("how", ["task", "thread"])
def test_a_bot_that_refuses_to_end_keeps_no_worker_from_leaving(bed: Bed, alice: Reader, how: str) -> None:
    leaving = worker(bed, NO_DRAIN)
    reply = beginning(alice, how, bot=UNRULY)

    leaves(leaving, SIGTERM, within=20)
    left = bed.row(reply)["status"]
    alice.ask("POST", f"/api/messages/{reply}/cancel")

    assert left == "queued"


def test_its_liveness_file_grows_old_while_it_is_stopped_and_is_gone_after_it(bed: Bed) -> None:
    path = bed.folder / "alive"
    stopped = worker(bed, {**DRAIN, "WORKER_LIVENESS_FILE": str(path)})
    del bed.environ["WORKER_LIVENESS_FILE"]

    def age() -> float:
        return time.time() - path.stat().st_mtime

    wait_until(lambda: age() < 9, what="a young file")
    stopped.ask(SIGSTOP)
    wait_until(lambda: age() > 12, 20, what="an old file")
    stopped.ask(SIGCONT)
    wait_until(lambda: age() < 9, 20, what="a young file again")
    leaves(stopped, SIGTERM, within=25)

    assert not path.exists()
