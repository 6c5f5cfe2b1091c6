from .decoding import decoded
from .reading import Reading


def read(data: bytes) -> Reading:
    return Reading("", decoded(data))
