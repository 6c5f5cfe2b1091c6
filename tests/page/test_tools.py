"""What tools did for an answer, and a person who is asked first: as it is seen, and chosen."""

import re

from playwright.sync_api import Locator

from tests.page.visitor import Visitor

FIND = "Which appointments are free?"


def lines(visitor: Visitor) -> list[str]:
    return [" ".join(text.split()) for text in visitor.page.locator(".call").all_inner_texts()]


def ask_to_book(visitor: Visitor) -> str:
    """What is to be approved, once it is on the page."""
    visitor.open()
    visitor.start("knowledge")
    found = re.search(r"\b(\d+): ", visitor.ask(FIND).replace("\n", " "))
    assert found is not None
    visitor.say(f"Book {found[1]}")
    question(visitor).wait_for()
    return found[1]


def question(visitor: Visitor) -> Locator:
    return visitor.page.locator('.call[data-state="waiting"]')


HOSTILE = "<img src=x onerror=alert(1)>"
LINE = """async (text) => {
    const { line } = await import("/static/js/call.js");
    const call = { ordinal: 1, state: "waiting", label: text, question: text };
    const shown = line(call, { id: "m", conversation_id: "c" });
    return [shown.querySelectorAll("img").length, shown.querySelector("span").textContent];
}"""


def test_what_is_asked_is_only_text(alice: Visitor) -> None:
    alice.open()

    assert alice.page.evaluate(LINE, HOSTILE) == [0, HOSTILE]


def test_an_answer_that_waits_is_stopped_and_asks_no_more(alice: Visitor) -> None:
    number = ask_to_book(alice)

    alice.page.get_by_role("button", name="Stop this answer").click()

    alice.replies("cancelled").wait_for()
    assert question(alice).count() == 0
    assert re.fullmatch(rf"Book appointment {number}: .+\? · not done", lines(alice)[1])


def test_what_was_done_is_a_quiet_line_and_still_there_after_a_refresh(alice: Visitor) -> None:
    alice.open()
    alice.start("knowledge")

    alice.ask(FIND)

    assert lines(alice) == ["Looked for free appointments"]
    before = alice.articles()
    alice.page.reload()
    assert alice.articles() == before


def test_an_approved_booking_is_made_and_the_answer_goes_on(alice: Visitor) -> None:
    number = ask_to_book(alice)
    assert re.fullmatch(rf"Book appointment {number}: .+\? Approve Decline", lines(alice)[1])

    question(alice).get_by_role("button", name="Approve").click()

    assert "booked" in alice.answer(1)
    assert lines(alice)[1] == f"Booked appointment {number}"


def test_the_question_is_the_same_after_a_refresh_and_may_be_declined(alice: Visitor) -> None:
    number = ask_to_book(alice)
    before = alice.articles()

    alice.page.reload()

    assert alice.articles() == before
    question(alice).get_by_role("button", name="Decline").click()
    assert "declined" in alice.answer(1)
    assert re.fullmatch(rf"Book appointment {number}: .+\? · not done", lines(alice)[1])
