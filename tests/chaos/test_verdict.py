"""The chaos would find it: each thing that may go wrong is one finding of its kind."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.chaos.ledger import Ledger, Said, script
from tests.chaos.rows import Row, Rows
from tests.chaos.verdict import Verdict

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def said(number: int) -> Said:
    return Said(
        conversation="c",
        author="alice",
        client_message_id=f"m{number}",
        message_id=f"q{number}",
        reply_id=f"r{number}",
        text="words=3",
        words=3,
        first_sent=0.0,
        acknowledged=0.0,
    )


def question(number: int) -> Row:
    return Row(
        id=f"q{number}",
        conversation="c",
        parent=f"r{number - 1}" if number > 1 else None,
        seq=2 * number - 1,
        role="user",
        status="complete",
        text="words=3",
        error="",
        attempt=0,
        tries=0,
        client_message_id=f"m{number}",
        is_marked=False,
        created_at=NOON,
        finished_at=None,
    )


def reply(number: int) -> Row:
    return replace(
        question(number),
        id=f"r{number}",
        parent=f"q{number}",
        seq=2 * number,
        role="assistant",
        text=script(3),
        attempt=1,
        tries=1,
        client_message_id=None,
        finished_at=NOON + timedelta(seconds=number),
    )


RIGHT = (question(1), reply(1), question(2), reply(2))


def found(*messages: Row, marked: tuple[str, ...] = ()) -> list[str]:
    verdict = Verdict(Ledger([said(1), said(2)]), Rows(list(messages), list(marked)))
    return [finding.kind for finding in verdict.on_rows()]


def test_nothing_is_found_where_all_is_as_it_was_promised() -> None:
    assert found(*RIGHT) == []


@pytest.mark.parametrize(
    ("messages", "kinds"),
    [
        ((question(1), reply(1)), ["lost", "lost"]),
        ((*RIGHT[:3],), ["lost"]),
        ((*RIGHT, replace(question(3), client_message_id="m2")), ["doubled"]),
        ((*RIGHT, replace(reply(3), parent="q2", id="again")), ["doubled", "disordered"]),
        ((*RIGHT, question(3)), ["doubled"]),
        ((*RIGHT[:3], replace(reply(2), status="queued")), ["stuck"]),
        ((*RIGHT[:3], replace(reply(2), status="streaming")), ["stuck"]),
        ((*RIGHT[:3], replace(reply(2), is_marked=True)), ["stuck"]),
        ((*RIGHT[:3], replace(reply(2), text=script(2))), ["wrong"]),
        ((*RIGHT[:3], replace(reply(2), status="failed", error="why", tries=2)), ["wrong"]),
        ((*RIGHT[:3], replace(reply(2), finished_at=NOON)), ["disordered"]),
        ((question(1), reply(1), replace(question(2), parent=None), reply(2)), ["disordered"]),
    ],
)
def test_what_was_not_kept_is_found(messages: tuple[Row, ...], kinds: list[str]) -> None:
    assert found(*messages) == kinds


def test_a_conversation_that_is_still_to_be_announced_is_stuck() -> None:
    assert found(*RIGHT, marked=("c",)) == ["stuck"]


def test_an_answer_that_was_given_up_after_three_tries_is_counted_and_no_finding() -> None:
    given_up = replace(reply(2), status="failed", error="Ask again, please.", text="w0", tries=3)
    verdict = Verdict(Ledger([said(1), said(2)]), Rows([*RIGHT[:3], given_up], []))

    assert list(verdict.on_rows()) == []
    assert verdict.gave_up == [given_up]
