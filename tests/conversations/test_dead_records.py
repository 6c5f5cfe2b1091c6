"""The admin of dead records: what is shown, and sent back."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.test import Client
from pytest_django import Settings

from conversations import dead_headers
from conversations.models import DeadRecord, User
from streaming.broker.group_reader import GroupReader
from streaming.broker.options import BrokerOptions
from streaming.broker.topics import HOUR_MS, Topic, Topics
from streaming.configuration import INCOMING, broker_options
from streaming.record import Record
from tests.conversations.looking import page
from tests.waiting import wait_until

HEADERS: list[tuple[str, str | bytes | None]] = [("a", b"\xff\x00"), ("a", "text"), ("b", None), ("c", b"")]


@pytest.fixture
def topic(settings: Settings) -> str:
    """The topic of doorbells, of an installation that no other test knows."""
    settings.TOPIC_PREFIX = f"test-{uuid4().hex[:8]}."
    name = f"{settings.TOPIC_PREFIX}{INCOMING}"
    client = Topics(broker_options(), fixed_id=settings.STREAM_EPOCH)
    client.prepare([Topic(name, kept_ms=HOUR_MS)], partitions=1)
    return name


@pytest.fixture
def reader(topic: str) -> Iterator[GroupReader]:
    reader = GroupReader(broker_options(), topic, f"{topic}-group")
    yield reader
    reader.close()


@pytest.fixture
def dead(db: None, topic: str) -> DeadRecord:
    return bury(topic, 1)


@pytest.fixture
def kafka_is_away(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere = BrokerOptions({"bootstrap.servers": "127.0.0.1:1"})
    monkeypatch.setattr("streaming.publishing.broker_options", lambda: nowhere)
    monkeypatch.setattr("streaming.publishing.ALL_SURELY", 0.3)


@pytest.fixture
def onlooker(db: None) -> Client:
    """Staff who may look, and no more."""
    bob = User.objects.create_user("bob", is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_deadrecord"))
    client = Client()
    client.force_login(bob)
    return client


def bury(topic: str, offset: int, value: bytes | None = b"junk") -> DeadRecord:
    headers = dead_headers.kept(HEADERS)
    return DeadRecord.objects.create(
        topic=topic, partition=0, offset=offset, key=b"k", value=value, headers=headers, reason="Odd"
    )


def send_back(client: Client, record: DeadRecord) -> str:
    """What the page says afterwards."""
    path = f"/admin/conversations/deadrecord/{record.pk}/send-back/"
    return client.post(path, follow=True).content.decode()


def choose(client: Client, *records: DeadRecord) -> str:
    chosen = {"action": "send_back_chosen", "_selected_action": [str(record.pk) for record in records]}
    return client.post("/admin/conversations/deadrecord/", chosen, follow=True).content.decode()


def read(reader: GroupReader) -> Record:
    return wait_until(lambda: reader.read(timeout=0.2), 20, what="the record")


def test_a_record_goes_back_as_it_was(admin: Client, reader: GroupReader, dead: DeadRecord) -> None:
    said = send_back(admin, dead)

    again = read(reader)
    dead.refresh_from_db()
    assert (again.key, again.value) == (b"k", b"junk")
    assert again.headers == [("a", b"\xff\x00"), ("a", b"text"), ("b", None), ("c", b"")]
    assert dead.sent_back_at is not None
    assert f"Sent back: {dead}." in said


def test_a_record_without_a_value_goes_back_without_one(
    admin: Client, reader: GroupReader, topic: str
) -> None:
    send_back(admin, bury(topic, 1, value=None))

    assert read(reader).value is None


def test_who_sent_it_back_is_kept(admin: Client, dead: DeadRecord) -> None:
    send_back(admin, dead)

    entry = LogEntry.objects.get(object_id=str(dead.pk))
    assert (str(entry.user), entry.get_change_message()) == ("charlie", "Sent back.")


def test_a_second_time_is_possible_and_says_so(admin: Client, reader: GroupReader, dead: DeadRecord) -> None:
    send_back(admin, dead)
    said = send_back(admin, dead)

    assert [read(reader).value, read(reader).value] == [b"junk", b"junk"]
    assert "It had been sent back before" in said
    assert "Send back again" in said


def test_several_go_back_in_the_order_in_which_they_died(
    admin: Client, reader: GroupReader, topic: str
) -> None:
    first, second = bury(topic, 1, b"first"), bury(topic, 2, b"second")

    said = choose(admin, second, first)

    assert [read(reader).value, read(reader).value] == [b"first", b"second"]
    assert said.count("Sent back: ") == 2


def test_while_kafka_is_away_nothing_counts_as_sent_back(
    admin: Client, dead: DeadRecord, kafka_is_away: None
) -> None:
    said = send_back(admin, dead)

    dead.refresh_from_db()
    assert dead.sent_back_at is None
    assert "Kafka did not confirm" in said


def test_what_came_from_another_installation_s_topic_is_not_sent_there(admin: Client, topic: str) -> None:
    foreign = bury("elsewhere.incoming-messages", 1)

    said = send_back(admin, foreign)

    foreign.refresh_from_db()
    assert foreign.sent_back_at is None
    assert "none of this installation" in said


def test_more_than_a_hundred_at_once_are_refused(admin: Client, topic: str) -> None:
    records = [bury(topic, offset) for offset in range(101)]

    said = choose(admin, *records)

    assert "choose 100 at most" in said
    assert not DeadRecord.objects.exclude(sent_back_at=None).exists()


def test_who_may_only_look_sends_nothing_back(onlooker: Client, dead: DeadRecord) -> None:
    shown = page(onlooker, f"deadrecord/{dead.pk}/change/")
    refused = onlooker.post(f"/admin/conversations/deadrecord/{dead.pk}/send-back/")
    choose(onlooker, dead)

    dead.refresh_from_db()
    assert "Send back" not in shown
    assert refused.status_code == 403
    assert dead.sent_back_at is None


def test_who_is_no_staff_is_asked_to_sign_in(client: Client, alice: User, dead: DeadRecord) -> None:
    client.force_login(alice)

    asked = client.post(f"/admin/conversations/deadrecord/{dead.pk}/send-back/")

    assert (asked.status_code, "/admin/login/" in asked.headers["Location"]) == (302, True)


def test_looking_at_the_address_sends_nothing_back(admin: Client, dead: DeadRecord) -> None:
    looked = admin.get(f"/admin/conversations/deadrecord/{dead.pk}/send-back/")

    dead.refresh_from_db()
    assert (looked.status_code, dead.sent_back_at) == (405, None)


def test_a_forged_form_sends_nothing_back(dead: DeadRecord) -> None:
    forger = Client(enforce_csrf_checks=True)
    forger.force_login(User.objects.create_superuser("charlie"))

    assert forger.post(f"/admin/conversations/deadrecord/{dead.pk}/send-back/").status_code == 403


def test_what_is_not_there_is_not_found(admin: Client, db: None) -> None:
    assert admin.post(f"/admin/conversations/deadrecord/{uuid4()}/send-back/").status_code == 404


@pytest.mark.parametrize("query", [{"q": "Odd"}, {"sent_back_at__isempty": "1"}, {"topic": "any"}])
def test_dead_records_are_found_and_filtered(admin: Client, query: dict[str, str]) -> None:
    bury("any", 7)

    assert "any-0@7" in page(admin, "deadrecord/", **query)


@pytest.mark.parametrize("query", [{"q": "Else"}, {"sent_back_at__isempty": "0"}, {"topic": "other"}])
def test_dead_records_that_are_not_meant_are_left_out(admin: Client, query: dict[str, str]) -> None:
    bury("any", 7)

    assert "any-0@7" not in page(admin, "deadrecord/", **query)
