import re
from collections.abc import Iterator

import pypdfium2
from pypdfium2.raw import FPDF_ERR_PASSWORD

from chatbot.knowledge.outline import first_heading

from .pdf_lines import Line, lines_of
from .pdf_sections import PAGE, markdown_of
from .reading import Reading, UnreadableError

MOST_PAGES = 3_000
LONGEST = 5_000_000
"""Characters of all pages."""
PROGRAMS = re.compile(r"untitled|^Microsoft|\.(?:docx?|odt|indd|tex|pdf|pptx?)\Z|^about:", re.IGNORECASE)


def read(data: bytes) -> Reading:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == FPDF_ERR_PASSWORD:
            raise UnreadableError("is encrypted: save it without a password.") from error
        raise UnreadableError("is no PDF, or is damaged: print it to a new one.") from error
    if len(document) > MOST_PAGES:
        raise UnreadableError(f"has more than {MOST_PAGES:,} pages: split it.")
    pages = list(bounded(document))
    if not any(pages):
        raise UnreadableError("has pictures of text at most, and no text: have its text recognized (OCR).")
    text = markdown_of(pages)
    return Reading(heading_of(text) or named(document), text)


def bounded(document: pypdfium2.PdfDocument) -> Iterator[list[Line]]:
    left = LONGEST
    for page in document:
        lines = lines_of(page)
        page.close()
        left -= sum(len(line.text) for line in lines)
        if left < 0:
            raise UnreadableError(f"has more than {LONGEST:,} characters: split it.")
        yield lines


def named(document: pypdfium2.PdfDocument) -> str:
    """The title that its author gave it, or nothing where a program did."""
    title = " ".join(document.get_metadata_value("Title").split())
    return "" if PROGRAMS.search(title) else title


def heading_of(text: str) -> str:
    """The first that the document itself has: pages are not its own headings."""
    return first_heading("\n".join(line for line in text.split("\n") if not line.startswith(PAGE)))
