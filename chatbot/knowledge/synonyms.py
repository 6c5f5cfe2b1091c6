"""English words that people use for one another when they ask about software."""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import chain

from django.db import connection

ENGLISH = "english"
GROUPS = (
    "abort cancel halt interrupt quit stop terminate",
    "crash dead death die kill",
    "delete drop erase forget remove",
    "begin boot launch start",
    "add create make new",
    "add feed import ingest load upload",
    "adjust alter change edit modify",
    "name rename title",
    "update upgrade",
    "install setup",
    "bug error exception failure fault problem",
    "away broken down fail offline outage unavailable unreachable",
    "gone lose loss missing vanish",
    "connection internet network wifi",
    "connection stream",
    "image photo picture",
    "chat conversation dialogue talk",
    "answer reply response",
    "ask query question",
    "message text",
    "customer people person user visitor",
    "account anonymous guest register signup",
    "credential key token",
    "authentication authorization credential login",
    "allow may permit",
    "bound largest limit longest maximum most",
    "least minimum",
    "big large size",
    "fast performance quick speed",
    "delay late latency slow",
    "memory ram",
    "core cpu processor",
    "hold keep save store",
    "display show",
    "find search",
    "document file",
    "directory folder",
    "config configuration configure option setting",
    "deploy deployment release rollout",
    "reboot restart",
    "computer host laptop machine server",
    "browser page tab",
    "application program script",
    "dependency library package",
    "component file module",
    "alert monitor observe watch",
    "back backup",
    "recover restore",
    "again repeat retries retry",
    "double duplicate twice",
    "deadline expire timeout",
    "check test verify",
    "bench benchmark measure",
    "everybody private public visible",
    "compose container docker",
    "openapi swagger",
    "say write written",
    "hang stand still stuck",
    "before earlier old older previous",
    "citation cite quote source",
    "own yourself",
    "safe secure",
    "many multiple several",
)


@cache
def synonyms(language: str) -> Mapping[str, frozenset[str]]:
    """The lexemes that may be meant by a lexeme; none in another language than English."""
    if language != ENGLISH:
        return {}
    stem = stems(chain.from_iterable(group.split() for group in GROUPS))
    found: dict[str, frozenset[str]] = {}
    for group in GROUPS:
        alike = frozenset(stem[word] for word in group.split() if word in stem)
        for lexeme in alike:
            found[lexeme] = found.get(lexeme, frozenset()) | alike - {lexeme}
    return found


def stems(words: Iterable[str]) -> dict[str, str]:
    """Each word that is no stop word, and its lexeme."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, ts_lexize('english_stem', word) FROM unnest(%s::text[]) AS word", [list(words)]
        )
        return {word: lexemes[0] for word, lexemes in cursor.fetchall() if lexemes}
