"""What ends the open streams of somebody: their session generation rises."""

import pytest
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from conversations.identity import tokens
from conversations.models import ApiToken, User


def generation(user: User) -> int:
    return User.objects.get(pk=user.pk).session_generation


def test_a_logout(alice: User) -> None:
    client = Client()
    client.force_login(alice)

    client.logout()

    assert generation(alice) == 1


def test_a_revoked_token_once(alice: User) -> None:
    tokens.issue(alice)
    token = ApiToken.objects.get()

    tokens.revoke(token)
    tokens.revoke(token)

    assert generation(alice) == 1


@pytest.mark.parametrize("fields", [None, ["password"]])
def test_a_new_password(alice: User, fields: list[str] | None) -> None:
    alice.set_password("correct horse battery")

    alice.save(update_fields=fields)

    assert generation(alice) == 1


def test_a_deactivation(alice: User) -> None:
    alice.is_active = False

    alice.save()

    assert generation(alice) == 1


def test_not_an_activation(alice: User) -> None:
    User.objects.update(is_active=False)
    alice.is_active = True

    alice.save()

    assert generation(alice) == 0


def test_not_a_new_address_or_a_login(alice: User) -> None:
    alice.email = "alice@example.org"

    alice.save()
    Client().force_login(alice)

    assert generation(alice) == 0


def test_a_save_of_what_was_read_before_does_not_lower_it(alice: User) -> None:
    User.objects.update(session_generation=7)

    alice.save()

    assert generation(alice) == 7


def test_a_removal_is_told_to_open_streams(
    alice: User, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks() as to_be_told:
        alice.delete()

    assert len(to_be_told) == 1
