"""In which language a text is written, by the stop words that it has: words like *the* and *of*, of which
PostgreSQL keeps a list for each language it has one for."""

import re
from collections.abc import Iterable

from django.db import connection

USUAL = "english"
WORDS = 1_000
"""Words that are looked at."""
ENOUGH = 12
"""Words; fewer tell too little."""
LEAST = 0.22
"""The share of stop words from which on a text is one of that language: half of it in running text."""
AHEAD = 1.25
"""How many times as many stop words the next language may not have: its sister, mostly."""
WORD = re.compile(r"[^\W\d_]+")
STOP_WORDS = """
    SELECT config.cfgname,
           count(*) FILTER (WHERE ts_lexize(dictionary.oid::regdictionary, word) = '{}')
    FROM pg_ts_dict dictionary
    JOIN pg_ts_config config ON dictionary.dictname = config.cfgname || '_stem',
    unnest(%s::text[]) AS word
    GROUP BY config.cfgname
    ORDER BY 2 DESC, 1
    LIMIT 2
"""


def language_of(texts: Iterable[str]) -> str:
    """The text search configuration that fits; the usual one where it is not clear."""
    words = first_words(texts)
    if len(words) < ENOUGH:
        return USUAL
    with connection.cursor() as cursor:
        cursor.execute(STOP_WORDS, [words])
        (best, count), *others = cursor.fetchall()
    next_count = others[0][1] if others else 0
    is_clear = count >= LEAST * len(words) and count >= AHEAD * next_count
    return str(best) if is_clear else USUAL


def first_words(texts: Iterable[str]) -> list[str]:
    words: list[str] = []
    for text in texts:
        words += WORD.findall(text.lower())
        if len(words) >= WORDS:
            break
    return words[:WORDS]
