from collections.abc import Sequence
from itertools import pairwise

from markdown_it.token import Token

from chatbot.knowledge.outline import Anchors, words_of
from chatbot.markdown.footnotes import gathered, known
from chatbot.markdown.plain import plain
from chatbot.markdown.render import PARSER


def rendered(text: str, *, marked: bool) -> str:
    """A document as HTML whose headings can be linked to. It is not safe yet: who shows it cleans it."""
    if not marked:
        return "\n".join(plain(part) for part in text.split("\n\n"))
    env = known("")
    tokens = gathered(PARSER, PARSER.parse(text, env), env)
    name_headings(tokens)
    return str(PARSER.renderer.render(tokens, PARSER.options, env))


def name_headings(tokens: Sequence[Token]) -> None:
    """Gives each top-level heading the anchor that its passages are ingested with."""
    anchors = Anchors()
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open" and heading.level == 0:
            heading.attrSet("id", anchors.name(words_of([inline])))
