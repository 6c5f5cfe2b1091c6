from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from streaming.broker.errors import BrokerError
from streaming.configuration import topic_client, topics


class Command(BaseCommand):
    help = "Creates the Kafka topics that are missing; those that are there stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = topics()
        try:
            made = topic_client().prepare(wanted, partitions=settings.TOPIC_PARTITIONS)
        except BrokerError as error:
            server = settings.KAFKA["bootstrap.servers"]
            raise CommandError(f"Topics could not be prepared on {server!r}: {error}") from error
        for one in wanted:
            self.stdout.write(f"{one.name}: {'created' if one.name in made else 'was there'}")
