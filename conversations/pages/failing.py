"""What a page shows when it could not be made."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

RETRY_AFTER = "3"
"""Seconds: the database is usually back by then."""


def failed(request: HttpRequest) -> HttpResponse:
    """503 while PostgreSQL does not answer, else 500. Neither page needs it."""
    if isinstance(sys.exc_info()[1], InterfaceError | OperationalError):
        return HttpResponse(render_to_string("503.html"), status=503, headers={"Retry-After": RETRY_AFTER})
    return HttpResponse(render_to_string("500.html"), status=500)
