"""Sessions kept in the database, which is asked only for keys that could be one.

A cookie may hold anything, also what PostgreSQL refuses to look for (NUL).
"""

import re

from django.contrib.sessions.backends import db

SESSION_KEYS = re.compile(r"[0-9a-z]{1,40}", re.ASCII)


class SessionStore(db.SessionStore):
    def _validate_session_key(self, key: str | None) -> bool:
        is_one = super()._validate_session_key(key)  # type: ignore[misc]  # the stubs leave it out
        return bool(is_one and SESSION_KEYS.fullmatch(key or ""))
