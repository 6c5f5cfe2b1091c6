import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from conversations.identity.guests import create_guest, sign_up
from conversations.models import Conversation, User
from tests.conversations.calling import Answer, Caller

PASSWORD = "correct horse battery"
TOKEN = "t" * 32


def newcomer() -> Caller:
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = TOKEN
    return Caller(client=client)


def start(caller: Caller, **body: object) -> Answer:
    return caller.send("POST", "/conversations", body, **{"X-CSRFToken": TOKEN})


def test_the_first_conversation_makes_a_guest(db: None) -> None:
    visitor = newcomer()

    started = start(visitor)

    guest = User.objects.get()
    assert started.status == 201
    assert guest.is_guest
    assert not guest.has_usable_password()
    assert Conversation.objects.get().owner == guest
    assert [each["id"] for each in visitor.get("/conversations").body["items"]] == [started.body["id"]]


def test_a_guest_is_told_who_they_are(db: None) -> None:
    started = start(newcomer())

    assert started.headers["X-User-Id"] == str(User.objects.get().pk)


def test_a_guest_stays_the_same_guest(db: None) -> None:
    visitor = newcomer()
    start(visitor)
    fresh = visitor.client.cookies["csrftoken"].value

    again = visitor.send("POST", "/conversations", {}, **{"X-CSRFToken": fresh})

    assert again.status == 201
    assert User.objects.count() == 1


def test_nobody_becomes_a_guest_without_the_csrf_token(db: None) -> None:
    refused = Caller(client=Client(enforce_csrf_checks=True)).post("/conversations")

    assert refused.problem == (401, "not_authenticated")
    assert User.objects.count() == 0


def test_nobody_becomes_a_guest_where_guests_are_not_allowed(db: None, settings: Settings) -> None:
    settings.ALLOW_GUESTS = False

    assert start(newcomer()).problem == (401, "not_authenticated")
    assert User.objects.count() == 0


def test_nobody_becomes_a_guest_by_looking(db: None) -> None:
    assert newcomer().get("/conversations").problem == (401, "not_authenticated")
    assert User.objects.count() == 0


@pytest.mark.parametrize("body", [{"bot": "nobody"}, {"title": ""}])
def test_nobody_becomes_a_guest_by_a_call_that_fails(db: None, body: dict[str, object]) -> None:
    visitor = newcomer()

    assert start(visitor, **body).problem == (422, "invalid")
    assert User.objects.count() == 0
    assert "sessionid" not in visitor.client.cookies


def test_signing_up_keeps_the_row_of_a_guest(db: None) -> None:
    guest = create_guest()
    said = Conversation.objects.create(owner=guest, bot="script")

    user = sign_up(guest, username="charlie", password=PASSWORD)

    assert user.pk == guest.pk
    assert not user.is_guest
    assert User.objects.get().check_password(PASSWORD)
    assert said.owner == user


def test_signing_up_without_having_been_a_guest_makes_a_user(db: None) -> None:
    user = sign_up(None, username="charlie", password=PASSWORD)

    assert User.objects.get() == user
    assert not user.is_guest


@pytest.mark.parametrize("username", ["alice", "ALICE", "\uff41lice"])
def test_a_name_that_is_taken_is_refused(alice: User, username: str) -> None:
    with pytest.raises(ValidationError) as refused:
        sign_up(None, username=username, password=PASSWORD)

    assert refused.value.message_dict == {"username": ["This name is taken. Choose another one."]}


@pytest.mark.parametrize("username", ["", "a b", "a\x00b", "x" * 151])
def test_a_name_that_cannot_be_is_refused(db: None, username: str) -> None:
    with pytest.raises(ValidationError) as refused:
        sign_up(None, username=username, password=PASSWORD)

    assert set(refused.value.message_dict) == {"username"}


@pytest.mark.parametrize("password", ["", "short", "password123", "charlie1"])
def test_a_weak_password_is_refused_and_the_guest_stays_one(db: None, password: str) -> None:
    guest = create_guest()

    with pytest.raises(ValidationError) as refused:
        sign_up(guest, username="charlie", password=password)

    assert set(refused.value.message_dict) == {"password"}
    assert User.objects.get().is_guest
