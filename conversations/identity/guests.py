"""People who talk to a bot before they have an account."""

from uuid import uuid4

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from conversations.models import User


def create_guest() -> User:
    guest = User(username=f"guest-{uuid4().hex}", is_guest=True)
    guest.set_unusable_password()
    guest.save()
    return guest


def sign_up(guest: User | None, *, username: str, password: str) -> User:
    """An account; a guest's keeps their row, so what they said stays theirs.

    Raises ValidationError with `username` and `password` as keys. The new password ends the guest's
    session: log the user in again in the same response.
    """
    user = User.objects.get(pk=guest.pk, is_guest=True) if guest is not None else User()
    user.username, user.is_guest = User.normalize_username(username), False
    _validate(user, password)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        raise _taken() from error
    return user


def _validate(user: User, password: str) -> None:
    user.clean_fields(exclude=["password"])
    if User.objects.filter(username__iexact=user.username).exclude(pk=user.pk).exists():
        raise _taken()
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({"password": error.messages}) from error


def _taken() -> ValidationError:
    return ValidationError({"username": ["This name is taken. Choose another one."]})
