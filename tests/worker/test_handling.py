import json
from concurrent.futures import Future
from uuid import UUID

import pytest
from django.db import InterfaceError, OperationalError

from chatbot.worker.records.handling import Handling, UnreadableError, conversation_of
from streaming.broker.errors import BrokerUnavailableError
from tests.streaming.records import record
from tests.waiting import wait_until

ONE = UUID(int=1)
DOORBELL = json.dumps({"conversation_id": str(ONE)}).encode()


class Yard:
    """Keeps what is buried; answers `answers` first."""

    def __init__(self, *answers: bool | Exception) -> None:
        self.reasons: list[str] = []
        self._answers = list(answers)

    def bury(self, _record: object, _topic: str, reason: str) -> Future[bool]:
        answer = self._answers.pop(0) if self._answers else True
        self.reasons.append(reason)
        future: Future[bool] = Future()
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)
        return future


class Door:
    """An inbox that meets what it is told to, and takes everything afterwards."""

    def __init__(self, *troubles: Exception | bool) -> None:
        self.offered = 0
        self._troubles = list(troubles)

    def offer(self, conversation: UUID) -> bool:
        self.offered += 1
        trouble = self._troubles.pop(0) if self._troubles else True
        if isinstance(trouble, Exception):
            raise trouble
        return trouble


def handling(value: bytes | None, door: Door, yard: Yard) -> Handling:
    return Handling(record(4, value=value), "incoming-messages", offer=door.offer, bury=yard.bury)


@pytest.mark.parametrize(
    "value",
    [
        DOORBELL,
        json.dumps({"conversation_id": str(ONE), "more": [1, {"a": None}]}).encode(),
        b'{"conversation_id": "junk", "conversation_id": "00000000-0000-0000-0000-000000000001"}',
        json.dumps({"conversation_id": str(ONE)}).encode("utf-16"),
        json.dumps({"conversation_id": str(ONE), "padding": "x" * 1_000_000}).encode(),
    ],
)
def test_what_names_a_conversation_is_a_doorbell_whatever_else_it_holds(value: bytes) -> None:
    assert conversation_of(record(0, value=value)) == ONE


def test_the_value_names_the_conversation_whatever_the_key_says() -> None:
    assert conversation_of(record(0, key=b"another", value=DOORBELL)) == ONE


@pytest.mark.parametrize(
    "value",
    [
        None,
        b"",
        b"junk",
        b"\xff\xfe\x00",
        b"null",
        b"[]",
        b'"conversation_id"',
        b"1" * 5000,
        b"NaN",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{}",
        b'{"conversation_id": null}',
        b'{"conversation_id": 7}',
        b'{"conversation_id": true}',
        b'{"conversation_id": ["00000000-0000-0000-0000-000000000001"]}',
        b'{"conversation_id": {"a": 1}}',
        b'{"conversation_id": "\\ud800"}',
        b'{"conversation_id": "' + b"1" * 1_000_000 + b'"}',
    ],
)
def test_what_names_none_cannot_be_read(value: bytes | None) -> None:
    with pytest.raises(UnreadableError, match="no conversation_id"):
        conversation_of(record(0, value=value))


def test_what_cannot_be_read_is_buried_at_once() -> None:
    door, yard = Door(), Yard()

    assert handling(b"junk", door, yard).is_done()

    assert door.offered == 0
    assert "JSONDecodeError" in yard.reasons[0]


def test_a_handler_that_raised_three_times_is_not_asked_again() -> None:
    door, yard = Door(*[KeyError("odd")] * 3), Yard()
    one = handling(DOORBELL, door, yard)

    at_once = one.is_done()
    wait_until(one.is_done, what="the burial")

    assert not at_once
    assert door.offered == 3
    assert yard.reasons == ["handling it failed 3 times: KeyError('odd')"]


def test_a_handler_that_recovers_has_handled_it() -> None:
    door, yard = Door(KeyError("odd"), KeyError("odd")), Yard()

    wait_until(handling(DOORBELL, door, yard).is_done, what="the third try")

    assert (door.offered, yard.reasons) == (3, [])


@pytest.mark.parametrize(
    "away", [OperationalError("gone"), InterfaceError("closed"), BrokerUnavailableError("away")]
)
def test_what_is_away_is_waited_for_and_fails_nothing(
    away: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chatbot.worker.records.handling.random.uniform", lambda low, high: 0.01)
    door, yard = Door(*[away] * 5), Yard()

    wait_until(handling(DOORBELL, door, yard).is_done, what="its return")

    assert (door.offered, yard.reasons) == (6, [])


def test_a_full_inbox_is_asked_until_it_has_room() -> None:
    door, yard = Door(*[False] * 50), Yard()

    wait_until(handling(DOORBELL, door, yard).is_done, what="room")

    assert yard.reasons == []


def test_a_burial_waits_for_postgresql(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatbot.worker.records.handling.random.uniform", lambda low, high: 0.01)
    yard = Yard(False, False, False, False)
    one = handling(b"junk", Door(), yard)

    wait_until(one.is_done, what="PostgreSQL")

    assert len(yard.reasons) == 5


def test_what_cannot_be_buried_either_holds_nobody_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("chatbot.worker.records.handling.random.uniform", lambda low, high: 0.01)
    yard = Yard(*[ValueError("never")] * 9)

    wait_until(handling(b"junk", Door(), yard).is_done, what="the end")

    assert len(yard.reasons) == 3
    assert "incoming-messages-0@4 could not be buried" in caplog.text


def test_a_burial_that_takes_its_time_blocks_nobody() -> None:
    grave: Future[bool] = Future()
    one = Handling(record(4, value=b"junk"), "any", offer=Door().offer, bury=lambda *_: grave)

    before = one.is_done()
    grave.set_result(True)

    assert (before, one.is_done()) == (False, True)
