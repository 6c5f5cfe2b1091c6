"""The thread that takes marks off: without it all news would be told again and again."""

from uuid import uuid4

import pytest

from conversations.models import Message
from conversations.telling import acknowledgements
from conversations.telling.acknowledgements import Acknowledgements, Rev
from tests.waiting import wait_until


def test_it_goes_on_after_an_error_that_nobody_thought_of(monkeypatch: pytest.MonkeyPatch) -> None:
    batches: list[list[Rev]] = []

    def clear(revs: list[Rev]) -> None:
        batches.append(revs)
        if len(batches) == 1:
            raise ValueError("of a kind that no database raises")

    monkeypatch.setattr(acknowledgements, "clear_marks", clear)
    first, second = Rev(Message, uuid4(), 1), Rev(Message, uuid4(), 1)
    thread = Acknowledgements()
    thread.start()

    thread.add(first)
    wait_until(lambda: [first] in batches)
    thread.add(second)

    wait_until(lambda: [second] in batches, 5, what="the second one is cleared")
    thread.stop()
