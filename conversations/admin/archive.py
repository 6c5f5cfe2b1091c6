"""How the admin shows tables of millions of rows: read-mostly, newest first, without counting them all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.paginator import Paginator
from django.db import OperationalError, connection, transaction
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from psycopg.errors import QueryCanceled

M = TypeVar("M", bound=Model)
COUNTED = 10_000
LONGEST = timedelta(seconds=5)

if TYPE_CHECKING:
    Rows = QuerySet[M]
    BoundedBase = Paginator[Any]

    class Admin(admin.ModelAdmin[M]): ...

else:
    BoundedBase = Paginator

    class Admin(admin.ModelAdmin):
        def __class_getitem__(cls, model: type) -> type:
            return cls


class BoundedPaginator(BoundedBase):
    """Counts to 10,000 and no further: what lies beyond is found by search and filters."""

    @cached_property
    def count(self) -> int:
        return len(self.keys)

    @cached_property
    def keys(self) -> list[Any]:
        """Of the rows that are counted, in their order: a page is read by them, without a second search."""
        rows = self.object_list
        assert isinstance(rows, QuerySet)
        return list(rows.values_list("pk", flat=True)[:COUNTED])


class TooSlowError(Exception):
    """The rows of a list were not found within 5 seconds a query."""


class BoundedChangeList(ChangeList):
    """Searches the table once, and for no longer than 5 seconds (TooSlowError)."""

    def get_results(self, request: HttpRequest) -> None:
        with _limited():
            super().get_results(request)
            self.result_list = list(self.queryset.filter(pk__in=self._shown()))

    def _shown(self) -> list[Any]:
        assert isinstance(self.paginator, BoundedPaginator)
        keys = self.paginator.keys
        if not self.multi_page or (self.show_all and self.can_show_all):
            return keys
        end = self.page_num * self.list_per_page
        return keys[end - self.list_per_page : end]


@contextmanager
def _limited() -> Iterator[None]:
    milliseconds = LONGEST // timedelta(milliseconds=1)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {milliseconds}")
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise TooSlowError from error
        raise


class Bounded(Admin[M]):
    """Lists that stay quick, or say that the search is to be narrowed, however many rows there are."""

    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    def get_changelist(self, request: HttpRequest, **more: Any) -> type[ChangeList]:
        return BoundedChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().changelist_view(request, extra_context)
        except TooSlowError:
            context = {
                **self.admin_site.each_context(request),
                "title": "The search took too long",
                "opts": self.opts,
                "seconds": LONGEST.seconds,
            }
            return TemplateResponse(request, "conversations/admin/narrow.html", context, status=400)


class Archive(Bounded[M]):
    """Rows to look at: none is added, changed or removed by hand.

    Ordered by primary key, which is time-ordered, and by nothing else: any other order would sort them all.
    """

    ordering = ["-pk"]
    sortable_by = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """An id is looked up by the index; anything else is searched as text."""
        identity = _identity(search_term)
        if identity is not None:
            return queryset.filter(pk=identity), False
        return super().get_search_results(request, queryset, search_term)


def _identity(term: str) -> UUID | None:
    try:
        return UUID(term.strip())
    except ValueError:
        return None
