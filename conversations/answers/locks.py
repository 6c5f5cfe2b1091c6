from django.db import OperationalError, connection


def wait_for_locks(milliseconds: int) -> None:
    """So long at most, in this transaction; then OperationalError, of which `is_lock_timeout` tells."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {milliseconds}")


def is_lock_timeout(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) == "55P03"
