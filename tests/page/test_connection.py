"""The page comes back by itself, and says so only when that takes long."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Route

from tests.page.visitor import Visitor
from tests.stack import Stack


@pytest.fixture
def alice(alice: Visitor) -> Visitor:
    alice.open()
    alice.ask("words=1")
    return alice


def test_an_answer_goes_on_after_the_web_process_was_killed(service: Stack, alice: Visitor) -> None:
    alice.say("words=200 rate=30")
    alice.see("w20")

    service.webs[0].process.kill()
    alice.see("Connection lost. Trying again")
    service.webs[0].process.start()
    service.webs[0].wait_ready()

    assert alice.answer(1) == " ".join(f"w{number}" for number in range(200))
    alice.page.locator(".connection").wait_for(state="hidden")
    alice.complaints.clear()


def test_one_who_was_offline_reads_what_they_missed(alice: Visitor) -> None:
    tab = alice.new_tab()
    alice.context.set_offline(offline=True)
    alice.see("You are offline")
    alice.context.set_offline(offline=False)
    alice.page.locator(".connection").wait_for(state="hidden")

    tab.locator("textarea").fill("words=3")
    tab.locator("textarea").press("Enter")

    assert alice.answer(1) == "w0 w1 w2"
    alice.complaints.clear()


def test_nothing_is_said_of_a_connection_that_is_soon_back(alice: Visitor) -> None:
    alice.page.route("**/api/events*", lambda route: route.abort(), times=1)
    alice.page.evaluate("dispatchEvent(new Event('online'))")

    assert alice.ask("words=3") == "w0 w1 w2"
    assert not alice.page.locator(".connection").is_visible()
    alice.complaints.clear()


def test_while_no_stream_can_be_opened_history_is_read_again(alice: Visitor) -> None:
    alice.page.route("**/c/*/", without_cursor_in_page)
    alice.page.route("**/messages", without_cursor, times=1)
    alice.page.reload()

    assert alice.ask("words=3") == "w0 w1 w2"


def without_cursor_in_page(route: Route) -> None:
    page = route.fetch()
    route.fulfill(response=page, body=re.sub(r'"cursor": "[^"]*"', '"cursor": null', page.text()))


def without_cursor(route: Route) -> None:
    history = route.fetch()
    said: dict[str, Any] = history.json()
    route.fulfill(response=history, body=json.dumps({**said, "cursor": None}))
