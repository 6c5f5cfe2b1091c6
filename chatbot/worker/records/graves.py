import logging

from django.db import DatabaseError, InterfaceError, OperationalError, connection

from chatbot.storable import storable
from conversations import dead_headers
from conversations.models import DeadRecord
from streaming.record import Record

logger = logging.getLogger(__name__)


def bury(record: Record, topic: str, reason: str) -> bool:
    """Keeps a record that can't be handled, for a person to look at; False while PostgreSQL is away.

    One that PostgreSQL refuses is only logged: it must not hold up those behind it.
    """
    place = {"topic": topic, "partition": record.partition, "offset": record.offset}
    headers = dead_headers.kept(record.headers)
    more = {"key": record.key, "headers": headers, "reason": storable(reason)}
    try:
        DeadRecord.objects.get_or_create(**place, value=record.value, defaults=more)
    except (OperationalError, InterfaceError) as error:
        logger.warning("a dead record waits for PostgreSQL: %s", error)
        return False
    except DatabaseError:
        logger.exception("a dead record is lost: %s-%s@%s", topic, record.partition, record.offset)
    else:
        logger.warning("a dead record: %s-%s@%s", topic, record.partition, record.offset)
    finally:
        connection.close()
    return True
