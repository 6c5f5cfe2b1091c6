"""Stop and Retry: what is seen is what the server told, not what was clicked."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Route

from tests.page.test_asking import script
from tests.page.visitor import Arrive, Visitor
from tests.waiting import wait_until

REGENERATE = re.compile(r"/api/messages/.*/regenerate")
CANCEL = re.compile(r"/api/messages/.*/cancel")
LONG = "words=2000 rate=20"
PROBLEM = {"type": "about:blank", "title": "Conflict", "status": 409, "code": "x", "detail": "Not today."}


@pytest.fixture
def alice(alice: Visitor) -> Visitor:
    alice.open()
    return alice


def button(visitor: Visitor, name: str, number: int = 0) -> Locator:
    """Of the reply with this number on the page."""
    return visitor.replies().nth(number).get_by_role("button", name=name)


def failed(visitor: Visitor) -> None:
    visitor.say("words=5 rate=100 fail_after=3")
    visitor.replies("failed").wait_for()


def test_stop_ends_an_answer_that_streams_and_leaves_what_was_said(alice: Visitor) -> None:
    alice.say(LONG)
    alice.see("w3")

    button(alice, "Stop").click()

    alice.replies("cancelled").wait_for()
    said = alice.replies().locator(".answer").inner_text()
    assert script(2000).startswith(said)
    assert "w3" in said
    assert alice.replies().locator(".error").inner_text() == "Stopped."
    assert button(alice, "Stop").count() == 0


def test_a_stopped_answer_is_the_same_after_a_refresh(alice: Visitor) -> None:
    alice.say(LONG)
    alice.see("w3")
    button(alice, "Stop").click()
    alice.replies("cancelled").wait_for()
    before = alice.articles()

    alice.page.reload()

    assert alice.articles() == before


def test_stop_is_there_until_the_answer_has_ended(alice: Visitor) -> None:
    alice.say("words=120 rate=20")
    alice.see("w3")
    alice.page.route(CANCEL, lambda route: None)

    button(alice, "Stop").click()

    alice.see("w20")
    assert button(alice, "Stop").is_visible()
    assert button(alice, "Stop").is_disabled()
    assert alice.answer() == script(120)
    assert button(alice, "Stop").count() == 0
    alice.page.unroute_all(behavior="ignoreErrors")


def test_each_queued_answer_has_its_own_stop(alice: Visitor) -> None:
    alice.say(LONG)
    alice.see("w3")
    alice.say("words=3 rate=100")
    alice.say("words=4 rate=100")
    button(alice, "Stop", 2).wait_for()

    button(alice, "Stop", 1).click()
    alice.replies("cancelled").wait_for()
    still = [alice.replies().nth(number).get_attribute("data-status") for number in range(3)]
    button(alice, "Stop", 0).click()

    assert still == ["streaming", "cancelled", "queued"]
    alice.replies("complete").wait_for()
    assert alice.replies("complete").locator(".answer").inner_text() == script(4)


def test_stop_and_retry_work_by_keyboard_and_hand_on_to_the_field(alice: Visitor) -> None:
    alice.say(LONG)
    alice.see("w3")

    button(alice, "Stop").press("Enter")
    alice.replies("cancelled").wait_for()
    focused = alice.page.evaluate("document.activeElement.tagName")
    button(alice, "Retry").press(" ")

    assert focused == "TEXTAREA"
    alice.replies("streaming").wait_for()
    button(alice, "Stop").click()
    alice.replies("cancelled").wait_for()


def test_another_tab_s_stop_is_seen_here(alice: Visitor) -> None:
    alice.say(LONG)
    alice.see("w3")
    tab = alice.new_tab()

    tab.get_by_role("button", name="Stop").click()

    alice.replies("cancelled").wait_for()


def test_retry_brings_another_answer_in_the_place_of_the_failed_one(alice: Visitor) -> None:
    failed(alice)
    old = alice.replies().get_attribute("data-message-id")

    button(alice, "Retry").click()

    alice.page.locator(f'[data-message-id="{old}"]').wait_for(state="detached")
    alice.replies("failed").wait_for()
    assert alice.replies().count() == 1
    assert alice.replies().locator(".answer").inner_text() == script(3)
    before = alice.articles()
    alice.page.reload()
    assert alice.articles() == before


def test_a_retry_whose_answer_got_lost_is_asked_again_and_made_once(alice: Visitor) -> None:
    failed(alice)
    old = alice.replies().get_attribute("data-message-id")
    lost: list[Any] = []

    def lose_once(route: Route) -> None:
        lost.append(route.fetch().json()["reply"])
        route.abort()

    alice.page.route(REGENERATE, lose_once, times=1)
    with alice.page.expect_response(REGENERATE) as repeated:
        button(alice, "Retry").click()

    assert repeated.value.json()["reply"]["id"] == lost[0]["id"]
    assert lost[0]["sibling_ids"] == [old, lost[0]["id"]]
    assert alice.complaints.pop().startswith("Failed to load resource")


def test_a_refusal_is_said_and_the_button_works_again(alice: Visitor) -> None:
    failed(alice)
    alice.page.route(
        REGENERATE,
        lambda route: route.fulfill(status=409, content_type="application/problem+json", json=PROBLEM),
    )

    button(alice, "Retry").click()

    alice.see("Not today.")
    assert button(alice, "Retry").is_enabled()
    assert alice.complaints.pop().startswith("Failed to load resource")


def test_only_the_last_answer_offers_a_retry(alice: Visitor) -> None:
    failed(alice)
    before = button(alice, "Retry").count()

    alice.say("words=1")
    alice.replies("complete").wait_for()

    assert (before, button(alice, "Retry").count()) == (1, 0)
    assert button(alice, "Retry", 1).count() == 0


def test_without_javascript_both_are_forms(arrive: Arrive) -> None:
    plain = arrive(java_script_enabled=False)
    plain.open()
    plain.page.locator("textarea").fill(LONG)
    with plain.page.expect_navigation():
        plain.page.get_by_role("button", name="Send").click()

    with plain.page.expect_navigation():
        button(plain, "Stop").click()
    wait_until(lambda: reloaded(plain, "cancelled"), what="the stop")
    stopped = plain.replies().get_attribute("data-message-id")
    with plain.page.expect_navigation():
        button(plain, "Retry").click()
    wait_until(lambda: reloaded(plain, "streaming"), what="another answer")

    assert plain.replies().count() == 1
    assert plain.replies().get_attribute("data-message-id") != stopped
    with plain.page.expect_navigation():
        button(plain, "Stop").click()
    wait_until(lambda: reloaded(plain, "cancelled"), what="the other answer's stop")


def reloaded(visitor: Visitor, status: str) -> bool:
    visitor.page.reload()
    return visitor.replies(status).count() > 0
