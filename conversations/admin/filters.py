from django.conf import settings
from django.contrib.admin import ModelAdmin, SimpleListFilter
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest

from conversations.models import Message


class BotFilter(SimpleListFilter):
    """By the bots of the settings: asking the table which ones it holds would read all of it."""

    title = parameter_name = "bot"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Model]") -> list[tuple[str, str]]:
        return [(name, name) for name in sorted({settings.BOT, *settings.BOTS})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset.filter(bot=self.value()) if self.value() else queryset


class ReplyStatusFilter(SimpleListFilter):
    title = "status of a reply"
    parameter_name = "reply"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Model]") -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in Message.Status.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        replies = Message.objects.filter(
            conversation=OuterRef("pk"), role=Message.Role.ASSISTANT, status=self.value()
        )
        return queryset.filter(Exists(replies)) if self.value() else queryset


class DeletedFilter(SimpleListFilter):
    title = parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: "ModelAdmin[Model]") -> list[tuple[str, str]]:
        return [("no", "No"), ("yes", "Yes")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return queryset.filter(deleted_at__isnull=self.value() == "no") if self.value() else queryset
