"""What tabs that share a stream hear, each by itself: everything after its own place, once, in order."""

from collections.abc import Callable

import pytest

from tests.chaos.rows import read_rows
from tests.page.hearing import Tab, cursor, finished
from tests.page.proxy import Proxy
from tests.page.test_asking import script
from tests.page.visitor import Visitor
from tests.stack import Stack
from tests.waiting import wait_until

# Milliseconds until the leader is held to be gone: more than a busy machine takes to start a tab.
PATIENT = 10_000


@pytest.fixture
def alice(alice: Visitor, proxy: Proxy, service: Stack) -> Visitor:
    """The log is quiet: what is said to those who were here before moves places in her partition too."""
    alice.open()
    settled(service)
    alice.ask("words=1")
    settled(service)
    alice.base_url = proxy.base_url
    return alice


@pytest.fixture
def tab(alice: Visitor) -> Callable[[], Tab]:
    return lambda: Tab(alice)


def test_each_tab_hears_everything_once(alice: Visitor, proxy: Proxy, tab: Callable[[], Tab]) -> None:
    start = cursor(alice)
    tabs = [tab().share(start, answers=PATIENT) for _ in range(3)]

    alice.ask("words=60 rate=60")

    finished(*tabs)
    heard = [each.heard for each in tabs]
    assert tabs[0].said == script(60)
    assert heard[0] == sorted(set(heard[0]), key=place)
    assert heard == [heard[0]] * 3
    assert proxy.opened == proxy.streams == 1


def test_nothing_is_lost_or_doubled_when_the_leader_goes(
    alice: Visitor, proxy: Proxy, tab: Callable[[], Tab]
) -> None:
    start = cursor(alice)
    leader, *others = [tab().share(start) for _ in range(3)]
    alice.say("words=100 rate=50")
    alice.see("w40")

    leader.page.close()

    finished(*others)
    assert [each.said for each in others] == [script(100)] * 2
    assert others[0].heard == others[1].heard == sorted(set(others[0].heard), key=place)
    assert proxy.streams == 1


def test_a_late_tab_hears_exactly_what_follows_its_own_place(
    alice: Visitor, proxy: Proxy, tab: Callable[[], Tab]
) -> None:
    start = cursor(alice)
    early = tab().share(start)
    alice.say("words=100 rate=50")
    alice.see("w40")
    middle = early.heard[10]

    behind, late = tab().share(start), tab().share(middle)

    finished(early, behind, late)
    assert early.said == script(100)
    assert behind.heard == early.heard
    assert late.heard == early.heard[11:]
    assert proxy.streams == 1


def test_a_tab_that_is_ahead_waits_for_the_others(
    alice: Visitor, proxy: Proxy, tab: Callable[[], Tab]
) -> None:
    start = cursor(alice)
    alice.ask("words=20 rate=100")
    ahead = cursor(alice)
    first = tab().share(ahead)
    first.until("open")

    second = tab().share(start)
    second.finished()
    alice.ask("words=1")

    second.finished(2)
    first.finished()
    assert first.heard == second.heard[-len(first.heard) :]
    assert len(first.heard) < len(second.heard)
    assert proxy.streams == 1


def test_a_tab_that_only_wants_what_comes_joins_where_the_others_are(
    alice: Visitor, tab: Callable[[], Tab]
) -> None:
    first = tab().share(None)
    first.until("open")
    second = tab().share(None)
    second.until("open")

    alice.ask("words=1")

    first.finished()
    second.finished()
    assert first.heard == second.heard


def test_a_place_of_another_log_resets_and_the_rest_comes(alice: Visitor, tab: Callable[[], Tab]) -> None:
    first = tab().share(cursor(alice))
    first.until("open")

    lost = tab().share("anotherlog-0-7")
    wait_until(lambda: lost.heard, what="the reset")
    alice.ask("words=1")

    lost.finished()
    first.finished()
    assert lost.page.evaluate("heard[0].type") == "reset"
    assert lost.heard[1:] == [each for each in first.heard if each in lost.heard[1:]]


def test_unseen_tabs_let_go_and_one_that_is_seen_again_is_right_within_a_second(
    alice: Visitor, proxy: Proxy, tab: Callable[[], Tab]
) -> None:
    start = cursor(alice)
    tabs = [tab().share(start, hidden=300) for _ in range(2)]
    tabs[1].until("open")

    tabs[1].hide()
    tabs[0].hide()
    wait_until(lambda: proxy.streams == 0, what="the stream is let go")
    alice.ask("words=20 rate=100")
    tabs[1].hide(is_hidden=False)
    tabs[1].page.wait_for_function("() => heard.at(-1)?.type === 'reply.finished'", timeout=1000)

    tabs[0].finished()
    assert tabs[0].said == tabs[1].said == script(20)
    assert proxy.streams == 1


def test_an_unseen_leader_keeps_the_stream_for_a_tab_that_is_seen(
    alice: Visitor, proxy: Proxy, tab: Callable[[], Tab]
) -> None:
    start = cursor(alice)
    leader, seen = [tab().share(start, hidden=1000, asks=200, answers=9000) for _ in range(2)]
    seen.until("open")

    leader.hide()
    alice.ask("words=100 rate=50")

    seen.finished()
    assert seen.page.evaluate("told") == ["open"]
    assert proxy.opened == proxy.streams == 1


def settled(service: Stack) -> None:
    """Returns once all answers have ended, and everybody was told."""
    url = service.environ["DATABASE_URL"]
    wait_until(lambda: read_rows(url).are_settled, 60, what="all has been told")


def place(identity: str) -> int:
    return int(identity.rpartition("-")[2])
