"""A process dies between what it committed and what it would have told: everybody hears of it."""

from collections.abc import Iterator
from functools import partial
from uuid import uuid4

import pytest

from tests.end_to_end.test_answers import has_said, script
from tests.faults.bed import Bed
from tests.faults.pair import pair
from tests.reader.client import Reader
from tests.stack import Web

SOON = 5.0


@pytest.fixture(scope="module", autouse=True)
def web(whole_bed: Bed) -> Web:
    return whole_bed.web()


@pytest.fixture
def alice(bed: Bed) -> Iterator[Reader]:
    with bed.reader() as alice:
        yield alice


def test_a_worker_dies_between_its_last_commit_and_its_last_word(bed: Bed, alice: Reader) -> None:
    both = pair(bed, alice, "words=60 rate=20", bed.to_kafka)

    bed.to_kafka.stall()
    bed.becomes(both.reply, status="complete")
    both.worker.kill()
    finished = alice.finished(both.reply, within=SOON)

    assert (finished["text"], finished["attempt"]) == (script(60), 1)
    assert not has_said(alice, both.reply, 59), "the deltas came too: it had told everything"


def test_a_web_process_dies_before_it_told_what_it_had_committed(bed: Bed, alice: Reader) -> None:
    bed.worker()
    dying = bed.web(bed.to_kafka)
    deleted, renamed, asked, busy = (alice.start(bot="script") for _ in range(4))
    running = alice.say(busy, "words=1000 rate=10")
    alice.wait_for(partial(has_said, alice, running, 2), what="the first words")
    with bed.reader(dying) as phone:
        bed.to_kafka.stall()
        phone.ask("PATCH", f"/api/conversations/{renamed}", json={"title": "Bees"})
        phone.http.delete(f"/api/conversations/{deleted}").raise_for_status()
        phone.http.post(f"/api/messages/{running}/cancel").raise_for_status()
        said = {"text": "words=2", "client_message_id": str(uuid4())}
        posted = phone.ask("POST", f"/api/conversations/{asked}/messages", json=said)
        dying.process.kill()

    alice.wait_for(lambda: title_of(alice, renamed) == "Bees", within=SOON, what="the new title")
    alice.wait_for(lambda: is_deleted(alice, deleted), within=SOON, what="the deletion")
    alice.wait_for(lambda: alice.events(posted["message"]["id"]), within=SOON, what="the message")
    assert alice.finished(running, within=SOON)["status"] == "cancelled"
    assert alice.finished(posted["reply"]["id"], within=SOON)["text"] == script(2)


def title_of(reader: Reader, conversation: str) -> str:
    return str(latest(reader, conversation).get("title"))


def is_deleted(reader: Reader, conversation: str) -> bool:
    return bool(latest(reader, conversation).get("deleted"))


def latest(reader: Reader, conversation: str) -> dict[str, object]:
    told = [e.data["conversation"] for e in reader.heard if e.type == "conversation.updated"]
    here = [each for each in told if each["id"] == conversation]
    return max(here, key=lambda each: each["rev"], default={})
