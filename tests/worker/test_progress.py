from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chatbot.bots.protocol import Citation, Usage
from chatbot.storable import storable
from chatbot.worker.attempt.progress import MOST_CHARACTERS, Progress, TooLongError
from conversations.models import Message
from tests.worker.claims import claim

PIECES = st.lists(st.text(min_size=1), max_size=20)


@given(PIECES)
def test_the_deltas_joined_are_the_text_that_is_kept(pieces: list[str]) -> None:
    progress = Progress(claim(), markdown=False)
    told = []

    for piece in pieces:
        progress.say(piece)
        told.append(progress.next_delta().data)

    outcome = progress.outcome(Message.Status.COMPLETE)
    assert "".join(str(delta["text"]) for delta in told) == outcome.text == "".join(map(storable, pieces))
    assert [delta["index"] for delta in told] == list(range(outcome.next_index))


def test_a_snapshot_holds_just_what_was_told() -> None:
    progress = Progress(claim(), markdown=False)
    progress.say("told")
    progress.next_delta()
    progress.say(" untold")

    snapshot = progress.snapshot("e-0-1")

    assert (snapshot.text, snapshot.next_index, snapshot.open) == ("told", 1, 4)


def test_what_was_said_meanwhile_is_one_delta() -> None:
    progress = Progress(claim(), markdown=False)

    progress.say("a")
    progress.say("b")

    assert progress.next_delta().data["text"] == "ab"
    assert not progress.has_untold


def test_a_delta_that_completes_a_block_carries_its_html_and_what_is_open() -> None:
    progress = Progress(claim(), markdown=True)

    progress.say("One *block*.\n\nNext 🎉")
    delta = progress.next_delta().data

    assert delta["html"] == "<p>One <em>block</em>.</p>\n"
    assert delta["open"] == len("Next ") + 2


def test_a_delta_that_completes_none_says_nothing_of_html() -> None:
    progress = Progress(claim(), markdown=True)

    progress.say("One *blo")

    assert progress.next_delta().data.keys() == {
        "conversation_id", "message_id", "attempt", "index", "text",
    }  # fmt: skip


def test_a_delta_is_labelled_for_who_filters() -> None:
    progress = Progress(claim(), markdown=False)
    progress.say("a")

    delta = progress.next_delta()

    assert delta.channel == "7"
    assert set(delta.labels) == {"conversation", "message", "attempt"}
    assert delta.labels["attempt"] == "3"


def test_an_answer_ends_at_its_bound_with_what_fits() -> None:
    progress = Progress(claim(), markdown=False)

    with pytest.raises(TooLongError):
        progress.say("x" * (MOST_CHARACTERS + 1))

    progress.next_delta()
    assert len(progress.outcome(Message.Status.FAILED).text) == MOST_CHARACTERS


def test_citations_are_kept_in_order() -> None:
    progress = Progress(claim(), markdown=False)

    progress.cite(Citation(1, "One", "one.md", "/knowledge/1/", "a"))
    progress.cite(Citation(2, "Two", "two.md", "/knowledge/2/", "b"))

    cited = progress.outcome(Message.Status.COMPLETE).citations
    assert [citation["number"] for citation in cited] == [1, 2]


def test_the_last_usage_counts_without_what_nobody_told() -> None:
    progress = Progress(claim(), markdown=False)

    progress.use(Usage("small", first_token_ms=120))
    progress.use(Usage("small", input_tokens=40, output_tokens=0))

    kept = progress.outcome(Message.Status.COMPLETE).usage
    assert kept == {"model": "small", "input_tokens": 40, "output_tokens": 0}


def test_what_attempts_took_that_ended_with_a_question_is_added() -> None:
    asked = claim()
    asked.reply.usage = {"model": "small", "input_tokens": 100, "first_token_ms": 900}
    progress = Progress(asked, markdown=False)

    progress.use(Usage("small", input_tokens=7, first_token_ms=80))
    progress.use(Usage("small", input_tokens=40, output_tokens=2, first_token_ms=80))

    total = {"model": "small", "input_tokens": 140, "output_tokens": 2, "first_token_ms": 900}
    assert progress.snapshot(None).usage == total
    assert progress.outcome(Message.Status.COMPLETE).usage == total


def test_what_was_taken_before_stays_where_nothing_is_told_after_it() -> None:
    asked = claim()
    asked.reply.usage = {"model": "small", "input_tokens": 100}

    assert Progress(asked, markdown=False).outcome(Message.Status.FAILED).usage == asked.reply.usage


def test_a_bot_that_uses_no_model_keeps_no_usage() -> None:
    assert Progress(claim(), markdown=False).outcome(Message.Status.COMPLETE).usage is None


@given(st.text())
def test_text_that_postgresql_can_hold_is_left_as_it_is(text: str) -> None:
    assert storable(text) == text.replace("\0", "\N{REPLACEMENT CHARACTER}")


def test_what_utf_8_cannot_hold_is_replaced() -> None:
    assert storable("a\ud800b\0c") == "a\ufffdb\ufffdc"


def test_what_takes_long_is_rendered_elsewhere_and_comes_with_a_later_delta() -> None:
    with ThreadPoolExecutor(1) as threads:
        progress = Progress(claim(), markdown=True, elsewhere=threads.submit)
        progress.say("- one item\n" * 2_000 + "\nNext\n\n")
        early = progress.next_delta().data
        threads.shutdown(wait=True)

    progress.say("last")
    late = progress.next_delta().data

    assert "html" not in early
    assert str(late["html"]).count("<li>") == 2_000
    assert late["open"] == len("Next\n\nlast")


def test_footnotes_are_named_after_their_answer() -> None:
    progress = Progress(claim(), markdown=True)
    progress.say("a[^1]\n\n[^1]: b\n")
    progress.next_delta()

    outcome = progress.outcome(Message.Status.COMPLETE)

    assert f'id="fn-{progress.snapshot(None).id.hex[-12:]}-1"' in outcome.html
