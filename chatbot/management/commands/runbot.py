import asyncio
import os
import signal
import sys
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbot.collector import Collector
from chatbot.metrics.port import MetricsPort, MetricsPortError, Place
from chatbot.metrics.worker import worker_text
from chatbot.postgresql.patience import limit_waits
from chatbot.worker.liveness import LivenessFileError
from chatbot.worker.worker import Worker
from streaming.broker.errors import BrokerRefusedError
from streaming.configuration import broker_options

LEAVING = 2.0


class Command(BaseCommand):
    help = "Answers messages. Several side by side share the work. SIGTERM: finish, hand over, leave."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=settings.WORKER_CONCURRENCY)
        parser.add_argument("--drain-seconds", type=float, default=settings.WORKER_DRAIN_SECONDS)
        parser.add_argument("--liveness-file", type=Path, default=settings.WORKER_LIVENESS_FILE)
        parser.add_argument("--metrics-port", type=int, default=settings.WORKER_METRICS_PORT)
        parser.add_argument("--metrics-address", default=settings.WORKER_METRICS_ADDRESS)

    def handle(
        self,
        *args: Any,
        concurrency: int,
        drain_seconds: float,
        liveness_file: Path | None,
        **options: Any,
    ) -> None:
        if not broker_options().is_set:
            raise CommandError("KAFKA_BOOTSTRAP_SERVERS is not set: give host:port of a Kafka broker")
        if concurrency < 1:
            raise CommandError(f"--concurrency must be 1 or more, and is {concurrency}")
        try:
            place = Place(options["metrics_address"], options["metrics_port"])
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
                runner.run(run(concurrency, drain_seconds, liveness_file, place))
        except (BrokerRefusedError, LivenessFileError, MetricsPortError) as error:
            raise CommandError(str(error)) from error


async def run(concurrency: int, drain_seconds: float, liveness_file: Path | None, metrics: Place) -> None:
    limit_waits()
    worker = Worker(concurrency=concurrency, drain_seconds=drain_seconds, liveness_file=liveness_file)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, worker.leave)
    status, collector = 1, Collector()
    collector.start()
    try:
        with MetricsPort(metrics, worker_text(worker)) if metrics.is_open else nullcontext():
            await worker.run()
        status = int(worker.has_hung)
    finally:
        await collector.stop()
        leave_surely(status)
    if worker.has_hung:
        sys.stderr.write(
            "PostgreSQL hangs: left without waiting for it. Other workers go on with the rest.\n"
        )
        sys.stderr.flush()
        os._exit(1)


def leave_surely(status: int) -> None:
    """Ends this process within 2 seconds, even if a bot's task or thread refuses to end: all work is done."""
    end = threading.Timer(LEAVING, os._exit, [status])
    end.daemon = True
    end.start()
