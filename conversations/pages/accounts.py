from typing import Any

from django import forms
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from conversations.identity.access import session_user
from conversations.identity.guests import sign_up
from conversations.models import User

BACKEND = "django.contrib.auth.backends.ModelBackend"


class NewAccount(forms.Form):
    username = forms.CharField(
        max_length=150,
        help_text="Letters, digits and @ . + - _",
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True}
        ),
    )
    password = forms.CharField(
        strip=False,
        help_text="At least 8 characters, and not one that is easy to guess",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class Login(LoginView):
    template_name = "accounts/login.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if _has_account(request):
            return HttpResponseRedirect(self.get_success_url())
        return super().dispatch(request, *args, **kwargs)


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """A guest's row becomes an account's: what they said stays theirs."""
    following = _following(request)
    if _has_account(request):
        return redirect(following or "home")
    form = NewAccount(request.POST or None)
    if form.is_valid() and _signed_up(request, form):
        return redirect(following or "home")
    return render(request, "accounts/signup.html", {"form": form, "next": following})


def _signed_up(request: HttpRequest, form: NewAccount) -> bool:
    try:
        user = sign_up(session_user(request), **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error)
        return False
    login(request, user, backend=BACKEND)
    return True


def _following(request: HttpRequest) -> str:
    """Where to go then; empty unless that is on this site."""
    address = request.POST.get("next") or request.GET.get("next", "")
    here = {request.get_host()}
    is_here = url_has_allowed_host_and_scheme(address, here, require_https=request.is_secure())
    return address if is_here else ""


def _has_account(request: HttpRequest) -> bool:
    user: User | None = session_user(request)
    return user is not None and not user.is_guest
