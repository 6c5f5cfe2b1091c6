"""manage.py with Django loaded once: to load it is most of what a command costs.

Each command runs in a fork, which starts as manage.py would be behind its imports, and ends as it does.
"""

import gc
import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from tempfile import TemporaryFile
from typing import IO, NamedTuple

import django
from django.conf import settings
from django.core.management import execute_from_command_line


class Done(NamedTuple):
    status: int
    stdout: str
    stderr: str


class Console:
    """Its commands see `environ` as it was at the start; `stop` ends it."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = dict(environ)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.console"],
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def run(self, arguments: Sequence[str], *, within: float) -> Done:
        """AssertionError where it takes longer than `within` seconds, or Django could not be loaded."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(arguments).encode() + b"\n")
        stdin.flush()
        ready, _, _ = select.select([stdout], [], [], within)
        assert ready, f"not within {within:g} s: manage.py {arguments[0]}"
        said = stdout.readline()
        assert said, f"manage.py {arguments[0]} got no answer: what the console wrote says why"
        return Done(*json.loads(said))

    def stop(self) -> None:
        """May be called twice."""
        with self._process:  # closes its standard input, which ends it, and waits
            self._process.kill()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatbot.settings")
    django.setup()
    import_module(settings.ROOT_URLCONF)
    gc.freeze()  # else each fork looks through all of it when it ends, which costs more than its command
    for line in sys.stdin:
        print(json.dumps(answered(json.loads(line))), flush=True)  # noqa: T201 - its answer


def answered(arguments: list[str]) -> Done:
    with TemporaryFile() as stdout, TemporaryFile() as stderr:
        child = os.fork()
        if child == 0:
            carry_out(arguments, stdout, stderr)
        _, status = os.waitpid(child, 0)
        return Done(os.waitstatus_to_exitcode(status), text(stdout), text(stderr))


def carry_out(arguments: list[str], stdout: IO[bytes], stderr: IO[bytes]) -> None:
    os.dup2(stdout.fileno(), sys.stdout.fileno())
    os.dup2(stderr.fileno(), sys.stderr.fileno())
    execute_from_command_line(["manage.py", *arguments])
    sys.exit()


def text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


if __name__ == "__main__":
    main()
