"""What the code that runs now is about: which request, which answer. For log lines and record headers."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

from uuid_utils.compat import uuid7

REQUEST = "request"
# What proxies and tracing libraries make fits in; line breaks, quotes and spaces do not.
SANE = re.compile(r"[A-Za-z0-9._:=+/@-]{1,64}", re.ASCII)

_identifiers: ContextVar[Mapping[str, str]] = ContextVar("identifiers", default=MappingProxyType({}))


def begin_request(given: str) -> str:
    """The id of this request from now on: the one that came with it, or a new one where that is not sane.

    For a task of its own, which every request has: nothing is put back at its end, so that what the server
    says of it last is about it too.
    """
    request = given if SANE.fullmatch(given) else str(uuid7())
    _identifiers.set({REQUEST: request})
    return request


def request_id() -> str | None:
    return _identifiers.get().get(REQUEST)


def identifiers() -> Mapping[str, str]:
    """By name: `request`, `conversation`, `reply`, `attempt`, as far as they are known here."""
    return _identifiers.get()


@contextmanager
def about(**more: str | None) -> Iterator[None]:
    """What happens in the block, and in tasks that are begun in it, is about these too; None is left out."""
    known = {name: value for name, value in more.items() if value is not None}
    token = _identifiers.set({**_identifiers.get(), **known})
    try:
        yield
    finally:
        _identifiers.reset(token)
