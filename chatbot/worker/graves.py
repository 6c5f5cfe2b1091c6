import logging

from django.db import DatabaseError, connection

from conversations.models import DeadRecord
from streaming.record import Record

logger = logging.getLogger(__name__)


def bury(record: Record, topic: str, reason: str) -> bool:
    """Keeps a record that can't be handled, for a person to look at; False while PostgreSQL is away."""
    place = {"topic": topic, "partition": record.partition, "offset": record.offset}
    body = {"key": record.key, "value": record.value, "headers": sorted(record.labels.items())}
    try:
        DeadRecord.objects.get_or_create(**place, defaults={**body, "reason": reason})
    except DatabaseError as error:
        logger.warning("a dead record waits for PostgreSQL: %s", error)
        return False
    else:
        logger.warning("a dead record: %s-%s@%s", topic, record.partition, record.offset)
        return True
    finally:
        connection.close()
