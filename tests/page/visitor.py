"""Somebody at a browser, who sees what is on the page and does what people do there."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page

SECONDS = 1000


class Visitor:
    """One person's browser: `page` is the tab they look at.

    `complaints` are errors of scripts and of the console, breaches of the content security policy among
    them; whoever provokes one clears it.
    """

    def __init__(self, context: BrowserContext, base_url: str) -> None:
        self.context = context
        self.base_url = base_url
        self.complaints: list[str] = []
        context.on("page", self._watch)
        context.set_default_timeout(30 * SECONDS)
        self.page = context.new_page()

    def open(self, path: str = "/") -> None:
        self.page.goto(self.base_url + path)

    def new_tab(self) -> Page:
        """Opened behind the one they look at: a browser draws only once a second what lies behind."""
        tab = self.context.new_page()
        tab.goto(self.page.url)
        self.page.bring_to_front()
        return tab

    def say(self, text: str) -> None:
        self.page.locator("textarea").fill(text)
        self.page.locator("textarea").press("Enter")

    def ask(self, question: str) -> str:
        """The whole answer."""
        number = self.replies().count()
        self.say(question)
        return self.answer(number)

    def answer(self, number: int = 0) -> str:
        """Of the reply with this number on the page, once it has ended."""
        self.replies("complete").nth(number).wait_for()
        return self.replies().nth(number).locator(".answer").inner_text()

    def replies(self, status: str = "", *, tab: Page | None = None) -> Locator:
        narrowed = f'[data-status="{status}"]' if status else ""
        return (tab or self.page).locator(f'article[data-role="assistant"]{narrowed}')

    def said(self) -> list[str]:
        return self.page.locator('article[data-role="user"] .said').all_inner_texts()

    def see(self, text: str, *, tab: Page | None = None) -> None:
        (tab or self.page).get_by_text(text).first.wait_for()

    def articles(self) -> list[str]:
        """The messages' markup."""
        markup: list[str] = self.page.eval_on_selector_all("article", "all => all.map(one => one.outerHTML)")
        return markup

    def start(self, bot: str) -> None:
        """Opens a new conversation with this bot."""
        path = self.page.evaluate(START, {"bot": bot, "client_id": str(uuid4())})
        self.open(path)

    def sign_up(self, username: str, password: str) -> None:
        self.page.get_by_role("link", name="Sign up").click()
        self.page.get_by_label("Username").fill(username)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Sign up").click()
        self.page.get_by_role("button", name="Sign out").wait_for()

    def until(self, script: str, value: Any = None) -> None:
        self.page.wait_for_function(script, arg=value)

    def _watch(self, page: Page) -> None:
        page.on("console", self._noticed)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _noticed(self, message: ConsoleMessage) -> None:
        self.complaints += [message.text] if message.type in ("error", "warning") else []


START = """async (body) => {
    const headers = {
        "Content-Type": "application/json",
        "X-CSRFToken": document.cookie.match(/csrftoken=([^;]*)/)[1],
    };
    const made = await fetch("/api/conversations", {method: "POST", headers, body: JSON.stringify(body)});
    return `/c/${(await made.json()).id}/`;
}"""

Arrive = Callable[..., Visitor]
