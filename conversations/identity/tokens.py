"""Credentials of programs: a secret that is shown once, of which only a digest is kept."""

import secrets
from hashlib import sha256

from django.db import transaction
from django.db.models.functions import Now

from conversations.models import ApiToken, User
from conversations.prepared import columns, loaded, rows
from conversations.telling.news import end_streams

# Asked with each call of a program: to compile it anew would cost more than to run it.
HOLDER = f"""
SELECT {columns(User, "u")} FROM conversations_user u JOIN conversations_apitoken t ON t.user_id = u.id
WHERE t.digest = %s AND t.revoked_at IS NULL AND u.is_active
"""  # noqa: S608  (the names of columns)


def issue(user: User, *, name: str = "") -> str:
    """A new secret; nobody can read it again later."""
    secret = secrets.token_urlsafe(32)
    ApiToken.objects.create(user=user, name=name, digest=digest(secret))
    return secret


def find(secret: str) -> ApiToken | None:
    """The token of this secret and its user, unless it was revoked or the user is inactive.

    The look-up is by digest: how long it takes says nothing about any secret.
    """
    tokens = ApiToken.objects.select_related("user")
    return tokens.filter(digest=digest(secret), revoked_at=None, user__is_active=True).first()


def holder(secret: str) -> User | None:
    """Whose token `find` would find."""
    return next((loaded(User, row) for row in rows(HOLDER, [digest(secret)])), None)


@transaction.atomic
def revoke(token: ApiToken) -> None:
    """Ends the open streams of its user too, whatever credential opened them; the others come back."""
    if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=Now()):
        end_streams(token.user)


def digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
