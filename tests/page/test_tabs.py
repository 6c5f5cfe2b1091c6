"""All tabs of a browser hear through one stream, whoever of them comes and goes."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page

from tests.page.proxy import Proxy
from tests.page.test_asking import script
from tests.page.visitor import Visitor
from tests.waiting import wait_until


@pytest.fixture
def alice(alice: Visitor, proxy: Proxy) -> Visitor:
    """On the page of a conversation, as a guest that this page made."""
    alice.base_url = proxy.base_url
    alice.open()
    alice.ask("words=1")
    return alice


def text(tab: Page, number: int = 1) -> str:
    reply = tab.locator('article[data-role="assistant"]').nth(number)
    tab.locator('article[data-status="complete"][data-role="assistant"]').nth(number).wait_for()
    return reply.locator(".answer").inner_text()


def test_three_tabs_have_one_stream_and_each_shows_every_word(alice: Visitor, proxy: Proxy) -> None:
    tabs = [alice.page, alice.new_tab(), alice.new_tab()]

    alice.say("words=80 rate=50")

    alice.see("w20", tab=tabs[1])
    alice.see("w20", tab=tabs[2])
    assert proxy.streams == 1
    assert [text(tab) for tab in tabs] == [script(80)] * 3
    assert proxy.streams == 1


def test_when_the_tab_that_leads_is_closed_the_others_go_on(alice: Visitor, proxy: Proxy) -> None:
    tabs = [alice.new_tab(), alice.new_tab()]
    alice.say("words=120 rate=50")
    alice.see("w20", tab=tabs[0])

    alice.page.close()

    assert [text(tab) for tab in tabs] == [script(120)] * 2
    assert proxy.streams == 1


def test_a_tab_opened_in_the_middle_shows_all_of_it(alice: Visitor, proxy: Proxy) -> None:
    alice.say("words=120 rate=50")
    alice.see("w20")

    late = alice.new_tab()

    assert text(late) == text(alice.page) == script(120)
    assert proxy.streams == 1


def test_a_leader_that_stands_still_is_replaced_and_follows_when_it_goes_on(
    alice: Visitor, proxy: Proxy
) -> None:
    other = alice.new_tab()
    alice.say("words=120 rate=50")
    alice.see("w20", tab=other)
    leader = alice.context.new_cdp_session(alice.page)
    leader.send("Debugger.enable")

    leader.send("Debugger.pause")
    other.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    assert text(other) == script(120)
    leader.send("Debugger.resume")
    assert text(alice.page) == script(120)
    assert proxy.opened == 2
    wait_until(lambda: proxy.streams == 1, what="the one stream of the new leader")


def test_signing_out_ends_the_stream_of_all_tabs(alice: Visitor, proxy: Proxy) -> None:
    alice.sign_up(f"alice-{uuid4().hex[:8]}", "a loft in Antwerp")
    tabs = [alice.new_tab(), alice.new_tab()]
    wait_until(lambda: proxy.streams == 1, what="the one stream")

    alice.page.get_by_role("button", name="Sign out").click()

    tabs[0].get_by_text("You are signed out").wait_for()
    tabs[1].get_by_text("You are signed out").wait_for()
    wait_until(lambda: proxy.streams == 0, what="the stream's end")
    alice.complaints.clear()


def test_a_page_of_somebody_else_stops_the_others(alice: Visitor, proxy: Proxy) -> None:
    old = alice.page
    alice.context.clear_cookies()
    alice.page = alice.context.new_page()
    alice.open()

    assert alice.ask("words=2") == script(2)

    old.get_by_text("Somebody else signed in with this browser. Reload the page to go on.").wait_for()
    wait_until(lambda: proxy.streams == 1, what="one stream, that of the new guest")


def test_without_locks_each_tab_has_its_own_stream(alice: Visitor, proxy: Proxy) -> None:
    alice.context.add_init_script("Object.defineProperty(Navigator.prototype, 'locks', {value: undefined})")
    alice.page.reload()
    tab = alice.new_tab()

    alice.say("words=50 rate=50")

    assert text(tab) == text(alice.page) == script(50)
    assert proxy.streams == 2
