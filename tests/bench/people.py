"""For `manage.py shell`, which sets Django up."""

import secrets
import sys
from hashlib import sha256

from conversations.models import ApiToken, User


def make(number: int) -> None:
    """Users with a bearer token each; prints a line `id token` for each."""
    made = User.objects.bulk_create(User(username=f"reader-{index}", password="!") for index in range(number))
    tokens = [secrets.token_urlsafe(32) for _ in made]
    ApiToken.objects.bulk_create(
        ApiToken(user=user, digest=sha256(token.encode()).hexdigest())
        for user, token in zip(made, tokens, strict=True)
    )
    sys.stdout.writelines(f"{user.channel} {token}\n" for user, token in zip(made, tokens, strict=True))
