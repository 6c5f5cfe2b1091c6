"""What people narrow a web search with: "words in this order", and -word for one that must not be there."""

import re

from django.db import connection

from .lexemes import separated

QUOTED = re.compile(r'"([^"\n]+)"|\u201c([^\u201c\u201d\n]+)\u201d')
EXCLUDED = re.compile(r"(?<!\S)-([^\W\d_][\w-]{2,})(?!\S)")
"""A dash right before three letters or more: neither one between words nor an option (`-k`, `--prune`)."""


def condition(question: str, language: str) -> str:
    """The text of the `tsquery` that a passage has to fulfil; "" when the question sets no condition."""
    asked = [f'"{separated(one or other)}"' for one, other in QUOTED.findall(question)]
    asked += [f'-"{separated(word)}"' for word in EXCLUDED.findall(question)]
    if not asked:
        return ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT websearch_to_tsquery(%s::regconfig, %s)::text", [language, " ".join(asked)])
        (found,) = cursor.fetchone()
        return str(found)


def without_exclusions(question: str) -> str:
    return EXCLUDED.sub(" ", question)
