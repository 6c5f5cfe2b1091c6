import re

INSIDE_A_NAME = re.compile(r"(?<=\w)[-/._:=]+(?=\w)|_+")
APOSTROPHE = "\u2019"
PRINTED_MARKS = re.compile(
    r"[\u00a1-\u00a9\u00ab-\u00b1\u00b4\u00b6-\u00b8\u00bb\u00bf\u00d7\u00f7"
    r"\u2010-\u2027\u2030-\u205e\u2190-\u2bff\u3000-\u303f]"
)
"""Typographic quotes, dashes, dots, arrows: by some locales PostgreSQL takes them for letters."""


def separated(text: str) -> str:
    """Text with the parts of compound names apart: `bot-responses`, `DATABASE_URL` and `docs/api.md` are
    asked for by their parts, and PostgreSQL takes some of them for one word, a host or a file. Typographic
    marks are taken off."""
    return INSIDE_A_NAME.sub(" ", PRINTED_MARKS.sub(" ", text.replace(APOSTROPHE, "'")))


def quoted(lexeme: str) -> str:
    """A lexeme as it stands in the text of a `tsvector` or a `tsquery`."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
