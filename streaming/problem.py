"""Errors over HTTP as RFC 9457 problem details."""

from http import HTTPStatus

from django.http import JsonResponse


def problem(
    status: int, code: str, detail: str, *, retry_after: int | None = None, **extra: object
) -> JsonResponse:
    """`code` is what programs compare and never changes; `detail` is for people and may."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **extra,
    }
    response = JsonResponse(body, status=status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


class RefusedError(Exception):
    """A request that is not served, with the response that says why."""

    def __init__(self, response: JsonResponse) -> None:
        super().__init__(response.status_code)
        self.response = response
