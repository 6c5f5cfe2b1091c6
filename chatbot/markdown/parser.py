from collections.abc import Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

from .highlight import highlighted, language_of


def parser() -> MarkdownIt:
    """CommonMark with tables and strikethrough; HTML in it is text, images are their alternative text.

    One may be used by many threads: what it knows of a text is in the `env` of that call.
    """
    made = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    made.add_render_rule("fence", render_code)
    made.add_render_rule("code_block", render_code)
    made.add_render_rule("image", render_image)
    made.add_render_rule("th_open", render_cell)
    made.add_render_rule("td_open", render_cell)
    return made


def render_code(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]
) -> str:
    return highlighted(tokens[index].content, language_of(tokens[index]))


def render_image(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]
) -> str:
    return escapeHtml(renderer.renderInlineAsText(tokens[index].children, options, env))


def render_cell(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]
) -> str:
    """Alignment as a class: the page's policy refuses inline style."""
    style = tokens[index].attrs.pop("style", "")
    if style:
        tokens[index].attrJoin("class", str(style).replace("text-align:", "align-"))
    return renderer.renderToken(tokens, index, options, env)
