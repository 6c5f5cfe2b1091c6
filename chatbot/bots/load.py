from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string

from .protocol import Bot


class BotLoadError(Exception):
    """A bot can't be had."""


class UnknownBotError(BotLoadError, LookupError):
    """No bot goes by this name: neither a key of `settings.BOTS` nor the dotted path of a bot's class."""


class BrokenBotError(BotLoadError):
    """There is a bot of this name, but its module or its constructor raises."""


def load(name: str) -> Bot:
    """The bot of this name, made anew. `name` is a key of `settings.BOTS` or the dotted path of a class.

    Raises BotLoadError, whatever goes wrong in the bot's own code. Only a class that says what a bot says
    is ever called; but importing is running a module, so a name that came over the network belongs checked
    against `settings.BOTS` first.
    """
    path = settings.BOTS.get(name, name)
    try:
        found = _imported(name, path)
        if is_bot(found):
            return cast("Bot", found())
    except BotLoadError:
        raise
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        raise BrokenBotError(f"The bot {name!r} ({path}) can't be made: {error!r}") from error
    raise UnknownBotError(f"{path} is not a bot: it must be a class with `markdown` and `answer`.")


def is_bot(found: object) -> bool:
    return (
        isinstance(found, type)
        and isinstance(getattr(found, "markdown", None), bool)
        and callable(getattr(found, "answer", None))
    )


def _imported(name: str, path: str) -> type:
    try:
        return cast("type", import_string(path))
    except (ImportError, ValueError, TypeError) as error:
        known = ", ".join(sorted(settings.BOTS))
        raise UnknownBotError(
            f"There is no bot {name!r} ({error}). Use one of {known}, or the dotted path of a class."
        ) from error
