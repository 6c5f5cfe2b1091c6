from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from .protocol import Bot


class UnknownBot(LookupError):
    """No bot goes by this name: neither a key of `settings.BOTS` nor the dotted path of a class."""


def load(name: str) -> Bot:
    """The bot of this name, made anew. `name` is a key of `settings.BOTS` or a dotted path."""
    path = settings.BOTS.get(name, name)
    try:
        made = import_string(path)()
    except ImportError as error:
        known = ", ".join(sorted(settings.BOTS))
        raise UnknownBot(
            f"There is no bot {name!r} ({error}). Use one of {known}, or the dotted path of a class."
        ) from error
    if not (hasattr(made, "markdown") and callable(getattr(made, "answer", None))):
        raise UnknownBot(f"{path} is not a bot: it needs a `markdown` flag and an `answer` method.")
    return cast("Bot", made)
