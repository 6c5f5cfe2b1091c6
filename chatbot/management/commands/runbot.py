import asyncio
import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbot.postgresql.patience import limit_waits
from chatbot.worker.worker import Worker
from streaming.broker.errors import BrokerRefusedError
from streaming.configuration import broker_options


class Command(BaseCommand):
    help = "Answers messages. Several side by side share the work. SIGTERM: finish, hand over, leave."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=settings.WORKER_CONCURRENCY)
        parser.add_argument("--drain-seconds", type=float, default=settings.WORKER_DRAIN_SECONDS)

    def handle(self, *args: Any, concurrency: int, drain_seconds: float, **options: Any) -> None:
        if not broker_options().is_set:
            raise CommandError("KAFKA_BOOTSTRAP_SERVERS is not set: give host:port of a Kafka broker")
        if concurrency < 1:
            raise CommandError(f"--concurrency must be 1 or more, and is {concurrency}")
        try:
            asyncio.run(run(concurrency, drain_seconds))
        except BrokerRefusedError as error:
            raise CommandError(str(error)) from error


async def run(concurrency: int, drain_seconds: float) -> None:
    limit_waits()
    worker = Worker(concurrency=concurrency, drain_seconds=drain_seconds)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.leave)
    await worker.run()
    if worker.has_hung:
        sys.stderr.write(
            "PostgreSQL hangs: left without waiting for it. Other workers go on with the rest.\n"
        )
        sys.stderr.flush()
        os._exit(1)
