"""Somebody asks for another answer, and hears it like the first one."""

from uuid import uuid4

import httpx
import pytest

from tests.end_to_end.listening import listen, words
from tests.end_to_end.test_answers import script
from tests.reader.client import Reader
from tests.stack import Stack


@pytest.fixture
def failed(newcomer: Reader) -> str:
    """A reply that said three words of six."""
    reply = newcomer.say(newcomer.start(bot="script"), "words=6 rate=100 fail_after=3")
    assert newcomer.finished(reply)["status"] == "failed"
    return reply


def leaf(reader: Reader) -> object:
    """Of the conversation of which something was heard last."""
    updates = [event.data for event in reader.heard if event.type == "conversation.updated"]
    return updates[-1]["conversation"]["active_leaf"]


def regenerate(reader: Reader, reply: str, **body: str) -> httpx.Response:
    return reader.http.post(f"/api/messages/{reply}/regenerate", json=body)


def test_another_answer_is_heard_from_its_beginning_and_takes_the_place_of_the_old_one(
    newcomer: Reader, failed: str
) -> None:
    conversation = newcomer.message(failed)
    assert conversation is not None

    made = regenerate(newcomer, failed).json()["reply"]
    finished = newcomer.finished(made["id"])

    assert (finished["status"], finished["text"]) == ("failed", script(3))
    kinds = [e.type for e in newcomer.events(made["id"]) if e.type != "message.created"]
    assert kinds[0] == "reply.started"
    newcomer.wait_for(lambda: newcomer.events(made["id"], kind="message.created"), what="that it was made")
    newcomer.wait_for(lambda: leaf(newcomer) == made["id"], what="the branch that is shown now")
    shown = [message["id"] for message in newcomer.messages(conversation["conversation_id"])]
    assert shown == [made["parent_id"], made["id"]]


def test_from_its_cursor_comes_the_whole_answer(
    stack: Stack, token: str, newcomer: Reader, failed: str
) -> None:
    made = regenerate(newcomer, failed).json()

    heard = listen(stack.base_url, token, after=made["cursor"])

    assert words(heard, made["reply"]["id"]) == script(3)


def test_the_same_call_again_gives_the_same_reply_and_a_usable_cursor(
    stack: Stack, token: str, newcomer: Reader
) -> None:
    reply = newcomer.say(newcomer.start(bot="script"), "words=60 rate=40")
    newcomer.finished(reply)
    client_id = str(uuid4())
    first = regenerate(newcomer, reply, client_id=client_id)
    newcomer.wait_for(lambda: newcomer.events(first.json()["reply"]["id"], kind="reply.delta"), what="words")

    again = regenerate(newcomer, reply, client_id=client_id)
    heard = listen(stack.base_url, token, after=again.json()["cursor"])

    assert (first.status_code, again.status_code) == (202, 200)
    assert again.json()["reply"]["id"] == first.json()["reply"]["id"]
    assert [event.type for event in heard][-1] == "reply.finished"
    assert "reset" not in [event.type for event in heard]


def test_while_it_is_being_answered_a_second_one_is_refused(newcomer: Reader) -> None:
    reply = newcomer.say(newcomer.start(bot="script"), "words=40 rate=20")

    refused = regenerate(newcomer, reply)

    assert (refused.status_code, refused.json()["code"]) == (409, "reply_unfinished")
    assert newcomer.finished(reply)["text"] == script(40)


def test_it_waits_for_its_turn(newcomer: Reader, failed: str) -> None:
    old = newcomer.message(failed)
    assert old is not None
    slow = newcomer.say(old["conversation_id"], "words=20 rate=20")

    made = regenerate(newcomer, failed).json()["reply"]["id"]
    newcomer.finished(made)

    lives = [e.about for e in newcomer.heard if e.type in ("reply.started", "reply.finished")]
    assert lives == [failed, failed, slow, slow, made, made]
