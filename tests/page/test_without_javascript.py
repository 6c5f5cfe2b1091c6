"""The page without JavaScript: all of it can be read, and everything said."""

import pytest

from tests.page.visitor import Arrive, Visitor
from tests.waiting import wait_until


@pytest.fixture
def alice(arrive: Arrive) -> Visitor:
    visitor = arrive(java_script_enabled=False)
    visitor.open()
    return visitor


def send(visitor: Visitor, text: str) -> None:
    visitor.page.locator("textarea").fill(text)
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name="Send").click()


def reloaded(visitor: Visitor, status: str) -> bool:
    visitor.page.reload()
    return visitor.replies(status).count() > 0


def test_a_question_is_asked_and_its_answer_read(alice: Visitor) -> None:
    send(alice, "words=5 rate=100")

    wait_until(lambda: reloaded(alice, "complete"), what="the answer")
    assert alice.replies().locator(".answer").inner_text() == "w0 w1 w2 w3 w4"
    assert alice.said() == ["words=5 rate=100"]
    assert alice.page.url.startswith(f"{alice.base_url}/c/")


def test_the_text_so_far_can_be_read(alice: Visitor) -> None:
    send(alice, "words=400 rate=50")

    wait_until(lambda: reloaded(alice, "streaming") and alice.page.get_by_text("w0 w1").count(), what="words")

    assert alice.page.get_by_role("link", name="Reload").is_visible()


def test_a_conversation_goes_on(alice: Visitor) -> None:
    send(alice, "one")
    send(alice, "two\nlines")

    wait_until(lambda: reloaded(alice, "complete") and alice.replies("complete").count() == 2, what="both")
    assert alice.said() == ["one", "two\nlines"]


def test_an_example_is_asked_by_its_button(alice: Visitor) -> None:
    example = alice.page.locator(".example").first.inner_text()

    alice.page.locator(".example").first.click()

    assert alice.said() == [example]


def test_a_conversation_is_deleted_after_asking(alice: Visitor) -> None:
    send(alice, "one")

    alice.page.locator(".conversations .delete").click()
    alice.page.get_by_role("button", name="Delete it").click()

    assert alice.page.locator(".conversations li").count() == 0


def test_the_list_of_conversations_opens_on_a_phone(arrive: Arrive) -> None:
    alice = arrive(java_script_enabled=False, viewport={"width": 360, "height": 640})
    alice.open()
    send(alice, "one")

    alice.page.locator(".open-drawer").click()

    alice.page.get_by_role("link", name="New conversation").nth(0).click(trial=True)
