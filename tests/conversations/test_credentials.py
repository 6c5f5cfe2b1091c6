import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from conversations.identity import tokens
from conversations.models import ApiToken, Conversation, User
from tests.conversations.calling import Answer, Caller


def with_token(secret: str, *, scheme: str = "Bearer", client: Client | None = None) -> Answer:
    headers = {"Authorization": f"{scheme} {secret}"}
    return Caller(client=client or Client(enforce_csrf_checks=True)).send(
        "POST", "/conversations", {}, **headers
    )


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_a_token_is_enough_without_csrf(alice: User, scheme: str) -> None:
    made = with_token(tokens.issue(alice), scheme=scheme)

    assert made.status == 201
    assert Conversation.objects.get().owner == alice


@pytest.mark.parametrize("secret", ["", "wrong", "é", "x" * 10_000])
def test_a_wrong_token_is_nobody(db: None, secret: str) -> None:
    assert with_token(secret).problem == (401, "not_authenticated")


def test_a_wrong_token_is_nobody_in_somebodys_session_too(alice: User) -> None:
    client = Client()
    client.force_login(alice)

    assert with_token("wrong", client=client).problem == (401, "not_authenticated")


def test_another_scheme_leaves_the_session_in_charge(alice: User) -> None:
    client = Client()
    client.force_login(alice)

    assert with_token("eA==", scheme="Basic", client=client).status == 201


def test_a_revoked_token_is_nobody(alice: User) -> None:
    secret = tokens.issue(alice)

    tokens.revoke(ApiToken.objects.get())

    assert with_token(secret).problem == (401, "not_authenticated")


def test_a_token_of_somebody_deactivated_is_nobody(alice: User) -> None:
    secret = tokens.issue(alice)
    User.objects.update(is_active=False)

    assert with_token(secret).problem == (401, "not_authenticated")


def test_a_token_costs_one_query(alice: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    secret = tokens.issue(alice)

    with django_assert_num_queries(1):
        assert tokens.find(secret) is not None


def test_the_secret_is_not_in_the_database(alice: User) -> None:
    secret = tokens.issue(alice)

    assert secret not in str(ApiToken.objects.values().get())


def test_a_session_with_its_csrf_token_is_somebody(alice: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    client.cookies["csrftoken"] = "t" * 32

    made = Caller(client=client).send("POST", "/conversations", {}, **{"X-CSRFToken": "t" * 32})

    assert made.status == 201


def test_reading_with_a_session_needs_no_csrf_token(alice: User) -> None:
    assert Caller(alice, client=Client(enforce_csrf_checks=True)).get("/conversations").status == 200


def test_a_session_of_somebody_deactivated_is_nobody(alice: User, as_alice: Caller) -> None:
    User.objects.update(is_active=False)

    assert as_alice.get("/conversations").problem == (401, "not_authenticated")


def test_guests_are_only_made_of_people_without_a_token(db: None, settings: Settings) -> None:
    settings.ALLOW_GUESTS = True

    assert with_token("wrong", client=Client()).problem == (401, "not_authenticated")
    assert User.objects.count() == 0
