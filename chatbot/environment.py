"""The environment as typed values: a wrong one stops the start with a sentence that says which and why."""

import re
from collections.abc import Callable
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

from chatbot.bots.llm.endpoint import Endpoint, EndpointError

env = Env()


def parsed(read: Callable[..., Any], name: str, *args: Any, **options: Any) -> Any:
    """`read(name)`, with the parser's complaint turned into one sentence."""
    try:
        return read(name, *args, **options)
    except EnvError as error:
        raise ImproperlyConfigured(f"{error} (see .env.example)") from error


def flag(name: str, *, default: bool) -> bool:
    value: bool = parsed(env.bool, name, default)
    return value


def text(name: str, default: str = "") -> str:
    value: str = parsed(env.str, name, default)
    return value


def number(name: str, default: int, *, low: int, high: int) -> int:
    value: int = parsed(env.int, name, default)
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} must be from {low} to {high}, and is {value} (see .env.example)")
    return value


def matching(name: str, pattern: str, default: str) -> str:
    """A text that is all of that pattern."""
    value = text(name, default)
    if not re.fullmatch(pattern, value):
        raise ImproperlyConfigured(f"{name} must match {pattern}, and is {value!r} (see .env.example)")
    return value


def secret(name: str) -> str:
    """Empty, or at least 16 characters without spaces; a wrong one is not repeated in the complaint."""
    value = text(name)
    if not re.fullmatch(r"|[!-~]{16,500}", value):
        raise ImproperlyConfigured(
            f"{name} must be 16 characters or more, all of them ASCII and none a space (see .env.example)"
        )
    return value


def words(name: str) -> list[str]:
    """A comma-separated list, without its empty entries."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def hosts(name: str) -> frozenset[str]:
    """Names of hosts, as browsers write them: small letters, no scheme, port or wildcard."""
    named = frozenset(words(name))
    for host in sorted(named):
        if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", host):
            raise ImproperlyConfigured(
                f"{name} lists names of hosts, like img.example.org, and {host!r} is none (see .env.example)"
            )
    return named


def database(name: str) -> dict[str, Any]:
    """Django's database settings out of a URL; PostgreSQL only."""
    url = text(name)
    if not url:
        raise ImproperlyConfigured(
            f"{name} is not set: give postgresql://user:password@host:5432/name, or use `make run`, "
            "which brings a PostgreSQL of its own"
        )
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured(f"{name} must start with postgresql:// (this service needs PostgreSQL)")
    try:
        return dict(dj_database_url.parse(url))
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is not a database URL: {error}") from error


def endpoint(model: str, base_url: str, api_key: str) -> Endpoint:
    """Where the model of `BOT=llm` is."""
    found = Endpoint(model, base_url, api_key)
    try:
        found.check()
    except EndpointError as error:
        raise ImproperlyConfigured(f"{error} (BOT is llm; see .env.example)") from error
    return found


# What Kubernetes puts there for a service named kafka, and what Kafka's own scripts read.
NOT_LIBRDKAFKA = tuple(
    f"KAFKA_{name}" for name in ("PORT", "SERVICE_", "HOME", "HEAP_", "JMX_", "JVM_", "GC_", "LOG", "OPTS")
)


def librdkafka(environ: dict[str, str]) -> dict[str, str]:
    """`KAFKA_SASL_USERNAME=x` becomes `{"sasl.username": "x"}`: any librdkafka option can be set so."""
    return {
        name.removeprefix("KAFKA_").lower().replace("_", "."): value
        for name, value in environ.items()
        if name.startswith("KAFKA_") and value and not name.startswith(NOT_LIBRDKAFKA)
    }
