import pytest
from django.core.management import CommandError, call_command

from conversations.identity.tokens import find
from conversations.models import User


def test_the_token_and_nothing_else_is_printed(alice: User, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("createtoken", "alice")

    printed = capsys.readouterr()
    token = find(printed.out.removesuffix("\n"))
    assert token is not None
    assert token.user == alice
    assert printed.err == ""


def test_an_unknown_user_is_refused(db: None) -> None:
    with pytest.raises(CommandError, match=r"^There is no user charlie: .* --create-user\.$"):
        call_command("createtoken", "charlie")

    assert User.objects.count() == 0


def test_an_unknown_user_is_made_on_request(db: None, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("createtoken", "charlie", "--create-user")

    token = find(capsys.readouterr().out.strip())
    assert token is not None
    assert token.user.username == "charlie"
    assert not token.user.has_usable_password()


def test_create_user_takes_the_one_that_is_there(alice: User) -> None:
    call_command("createtoken", "alice", "--create-user")

    assert User.objects.count() == 1


@pytest.mark.parametrize("username", ["a b", "", "x" * 151])
def test_a_name_that_cannot_be_is_refused(db: None, username: str) -> None:
    with pytest.raises(CommandError, match="cannot be a user's name"):
        call_command("createtoken", username, "--create-user")


def test_a_deactivated_user_is_refused(alice: User) -> None:
    User.objects.update(is_active=False)

    with pytest.raises(CommandError, match="alice is deactivated"):
        call_command("createtoken", "alice")
