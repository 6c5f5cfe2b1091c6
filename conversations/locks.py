from django.db import connection


def wait_for_locks(milliseconds: int) -> None:
    """So long at most, in this transaction; then OperationalError."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {milliseconds}")
