"""A PostgreSQL to hurt: as safe as a durable one against everything but a power cut."""

from pathlib import Path
from urllib.parse import quote

import psycopg

from chatbot.local.account import unprivileged
from chatbot.local.postgres import PORT, EmbeddedPostgres, programs
from chatbot.local.process import Process
from tests.waiting import wait_until

START_SECONDS = 60.0
# Commits wait for the log as always: what the system was given outlives a kill -9 of every process.
OPTIONS = (
    "listen_addresses=",
    f"port={PORT}",
    "max_connections=200",
    "fsync=off",
    "log_min_messages=warning",
)


class Postgres:
    """Makes its data in `folder`, whose path must be short enough for a socket.

    `process` may be ended, and started again, from outside.
    """

    def __init__(self, folder: Path, log: Path) -> None:
        maker = EmbeddedPostgres(folder, durable=False)
        maker.start()
        maker.stop()
        settings = [*OPTIONS, f"unix_socket_directories={folder}"]
        command = [str(programs() / "postgres"), "-D", str(folder)]
        command += [word for setting in settings for word in ("-c", setting)]
        self.url = f"postgresql://postgres@{quote(str(folder), safe='')}:{PORT}/postgres"
        self.process = Process(command, log=log, account=unprivileged(folder))

    def start(self) -> None:
        self.process.start()
        wait_until(self._answers, START_SECONDS, what="PostgreSQL answers")

    def _answers(self) -> bool:
        try:
            with psycopg.connect(self.url, connect_timeout=2):
                return True
        except psycopg.OperationalError:
            return False
