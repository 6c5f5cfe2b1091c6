from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from conversations.identity.tokens import issue
from conversations.models import User


class Command(BaseCommand):
    help = "Prints a new bearer token of a user, and nothing else; it cannot be shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--create-user", action="store_true", help="make the user if there is none")

    def handle(self, *, username: str, create_user: bool, **options: object) -> None:
        user = User.objects.filter(username=username).first()
        if user is None:
            user = self._created(username, wanted=create_user)
        if not user.is_active:
            raise CommandError(
                f"{username} is deactivated, and so would the token be: activate the user first."
            )
        self.stdout.write(issue(user, name="createtoken"))

    def _created(self, username: str, *, wanted: bool) -> User:
        if not wanted:
            raise CommandError(f"There is no user {username}: check the name, or add --create-user.")
        user = User(username=username)
        user.set_unusable_password()
        try:
            user.full_clean()
        except ValidationError as error:
            raise CommandError(f"{username} cannot be a user's name: {' '.join(error.messages)}") from error
        user.save()
        return user
