"""Footnotes: `[^label]` in the text, and `[^label]: …` as a block of its own that goes to the end."""

from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, reference
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.footnote.index import footnote_def, footnote_tail, render_footnote_anchor_name

Env = dict[str, Any]
DEFINITION = "footnote_reference_open"
MOST_WAYS_BACK = 20
"""To so many of its references a footnote leads back: an answer of 50,000 has to fit into a record."""


class Numbers(dict[str, int]):
    """The number of each label. Defined again in a later part of the text, a footnote keeps its number."""

    def __setitem__(self, label: str, number: int) -> None:
        if self.get(label, -1) < 0:
            super().__setitem__(label, number)


def use_footnotes(parser: MarkdownIt) -> None:
    """Definitions stay where they are among its tokens: see `gathered` and `without`."""
    parser.use(footnote_plugin, inline=False, move_to_end=False)
    parser.block.ruler.at("footnote_def", define, {"alt": ["paragraph", "reference"]})
    parser.block.ruler.at("reference", define_link)
    parser.add_render_rule(DEFINITION, render_nothing)
    parser.add_render_rule("footnote_reference_close", render_nothing)
    parser.add_render_rule("footnote_anchor", render_way_back)


def known(name: str) -> Env:
    """What is known of a text before it begins; `name` keeps its footnotes' ids from those of others."""
    return {"docId": name or None, "footnotes": {"refs": Numbers(), "list": {}}}


def gathered(parser: MarkdownIt, tokens: list[Token], env: Env) -> list[Token]:
    """All definitions that are referred to, as one section at the end."""
    state = StateCore("", parser, env, tokens)
    footnote_tail(state)
    return state.tokens


def without(tokens: Sequence[Token]) -> list[Token]:
    """The text without the definitions."""
    kept, is_inside = [], False
    for token in tokens:
        is_inside = token.type == DEFINITION or (is_inside and token.level > 0)
        if not is_inside and token.type != "footnote_reference_close":
            kept.append(token)
    return kept


def define(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A definition ends a paragraph anywhere, and stands by itself: in a list or quote it is none."""
    return (silent or state.level == 0) and footnote_def(state, line, end, silent)


def define_link(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """`[^label]: …` never defines a link, so that one label can't be both."""
    start = state.bMarks[line] + state.tShift[line]
    return not state.src.startswith("[^", start) and reference(state, line, end, silent)


def render_nothing(*_anything: object) -> str:
    return ""


def render_way_back(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: Env
) -> str:
    place = render_footnote_anchor_name(renderer, tokens, index, options, env)
    if (again := tokens[index].meta["subId"]) >= MOST_WAYS_BACK:
        return ""
    if again > 0:
        place += f":{again}"
    return f' <a href="#fnref{place}" class="footnote-backref" aria-label="Back to the text">↩\ufe0e</a>'
