"""The MCP servers that the environment names (docs/bots.md, "Tools of MCP servers")."""

import os
import re
import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

NAME = r"[a-z][a-z0-9-]{0,29}"
HEADER = r"([A-Za-z0-9-]{1,100}):\s*([!-~](?:[ -~]*[!-~])?)"


class Asks(Enum):
    """Before which calls a person is asked."""

    ALWAYS = "always"
    """Before all of them: what the server says of its tools is not believed."""
    CHANGES = "changes"
    """Before all but those of which the server says that they only read."""
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class ServerPlace:
    """Where a server is, by `url` or by `command`. Headers and environment are secrets: not in its repr."""

    name: str
    url: str = ""
    command: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict, repr=False)
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    asks: Asks = Asks.CHANGES


def servers(
    named: Iterable[str], *, headers: Iterable[str], environment: Iterable[str], asks: Iterable[str]
) -> tuple[ServerPlace, ...]:
    """Raises ImproperlyConfigured, in a sentence that repeats no secret."""
    places: dict[str, ServerPlace] = {}
    for entry in named:
        place = _place(entry)
        if place.name in places:
            raise _wrong(f"MCP_SERVERS names {place.name} twice")
        places[place.name] = place
    for place, said in _about("MCP_HEADERS", headers, places):
        places[place.name] = _with_header(place, said)
    for place, said in _about("MCP_ENVIRONMENT", environment, places):
        places[place.name] = _with_variable(place, said)
    for place, said in _about("MCP_ASKS", asks, places):
        places[place.name] = _asking(place, said)
    return tuple(places.values())


def _place(entry: str) -> ServerPlace:
    name, _, where = (part.strip() for part in entry.partition("="))
    if not re.fullmatch(NAME, name) or not where:
        raise _wrong("MCP_SERVERS lists name=https://… or name=command, where a name matches " + NAME)
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", where):
        return ServerPlace(name, url=_url(name, where))
    try:
        return ServerPlace(name, command=tuple(shlex.split(where)))
    except ValueError as error:
        raise _wrong(f"MCP_SERVERS: the command of {name} can't be read: {error}") from error


def _url(name: str, url: str) -> str:
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one or re.search(r"\s", url):
        raise _wrong(f"MCP_SERVERS: {name} has a URL that is no http:// or https:// one")
    if "@" in parts.netloc:
        raise _wrong(f"MCP_SERVERS: the URL of {name} holds a password, which belongs into MCP_HEADERS")
    return url


def _about(
    variable: str, entries: Iterable[str], places: dict[str, ServerPlace]
) -> Iterator[tuple[ServerPlace, str]]:
    for entry in entries:
        name, equals, said = (part.strip() for part in entry.partition("="))
        if not equals or name not in places:
            raise _wrong(f"{variable} has an entry that does not begin with the name of a server and =")
        yield places[name], said


def _with_header(place: ServerPlace, said: str) -> ServerPlace:
    found = re.fullmatch(HEADER, said)
    if not found or not place.url:
        raise _wrong(f"MCP_HEADERS: {place.name} needs a URL, and a header like Authorization: Bearer …")
    return replace(place, headers={**place.headers, found[1]: found[2]})


def _with_variable(place: ServerPlace, variable: str) -> ServerPlace:
    value = os.environ.get(variable)
    if not place.command or value is None:
        raise _wrong(f"MCP_ENVIRONMENT: {place.name} needs a command, and the name of a variable that is set")
    return replace(place, environment={**place.environment, variable: value})


def _asking(place: ServerPlace, said: str) -> ServerPlace:
    try:
        return replace(place, asks=Asks(said))
    except ValueError as error:
        raise _wrong(f"MCP_ASKS: {place.name} must be always, changes or never, and is {said!r}") from error


def _wrong(why: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{why} (see .env.example)")
