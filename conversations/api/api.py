import json
from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver
from ninja import NinjaAPI, Router
from ninja.parser import Parser

from conversations.api import conversations, messages, problems, replies
from conversations.api.callers import Session, Token

View = Callable[..., HttpResponse]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


class StrictJson(Parser):
    """JSON as RFC 8259 has it: Python's would let NaN and Infinity through."""

    def parse_body(self, request: HttpRequest) -> dict[str, object]:
        body: dict[str, object] = json.loads(request.body, parse_constant=_refuse)
        return body


class Api(NinjaAPI):
    """Answers HEAD and OPTIONS everywhere, and errors of routing as problems too."""

    @property
    def urls(self) -> tuple[list[URLResolver | URLPattern], str, str]:
        patterns, app, namespace = super().urls
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _contractual(pattern.callback)
        return patterns, app, namespace


def _contractual(view: View) -> View:
    @wraps(view)
    def answer(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        response = _routed(view, request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


def _routed(view: View, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    sent = request.method
    try:
        request.method = "GET" if sent == "HEAD" else sent
        response = view(request, *args, **kwargs)
    except Http404 as error:
        response = problems.not_found(request, error)
    finally:
        request.method = sent
    return _not_allowed(request, response) if response.status_code == 405 else response


def _not_allowed(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    methods = {*response["Allow"].split(", "), "OPTIONS"}
    allowed = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers={"Allow": allowed})
    return problems.method_not_allowed(request, allowed)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _nothing_here(request: HttpRequest, address: str) -> HttpResponse:
    raise Http404


elsewhere = Router()
elsewhere.add_api_operation("/{path:address}", METHODS, _nothing_here, auth=None, include_in_schema=False)

api = Api(
    title="Chatbot",
    version="1",
    description="Post a message, and see the answer arrive token by token over Server-Sent Events.",
    auth=[Token(), Session()],
    parser=StrictJson(),
    urls_namespace="api",
)
problems.answer_with_problems(api)
api.add_router("/conversations", conversations.router)
api.add_router("/conversations", messages.router)
api.add_router("/messages", replies.router)
api.add_router("", elsewhere)
