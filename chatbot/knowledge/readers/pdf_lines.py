"""The lines of a PDF's page, as PDFium finds them: where each stands, and how large it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pypdfium2 import PdfPage, PdfTextPage
from pypdfium2.raw import FPDFText_GetUnicode

HYPHENS = {0x02, 0xFFFE}
"""What PDFium makes of a hyphen at which a line was broken."""
SOFT_HYPHEN = "\u00ad"
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True)
class Line:
    """In points: the height of its characters, and where it stands above the foot of the page."""

    text: str
    size: float
    top: float
    bottom: float


def lines_of(page: PdfPage) -> list[Line]:
    text = page.get_textpage()
    try:
        return list(found_in(text))
    finally:
        text.close()


def found_in(page: PdfTextPage) -> Iterator[Line]:
    start, codes = 0, []
    for index in range(page.count_chars()):
        code = FPDFText_GetUnicode(page, index)
        if code not in {10, 13}:
            codes.append(code)
            continue
        yield from line(page, start, codes)
        start, codes = index + 1, []
    yield from line(page, start, codes)


def line(page: PdfTextPage, start: int, codes: list[int]) -> Iterator[Line]:
    """The line that begins with the page's character `start`; none where it says nothing."""
    text = text_of(codes)
    if not text:
        return
    telling = next((at for at, code in enumerate(codes) if chr(code).isalnum()), 0)
    _, bottom, _, top = page.get_charbox(start + telling, loose=True)
    yield Line(text, round(top - bottom, 1), top, bottom)


def text_of(codes: list[int]) -> str:
    """Characters beyond the first plane come as two surrogates."""
    said = "".join(SOFT_HYPHEN if code in HYPHENS else chr(code) for code in codes)
    joined = said.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return " ".join(UNPRINTABLE.sub("", joined).split())
