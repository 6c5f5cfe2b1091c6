"""A stream comes back by itself, when it should and where it was; where none comes through, it polls."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Request, Route

from tests.page.hearing import Tab, cursor
from tests.page.proxy import Proxy
from tests.page.test_asking import script
from tests.page.visitor import Visitor
from tests.waiting import wait_until

STREAM = re.compile(r"/api/events(\?|$)")
POLL = re.compile(r"/api/events/poll")
SECOND = 1000
Asked = Callable[[], list[str]]


@pytest.fixture
def alice(alice: Visitor, proxy: Proxy) -> Visitor:
    """Her page hears through the proxy; time can be made to pass on it."""
    alice.base_url = proxy.base_url
    alice.page.clock.install()
    alice.open()
    alice.ask("words=1")
    return alice


@pytest.fixture
def asked(alice: Visitor) -> Asked:
    """The addresses that the page asked for events since then."""
    addresses: list[str] = []

    def note(request: Request) -> None:
        addresses.extend([request.url] if "/api/events" in request.url else [])

    def look() -> list[str]:
        alice.page.title()  # Playwright tells of requests only while it is called.
        return addresses

    alice.page.on("request", note)
    return look


def test_a_stream_that_fell_silent_is_given_up_and_resumed(alice: Visitor, proxy: Proxy) -> None:
    wait_until(lambda: proxy.streams == 1, what="the stream")
    proxy.buffers = True
    alice.say("words=20 rate=100")
    alice.replies().nth(1).wait_for()

    wait_until(lambda: is_given_up_in_time(alice, proxy), what="the stream is given up")
    proxy.buffers = False

    assert alice.answer(1) == script(20)
    wait_until(lambda: proxy.opened >= 2, what="the stream that follows")
    assert alice.complaints == []


def is_given_up_in_time(alice: Visitor, proxy: Proxy) -> bool:
    """Again each time it is asked: a last word may have been on its way when the silence began."""
    alice.page.clock.fast_forward(46 * SECOND)
    return proxy.streams == 0 or proxy.opened > 1


def test_a_stream_is_opened_again_when_the_network_is_back(alice: Visitor, proxy: Proxy) -> None:
    opened = proxy.opened
    alice.page.clock.fast_forward(25 * SECOND)

    alice.page.evaluate("dispatchEvent(new Event('online'))")

    wait_until(lambda: proxy.opened > opened, what="a stream that is opened anew")
    assert alice.ask("words=2") == script(2)


@pytest.mark.parametrize("status", [429, 503])
def test_a_passing_refusal_is_waited_for(alice: Visitor, asked: Asked, status: int) -> None:
    problem = {"status": status, "headers": {"Retry-After": "1"}, "content_type": "text/html", "body": "No."}
    alice.page.route(STREAM, lambda route: route.fulfill(**problem), times=2)

    alice.page.reload()

    assert alice.ask("words=2") == script(2)
    wait_until(lambda: len(asked()) == 3, what="the third try")
    assert not alice.page.locator(".connection").is_visible()
    alice.complaints.clear()


def test_it_does_not_come_back_before_it_was_asked_to(alice: Visitor, asked: Asked) -> None:
    full = {"status": 429, "headers": {"Retry-After": "30"}, "json": {"code": "too_many_streams"}}
    alice.page.route(STREAM, lambda route: route.fulfill(**full), times=1)
    alice.page.reload()
    alice.see("Connection lost. Trying again")

    alice.page.clock.fast_forward(26 * SECOND)
    assert len(asked()) == 1

    alice.page.clock.fast_forward(15 * SECOND)
    assert alice.ask("words=2") == script(2)
    assert len(asked()) == 2
    alice.complaints.clear()


def test_it_comes_back_within_what_the_server_asked_for_and_where_it_was(
    alice: Visitor, asked: Asked
) -> None:
    place = cursor(alice)
    cut = {"content_type": "text/event-stream", "body": f"retry: 200\nid: {place}\n\n"}
    alice.page.route(STREAM, lambda route: route.fulfill(**cut), times=2)

    alice.page.reload()

    wait_until(lambda: len(asked()) == 3, 2, what="the third stream")
    assert asked()[1].endswith(f"?after={place}")
    assert alice.ask("words=2") == script(2)


def test_what_answers_in_the_server_s_place_is_no_stream(alice: Visitor, asked: Asked) -> None:
    portal = {"content_type": "text/html", "body": "<p>id: 7</p>"}
    alice.page.route(STREAM, lambda route: route.fulfill(**portal), times=1)

    alice.page.reload()

    assert alice.ask("words=2") == script(2)
    assert len(asked()) == 2


def test_an_event_that_is_no_json_is_passed_over(alice: Visitor) -> None:
    place = cursor(alice)
    odd = {"content_type": "text/event-stream", "body": f"retry: 100\nid: {place}\ndata: {{not json\n\n"}
    alice.page.route(STREAM, lambda route: route.fulfill(**odd), times=1)

    alice.page.reload()

    assert alice.ask("words=2") == script(2)


def test_behind_a_proxy_that_holds_streams_back_it_polls_and_says_so(
    alice: Visitor, proxy: Proxy, asked: Asked
) -> None:
    proxy.buffers = True
    alice.page.reload()
    wait_until(lambda: len(asked()) == 1, what="the stream that nothing comes of")

    alice.page.clock.fast_forward(40 * SECOND)
    wait_until(lambda: POLL.search(asked()[-1]), what="the first poll")

    assert alice.ask("words=100 rate=50") == script(100)
    assert [text for text in alice.complaints if "hold it back" in text] == alice.complaints != []
    alice.complaints.clear()


def test_the_next_page_polls_at_once_and_takes_the_stream_when_it_comes_through(
    alice: Visitor, proxy: Proxy, asked: Asked
) -> None:
    proxy.buffers = True
    alice.page.evaluate("localStorage.setItem('chatbot-polls-until', Date.now() + 600_000)")
    alice.page.reload()
    assert alice.ask("words=2") == script(2)
    assert [address for address in asked() if STREAM.search(address)] == []

    proxy.buffers = False
    alice.page.evaluate("dispatchEvent(new Event('online'))")

    wait_until(lambda: proxy.streams == 1, what="a stream again")
    assert alice.ask("words=3") == script(3)
    wait_until(lambda: STREAM.search(asked()[-1]), what="the stream instead of polls")
    assert alice.page.evaluate("localStorage.getItem('chatbot-polls-until')") is None


def test_a_server_that_is_silent_altogether_is_not_polled(alice: Visitor, asked: Asked) -> None:
    alice.page.route("**/api/events*", hang)
    alice.page.route("**/api/events/poll*", lambda route: route.abort())
    alice.page.reload()
    wait_until(lambda: len(asked()) == 1, what="the stream that nothing comes of")

    alice.page.clock.fast_forward(40 * SECOND)
    wait_until(lambda: POLL.search(asked()[-1]), what="the poll that shall show it")
    alice.page.unroute_all(behavior="ignoreErrors")

    alice.page.clock.fast_forward(5 * SECOND)
    wait_until(lambda: STREAM.search(asked()[-1]), what="the stream again")
    assert alice.ask("words=2") == script(2)
    assert [text for text in alice.complaints if "hold it back" in text] == []
    alice.complaints.clear()


def test_a_mistake_of_the_page_costs_no_event(alice: Visitor) -> None:
    tab = Tab(alice)
    tab.page.add_init_script("window.reportError = () => {}")
    tab.page.reload()
    tab.page.evaluate(FAULTY, cursor(alice))

    alice.ask("words=20 rate=100")

    tab.finished()
    assert tab.said == script(20)
    assert len(tab.heard) == len(set(tab.heard))


FAULTY = """async (after) => {
    const { Stream } = await import("/static/js/stream.js");
    window.heard = [];
    const hear = (event) => { heard.push(event); throw new Error("faulty"); };
    new Stream({ hear, tell() {} }).open(after);
}"""


def hang(route: Route) -> None:
    """Neither answered nor aborted: silence."""
