from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from .protocol import Bot


class UnknownBotError(LookupError):
    """No bot goes by this name: neither a key of `settings.BOTS` nor the dotted path of a bot's class."""


def load(name: str) -> Bot:
    """The bot of this name, made anew. `name` is a key of `settings.BOTS` or the dotted path of a class.

    Only a class that says what a bot says is ever called; but importing is running a module, so a name
    that came over the network belongs checked against `settings.BOTS` first.
    """
    path = settings.BOTS.get(name, name)
    try:
        found = import_string(path)
    except (ImportError, ValueError, TypeError) as error:
        known = ", ".join(sorted(settings.BOTS))
        raise UnknownBotError(
            f"There is no bot {name!r} ({error}). Use one of {known}, or the dotted path of a class."
        ) from error
    if not is_bot(found):
        raise UnknownBotError(f"{path} is not a bot: it must be a class with `markdown` and `answer`.")
    return cast("Bot", found())


def is_bot(found: object) -> bool:
    return (
        isinstance(found, type)
        and isinstance(getattr(found, "markdown", None), bool)
        and callable(getattr(found, "answer", None))
    )
