"""The event that all is measured with: 140 bytes of JSON that say when it was made, and its number."""

import re
from uuid import UUID

BYTES = 140
HEAD = b'{"sent":"%016d","number":"%08d","text":"'
TAIL = b'"}'
TEXT = b"x" * (BYTES - len(HEAD % (0, 0)) - len(TAIL))
TEMPLATE = HEAD + TEXT + TAIL
# Where both stand in an event, counted from its end.
SENT = slice(9 - BYTES, 25 - BYTES)
NUMBER = slice(37 - BYTES, 45 - BYTES)
PATTERN = re.compile(rb'"sent":"([0-9]{16})","number":"([0-9]{8})"')

SOMETHING = str(UUID(int=7)).encode()
HEADERS: dict[str, str | bytes | None] = {
    "type": b"reply.delta",
    "conversation": SOMETHING,
    "message": SOMETHING,
    "attempt": b"1",
}


def value(sent: int, number: int) -> bytes:
    """`sent` in microseconds of the monotonic clock, which all processes of a machine share."""
    return TEMPLATE % (sent, number)
