from django.db import models
from django.db.models import F
from django.db.models.functions import Now


class Announced(models.Model):
    """A row whose changes readers must be told of.

    `rev` counts those changes. `announce_since` is set with each and cleared by the broker's
    acknowledgement of that very `rev`; a row that stays marked is published again by the news sweep.
    """

    rev = models.PositiveBigIntegerField(default=1, db_default=1, editable=False)
    announce_since = models.DateTimeField(null=True, db_default=Now(), editable=False)

    class Meta:
        abstract = True


def raised() -> dict[str, object]:
    """The columns of an UPDATE that readers must hear about: `rows.update(title=…, **raised())`."""
    return {"rev": F("rev") + 1, "announce_since": Now()}
