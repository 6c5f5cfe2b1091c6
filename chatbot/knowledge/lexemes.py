import re

INSIDE_A_NAME = re.compile(r"(?<=\w)[-/._:=]+(?=\w)|_+")


def separated(text: str) -> str:
    """Text with the parts of compound names apart: `bot-responses`, `DATABASE_URL` and `docs/api.md` are
    asked for by their parts, and PostgreSQL takes some of them for one word, a host or a file."""
    return INSIDE_A_NAME.sub(" ", text)


def tsquery(lexeme: str) -> str:
    """A lexeme as the text of a `tsquery` that finds just it."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
