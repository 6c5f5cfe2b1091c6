"""What a database and a broker need before the first process starts; a few seconds, and harmless to repeat.

A process of its own (`python -m chatbot.local.setup`): settings are read here, once the environment is there.
"""

import os
import secrets
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path

import django
import psycopg
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.db.models import Q

from chatbot.local.failure import CannotRunError

ADMIN = "admin"
OWN_PAGES = ("README.md", "docs")


def main() -> int:
    try:
        prepare()
    except (CannotRunError, ImproperlyConfigured, CommandError) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except DatabaseError as error:
        sys.stderr.write(f"The database could not be prepared: {first_line(error)}\n")
        return 1
    return 0


def prepare() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatbot.settings")
    django.setup()
    refuse_unreachable()
    with redirect_stdout(StringIO()):
        call_command("migrate")
        call_command("preparetopics")
        call_command("ingest", *(page for page in OWN_PAGES if Path(page).exists()))
    make_first_admin()


def refuse_unreachable() -> None:
    """Asks without the pool, which would say why in its logs and not in its error."""
    parameters = connection.get_connection_params()
    parameters.pop("pool", None)
    try:
        psycopg.connect(**parameters).close()
    except psycopg.OperationalError as error:
        raise CannotRunError(
            f"PostgreSQL at DATABASE_URL can't be reached: {first_line(error)}. "
            "Check the address and that it runs, or unset DATABASE_URL to use the embedded one."
        ) from error


def make_first_admin() -> None:
    """Prints the password, which is kept nowhere. Nothing happens where somebody administers already."""
    people = get_user_model().objects
    if people.filter(Q(is_superuser=True) | Q(username__iexact=ADMIN)).exists():
        return
    password = secrets.token_urlsafe(12)
    people.create_superuser(ADMIN, password=password)
    sys.stdout.write(f"  The account for /admin/ is `{ADMIN}`, its password {password} (shown this once)\n")


def first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


if __name__ == "__main__":
    sys.exit(main())
