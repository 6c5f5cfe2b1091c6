from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """Somebody who talks to a bot; a guest is one without a usable password, until they sign up."""

    is_guest = models.BooleanField(default=False)
    session_generation = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text="Raised by logout, revocation, a new password and deactivation: ends the open streams.",
    )

    @property
    def channel(self) -> str:
        """Where this user's events travel: the record key in `bot-responses`."""
        return str(self.pk)
