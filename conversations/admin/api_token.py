from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from conversations.admin.archive import Archive
from conversations.identity import tokens
from conversations.models import ApiToken, User


class IssueForm(forms.Form):
    username = forms.CharField(max_length=150, help_text="Whose token it is.")
    name = forms.CharField(max_length=100, required=False, help_text="What it is for.")

    def clean_username(self) -> User:
        user = User.objects.filter(username=self.cleaned_data["username"], is_active=True).first()
        if user is None:
            raise forms.ValidationError("There is no active user of this name.")
        return user


@admin.register(ApiToken)
class ApiTokenAdmin(Archive[ApiToken]):
    """The digest is never shown, and the secret once: right after it was made."""

    list_display = ["__str__", "user", "created_at", "revoked_at"]
    list_filter = ["created_at", ("revoked_at", admin.EmptyFieldListFilter)]
    list_select_related = ["user"]
    search_fields = ["name", "user__username"]
    fields = ["user", "name", "created_at", "revoked_at"]
    actions = ["revoke"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.add_apitoken")

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("conversations.change_apitoken")

    @admin.action(description="Revoke, and end the open streams of their users", permissions=["revoke"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiToken]) -> None:
        for token in queryset.filter(revoked_at=None).select_related("user"):
            tokens.revoke(token)
            self.log_change(request, token, "Revoked.")
        messages.success(request, "They work no longer.")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = IssueForm(request.POST or None)
        secret = self._issued(request, form) if form.is_valid() else None
        context = {
            **self.admin_site.each_context(request),
            "title": "Issue an API token",
            "opts": self.opts,
            "form": form,
            "secret": secret,
        }
        return TemplateResponse(request, "conversations/admin/issue.html", context)

    def _issued(self, request: HttpRequest, form: IssueForm) -> str:
        secret = tokens.issue(form.cleaned_data["username"], name=form.cleaned_data["name"])
        token = tokens.find(secret)
        if token is not None:
            self.log_addition(request, token, "Issued.")
        return secret
