"""Every error of the API as a problem with a stable `code`: the one place that knows their HTTP statuses."""

import logging
from collections.abc import Callable, Mapping

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from conversations.api.callers import CsrfError, MediaTypeError
from conversations.errors import ConflictError, InvalidError, NotFoundError
from streaming.problem import problem

logger = logging.getLogger(__name__)


def answer_with_problems(api: NinjaAPI) -> None:
    handlers: dict[type[Exception], Callable[..., HttpResponse]] = {
        AuthenticationError: not_authenticated,
        CsrfError: csrf_failed,
        MediaTypeError: unsupported_media_type,
        HttpError: malformed,
        RequestDataTooBig: too_large,
        ValidationError: invalid_fields,
        InvalidError: invalid_value,
        Http404: not_found,
        NotFoundError: not_found,
        ConflictError: conflict,
        OperationalError: database_unavailable,
        InterfaceError: database_unavailable,
        Exception: internal_error,
    }
    for error, handler in handlers.items():
        api.add_exception_handler(error, handler)


def not_authenticated(request: HttpRequest, error: object) -> JsonResponse:
    response = problem(
        401, "not_authenticated", "Sign in, or send a valid token: `Authorization: Bearer <token>`."
    )
    response["WWW-Authenticate"] = "Bearer"
    return response


def csrf_failed(request: HttpRequest, error: object) -> JsonResponse:
    detail = "With a session, send the value of the cookie `csrftoken` in the header `X-CSRFToken`."
    return problem(403, "csrf_failed", detail)


def unsupported_media_type(request: HttpRequest, error: object) -> JsonResponse:
    return problem(415, "unsupported_media_type", "Send JSON, with `Content-Type: application/json`.")


def malformed(request: HttpRequest, error: object) -> JsonResponse:
    return problem(400, "malformed", "The body is not JSON.")


def too_large(request: HttpRequest, error: object) -> JsonResponse:
    return problem(
        413, "too_large", "The body is too large. The text of a message has 32,000 characters at most."
    )


def invalid_fields(request: HttpRequest, error: ValidationError) -> JsonResponse:
    if any(found["loc"][0] == "path" for found in error.errors):
        return not_found(request, error)
    return _invalid([_field_error(found) for found in error.errors])


def invalid_value(request: HttpRequest, error: InvalidError) -> JsonResponse:
    return _invalid([{"field": error.field, "message": str(error)}])


def not_found(request: HttpRequest, error: object) -> JsonResponse:
    detail = str(error) if isinstance(error, NotFoundError) else "There is nothing at this address."
    return problem(404, "not_found", detail)


def method_not_allowed(request: HttpRequest, allowed: str) -> JsonResponse:
    response = problem(
        405, "method_not_allowed", f"{request.method} does not work here. Use one of: {allowed}."
    )
    response["Allow"] = allowed
    return response


def conflict(request: HttpRequest, error: ConflictError) -> JsonResponse:
    return problem(409, error.code, str(error))


def database_unavailable(request: HttpRequest, error: object) -> JsonResponse:
    logger.warning(
        "%s %s: the database does not answer: %s", request.method, request.path, type(error).__name__
    )
    return problem(
        503, "database_unavailable", "The database cannot be reached. Try again soon.", retry_after=2
    )


def internal_error(request: HttpRequest, error: object) -> HttpResponse:
    logger.exception("%s %s failed", request.method, request.path)
    return problem(500, "internal_error", "Something went wrong on our side. It was written to the log.")


def _invalid(errors: list[dict[str, str]]) -> JsonResponse:
    detail = " ".join(f"{error['field']}: {error['message'].rstrip('.')}." for error in errors)
    return problem(422, "invalid", detail, errors=errors)


def _field_error(found: Mapping[str, object]) -> dict[str, str]:
    """`loc` is where it was sent, for a body also the parameter's name, then the field."""
    location = [str(part) for part in found["loc"]] if isinstance(found["loc"], tuple) else []
    skipped = 2 if location[0] == "body" else 1
    return {
        "field": ".".join(location[skipped:]) or location[0],
        "message": str(found["msg"]).removeprefix("Value error, "),
    }
