"""Everything on this machine: PostgreSQL, the broker, the web process and a worker, under one roof."""

import os
import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

from chatbot.local.arguments import ROOT
from chatbot.local.broker import EmbeddedBroker
from chatbot.local.failure import AlreadySaidError, CannotRunError
from chatbot.local.folder import DataFolder
from chatbot.local.interruption import Interruption, StoppedError
from chatbot.local.lock import OnlyCopy
from chatbot.local.port import HOST, is_ready, refuse_taken
from chatbot.local.postgres import EmbeddedPostgres
from chatbot.local.process import Process
from chatbot.local.supervisor import Child, Supervisor

SETUP_SECONDS = 300
READY_SECONDS = 90
WEB_GRACE = 6.0
PATIENCE_AFTER_DRAIN = 3.0
WEB = (f"--host={HOST}", "--no-access-log", "--log-level=warning", "--timeout-graceful-shutdown=4")
OWN_NAMES = ("SECRET_KEY", "DATABASE_URL", "STREAM_EPOCH", "TOPIC_PREFIX")
BROUGHT = "CHATBOT_BROUGHT"  # in `.local/env`: the names of what a copy brought along
WELCOME = """
  The chatbot is ready:   http://localhost:{port}/
  Stop it with Ctrl-C. Conversations are kept for the next start.
  Other commands reach it after `. {env}`, for example:
    . {env} && {python} manage.py createtoken alice --create-user
"""
# What the terminal of one person wants, unless the environment says otherwise.
HERE = {"LOG_LEVEL": "WARNING", "WORKER_DRAIN_SECONDS": "3"}


def run(port: int, data: Path) -> int:
    """Runs until Ctrl-C (status 0), or until it can't go on: one sentence on stderr, and its status."""
    with Interruption() as interruption:
        try:
            with ExitStack() as stack:
                LocalService(port, DataFolder(data), interruption, stack).run()
        except StoppedError:
            pass
        except CannotRunError as reason:
            # Ctrl-C may reach a process in the instant before it has a session of its own: no failure.
            if not interruption.has_come:
                sys.stderr.write(f"{reason}\n" if str(reason) else "")
                return reason.status
    say("Stopped.")
    return 0


def say(line: str) -> None:
    with suppress(OSError):  # a terminal that was closed
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


class LocalService:
    """Starts one thing after the other; `stack` holds how each is stopped, in the opposite order."""

    def __init__(self, port: int, folder: DataFolder, interruption: Interruption, stack: ExitStack) -> None:
        self._port = port
        self._folder = folder
        self._interruption = interruption
        self._stack = stack
        self._environ = {**HERE, **chosen(os.environ)}
        self._brought: list[str] = []
        self._postgres: EmbeddedPostgres | None = None

    def run(self) -> None:
        self._folder.open()
        self._stack.enter_context(OnlyCopy(self._folder.path))
        refuse_taken(self._port)
        own = self._own()
        self._brought = list(own)
        self._environ.update(own)
        self._set_up()
        supervisor = self._supervisor()
        self._stack.callback(supervisor.stop)
        supervisor.start()
        self._await_readiness(supervisor)
        say(self._welcome())
        supervisor.run()

    def _own(self) -> dict[str, str]:
        """What the environment lacks, brought along."""
        own = {}
        if not self._environ.get("SECRET_KEY"):
            own["SECRET_KEY"] = self._folder.secret_key()
        if not self._environ.get("DATABASE_URL"):
            own["DATABASE_URL"] = self._own_postgres()
        if not self._environ.get("KAFKA_BOOTSTRAP_SERVERS"):
            own.update(self._broker())
        return own

    def _own_postgres(self) -> str:
        say(f"Starting PostgreSQL (its data is in {self._folder.path}) …")
        self._postgres = EmbeddedPostgres(self._folder.path / "postgres", check=self._interruption.check)
        self._postgres.start()
        self._stack.callback(self._postgres.stop)
        return self._postgres.url

    def _broker(self) -> dict[str, str]:
        say("Starting the broker …")
        broker = EmbeddedBroker()
        broker.start()
        self._stack.callback(broker.stop)
        return broker.environ

    def _set_up(self) -> None:
        say("Preparing tables, topics and the first documents …")
        setup = self._python("chatbot.local.setup")
        setup.start()
        try:
            status = setup.wait(SETUP_SECONDS, check=self._interruption.check)
        finally:
            setup.kill()
        if status is None:
            raise CannotRunError(f"Preparing the database took more than {SETUP_SECONDS} s and was given up.")
        if status != 0:
            raise AlreadySaidError(status)

    def _supervisor(self) -> Supervisor:
        drain = float(self._environ["WORKER_DRAIN_SECONDS"])
        web = self._python("uvicorn", "chatbot.asgi:application", *WEB, f"--port={self._port}")
        worker = Process([sys.executable, "manage.py", "runbot"], environ=self._environ)
        return Supervisor(
            [
                Child("web process", web, grace=WEB_GRACE, say=say),
                Child("worker", worker, grace=drain + PATIENCE_AFTER_DRAIN, say=say),
            ],
            check=self._look_around,
            hurry=self._interruption.check_hurry,
        )

    def _look_around(self) -> None:
        self._interruption.check()
        if self._postgres is not None and self._postgres.has_ended:
            say("PostgreSQL has ended; starting it again.")
            self._postgres.start_again()

    def _python(self, module: str, *arguments: str) -> Process:
        return Process([sys.executable, "-m", module, *arguments], environ=self._environ)

    def _await_readiness(self, supervisor: Supervisor) -> None:
        say("Starting the web process and a worker …")
        deadline = time.monotonic() + READY_SECONDS

        def ready_or_late() -> bool:
            return is_ready(self._port) or time.monotonic() > deadline

        supervisor.run(until=ready_or_late)
        if not is_ready(self._port):
            raise CannotRunError(
                f"The web process was not ready within {READY_SECONDS} s: "
                f"http://{HOST}:{self._port}/readyz says what it waits for."
            )

    def _welcome(self) -> str:
        names = [*OWN_NAMES, *(name for name in self._environ if name.startswith("KAFKA_"))]
        known = {name: self._environ[name] for name in names if name in self._environ}
        file = self._folder.note_environment({**known, BROUGHT: " ".join(self._brought)})
        self._stack.callback(self._folder.forget_environment)
        return WELCOME.format(port=self._port, env=here(file), python=here(Path(sys.executable)))


def chosen(environ: Mapping[str, str]) -> dict[str, str]:
    """A terminal that has read `.local/env` keeps what a copy brought along: that was nobody's choice."""
    brought = environ.get(BROUGHT, "").split()
    return {name: value for name, value in environ.items() if name not in brought}


def here(path: Path) -> str:
    """As one types it in the project's folder."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
