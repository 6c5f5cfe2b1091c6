from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from streaming.broker.options import BrokerOptions
from streaming.broker.publisher import Ack, Headers, Publisher
from tests.stack import Stack
from tests.waiting import wait_until


@dataclass
class Stranger:
    """Another program with access to the broker."""

    publisher: Publisher
    prefix: str

    def write(self, topic: str, key: str, *values: bytes, headers: Headers | None = None) -> None:
        """In this order; all are acknowledged when it returns."""
        acks: list[Ack] = []
        for value in values:
            self.publisher.publish(
                f"{self.prefix}{topic}", key.encode(), value, headers=headers, on_ack=acks.append
            )
        wait_until(lambda: len(acks) == len(values), what="the acknowledgements")


@contextmanager
def a_stranger(stack: Stack) -> Iterator[Stranger]:
    options = BrokerOptions({"bootstrap.servers": stack.broker.bootstrap_servers})
    publisher = Publisher(options, patience_ms=10_000)
    publisher.start()
    yield Stranger(publisher, stack.environ["TOPIC_PREFIX"])
    publisher.stop()


def channel_of(stack: Stack, username: str) -> str:
    return stack.manage("shell", "-v0", "-c", CHANNEL.format(username)).strip()


CHANNEL = "from conversations.models import User; print(User.objects.get(username='{}').channel)"
