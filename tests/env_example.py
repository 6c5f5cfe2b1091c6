"""`python -m tests.env_example`: does .env.example list what the service reads, and nothing else?"""

import ast
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
READERS = {"flag", "hosts", "text", "number", "words", "database", "matching", "secret"}
SOURCES = ("chatbot/settings.py", "chatbot/gunicorn.py")
# Any librdkafka option can be given as KAFKA_…; the example shows the ones that most people need.
KAFKA = "KAFKA_"


def main() -> int:
    read, shown = names_read(), names_shown()
    missing = {name for name in read | {"KAFKA_BOOTSTRAP_SERVERS"} if name not in shown}
    unread = {name for name in shown - read if not name.startswith(KAFKA)}
    for name in sorted(missing):
        sys.stderr.write(f"{name} is read and not in .env.example: give it a line there\n")
    for name in sorted(unread):
        sys.stderr.write(f"{name} is in .env.example and nothing reads it: take it out\n")
    return 1 if missing or unread else 0


def names_read() -> set[str]:
    compose = (ROOT / "docker-compose.yml").read_text()
    names = set(re.findall(r"\$\{(\w+)", compose))
    return names.union(*(names_in(ast.parse((ROOT / source).read_text())) for source in SOURCES))


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
    return set(re.findall(r"^#? ?([A-Z][A-Z0-9_]*)=", (ROOT / ".env.example").read_text(), re.MULTILINE))


if __name__ == "__main__":
    sys.exit(main())
