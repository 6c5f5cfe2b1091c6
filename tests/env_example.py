"""`python -m tests.env_example`: does .env.example list what the service reads, and nothing else, as a shell
and Docker Compose read it, and does docker-compose.yml hand all of that to the containers?"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READERS = {"flag", "hosts", "text", "number", "words", "database", "matching", "secret"}
SOURCES = ("chatbot/settings.py", "chatbot/gunicorn.py")
# Any librdkafka option can be given as KAFKA_…; the example shows the ones that most people need.
KAFKA = "KAFKA_"
NOT_FOR_CONTAINERS = {"DEBUG", "STREAM_EPOCH"}
IN_THE_IMAGE = {"STATIC_ROOT", "WORKER_LIVENESS_FILE"}
EXAMPLE = (ROOT / ".env.example").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()


def main() -> int:
    read, shown = names_read(), names_shown()
    missing = {name for name in read | {"KAFKA_BOOTSTRAP_SERVERS"} if name not in shown}
    unread = {name for name in shown - read if not name.startswith(KAFKA)}
    for name in sorted(missing):
        sys.stderr.write(f"{name} is read and not in .env.example: give it a line there\n")
    kept = names_read_by_the_service() - names_handed_on() - NOT_FOR_CONTAINERS - IN_THE_IMAGE
    for name in sorted(kept):
        sys.stderr.write(f"{name} is read and docker-compose.yml does not hand it on: give it a line there\n")
    for name in sorted(unread):
        sys.stderr.write(f"{name} is in .env.example and nothing reads it: take it out\n")
    for name in (bare := bare_names()):
        sys.stderr.write(f"{name} in .env.example has a space in it: put it into quotes, for `. ./.env`\n")
    return 1 if missing or unread or kept or bare else 0


def names_read() -> set[str]:
    return names_read_by_the_service() | set(re.findall(r"\$\{(\w+)", COMPOSE))


def names_read_by_the_service() -> set[str]:
    return set().union(*(names_in(ast.parse((ROOT / source).read_text())) for source in SOURCES))


def names_handed_on() -> set[str]:
    """The variables that both web and worker are given."""
    return set(re.findall(r"^    ([A-Z][A-Z0-9_]*):", COMPOSE.partition("\nservices:")[0], re.MULTILINE))


def names_in(module: ast.Module) -> set[str]:
    """The first arguments of all calls of `chatbot.environment`'s readers."""
    return {
        node.args[0].value
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in READERS
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def names_shown() -> set[str]:
    return set(re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", EXAMPLE, re.MULTILINE))


def bare_names() -> list[str]:
    return re.findall(r'^#? ?([A-Z][A-Z0-9_]*)=[^"\n]* ', EXAMPLE, re.MULTILINE)


if __name__ == "__main__":
    sys.exit(main())
