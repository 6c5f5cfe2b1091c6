"""What fits on which screen."""

import pytest

from tests.page.visitor import Arrive, Visitor

WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def alice(arrive: Arrive) -> Visitor:
    visitor = arrive(viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True)
    visitor.open()
    return visitor


def test_no_page_is_wider_than_a_phone(alice: Visitor) -> None:
    widths = [alice.page.evaluate(WIDER)]

    alice.start("knowledge")
    alice.ask("How does a homing pigeon find home with a letter in its capsule? " + "x" * 200)
    widths.append(alice.page.evaluate(WIDER))
    alice.open("/accounts/signup")
    widths.append(alice.page.evaluate(WIDER))

    assert widths == [0, 0, 0]


def test_the_list_of_conversations_is_a_drawer_on_a_phone(alice: Visitor) -> None:
    alice.ask("words=1")
    listed = alice.page.locator(".conversations .open")
    assert not listed.is_visible()

    alice.page.get_by_label("Open the list of conversations").tap()
    listed.wait_for()
    alice.page.keyboard.press("Escape")

    listed.wait_for(state="hidden")


def test_the_reader_at_the_end_stays_there(alice: Visitor) -> None:
    alice.ask("words=600 rate=1000")

    alice.until("() => !document.documentElement.hasAttribute('data-away')")


def test_the_reader_who_scrolled_up_is_left_alone(alice: Visitor) -> None:
    alice.say("words=600 rate=200")
    alice.see("w400")

    alice.page.evaluate("document.scrollingElement.scrollTop = 0")
    alice.answer()

    assert alice.page.evaluate("document.scrollingElement.scrollTop") == 0
    alice.page.get_by_label("Go to the latest message").tap()
    alice.until("() => !document.documentElement.hasAttribute('data-away')")
