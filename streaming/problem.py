"""Errors over HTTP as RFC 9457 problem details."""

from http import HTTPStatus

from django.http import JsonResponse

from streaming.trace import request_id


class Problem(JsonResponse):
    """Knows its own `code`, so that nobody has to read it out of the body."""

    def __init__(self, body: dict[str, object], *, status: int, code: str) -> None:
        super().__init__(body, status=status, content_type="application/problem+json")
        self.code = code


def problem(
    status: int, code: str, detail: str, *, retry_after: int | None = None, **extra: object
) -> Problem:
    """`code` is what programs compare and never changes; `detail` is for people and may.

    `request_id`, where there is one, is what the log lines of this request carry.
    """
    request = request_id()
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
        **({} if request is None else {"request_id": request}),
        **extra,
    }
    response = Problem(body, status=status, code=code)
    response["Cache-Control"] = "no-store"
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response


class RefusedError(Exception):
    """A request that is not served, with the response that says why."""

    def __init__(self, response: Problem) -> None:
        super().__init__(response.status_code)
        self.response = response
