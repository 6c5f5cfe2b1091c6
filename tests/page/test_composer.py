"""Where people type."""

import json

import pytest

from tests.page.visitor import Visitor

PROBLEM = {"type": "about:blank", "title": "Conflict", "status": 409, "code": "x", "detail": "Not today."}


@pytest.fixture
def alice(alice: Visitor) -> Visitor:
    alice.open()
    return alice


def test_shift_and_enter_break_the_line(alice: Visitor) -> None:
    field = alice.page.locator("textarea")

    field.press_sequentially("one")
    field.press("Shift+Enter")
    field.press_sequentially("two")
    low = field.bounding_box()
    field.press("Enter")

    assert alice.answer() == "one\ntwo"
    assert alice.said() == ["one\ntwo"]
    assert low
    assert low["height"] > 60


def test_enter_sends_nothing_while_an_ime_composes(alice: Visitor) -> None:
    alice.page.locator("textarea").fill("にほん")

    alice.page.locator("textarea").dispatch_event("keydown", {"key": "Enter", "isComposing": True})

    assert alice.page.locator("article").count() == 0
    assert alice.page.locator("textarea").input_value() == "にほん"


def test_nothing_but_spaces_is_not_sent(alice: Visitor) -> None:
    alice.say("  \n ")

    assert alice.page.locator("article").count() == 0


def test_too_long_a_message_stays_where_it_was_typed(alice: Visitor) -> None:
    alice.say("x" * 32_001)

    alice.see("has at most 32,000 characters, and this one has 32,001")
    assert len(alice.page.locator("textarea").input_value()) == 32_001


def test_a_message_that_was_refused_says_why_and_can_be_sent_again(alice: Visitor) -> None:
    alice.page.route(
        "**/messages",
        lambda route: route.fulfill(
            status=409, content_type="application/problem+json", body=json.dumps(PROBLEM)
        ),
    )
    alice.say("words=2")
    alice.page.locator('article[data-status="unsent"]').wait_for()
    assert alice.page.locator("article .error").inner_text() == "Not sent. Not today. Try again"
    alice.complaints.clear()

    alice.page.unroute("**/messages")
    alice.page.get_by_role("button", name="Try again").click()

    assert alice.answer() == "w0 w1"
    assert alice.said() == ["words=2"]


def test_a_message_goes_again_by_itself_when_no_answer_came(alice: Visitor) -> None:
    alice.page.route("**/messages", lambda route: route.abort(), times=1)

    alice.say("words=2")

    assert alice.answer() == "w0 w1"
    assert alice.said() == ["words=2"]
    alice.complaints.clear()


def test_an_answer_that_was_lost_on_its_way_does_not_double_the_message(alice: Visitor) -> None:
    alice.page.route("**/messages", lambda route: (route.fetch(), route.abort()), times=1)

    alice.say("words=2")

    assert alice.answer() == "w0 w1"
    alice.page.reload()
    assert alice.said() == ["words=2"]
    alice.complaints.clear()
