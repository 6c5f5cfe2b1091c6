"""A dead record goes back to the topic that it came from, as it was."""

from collections.abc import Sequence

from django.db.models.functions import Now

from conversations import dead_headers
from conversations.models import DeadRecord
from streaming import publishing
from streaming.configuration import topics
from streaming.publishing import Parcel


def is_of_our_topics(record: DeadRecord) -> bool:
    """TOPIC_PREFIX may have been another one when it was buried."""
    return record.topic in {topic.name for topic in topics()}


def send_back(records: Sequence[DeadRecord]) -> list[DeadRecord]:
    """Those that Kafka has again, and only they are marked; blocks for 6 seconds at most.

    One that can't be handled this time either becomes another dead record, of its new place.
    """
    oldest_first = sorted(records, key=lambda record: record.pk)
    are_there = publishing.send_all_surely([_parcel(record) for record in oldest_first])
    sent = [record for record, is_there in zip(oldest_first, are_there, strict=True) if is_there]
    DeadRecord.objects.filter(pk__in=[record.pk for record in sent]).update(sent_back_at=Now())
    return sent


def _parcel(record: DeadRecord) -> Parcel:
    headers = dead_headers.as_they_were(record.headers)
    value = None if record.value is None else bytes(record.value)
    return Parcel(record.topic, bytes(record.key or b""), value, headers)
