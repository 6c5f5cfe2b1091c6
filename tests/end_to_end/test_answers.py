"""A question goes through PostgreSQL, Kafka and a worker, and its answer comes back to every reader."""

import json
from functools import partial

import pytest

from tests.end_to_end.listening import listen, words
from tests.reader.client import Heard, Reader
from tests.stack import Stack
from tests.waiting import wait_until


def told(events: list[Heard]) -> str:
    """What the deltas say, joined."""
    return "".join(event.data["text"] for event in events if event.type == "reply.delta")


def has_said(reader: Reader, reply: str, words: int) -> bool:
    return len(told(reader.events(reply)).split()) > words


def script(words: int) -> str:
    return " ".join(f"w{number}" for number in range(words))


def test_every_delta_together_is_the_stored_text(alice: Reader) -> None:
    conversation = alice.start(bot="script")

    reply = alice.say(conversation, "words=200 rate=400")
    finished = alice.finished(reply)

    (stored,) = [item for item in alice.history(conversation)["items"] if item["id"] == reply]
    deltas = alice.events(reply, kind="reply.delta")
    assert finished["text"] == stored["text"] == told(deltas) == script(200)
    assert [event.data["index"] for event in deltas] == list(range(len(deltas)))
    assert finished["html"] == stored["html"] == f"<p>{script(200)}</p>"


def test_the_events_of_an_answer_come_in_their_order(alice: Reader) -> None:
    conversation = alice.start(bot="script")

    reply = alice.say(conversation, "words=3 rate=50")
    alice.finished(reply)

    # Another process tells that it was made: that may come later.
    alice.wait_for(lambda: alice.events(reply, kind="message.created"), what="the news that it was made")
    kinds = [event.type for event in alice.events(reply) if event.type != "message.created"]
    assert kinds[0] == "reply.started"
    assert kinds[-1] == "reply.finished"
    assert set(kinds[1:-1]) == {"reply.delta"}


def test_the_first_word_does_not_wait_for_the_second(alice: Reader) -> None:
    conversation = alice.start(bot="script")

    reply = alice.say(conversation, "words=2 rate=1")
    alice.wait_for(lambda: told(alice.events(reply)) == "w0", within=0.9, what="the first word")


def test_several_questions_are_answered_one_after_the_other(newcomer: Reader) -> None:
    conversation = newcomer.start(bot="script")

    replies = [newcomer.say(conversation, f"words={count} rate=200") for count in (30, 20, 10)]
    texts = [newcomer.finished(reply)["text"] for reply in replies]

    lives = [event for event in newcomer.heard if event.type in ("reply.started", "reply.finished")]
    assert texts == [script(30), script(20), script(10)]
    assert [event.about for event in lives] == [reply for reply in replies for _ in range(2)]


def test_a_slow_answer_holds_up_no_other_conversation(alice: Reader) -> None:
    slow, quick = alice.start(bot="script"), alice.start(bot="script")

    alice.say(slow, "words=20 rate=2")
    reply = alice.say(quick, "words=5 rate=100")

    assert alice.finished(reply, within=3)["text"] == script(5)


def test_a_bot_that_fails_leaves_what_it_said_and_a_reason(alice: Reader) -> None:
    conversation = alice.start(bot="script")

    reply = alice.finished(alice.say(conversation, "words=10 rate=100 fail_after=4"))

    assert (reply["status"], reply["text"].split()) == ("failed", ["w0", "w1", "w2", "w3"])
    assert reply["error"]


def test_a_second_device_hears_the_same(stack: Stack, token: str, newcomer: Reader) -> None:
    with Reader(stack.base_url, token) as phone:
        reply = newcomer.say(newcomer.start(bot="script"), "words=20 rate=200")

        newcomer.finished(reply)
        phone.finished(reply)

        assert [(e.id, e.type) for e in phone.events(reply)] == [
            (e.id, e.type) for e in newcomer.events(reply)
        ]


def test_nobody_else_hears_any_of_it(stack: Stack, alice: Reader) -> None:
    with Reader(stack.base_url, stack.token("bob")) as bob:
        theirs = alice.say(alice.start(bot="script"), "words=5 rate=100")
        alice.finished(theirs)
        own = bob.say(bob.start(bot="script"), "words=1")
        bob.finished(own)

        assert {event.about for event in bob.heard if event.type.startswith("reply")} == {own}


def test_from_a_post_s_cursor_comes_the_whole_answer(stack: Stack, token: str, newcomer: Reader) -> None:
    conversation = newcomer.start(bot="script")
    body = {"text": "words=30 rate=300", "client_message_id": "00000000-0000-4000-8000-000000000001"}
    posted = newcomer.ask("POST", f"/api/conversations/{conversation}/messages", json=body)
    reply = posted["reply"]["id"]
    newcomer.finished(reply)

    with Reader(stack.base_url, token, after=posted["cursor"]) as late:
        late.finished(reply)

        assert told(late.events(reply)) == script(30)
        assert "reset" not in [event.type for event in late.heard]


def test_posted_here_streamed_there_without_a_reset(stack: Stack, token: str, newcomer: Reader) -> None:
    elsewhere = stack.add_web()
    elsewhere.wait_ready()
    conversation = newcomer.start(bot="script")
    body = {"text": "words=20 rate=100", "client_message_id": "00000000-0000-4000-8000-000000000001"}
    posted = newcomer.ask("POST", f"/api/conversations/{conversation}/messages", json=body)

    heard = listen(elsewhere.base_url, token, after=posted["cursor"])

    assert words(heard, posted["reply"]["id"]) == script(20)
    assert "reset" not in [event.type for event in heard]


def test_a_history_read_in_the_middle_goes_on_with_exactly_the_next_word(
    stack: Stack, token: str, newcomer: Reader
) -> None:
    conversation = newcomer.start(bot="script")
    reply = newcomer.say(conversation, "words=60 rate=20")
    newcomer.wait_for(lambda: len(told(newcomer.events(reply)).split()) > 20, what="the first words")

    history = newcomer.history(conversation)
    shown = history["items"][-1]
    heard = listen(stack.base_url, token, after=history["cursor"])
    rest = [e for e in heard if e.type != "reply.delta" or json.loads(e.data)["index"] >= shown["next_index"]]

    assert shown["status"] == "streaming"
    assert shown["text"] + words(rest, reply) == script(60)


def test_a_stream_cut_again_and_again_loses_and_doubles_nothing(newcomer: Reader) -> None:
    conversation = newcomer.start(bot="script")
    reply = newcomer.say(conversation, "words=150 rate=100")

    for count in (10, 40, 70, 100, 130):
        newcomer.wait_for(partial(has_said, newcomer, reply, count), what=f"{count} words")
        newcomer.stream.cut()
    newcomer.finished(reply)

    ids = [event.id for event in newcomer.heard]
    assert told(newcomer.events(reply)) == script(150)
    assert len(ids) == len(set(ids))


def test_a_feed_narrowed_to_one_conversation_hears_nothing_of_another(
    stack: Stack, token: str, newcomer: Reader
) -> None:
    here, elsewhere = newcomer.start(bot="script"), newcomer.start(bot="script")
    with Reader(stack.base_url, token, query=f"?conversation={here}") as narrow:
        newcomer.finished(newcomer.say(elsewhere, "words=3 rate=50"))
        narrow.finished(newcomer.say(here, "words=3 rate=50"))

        assert {event.data["conversation_id"] for event in narrow.heard} == {here}


@pytest.mark.parametrize("text", ["Grüße, 世界 🎉", "  two\n\nlines\r\n", "<script>alert(1)</script>"])
def test_text_comes_back_exactly(alice: Reader, text: str) -> None:
    reply = alice.finished(alice.say(alice.start(bot="script"), text))

    assert reply["text"] == text


def test_a_revoked_token_s_streams_end_within_2_seconds(stack: Stack) -> None:
    with Reader(stack.base_url, stack.token("charlie")) as charlie:
        stack.manage("shell", "-c", REVOKE)

        wait_until(lambda: charlie.stream.refusal, 2, what="the stream's refusal")

        assert "401" in str(charlie.stream.refusal)


REVOKE = """
from conversations.identity import tokens
from conversations.models import ApiToken
tokens.revoke(ApiToken.objects.get(user__username="charlie"))
"""
