from collections.abc import Iterable
from itertools import pairwise

from chatbot.markdown.blocks import Blocks


def pieces_of(text: str, cuts: Iterable[int]) -> list[str]:
    """`text` cut at these places, which may be more than it has."""
    places = [0, *sorted({min(cut, len(text)) for cut in cuts}), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


def fed(pieces: Iterable[str]) -> tuple[Blocks, list[str]]:
    """The blocks after all pieces, and the HTML that was returned on the way."""
    blocks = Blocks()
    returned = [blocks.feed(piece) for piece in pieces]
    return blocks, [html for html in returned if html is not None]


def last_units(text: str, count: int) -> str:
    """The end of `text`, `count` UTF-16 code units long."""
    encoded = text.encode("utf-16-le")
    return encoded[len(encoded) - 2 * count :].decode("utf-16-le")
