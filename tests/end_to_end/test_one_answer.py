"""The stream of one answer: `GET /api/messages/{reply id}/events`."""

import httpx
import pytest

from tests.no_tls import NO_TLS
from tests.reader.client import Reader
from tests.reader.sse import Event, Parser
from tests.stack import Stack

CANCEL = """
from conversations.models import Message
Message.objects.filter(pk="{}").update(status="cancelled")
"""


@pytest.fixture
def reply(alice: Reader) -> str:
    """Of 20 words, one every 25 ms."""
    return alice.say(alice.start(bot="script"), "words=20 rate=40")


def listen(alice: Reader, reply: str, **headers: str) -> tuple[list[Event], Parser]:
    """Until the server closes it, which may take as long as the answer, but not until the next heartbeat."""
    parser = Parser()
    with alice.http.stream("GET", f"/api/messages/{reply}/events", headers=headers, timeout=5) as answer:
        assert answer.status_code == 200
        events = [event for piece in answer.iter_raw() for event in parser.feed(piece)]
    return events, parser


def kinds(events: list[Event]) -> list[str]:
    """Each run of deltas as one."""
    types = [event.type for event in events]
    return [kind for kind, before in zip(types, ["", *types], strict=False) if kind != before]


def test_a_queued_or_running_answer_is_heard_from_its_beginning_to_its_end(alice: Reader, reply: str) -> None:
    events, parser = listen(alice, reply)

    assert kinds(events)[-4:] == ["reply.started", "reply.delta", "reply.finished", "end"]
    assert (events[-1].data, parser.last_event_id) == ("[DONE]", "end-1")


def test_a_finished_answer_is_told_again_as_it_was(alice: Reader, reply: str) -> None:
    first, _ = listen(alice, reply)
    alice.finished(reply)

    again, _ = listen(alice, reply)

    assert kinds(again) == ["reply.started", "reply.delta", "reply.finished", "end"]
    assert [event for event in again if event in first] == again


def test_after_its_end_there_is_nothing_more(alice: Reader, reply: str) -> None:
    _, parser = listen(alice, reply)

    answer = alice.http.get(f"/api/messages/{reply}/events", headers={"Last-Event-ID": parser.last_event_id})

    assert (answer.status_code, answer.content) == (204, b"")


def test_it_resumes_in_the_middle(alice: Reader, reply: str) -> None:
    whole, _ = listen(alice, reply)
    middle = next(event for event in whole if event.type == "reply.delta")

    rest, _ = listen(alice, reply, **{"Last-Event-ID": middle.id})

    assert rest == whole[whole.index(middle) + 1 :]


def test_cut_between_finish_and_end_it_still_ends(alice: Reader, reply: str) -> None:
    whole, _ = listen(alice, reply)

    rest, _ = listen(alice, reply, **{"Last-Event-ID": whole[-2].id})

    assert kinds(rest) == ["reply.finished", "end"]


@pytest.mark.parametrize("place", ["garbage", "otherlog-0-5", "end-7"])
def test_an_unusable_place_is_a_reset_and_then_all_of_it(alice: Reader, reply: str, place: str) -> None:
    alice.finished(reply)

    events, _ = listen(alice, reply, **{"Last-Event-ID": place})

    assert kinds(events) == ["reset", "reply.started", "reply.delta", "reply.finished", "end"]


def test_an_answer_that_never_began_is_told_from_its_row(stack: Stack, alice: Reader) -> None:
    conversation = alice.start(bot="script")
    before = alice.say(conversation, "words=100 rate=0.5")
    waiting = alice.say(conversation, "words=5")
    stack.manage("shell", "-c", CANCEL.format(waiting))

    events, _ = listen(alice, waiting)
    alice.http.post(f"/api/messages/{before}/cancel").raise_for_status()

    assert kinds(events) == ["reply.started", "reply.delta", "reply.finished", "end"]
    assert {event.id for event in events[:-1]} <= {events[0].id}


def test_somebody_else_s_answer_is_not_there(stack: Stack, reply: str) -> None:
    bob = {"Authorization": f"Bearer {stack.token('bob')}"}

    answer = httpx.get(f"{stack.base_url}/api/messages/{reply}/events", headers=bob, verify=NO_TLS)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
