from dataclasses import dataclass

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


def channel_of(stack: Stack, username: str) -> str:
    return stack.manage("shell", "-v0", "-c", CHANNEL.format(username)).strip()


CHANNEL = "from conversations.models import User; print(User.objects.get(username='{}').channel)"
