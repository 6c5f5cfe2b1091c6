"""Records that other programs write: kept for a person to look at, and in nobody's way."""

from uuid import uuid4

from streaming.broker.publisher import Headers
from tests.end_to_end.stranger import Stranger, channel_of
from tests.end_to_end.test_answers import script
from tests.reader.client import Reader
from tests.stack import Stack
from tests.waiting import wait_until


def test_doorbells_that_cannot_be_read_are_buried_and_the_next_is_heard(
    stack: Stack, alice: Reader, stranger: Stranger
) -> None:
    conversation = alice.start(bot="script")

    stranger.write("incoming-messages", conversation, b"junk", headers=[("x", b"a\0b")])
    stranger.write("incoming-messages", conversation, b"[" * 100_000)
    stranger.write("incoming-messages", conversation, b"{}")
    stranger.write("incoming-messages", conversation, f'{{"conversation_id": "{uuid4()}"}}'.encode())
    reply = alice.finished(alice.say(conversation, "words=5"))

    assert reply["text"] == script(5)
    wait_until(
        lambda: stack.manage("shell", "-v0", "-c", COUNT).strip() == "3", 20, what="three dead records"
    )


def test_odd_records_on_somebody_s_channel_cost_them_nothing(
    stack: Stack, alice: Reader, stranger: Stranger
) -> None:
    channel = channel_of(stack, "alice")
    before = alice.stream.position
    for value, headers in ODD:
        stranger.write("bot-responses", channel, value, headers=headers)

    live = alice.finished(alice.say(alice.start(bot="script"), "words=3"))
    with Reader(stack.base_url, stack.token("alice"), after=before) as back:
        back.wait_for(lambda: back.events(live["id"], kind="reply.finished"), what="the answer, replayed")

    assert live["text"] == script(3)


ODD: list[tuple[bytes, Headers]] = [
    (b"{}", [("type", "not a type")]),
    (b"{}", []),
    (b"", [("type", "reply.delta")]),
    (b"{}", [("type", "channel.ended"), ("generation", "9" * 5000)]),
    (b"{}", [("type", b"\xff\xfe")]),
]
COUNT = "from conversations.models import DeadRecord; print(DeadRecord.objects.count())"
