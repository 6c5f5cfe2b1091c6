from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from tests.brokers import embedded
from tests.databases import database
from tests.page.proxy import Proxy
from tests.page.visitor import Arrive, Visitor
from tests.stack import Stack

DOCUMENT = Path(__file__).parent / "pigeons.md"


@pytest.fixture(scope="session")
def service(template: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The script bot answers, unless a conversation names another; what is known is about pigeons."""
    folder = tmp_path_factory.mktemp("page")
    with database(template) as url:
        stack = Stack(folder, embedded(), url)
        stack.environ["BOT"] = "script"
        stack.manage("ingest", str(DOCUMENT))
        with stack:
            yield stack


@pytest.fixture
def arrive(service: Stack, browser: Browser) -> Iterator[Arrive]:
    """Lets somebody come with a browser of their own; no page may have complained in the end."""
    with ExitStack() as leaving:
        visitors: list[Visitor] = []

        def arrive(**options: Any) -> Visitor:
            context = browser.new_context(**options)
            leaving.callback(context.close)
            visitors.append(Visitor(context, service.base_url))
            return visitors[-1]

        yield arrive
        assert [complaint for visitor in visitors for complaint in visitor.complaints] == []


@pytest.fixture
def alice(arrive: Arrive) -> Visitor:
    return arrive()


@pytest.fixture
def proxy(service: Stack) -> Iterator[Proxy]:
    with Proxy(service.base_url) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def static_files() -> Iterator[str]:
    """The address of a server of the static folder, as it is."""
    handler = partial(_Quiet, directory=str(settings.BASE_DIR / "static"))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, name="static files")
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        pass
