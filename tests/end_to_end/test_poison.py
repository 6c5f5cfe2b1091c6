"""Records that other programs write: kept for a person to look at, and in nobody's way."""

import json
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
    wait_until(lambda: dead_records(stack) == "3", 20, what="three dead records")


def test_a_doorbell_for_what_was_deleted_is_passed_over(
    stack: Stack, alice: Reader, stranger: Stranger
) -> None:
    before = dead_records(stack)
    gone, here = alice.start(bot="script"), alice.start(bot="script")
    doorbell = json.dumps({"conversation_id": gone, "reply_id": alice.say(gone, "words=500 rate=5")})
    alice.http.delete(f"/api/conversations/{gone}").raise_for_status()

    stranger.write("incoming-messages", gone, doorbell.encode())
    stranger.write("incoming-messages", here, json.dumps({"conversation_id": gone}).encode())
    reply = alice.finished(alice.say(here, "words=5"))

    assert reply["text"] == script(5)
    assert dead_records(stack) == before


def test_a_dead_record_that_is_sent_back_dies_again_in_a_new_place(
    stack: Stack, alice: Reader, stranger: Stranger
) -> None:
    conversation = alice.start(bot="script")
    stranger.write("incoming-messages", conversation, b"no JSON at all", headers=[("x", b"\xff")])
    (place,) = wait_until(lambda: places(stack), 20, what="the dead record")

    sent = stack.manage("shell", "-v0", "-c", SEND_BACK).strip()
    wait_until(lambda: len(places(stack)) == 2, 20, what="its second death")
    both = places(stack)
    reply = alice.finished(alice.say(conversation, "words=5"))

    assert sent == "1"
    assert len(set(both)) == 2
    assert place in both
    assert reply["text"] == script(5)


def places(stack: Stack) -> list[str]:
    """Of the dead records with that value: partition and offset, and what their headers were."""
    return stack.manage("shell", "-v0", "-c", PLACES).split()


def dead_records(stack: Stack) -> str:
    return stack.manage("shell", "-v0", "-c", COUNT).strip()


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
PLACES = """
from conversations.models import DeadRecord
for record in DeadRecord.objects.filter(value=b"no JSON at all"):
    print(f"{record.partition}@{record.offset}:{record.headers}".replace(" ", ""))
"""
SEND_BACK = """
from conversations.models import DeadRecord
from conversations.resending import send_back
print(len(send_back(DeadRecord.objects.filter(value=b"no JSON at all"))))
"""
