"""What the environment says of MCP servers, and the sentences about what is wrong with it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatbot.tools.mcp.configuration import Asks, ServerPlace, servers


def read(named: list[str], **more: list[str]) -> tuple[ServerPlace, ...]:
    return servers(named, **{"headers": [], "environment": [], "asks": [], **more})


def test_servers_are_named_by_url_or_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FILES_TOKEN", "4711")

    docs, files = read(
        ["docs=https://mcp.example.org/mcp?v=1", "files=serve-files '/srv/my files'"],
        headers=["docs=Authorization: Bearer a=b"],
        environment=["files=FILES_TOKEN"],
        asks=["docs=never"],
    )

    assert docs.url == "https://mcp.example.org/mcp?v=1"
    assert (docs.headers, docs.asks) == ({"Authorization": "Bearer a=b"}, Asks.NEVER)
    assert files.command == ("serve-files", "/srv/my files")
    assert (files.environment, files.asks) == ({"FILES_TOKEN": "4711"}, Asks.CHANGES)
    assert "Bearer" not in repr(docs)


@pytest.mark.parametrize(
    ("named", "more", "why"),
    [
        (["https://mcp.example.org"], {}, "MCP_SERVERS lists name=https://"),
        (["Docs=https://mcp.example.org"], {}, "where a name matches"),
        (["docs=ftp://mcp.example.org"], {}, "docs has a URL that is no http"),
        (["docs=https://me:secret@mcp.example.org"], {}, "belongs into MCP_HEADERS"),
        (["docs=serve 'it"], {}, "the command of docs can't be read"),
        (["docs=serve", "docs=serve"], {}, "names docs twice"),
        (["docs=https://a.example"], {"headers": ["wiki=X-Key: secret"]}, "MCP_HEADERS has an entry"),
        (["docs=https://a.example"], {"headers": ["docs=secret"]}, "a header like Authorization"),
        (["docs=serve"], {"headers": ["docs=X-Key: secret"]}, "docs needs a URL"),
        (["docs=serve"], {"environment": ["docs=NOT_SET_4711"]}, "a variable that is set"),
        (["docs=serve"], {"asks": ["docs=sometimes"]}, "must be always, changes or never"),
    ],
)
def test_what_is_wrong_is_said_without_a_secret(
    named: list[str], more: dict[str, list[str]], why: str
) -> None:
    with pytest.raises(ImproperlyConfigured) as complaint:
        read(named, **more)

    assert why in str(complaint.value)
    assert "secret" not in str(complaint.value)
