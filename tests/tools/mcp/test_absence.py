"""MCP servers that are away, go, and come back; and processes that must not outlive us."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from chatbot.bots.protocol import ToolError
from chatbot.tools.mcp.configuration import Asks, ServerPlace
from conversations.models import Message
from tests.port import free_port
from tests.tools.mcp.conftest import HttpLibrary, stocked, there
from tests.tools.mcp.holder import LIBRARY
from tests.tools.scene import Attempts
from tests.waiting import wait_until, wait_until_async

pytestmark = pytest.mark.anyio
ROOT = Path(__file__).parents[3]


def is_running(process: int) -> bool:
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


async def test_a_process_that_ends_in_the_middle_is_reported_comes_back_and_ends_with_us(
    reply: Message, attempts: Attempts, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.TOOLS = {}
    monkeypatch.setenv("PASSWORD_OF_OURS", "secret")
    place = ServerPlace("library", command=LIBRARY, environment={"CARD": "4711"}, asks=Asks.NEVER)
    async with there(place) as servers:
        await stocked(servers)
        stage = await attempts.next()
        known = await stage.toolbox.call("library_secrets", {})

        with pytest.raises(ToolError, match="nobody knows whether it took effect"):
            await stage.toolbox.call("library_burn", {})

        await wait_until_async(lambda: asyncio.sleep(0, not servers.tools()), what="the end of its tools")
        with pytest.raises(ToolError, match="can't be reached just now"):
            await stage.toolbox.call("library_number", {})
        await stocked(servers)
        number = await stage.toolbox.call("library_number", {"again": 1})
    assert [call[2] for call in await attempts.journal()] == ["done", "interrupted", "failed", "done"]
    assert "CARD" in str(known)
    assert "PASSWORD_OF_OURS" not in str(known)
    assert isinstance(number, dict)
    assert not is_running(number["result"])


async def test_a_server_that_goes_away_and_comes_back_has_its_tools_again(
    attempts: Attempts, settings: Settings
) -> None:
    settings.TOOLS = {}
    first = HttpLibrary()
    first.start()
    async with there(ServerPlace("library", url=first.url)) as servers:
        stage = await attempts.next()
        await asyncio.to_thread(first.stop)

        with pytest.raises(ToolError, match="nobody knows whether it took effect"):
            await stage.toolbox.call("library_find", {"title": "Emma"})
        await wait_until_async(lambda: asyncio.sleep(0, not servers.tools()), what="the end of its tools")
        with HttpLibrary(port=first.port):
            await stocked(servers)
            assert await stage.toolbox.call("library_find", {"title": "Persuasion"})


async def test_one_that_is_started_anew_between_two_calls_is_not_missed(
    attempts: Attempts, settings: Settings
) -> None:
    settings.TOOLS = {}
    first = HttpLibrary()
    first.start()
    async with there(ServerPlace("library", url=first.url)):
        stage = await attempts.next()
        await asyncio.to_thread(first.stop)

        with HttpLibrary(port=first.port):
            assert await stage.toolbox.call("library_find", {"title": "Emma"})


async def test_one_that_is_away_costs_its_tools_and_a_line_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    place = ServerPlace("library", url=f"http://127.0.0.1:{free_port()}/mcp", headers={"X-Key": "secret"})

    async with there(place) as servers:
        tools = servers.tools()

    assert tools == {}
    assert "the MCP server library is away, and so are its tools" in caplog.text
    assert "secret" not in caplog.text


def test_a_process_ends_when_who_holds_it_is_killed() -> None:
    command = [sys.executable, "-m", "tests.tools.mcp.holder"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as holder:
        assert holder.stdout is not None
        library = int(holder.stdout.readline())

        os.kill(holder.pid, signal.SIGKILL)

        wait_until(lambda: not is_running(library), what="the end of the library")
