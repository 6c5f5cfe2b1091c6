"""Credentials of programs and of pages, checked many at a time: after a deploy everybody comes at once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare
from django.utils.timezone import now

from conversations.identity.access import bearer
from conversations.identity.sessions import SESSION_KEYS, SessionStore
from conversations.identity.tokens import digest
from conversations.models import ApiToken, User


@dataclass(frozen=True, slots=True)
class Credential:
    """What a request says it may; `key` is a token's digest, or the key of a session."""

    kind: Literal["token", "session"]
    key: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose credential it is, without the user's row: that, and no more, is what a stream needs to know."""

    user_id: int
    generation: int

    @property
    def channel(self) -> str:
        return str(self.user_id)


def credential_of(request: HttpRequest) -> Credential | None:
    """A token that is given decides alone: a bad one is nobody, whatever the session says."""
    secret = bearer(request)
    if secret is not None:
        return Credential("token", digest(secret))
    key = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    # A NUL, which the database refuses, would cost everybody whose look-up shares the query their answer.
    return Credential("session", key) if SESSION_KEYS.fullmatch(key) else None


def callers(credentials: Collection[Credential]) -> dict[Credential, Caller]:
    """The active users behind those that hold right now: at most three queries, however many there are."""
    tokens = [one.key for one in credentials if one.kind == "token"]
    sessions = [one.key for one in credentials if one.kind == "session"]
    by_token = {Credential("token", key): caller for key, caller in _by_token(tokens).items()}
    by_session = {Credential("session", key): caller for key, caller in _by_session(sessions).items()}
    return by_token | by_session


def _by_token(digests: list[str]) -> dict[str, Caller]:
    if not digests:
        return {}
    valid = ApiToken.objects.filter(digest__in=digests, revoked_at=None, user__is_active=True)
    rows = valid.values_list("digest", "user_id", "user__session_generation")
    return {key: Caller(user_id, generation) for key, user_id, generation in rows}


def _by_session(keys: list[str]) -> dict[str, Caller]:
    """As `django.contrib.auth.get_user` decides it, for sessions that are kept in the database."""
    if not keys:
        return {}
    rows = Session.objects.filter(session_key__in=keys, expire_date__gt=now())
    store = SessionStore()
    sessions = {key: store.decode(data) for key, data in rows.values_list("session_key", "session_data")}
    users = _users(sessions)
    return {
        key: Caller(user.pk, user.session_generation)
        for key, session in sessions.items()
        if (user := users.get(_user_id(session))) is not None and _is_of(user, session)
    }


def _users(sessions: Mapping[str, Mapping[str, object]]) -> dict[int, User]:
    ids = {_user_id(session) for session in sessions.values()}
    active = User.objects.filter(pk__in=ids, is_active=True)
    return {user.pk: user for user in active.only("pk", "password", "session_generation")}


def _user_id(session: Mapping[str, object]) -> int:
    """0, which nobody is, for a session of nobody."""
    said = str(session.get(SESSION_KEY, ""))
    return int(said) if said.isascii() and said.isdigit() else 0


def _is_of(user: User, session: Mapping[str, object]) -> bool:
    """Begun with the password that the user still has, by a backend that is still in use."""
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return False
    said = str(session.get(HASH_SESSION_KEY, ""))
    valid = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(said, one) for one in valid)
