"""Guests, and those who sign up."""

from uuid import uuid4

import pytest

from tests.page.visitor import Arrive, Visitor

PASSWORD = "a loft in Antwerp"


@pytest.fixture
def name() -> str:
    return f"alice-{uuid4().hex[:8]}"


def test_a_guest_who_signs_up_keeps_what_they_said(alice: Visitor, arrive: Arrive, name: str) -> None:
    alice.open()
    alice.ask("words=3")
    address = alice.page.url

    alice.sign_up(name, PASSWORD)

    assert alice.page.url == address
    assert alice.said() == ["words=3"]
    assert alice.ask("words=4") == "w0 w1 w2 w3"
    elsewhere = arrive()
    elsewhere.open("/accounts/login")
    elsewhere.page.get_by_label("Username").fill(name)
    elsewhere.page.get_by_label("Password").fill(PASSWORD)
    elsewhere.page.get_by_role("button", name="Sign in").click()
    elsewhere.page.locator(".conversations").get_by_text("words=3").click()
    assert elsewhere.answer(1) == "w0 w1 w2 w3"


def test_a_name_that_is_taken_is_said_to_be(alice: Visitor, arrive: Arrive, name: str) -> None:
    alice.open()
    alice.sign_up(name, PASSWORD)
    bob = arrive()
    bob.open("/accounts/signup")

    bob.page.get_by_label("Username").fill(name.upper())
    bob.page.get_by_label("Password").fill(PASSWORD)
    bob.page.get_by_role("button", name="Sign up").click()

    bob.see("This name is taken")


def test_after_signing_out_the_page_is_a_stranger_s(alice: Visitor, name: str) -> None:
    alice.open()
    alice.ask("words=3")
    alice.sign_up(name, PASSWORD)
    tab = alice.new_tab()

    alice.page.get_by_role("button", name="Sign out").click()

    alice.page.get_by_role("link", name="Sign in").wait_for()
    assert alice.page.locator(".conversations li").count() == 0
    tab.get_by_text("You are signed out").wait_for()
    alice.complaints.clear()


def test_a_guest_just_made_can_still_use_the_forms_of_the_page(alice: Visitor, name: str) -> None:
    alice.open()
    alice.ask("words=1")

    alice.page.evaluate("document.querySelector('.examples button').click()")

    assert alice.answer(1)


def test_a_conversation_is_deleted_after_asking(alice: Visitor) -> None:
    alice.open()
    alice.ask("words=1 gone")
    tab = alice.new_tab()
    alice.open()

    alice.page.locator(".conversations li").hover()
    alice.page.get_by_role("link", name="Delete").click()
    alice.page.get_by_role("button", name="Keep it").click()
    alice.page.get_by_role("link", name="Delete").click()
    alice.page.get_by_role("button", name="Delete it").click()

    alice.page.locator(".conversations li").wait_for(state="detached")
    tab.wait_for_url(f"{alice.base_url}/")
    alice.page.reload()
    assert alice.page.locator(".conversations li").count() == 0
