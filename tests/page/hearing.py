"""Bare tabs that take the modules as anybody's page could, and keep what they hear."""

from typing import Any

from playwright.sync_api import Page

from tests.page.visitor import Visitor

OPEN = """async ({ after, module, kind, options }) => {
    const { [kind]: Kind } = await import(`/static/js/${module}.js`);
    window.heard = [];
    window.told = [];
    window.stream = new Kind({
        hear: ({ type, data, id }) => heard.push({ type, id, data }),
        tell: (state) => told.at(-1) === state || told.push(state),
        ...options,
    });
    stream.open(after);
}"""
CURSOR = """async () => {
    const id = location.pathname.split("/")[2];
    return (await (await fetch(`/api/conversations/${id}/messages`)).json()).cursor;
}"""
HIDE = """(isHidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
    document.dispatchEvent(new Event("visibilitychange"));
}"""


class Tab:
    """A page of the service's origin that has no stream of its own; `listen` opens a stream in it."""

    def __init__(self, visitor: Visitor) -> None:
        self.page: Page = visitor.context.new_page()
        self.page.goto(visitor.base_url + "/accounts/login")

    def share(self, after: str | None, **options: Any) -> "Tab":
        """One stream with all other tabs that do."""
        return self._open("shared", "SharedStream", after, {"name": "test", **options})

    def listen(self, after: str | None, **options: Any) -> "Tab":
        return self._open("stream", "Stream", after, options)

    def hide(self, is_hidden: bool = True) -> None:
        self.page.evaluate(HIDE, is_hidden)

    def finished(self, number: int = 1) -> None:
        """Returns once so many answers were heard to their ends."""
        ended = "number => heard.filter(({ type }) => type === 'reply.finished').length >= number"
        self.page.wait_for_function(ended, arg=number)

    def until(self, state: str) -> None:
        self.page.wait_for_function("state => told.at(-1) === state", arg=state)

    @property
    def heard(self) -> list[str]:
        """The ids, in order."""
        ids: list[str] = self.page.evaluate("heard.map(({ id }) => id)")
        return ids

    @property
    def said(self) -> str:
        """What the deltas that were heard say, joined."""
        joined: str = self.page.evaluate(
            "heard.filter(({ type }) => type === 'reply.delta').map(({ data }) => data.text).join('')"
        )
        return joined

    def _open(self, module: str, kind: str, after: str | None, options: dict[str, Any]) -> "Tab":
        self.page.evaluate(OPEN, {"after": after, "module": module, "kind": kind, "options": options})
        return self


def finished(*tabs: Tab) -> None:
    """Returns once each of them has heard an answer to its end."""
    for tab in tabs:
        tab.finished()


def cursor(visitor: Visitor) -> str:
    """Of the conversation that is open."""
    found: str = visitor.page.evaluate(CURSOR)
    return found
