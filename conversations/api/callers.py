"""Who may call: a program with a token, a person with a session, for one call a guest to be."""

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from ninja.errors import AuthenticationError
from ninja.security.apikey import APIKeyCookie
from ninja.security.http import HttpAuthBase
from ninja.utils import check_csrf

from conversations.identity.access import bearer, session_user, token_user
from conversations.models import User


class CalledBy(HttpRequest):
    """A request that was let in; `auth` is who sent it."""

    auth: User | AnonymousUser


class MediaTypeError(Exception):
    pass


class CsrfError(Exception):
    pass


class Token(HttpAuthBase):
    openapi_scheme = "bearer"

    def __call__(self, request: HttpRequest) -> User | None:
        secret = bearer(request)
        if secret is None:
            return None
        user = token_user(secret)
        if user is None:
            raise AuthenticationError
        _refuse_other_media(request)
        return user


class Session(APIKeyCookie):
    param_name = "sessionid"

    def __init__(self) -> None:
        super().__init__(csrf=False)

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        user = session_user(request)
        if user is None:
            return None
        _refuse_other_media(request)
        if not _from_our_pages(request):
            raise CsrfError
        return user


class Newcomer(APIKeyCookie):
    """Nobody yet, on one of our pages: the call makes a guest of them, if it succeeds."""

    param_name = "csrftoken"

    def __init__(self) -> None:
        super().__init__(csrf=False)

    def authenticate(self, request: HttpRequest, key: str | None) -> AnonymousUser | None:
        _refuse_other_media(request)
        return AnonymousUser() if settings.ALLOW_GUESTS and _from_our_pages(request) else None


def user_of(request: CalledBy) -> User:
    """For the calls that only a user gets to."""
    if not isinstance(request.auth, User):
        raise AuthenticationError
    return request.auth


def _refuse_other_media(request: HttpRequest) -> None:
    """Before anything reads the body: a form would be parsed as one, and then be gone."""
    if request.content_type not in ("", "application/json") and request.headers.get("Content-Length") != "0":
        raise MediaTypeError


def _from_our_pages(request: HttpRequest) -> bool:
    return check_csrf(request) is None
