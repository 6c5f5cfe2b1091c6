"""docs/operations.md knows every figure, and no other."""

import re
from pathlib import Path

from tests.brokers import Broker
from tests.databases import database
from tests.port import free_port
from tests.stack import HOST, Stack
from tests.waiting import wait_until
from tests.web.gunicorn import TOKEN, Gunicorn, families

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def documented() -> set[str]:
    table = DOCUMENT.read_text().partition("### What each figure means")[2].partition("###")[0]
    return {
        name
        for line in table.splitlines()
        for name in re.findall(r"`((?:chatbot|process)_\w+)", line.partition("| ")[2].partition(" |")[0])
    }


def asked_for() -> set[str]:
    """What the queries of the alerts are about."""
    queries = DOCUMENT.read_text().partition("### What to alert on")[2].partition("\n## ")[0]
    return {name.removesuffix("_bucket") for name in re.findall(r"(?:chatbot|process)_\w+", queries)}


def test_the_table_has_every_figure_of_the_code_and_no_other(
    embedded_broker: Broker, template: str, tmp_path: Path
) -> None:
    port = free_port()
    with database(template) as url:
        stack = Stack(tmp_path, embedded_broker, url)
        stack.environ |= {"WORKER_METRICS_PORT": str(port), "METRICS_TOKEN": TOKEN}
        with stack, Gunicorn(stack) as gunicorn:
            worker = f"http://{HOST}:{port}"
            wait_until(lambda: "chatbot_replies" in families(worker), 20, what="the backlog's figures")

            told = families(gunicorn.base_url) | families(worker)

    assert told == documented()


def test_alerts_ask_for_figures_that_are_there() -> None:
    assert asked_for() <= documented() | {"chatbot_web"}
