"""What MCP servers may send: no more than fits, and no more tools than are of use."""

import pytest
from mcp import types
from mcp.server.lowlevel import Server
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from chatbot.bots.protocol import ToolError
from chatbot.tools.mcp.bounded_lines import LARGEST, Decoder
from chatbot.tools.mcp.configuration import Asks, ServerPlace
from tests.tools.mcp import library
from tests.tools.mcp.conftest import HttpLibrary, stocked, there
from tests.tools.mcp.holder import LIBRARY
from tests.tools.scene import Attempts, Stage

pytestmark = pytest.mark.anyio
TOO_MANY_PAGES = 5_000


async def refused(stage: Stage, pages: int) -> str:
    with pytest.raises(ToolError) as refusal:
        await stage.toolbox.call("library_copy", {"pages": pages})
    return str(refusal.value)


async def found(stage: Stage) -> object:
    return await stage.toolbox.call("library_find", {"title": "Emma"})


async def test_a_message_beyond_the_bound_is_not_kept_and_the_next_one_is_heard(
    attempts: Attempts, http_library: HttpLibrary
) -> None:
    async with there(ServerPlace("library", url=http_library.url)):
        stage = await attempts.next()

        assert "nobody knows" in await refused(stage, TOO_MANY_PAGES)
        assert await found(stage)


async def test_a_body_beyond_the_bound_is_not_kept_and_the_next_one_is_heard(attempts: Attempts) -> None:
    with HttpLibrary(library.server.streamable_http_app(json_response=True)) as served:
        async with there(ServerPlace("library", url=served.url)):
            stage = await attempts.next()

            assert "nobody knows" in await refused(stage, TOO_MANY_PAGES)
            assert await found(stage)


async def test_a_line_beyond_the_bound_is_not_kept_and_the_next_one_is_heard(
    attempts: Attempts, caplog: pytest.LogCaptureFixture
) -> None:
    async with there(ServerPlace("library", command=LIBRARY), seconds=2.0) as servers:
        await stocked(servers)
        stage = await attempts.next()

        assert "It took longer than 2 seconds" in await refused(stage, TOO_MANY_PAGES)
        assert await found(stage)
    assert "xxx" not in caplog.text


def test_lines_are_cut_at_the_bound_wherever_they_are_torn_apart() -> None:
    decoder = Decoder("replace")
    long = "\N{GREEK SMALL LETTER OMEGA}" * LARGEST

    heard = "".join(decoder.decode(part) for part in (b"a\nb", long.encode(), b"c", b"\nd\n", b"e"))

    first, cut, third, last = heard.split("\n")
    assert (first, third, last) == ("a", "d", "e")
    assert len(cut.encode()) == pytest.approx(LARGEST, abs=4)


def compressing(app: ASGIApp) -> ASGIApp:
    """Also for who does not take it."""
    compressed = GZipMiddleware(app, minimum_size=10_000)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [*scope.get("headers", []), (b"accept-encoding", b"gzip")]
        await compressed(
            {**scope, "headers": [pair for pair in headers if pair[1] != b"identity"]}, receive, send
        )

    return serve


async def test_what_is_compressed_all_the_same_is_not_unpacked(attempts: Attempts) -> None:
    with HttpLibrary(compressing(library.server.streamable_http_app(json_response=True))) as served:
        async with there(ServerPlace("library", url=served.url)):
            stage = await attempts.next()

            assert "nobody knows" in await refused(stage, 50)
            assert await found(stage)


def listing(pages: dict[str, tuple[int, str | None]]) -> HttpLibrary:
    """A server with so many tools on each page, by its cursor, and the cursor of the next."""
    numbers = iter(range(1000))

    async def listed(_context: object, wanted: types.PaginatedRequestParams | None) -> types.ListToolsResult:
        count, following = pages[(wanted.cursor if wanted else None) or ""]
        tools = [types.Tool(name=f"t{next(numbers)}", input_schema={"type": "object"}) for _ in range(count)]
        return types.ListToolsResult(tools=tools, next_cursor=following)

    return HttpLibrary(Server("shelf", on_list_tools=listed).streamable_http_app())


async def test_all_pages_of_the_list_are_read_up_to_a_hundred_tools(caplog: pytest.LogCaptureFixture) -> None:
    with listing({"": (40, "b"), "b": (40, "c"), "c": (40, "d"), "d": (40, None)}) as served:
        async with there(ServerPlace("shelf", url=served.url)) as servers:
            names = list(servers.tools())

    assert names == [f"shelf_t{number}" for number in range(100)]
    assert "the MCP server shelf has more than 100 tools" in caplog.text


async def test_a_list_without_end_is_left_where_it_is_long_enough(caplog: pytest.LogCaptureFixture) -> None:
    with listing({"": (1, "again"), "again": (0, "again")}) as served:
        async with there(ServerPlace("shelf", url=served.url)) as servers:
            names = list(servers.tools())

    assert names == ["shelf_t0"]
    assert "the MCP server shelf has more than 100 tools" in caplog.text


async def test_each_request_has_the_headers_that_the_environment_names(http_library: HttpLibrary) -> None:
    http_library.headers.clear()
    place = ServerPlace("library", url=http_library.url, headers={"X-Key": "4711"}, asks=Asks.NEVER)

    async with there(place) as servers:
        assert await servers.tools()["library_find"].function(None, title="Emma")

    assert {headers.get(b"x-key") for headers in http_library.headers} == {b"4711"}
