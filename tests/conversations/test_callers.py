"""Whom a stream is opened for: the same as everywhere else, though looked up in bulk."""

from datetime import timedelta

import pytest
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries, Settings

from conversations.identity import tokens
from conversations.identity.credentials import Caller, Credential, callers, credential_of
from conversations.models import ApiToken, User
from conversations.telling.news import end_streams


def token(user: User) -> Credential:
    return Credential("token", tokens.digest(tokens.issue(user)))


def session(user: User) -> Credential:
    client = Client()
    client.force_login(user)
    return Credential("session", client.cookies["sessionid"].value)


@pytest.fixture(params=[token, session])
def credential(request: pytest.FixtureRequest, alice: User) -> Credential:
    made: Credential = request.param(alice)
    return made


def test_a_credential_that_holds_is_its_user(alice: User, credential: Credential) -> None:
    assert callers([credential]) == {credential: Caller(alice.pk, 0)}


def test_it_carries_the_generation_of_that_moment(alice: User, credential: Credential) -> None:
    end_streams(alice)

    assert callers([credential]) == {credential: Caller(alice.pk, 1)}


def test_somebody_deactivated_is_nobody(alice: User, credential: Credential) -> None:
    User.objects.update(is_active=False)

    assert callers([credential]) == {}


def test_a_revoked_token_is_nobody(alice: User) -> None:
    credential = token(alice)

    tokens.revoke(ApiToken.objects.get())

    assert callers([credential]) == {}


def test_a_session_that_ran_out_is_nobody(alice: User) -> None:
    credential = session(alice)

    Session.objects.update(expire_date=now() - timedelta(seconds=1))

    assert callers([credential]) == {}


def test_a_session_from_before_a_new_password_is_nobody(alice: User) -> None:
    credential = session(alice)

    alice.set_password("another")
    alice.save()

    assert callers([credential]) == {}


def test_a_session_that_began_under_an_earlier_secret_key_still_holds(
    alice: User, settings: Settings
) -> None:
    credential = session(alice)
    store = SessionStore(credential.key)
    data = store.load()

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another"
    store.update(data)
    store.save()

    assert callers([credential]) == {credential: Caller(alice.pk, 0)}


def test_a_session_of_a_backend_that_is_no_longer_in_use_is_nobody(alice: User, settings: Settings) -> None:
    credential = session(alice)

    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.RemoteUserBackend"]

    assert callers([credential]) == {}


@pytest.mark.parametrize("value", ["", "nobody", None])
def test_a_session_of_nobody_is_nobody(alice: User, value: str | None) -> None:
    credential = session(alice)
    store = SessionStore(credential.key)

    store[SESSION_KEY] = value
    store.save()

    assert callers([credential]) == {}


def test_many_cost_three_queries(
    alice: User, bob: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    credentials = [make(user) for make in (token, session) for user in (alice, bob)]

    with django_assert_num_queries(3):
        found = callers(credentials)

    assert [found[one].user_id for one in credentials] == [alice.pk, bob.pk] * 2


def test_a_bad_token_is_nobody_whatever_the_session_says(alice: User) -> None:
    request = RequestFactory().get("/api/events", headers={"Authorization": "Bearer wrong"})
    request.COOKIES["sessionid"] = session(alice).key

    credential = credential_of(request)

    assert credential is not None
    assert callers([credential]) == {}


NO_SESSIONS = ['"aaaaaaaa\\000"', "é" * 8, "x" * 41, "../aaaaa"]


@pytest.mark.parametrize("key", NO_SESSIONS)
def test_a_cookie_that_can_be_no_session_is_nobody(db: None, key: str) -> None:
    headers = {"Cookie": f"sessionid={key}"}

    assert Client().get("/api/conversations", headers=headers).status_code == 401
    assert Client().get("/", headers=headers).status_code == 200
    assert Client().get("/admin/", headers=headers).status_code == 302


@pytest.mark.parametrize("key", NO_SESSIONS)
def test_a_cookie_that_can_be_no_session_is_not_looked_up(rf: RequestFactory, key: str) -> None:
    assert credential_of(rf.get("/", headers={"Cookie": f"sessionid={key}"})) is None
