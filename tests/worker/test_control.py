"""The thread that hears which answers to stop, on a real broker."""

import pytest

from streaming.broker.options import BrokerOptions
from tests.streaming.written import Written
from tests.waiting import wait_until
from tests.worker.office import Office, call_off, has, listening, one_for_each_partition, rounds

JUNK = [b"junk", b"[" * 100_000, b"{}", b'{"cancel": 7}', b"\xff", b'{"cancel": "x"}', b"[]", b"null"]


def test_what_is_called_off_is_heard_and_what_was_before_the_start_is_not(
    office: Office, options: BrokerOptions, written: Written
) -> None:
    (before,) = call_off(written, "7")

    with listening(office, options, written.topics, written.topic):
        wait_until(rounds(office, written), 20, what="the live end")
        later = call_off(written, *one_for_each_partition(written))

        wait_until(has(office, later), what="all of them")
        assert before not in office.cancelled


def test_records_that_cannot_be_read_are_buried_and_passed_over(heard: Office, written: Written) -> None:
    written.publisher.publish(written.topic, b"7", None)
    written.write(*(junk.decode("latin1") for junk in JUNK))
    behind = call_off(written, "7")

    wait_until(has(heard, behind), what="the one behind them")
    wait_until(lambda: len(heard.buried) == len(JUNK) + 1, what="the burials")
    assert [value for _, value, _ in heard.buried][1:3] == [b"junk", b"[" * 100_000]
    assert all(reason.startswith("no reply to cancel in the record") for *_, reason in heard.buried)


def test_while_postgresql_is_away_graves_wait_and_what_follows_does_not(
    heard: Office, written: Written
) -> None:
    heard.is_open = False
    written.write("junk")
    behind = call_off(written, "7")
    wait_until(has(heard, behind), what="the one behind it")
    wait_until(lambda: heard.refused, what="a refusal")

    heard.is_open = True

    wait_until(lambda: len(heard.buried) == 1, what="the burial")


def test_of_more_dead_records_than_can_wait_the_rest_is_logged(
    heard: Office, written: Written, caplog: pytest.LogCaptureFixture
) -> None:
    heard.is_open = False

    written.write(*(["junk"] * 110))
    behind = call_off(written, "7")
    wait_until(has(heard, behind), what="the one behind them")

    assert [record.message for record in caplog.records if "is not kept" in record.message].pop().endswith(
        "is not kept: too many wait for PostgreSQL"
    )
