"""The buttons of an answer, for browsers without JavaScript."""

from contextlib import suppress
from uuid import UUID, uuid4

from django import forms
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from conversations.answers import approvals
from conversations.asking.cancelling import cancel_reply
from conversations.asking.regenerating import regenerate_reply
from conversations.errors import (
    ClientIdReusedError,
    ConversationsError,
    DecisionTakenError,
    ReplyUnfinishedError,
)
from conversations.identity.access import session_user
from conversations.models import User


class Again(forms.Form):
    client_id = forms.UUIDField(required=False)

    def ask(self, user: User, reply_id: UUID) -> None:
        """Nothing more where it is being answered already: somebody asked from another page."""
        named = self.cleaned_data.get("client_id") or uuid4()
        with suppress(ReplyUnfinishedError):
            try:
                regenerate_reply(user, reply_id, client_id=named)
            except ClientIdReusedError:
                # The Back button brought the page back, and another answer is meant now.
                regenerate_reply(user, reply_id, client_id=uuid4())


@never_cache
@require_POST
def cancel(request: HttpRequest, conversation_id: UUID, reply_id: UUID) -> HttpResponse:
    user = session_user(request)
    if user is None:
        return redirect_to_login(reverse("conversation", args=[conversation_id]))
    try:
        reply = cancel_reply(user, reply_id)
    except ConversationsError as error:
        raise Http404(str(error)) from error
    return redirect("conversation", reply.conversation_id)


@never_cache
@require_POST
def regenerate(request: HttpRequest, conversation_id: UUID, reply_id: UUID) -> HttpResponse:
    user = session_user(request)
    if user is None:
        return redirect_to_login(reverse("conversation", args=[conversation_id]))
    again = Again(request.POST)
    again.is_valid()
    try:
        again.ask(user, reply_id)
    except ConversationsError as error:
        raise Http404(str(error)) from error
    return redirect("conversation", conversation_id)


@never_cache
@require_POST
def decide(
    request: HttpRequest, conversation_id: UUID, reply_id: UUID, ordinal: int, decision: str
) -> HttpResponse:
    """Nothing more where it is decided already: the page then says what came of it."""
    user = session_user(request)
    if user is None:
        return redirect_to_login(reverse("conversation", args=[conversation_id]))
    if decision not in ("approve", "decline"):
        raise Http404("There is no such choice.")
    try:
        with suppress(DecisionTakenError):
            approvals.decide(user, reply_id, ordinal, approve=decision == "approve")
    except ConversationsError as error:
        raise Http404(str(error)) from error
    return redirect("conversation", conversation_id)
