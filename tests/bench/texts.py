"""Markdown of each kind that is dear to read, of a given length."""

from collections.abc import Callable

ANSWER = """## Restarting a worker

Send it **SIGTERM**, and wait: it ends what it says within `WORKER_DRAIN_SECONDS` and hands over the rest, as
[the manual](https://example.org/manual#workers) says.

1. Look at what it does: `docker compose logs runbot`.
2. Stop it, and mind:
   - nothing is lost,
   - *another* worker goes on.

```sh
docker compose up -d --scale runbot=2
docker compose stop runbot
```

| signal | what it does |
|--------|--------------|
| TERM | leaves in time |
| KILL | leaves at once |

> What was said so far stays.

"""


def repeated(piece: str, before: str = "") -> Callable[[int], str]:
    return lambda length: before + (piece * (length // len(piece) + 1))[: length - len(before)]


TEXTS: dict[str, Callable[[int], str]] = {
    "answer": repeated(ANSWER),
    "paragraph": repeated(
        "The quick brown fox jumps over the lazy dog, and goes on from there to the next\n"
    ),
    "small blocks": repeated("A few words.\n\n"),
    "headings": repeated("# Title\n"),
    "list": repeated("- an item with `code` in it\n"),
    "loose list": repeated("- an item\n\n  with two paragraphs\n\n"),
    "nested lists": repeated("- a\n  - b\n    - c\n      - d\n"),
    "table": repeated("| one cell | another *cell* |\n", "| a | b |\n|---|---|\n"),
    "quote": repeated("> what was said by **somebody** else\n"),
    "fence": repeated("x = f(1) + 'a'\n", "```python\n"),
    "links": repeated("[a link](https://example.com/a) "),
    "footnotes": repeated("text[^1] and more\n\n", "[^1]: A note.\n\n"),
    "definitions": repeated("[label]: /path 'title'\n"),
    "line ends": repeated("\n"),
    "delimiters": repeated("*a **b "),
    "brackets": repeated("["),
    "lazy quote": repeated("b\n", ">" * 15 + " a\n"),
}
