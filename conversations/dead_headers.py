"""A record's headers as JSON can hold them, and back: bytes that are no text go as base64."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence

Value = str | bytes | None
Kept = list[str | dict[str, str] | None]


def kept(headers: Iterable[tuple[str, Value]]) -> list[Kept]:
    """In their order. Of a name, what PostgreSQL can't hold is replaced."""
    return [[_name(name), _kept(value)] for name, value in headers]


def as_they_were(rows: Sequence[Sequence[object]]) -> list[tuple[str, Value]]:
    return [(str(name), _as_it_was(value)) for name, value in rows]


def _name(name: str) -> str:
    return name.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _kept(value: Value) -> str | dict[str, str] | None:
    if value is None:
        return None
    whole = value if isinstance(value, bytes) else value.encode(errors="surrogatepass")
    try:
        text = whole.decode()
    except UnicodeDecodeError:
        return {"base64": b64encode(whole).decode()}
    return {"base64": b64encode(whole).decode()} if "\0" in text else text


def _as_it_was(value: object) -> Value:
    if isinstance(value, dict):
        return b64decode(value["base64"])
    return None if value is None else str(value).encode()
