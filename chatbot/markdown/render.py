from typing import Any

from . import safe
from .parser import parser

PARSER = parser()


def render(text: str, env: dict[str, Any] | None = None) -> str:
    """Markdown as HTML that is safe to put into a page.

    `env` carries the link definitions of one text from part to part.
    """
    return safe.ANSWER.clean(str(PARSER.render(text, env)))
