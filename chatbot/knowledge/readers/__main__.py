"""The process that reads files, one after the other: `python -m chatbot.knowledge.readers FD`.

Over that pipe it is sent a path and the bytes of its file, and answers with JSON: an `Extract`, or `error`.
It ends with its owner, whose end of the pipe is then closed, or at the latest by what it may use.
"""

import json
import os
import resource
import sys
import warnings
from contextlib import suppress
from dataclasses import asdict
from multiprocessing.connection import Connection
from typing import Any

from django.conf import settings

from .extract import extract
from .formats import format_of
from .reading import UnreadableError

MEMORY = 1_500_000_000
"""Bytes of address space; a tenth of it is taken by the parsers themselves."""
CPU_SECONDS = 3_600
DEPTH = 4_000
NICENESS = 10
"""Answers go first."""


def main() -> None:
    warnings.simplefilter("ignore")
    os.nice(NICENESS)
    sys.setrecursionlimit(DEPTH)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(ValueError, OSError):  # not every system bounds memory
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    settings.configure(IMAGE_HOSTS=frozenset(filter(None, os.environ["IMAGE_HOSTS"].split(","))))
    line = Connection(int(sys.argv[1]))
    while True:
        try:
            path, data = os.fsdecode(line.recv_bytes()), line.recv_bytes()
        except EOFError:
            return
        line.send_bytes(json.dumps(answer(path, data)).encode())


def answer(path: str, data: bytes) -> dict[str, Any]:
    kind = format_of(path)
    assert kind is not None, "nothing else is sent here"
    try:
        return asdict(extract(path, kind, data))
    except UnreadableError as error:
        return {"error": str(error)}


main()
