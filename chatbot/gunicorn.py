"""Gunicorn's configuration: `gunicorn -c chatbot/gunicorn.py chatbot.asgi:application`.

Each worker loads the application itself (no preload): its broker's threads would not survive a fork.
"""

import os

from uvicorn_worker import UvicornWorker

from chatbot.environment import number

# Uvicorn on its fast parts; what is still open 3 s after SIGTERM is cut, and resumes at another process.
SERVER = {"loop": "uvloop", "http": "httptools", "lifespan": "on", "timeout_graceful_shutdown": 3}

worker_class = type("Worker", (UvicornWorker,), {"CONFIG_KWARGS": SERVER})
workers = number("WEB_CONCURRENCY", os.cpu_count() or 1, low=1, high=1000)
graceful_timeout = 4  # seconds until gunicorn kills a worker that SIGTERM did not end
accesslog = None
errorlog = "-"
control_socket_disable = True  # it would be in the home folder, shared by every copy of that account
