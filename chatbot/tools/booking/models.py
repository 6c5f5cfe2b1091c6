from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.dateformat import format as formatted


class Appointment(models.Model):
    """A time that can be booked, and goes by its number; it is free while it is nobody's."""

    starts_at = models.DateTimeField(unique=True)
    # PostgreSQL itself frees those of a user who is removed: a version that knows none removes users too.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="appointments",
        db_constraint=False,
    )
    booked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.pk}: {self.when}"

    @property
    def when(self) -> str:
        return formatted(timezone.localtime(self.starts_at), "l, j F Y, H:i")

    @property
    def is_past(self) -> bool:
        return self.starts_at <= timezone.now()
