"""Documents that are uploaded in the admin, and the worker that reads them is killed in the middle."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from psycopg.rows import dict_row

from tests.brokers import Broker
from tests.databases import database
from tests.knowledge.papers import word
from tests.stack import Stack
from tests.waiting import wait_until

SLOW = b"<h1>Slow</h1>" + b"<p>Some words that say little.</p>" * 12_000
QUICK = word(("Heading1", "Ropes"), ("", "Coil every rope clockwise."))
FILES = "SELECT path, outcome, tries, leased_until FROM knowledge_ingestionfile ORDER BY id"
RUN_OUT = "UPDATE knowledge_ingestionfile SET leased_until = now() WHERE leased_until IS NOT NULL"
FINISHED = "SELECT id FROM knowledge_ingestionjob WHERE finished_at IS NOT NULL"
PASSAGES = """
    SELECT DISTINCT document.title FROM knowledge_passage passage
    JOIN knowledge_document document ON document.id = passage.document_id ORDER BY 1
"""


@pytest.fixture
def url(template: str) -> Iterator[str]:
    with database(template) as url:
        yield url


@pytest.fixture
def stack(embedded_broker: Broker, url: str, tmp_path: Path) -> Iterator[Stack]:
    with Stack(tmp_path, embedded_broker, url) as stack:
        yield stack


@pytest.fixture
def admin(stack: Stack) -> Iterator[httpx.Client]:
    stack.environ["DJANGO_SUPERUSER_PASSWORD"] = "of the tests"
    stack.manage("createsuperuser", "--noinput", "--username=charlie", "--email=charlie@example.org")
    with httpx.Client(base_url=stack.base_url, follow_redirects=True) as client:
        send(client, "/admin/login/", {"username": "charlie", "password": "of the tests"})
        yield client


def send(client: httpx.Client, path: str, data: dict[str, str], files: Any = None) -> httpx.Response:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(path).text)
    assert found is not None
    headers = {"Referer": str(client.base_url)}
    token = {"csrfmiddlewaretoken": found[1]}
    return client.post(path, data={**data, **token}, files=files, headers=headers).raise_for_status()


def rows(url: str, statement: Any) -> list[dict[str, Any]]:
    with psycopg.connect(url, autocommit=True, row_factory=dict_row) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def test_another_worker_reads_what_a_killed_one_had(stack: Stack, admin: httpx.Client, url: str) -> None:
    files = [("documents", ("quick.docx", QUICK)), ("documents", ("slow.html", SLOW))]

    shown = send(admin, "/admin/knowledge/document/add/", {"folder": "manuals"}, files)
    wait_until(lambda: [file["tries"] for file in rows(url, FILES)] == [1, 1], 30, what="the slow file read")
    stack.workers[0].kill()
    left = rows(url, FILES)
    rows(url, RUN_OUT)
    stack.add_worker()
    wait_until(lambda: rows(url, FINISHED), 60, what="the end of the job")

    assert "manuals/slow.html" in shown.text
    assert [file["outcome"] for file in left] == ["added", "waiting"]
    assert [(file["outcome"], file["tries"]) for file in rows(url, FILES)] == [("added", 1), ("added", 2)]
    assert [row["title"] for row in rows(url, PASSAGES)] == ["Ropes", "Slow"]
    assert "2 of 2 files" in admin.get(shown.url).text
