"""Pictures from hosts that the service trusts; of any other, its alternative text.

An image is asked for as soon as it is seen: its address alone can carry away what was said before it.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token

# Nothing that two readers of an address could understand differently: no port, no user, no escapes.
ADDRESS = re.compile(r"https://([a-z0-9.-]+)(?:[/?#]|\Z)", re.IGNORECASE)


def is_allowed(url: str) -> bool:
    """Whether it leads to one of `settings.IMAGE_HOSTS`, by https."""
    found = ADDRESS.match(url)
    return found is not None and found[1].lower() in settings.IMAGE_HOSTS


def render_image(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: Any, env: dict[str, Any]
) -> str:
    token = tokens[index]
    alternative = renderer.renderInlineAsText(token.children, options, env)
    if not is_allowed(str(token.attrs["src"])):
        return escapeHtml(alternative)
    token.attrs |= {"alt": alternative, "loading": "lazy", "referrerpolicy": "no-referrer"}
    return renderer.renderToken(tokens, index, options, env)
