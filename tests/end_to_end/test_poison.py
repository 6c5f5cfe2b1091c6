"""Records that other programs write: kept for a person to look at, and in nobody's way."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest

from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Ack, Headers, Publisher
from tests.end_to_end.test_answers import script
from tests.reader.client import Reader
from tests.stack import Stack
from tests.waiting import wait_until


@dataclass
class Stranger:
    """Another program with access to the broker."""

    publisher: Publisher
    prefix: str

    def write(self, topic: str, key: str, value: bytes, headers: Headers | None = None) -> None:
        acks: list[Ack] = []
        self.publisher.publish(
            f"{self.prefix}{topic}", key.encode(), value, headers=headers, on_ack=acks.append
        )
        wait_until(lambda: acks, what="the acknowledgement")


@pytest.fixture
def stranger(stack: Stack) -> Iterator[Stranger]:
    options = BrokerOptions({"bootstrap.servers": stack.broker.bootstrap_servers})
    publisher = Publisher(options, patience_ms=10_000)
    publisher.start()
    yield Stranger(publisher, stack.environ["TOPIC_PREFIX"])
    publisher.stop()


def test_doorbells_that_cannot_be_read_are_buried_and_the_next_is_heard(
    stack: Stack, alice: Reader, stranger: Stranger
) -> None:
    conversation = alice.start(bot="script")

    stranger.write("incoming-messages", conversation, b"junk", [("x", b"a\0b")])
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
    channel = stack.manage("shell", "-v0", "-c", CHANNEL).strip()
    before = alice.stream.position
    for value, headers in ODD:
        stranger.write("bot-responses", channel, value, headers)

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
CHANNEL = "from conversations.models import User; print(User.objects.get(username='alice').channel)"
