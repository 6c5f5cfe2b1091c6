"""What MIDDLEWARE does for other requests and streams need too, without leaving the event loop."""

from collections.abc import Awaitable, Callable

from django.http import HttpRequest, HttpResponse
from django.middleware.security import SecurityMiddleware

Respond = Callable[[HttpRequest], Awaitable[HttpResponse]]


def guarded(respond: Respond) -> Respond:
    """Names of hosts, the redirect to https, and the headers of SecurityMiddleware, none of which wait."""
    security = SecurityMiddleware(respond)

    async def respond_guarded(request: HttpRequest) -> HttpResponse:
        request.get_host()  # raises DisallowedHost, which becomes a 400
        response = security.process_request(request) or await respond(request)
        return security.process_response(request, response)

    return respond_guarded
