"""Gunicorn's configuration: `gunicorn -c chatbot/gunicorn.py chatbot.asgi:application`.

The application is loaded once, before the port is open: a wrong setting ends gunicorn at once, and clients
who come back after a deploy do not wait for imports. Nothing is started by loading it: threads and
connections would not survive the fork, and are made by each worker's lifespan. To run new code, restart
gunicorn: SIGHUP goes on with the old one.
"""

import os
from typing import Any

from uvicorn_worker import UvicornWorker

from chatbot.environment import number
from chatbot.metrics.siblings import Siblings, siblings

# Uvicorn on its fast parts; what is still open 3 s after SIGTERM is cut, and resumes at another process.
SERVER = {"loop": "uvloop", "http": "httptools", "lifespan": "on", "timeout_graceful_shutdown": 3}

preload_app = True
worker_class = type("Worker", (UvicornWorker,), {"CONFIG_KWARGS": SERVER})
workers = number("WEB_CONCURRENCY", os.cpu_count() or 1, low=1, high=1000)
# Clients who come back all at once wait here for their turn (Linux caps it at net.core.somaxconn); whom it
# can't hold tries again after 1, 3 and 7 seconds.
backlog = 16_384
graceful_timeout = 4  # seconds until gunicorn kills a worker that SIGTERM did not end
accesslog = None
errorlog = "-"
control_socket_disable = True  # it would be in the home folder, shared by every copy of that account


def on_starting(server: Any) -> None:
    """Before the first fork: its processes share their figures."""
    siblings.install(Siblings())


def child_exit(server: Any, worker: Any) -> None:
    family = siblings.get()
    if family is not None:
        family.bury(worker.pid)


def on_exit(server: Any) -> None:
    family = siblings.get()
    if family is not None:
        family.close()
