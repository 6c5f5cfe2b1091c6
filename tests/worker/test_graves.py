"""Which records count as the same when a dead one comes again."""

import pytest

from chatbot.worker.records.graves import bury
from conversations.models import DeadRecord
from tests.streaming.records import record

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("value", [b"junk", b"", None, b"x" * 1_000_000])
def test_one_that_is_read_again_is_kept_once(value: bytes | None) -> None:
    for _ in range(2):
        assert bury(record(7, value=value), "incoming-messages", "Odd")

    assert kept() == [value]


def test_another_at_its_place_in_a_topic_that_was_made_anew_is_kept_too() -> None:
    for value in (b"junk", b"other junk"):
        assert bury(record(7, value=value), "incoming-messages", "Odd")

    assert kept() == [b"junk", b"other junk"]


def kept() -> list[bytes | None]:
    values = DeadRecord.objects.order_by("created_at").values_list("value", flat=True)
    return [value if value is None else bytes(value) for value in values]
