import asyncio
import signal
from types import FrameType
from typing import Any

from django.conf import settings

from chatbot.collector import Collector
from chatbot.metrics.watch import Watch, watches
from chatbot.metrics.web import WebFigures
from chatbot.postgresql.patience import limit_waits
from chatbot.protocol import bound
from conversations.streams import lookups, stream_thread
from conversations.streams.lookups import Lookups
from conversations.streams.stream_thread import StreamThread
from conversations.telling import acknowledgements
from conversations.telling.acknowledgements import Acknowledgements
from streaming import delivery, publishing
from streaming.broker.errors import BrokerError, BrokerRefusedError
from streaming.broker.publisher import Publisher
from streaming.configuration import RESPONSES, broker_options, topic
from streaming.credential_watch import CredentialWatch
from streaming.delivery import Delivery

SPREAD = 1.0  # streams end within this many seconds of SIGTERM
GRACE = 2  # and the server waits this long for what will not end
PATIENCE = 3.0  # with a broker that does not answer, before requests are taken all the same
PUBLISHING_PATIENCE_MS = 30_000


class Lifespan:
    """Owns what a web process has beside Django: delivery, publisher, acknowledgements (ASGI lifespan).

    Stopped in the reverse order of their start, after the last response has ended.
    """

    async def __call__(self, receive: Any, send: Any) -> None:
        await receive()
        try:
            await self._start()
        except BrokerError as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> None:
        options = broker_options()
        if not options.is_set:
            raise BrokerRefusedError("KAFKA_BOOTSTRAP_SERVERS is not set: give host:port of a Kafka broker")
        limit_waits()
        self._collector = Collector()
        self._acknowledgements = Acknowledgements()
        self._publisher = Publisher(options, patience_ms=PUBLISHING_PATIENCE_MS)
        self._delivery = Delivery(options, topic(RESPONSES), fixed_epoch=settings.STREAM_EPOCH)
        self._thread = StreamThread()
        callers = Lookups(self._thread)
        self._credentials = CredentialWatch(self._delivery.hub, callers.generations)
        self._watch = Watch(WebFigures(self._delivery, self._publisher, self._acknowledgements))
        await self._delivery.start()  # the one that may refuse: nothing else runs yet
        self._acknowledgements.start()
        self._publisher.start()
        self._credentials.start()
        self._watch.start()
        lookups.install(callers)
        self._install()
        # Whoever comes before that would be refused, and come again: after a deploy, everybody.
        await self._delivery.looked(within=PATIENCE)
        bound(_server())
        self._leave_at(signal.SIGTERM, signal.SIGINT)
        self._collector.start()

    def _install(self) -> None:
        stream_thread.install(self._thread)
        acknowledgements.install(self._acknowledgements)
        publishing.install(self._publisher)
        delivery.install(self._delivery)
        watches.install(self._watch)

    async def _stop(self) -> None:
        await self._collector.stop()
        await self._credentials.stop()
        await asyncio.to_thread(self._watch.stop)
        await self._delivery.stop()
        await asyncio.to_thread(self._publisher.stop, timeout=1.0)
        await asyncio.to_thread(self._acknowledgements.stop)
        self._thread.stop()

    def _leave_at(self, *signals: signal.Signals) -> None:
        """The server waits for open responses before it tells us to stop: streams have to end before."""
        loop = asyncio.get_running_loop()
        for number in signals:
            previous = signal.getsignal(number)

            def leave(number: int, frame: FrameType | None, previous: Any = previous) -> None:
                loop.call_soon_threadsafe(self._leave, getattr(previous, "__self__", None))
                if callable(previous):
                    previous(number, frame)

            signal.signal(number, leave)

    def _leave(self, server: Any) -> None:
        self._delivery.leave(within=SPREAD)
        # Uvicorn's own patience has no end, and one client that reads nothing would use it up.
        config = getattr(server, "config", None)
        if config is not None and getattr(config, "timeout_graceful_shutdown", GRACE) is None:
            config.timeout_graceful_shutdown = GRACE


def _server() -> Any:
    """Uvicorn says nothing of itself to the application, but has taken the signals by now."""
    return getattr(signal.getsignal(signal.SIGTERM), "__self__", None)
