"""How log lines look: for people (`line`), or for programs (`json`); the same for the servers' own lines."""

import json
import logging
import logging.config
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

from streaming.trace import REQUEST, identifiers

# They write with handlers of their own, which they made before the settings were read.
SERVERS = ("uvicorn", "uvicorn.error", "uvicorn.access", "gunicorn.error", "gunicorn.access")
# At DEBUG they write down what a model or a tool is asked, and at INFO each request.
TALKATIVE = ("openai", "anthropic", "google_genai", "httpx", "httpcore", "httpx2", "httpcore2")
logger = logging.getLogger(__name__)


def logging_of(level: str, form: str) -> dict[str, Any]:
    """Django's `LOGGING`: `form` is `line` or `json`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "line": {"()": "chatbot.logs.LineFormatter"},
            "json": {"()": "chatbot.logs.JsonFormatter"},
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": form}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django's own handlers would write everything once more with DEBUG, in another form.
            "django": {"handlers": []},
            # Each connection that the pool lends is news to nobody.
            "psycopg": {"level": "DEBUG" if level == "DEBUG" else "WARNING"},
            **{name: {"level": "WARNING"} for name in TALKATIVE},
            # What it can't read it writes down, with what is in it. That a server is away we say ourselves.
            "mcp": {"level": "CRITICAL"},
        },
    }


class LineFormatter(logging.Formatter):
    """One line a message, with the request's id at its end where there is one; a traceback takes more."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        line = super().formatMessage(record)
        request = identifiers().get(REQUEST)
        return line if request is None else f"{line} (request {request})"


class JsonFormatter(logging.Formatter):
    """One object a line, whatever is in it: nothing but ASCII, and a traceback is one field."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
            **identifiers(),
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line)


def configure(config: dict[str, Any]) -> None:
    """Django's `LOGGING_CONFIG`; the servers' handlers get the same format, and write where they did."""
    logging.config.dictConfig(config)
    formatter = logging.getLogger().handlers[0].formatter
    for name in SERVERS:
        for handler in logging.getLogger(name).handlers:
            handler.setFormatter(formatter)
    if isinstance(formatter, JsonFormatter):
        _catch_what_python_prints()


def _catch_what_python_prints() -> None:
    """Warnings, and what ends the process or a thread: a program that reads the log has no use for prose."""
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_end
    threading.excepthook = _log_thread_end


def _log_end(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, Exception):
        logger.critical("the process ends by an error", exc_info=(kind, error, trace))


def _log_thread_end(end: threading.ExceptHookArgs) -> None:
    name = end.thread.name if end.thread is not None else "unknown"
    if end.exc_value is not None:
        about = (end.exc_type, end.exc_value, end.exc_traceback)
        logger.critical("the thread %s ends by an error", name, exc_info=about)
