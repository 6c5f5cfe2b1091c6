"""UTF-8 whose lines have a bound: the library keeps what a process writes until its line ends.

An encoding, because that is what the library lets us choose of how it reads. Of a line that is too long the
rest is dropped: what is left of it is no message, and the next one is.
"""

import codecs
from encodings import utf_8
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LARGEST = 4_000_000
"""Bytes of a message."""
ENCODING = "utf_8_in_bounded_lines"


class Decoder(utf_8.IncrementalDecoder):
    _length = 0

    def decode(self, octets: "ReadableBuffer", final: bool = False) -> str:
        first, *others = bytes(octets).split(b"\n")
        kept = [self._within(first)]
        for line in others:
            self._length = 0
            kept.append(self._within(line))
        return super().decode(b"\n".join(kept), final)

    def _within(self, piece: bytes) -> bytes:
        room = max(LARGEST - self._length, 0)
        self._length += len(piece)
        return piece[:room]


def _found(name: str) -> codecs.CodecInfo | None:
    plain = codecs.lookup("utf-8")
    if name != ENCODING:
        return None
    return codecs.CodecInfo(plain.encode, plain.decode, incrementaldecoder=Decoder, name=ENCODING)


codecs.register(_found)
