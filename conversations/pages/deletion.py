from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from conversations.errors import NotFoundError
from conversations.identity.access import session_user
from conversations.lifecycle import delete_conversation
from conversations.ownership import find_conversation


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, conversation_id: UUID) -> HttpResponse:
    """Asks first; with JavaScript the chat page does so itself."""
    user = session_user(request)
    if user is None:
        return redirect_to_login(request.get_full_path())
    try:
        if request.method == "POST":
            delete_conversation(user, conversation_id)
            return redirect("home")
        found = find_conversation(user, conversation_id)
    except NotFoundError as error:
        raise Http404(str(error)) from error
    return render(request, "conversations/delete.html", {"conversation": found})
