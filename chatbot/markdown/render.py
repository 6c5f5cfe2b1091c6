from markdown_it.token import Token

from . import safe
from .footnotes import Env, gathered, known, without
from .parser import parser

PARSER = parser()


def render(text: str, name: str = "") -> str:
    """Markdown as HTML that is safe to put into a page.

    `name`, of hexadecimal digits, stands in the ids of its footnotes: two texts on one page need two.
    """
    env = known(name)
    return _html(gathered(PARSER, PARSER.parse(text, env), env), env)


def render_part(text: str, env: Env) -> str:
    """Some blocks of a text, without the footnotes at its end.

    `env`, at first `known(name)`, carries the definitions of links and footnotes from part to part.
    """
    return _html(without(PARSER.parse(text, env)), env)


def _html(tokens: list[Token], env: Env) -> str:
    return safe.ANSWER.clean(str(PARSER.renderer.render(tokens, PARSER.options, env)))
