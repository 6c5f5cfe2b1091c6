from collections.abc import Callable, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, blockquote, list_block
from markdown_it.token import Token

from .footnotes import use_footnotes
from .highlight import highlighted, language_of
from .images import render_image

Rule = Callable[[StateBlock, int, int, bool], bool]
ENDS = ["paragraph", "reference", "blockquote"]
"""What a quote or a list may end, of the parser's own rules."""
DEEPEST = 18
"""Two below the nesting at which the parser drops the rest of the text."""


def parser() -> MarkdownIt:
    """CommonMark with tables, strikethrough, task lists and footnotes; HTML in it is text.

    One may be used by many threads: what it knows of a text is in the `env` of that call.
    """
    made = MarkdownIt("commonmark", {"html": False, "tasklists": True}).enable(["table", "strikethrough"])
    made.block.ruler.at("blockquote", not_too_deep(blockquote), {"alt": [*ENDS, "list"]})
    made.block.ruler.at("list", not_too_deep(list_block), {"alt": ENDS})
    use_footnotes(made)
    made.add_render_rule("fence", render_code)
    made.add_render_rule("code_block", render_code)
    made.add_render_rule("image", render_image)
    made.add_render_rule("th_open", render_cell)
    made.add_render_rule("td_open", render_cell)
    return made


def not_too_deep(rule: Rule) -> Rule:
    """What is nested too deep is text."""

    def limited(state: StateBlock, line: int, end: int, silent: bool) -> bool:
        return state.level < DEEPEST and rule(state, line, end, silent)

    return limited


def render_code(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]
) -> str:
    return highlighted(tokens[index].content, language_of(tokens[index]))


def render_cell(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]
) -> str:
    """Alignment as a class: the page's policy refuses inline style."""
    style = tokens[index].attrs.pop("style", "")
    if style:
        tokens[index].attrJoin("class", str(style).replace("text-align:", "align-"))
    return renderer.renderToken(tokens, index, options, env)
