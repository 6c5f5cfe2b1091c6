"""Who sends a request: a program by its bearer token, or a person by their session."""

from django.contrib.auth import get_user
from django.http import HttpRequest

from conversations.identity import tokens
from conversations.models import User


def bearer(request: HttpRequest) -> str | None:
    """The secret that came with the request. Other schemes are not ours: a proxy may use them."""
    scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else None


def token_user(secret: str) -> User | None:
    return tokens.holder(secret)


def session_user(request: HttpRequest) -> User | None:
    user = get_user(request)
    return user if isinstance(user, User) else None
