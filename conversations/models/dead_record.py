from django.db import models
from django.db.models.functions import MD5, Coalesce, Now
from uuid_utils.compat import uuid7


class DeadRecord(models.Model):
    """A Kafka record that could not be handled: what it held, where it lay, and why it was given up."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField(max_length=249)
    partition = models.PositiveIntegerField()
    offset = models.PositiveBigIntegerField()
    key = models.BinaryField(null=True)
    value = models.BinaryField(null=True)
    headers = models.JSONField(default=list)
    reason = models.TextField()
    created_at = models.DateTimeField(db_default=Now())
    sent_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            # A topic that was made anew has other records at the same places.
            models.UniqueConstraint(
                "topic",
                "partition",
                "offset",
                MD5(Coalesce("value", models.Value(b"", models.BinaryField()))),
                name="dead_record_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}-{self.partition}@{self.offset}"
