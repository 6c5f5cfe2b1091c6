"""How the admin shows tables of millions of rows: read-mostly, newest first, without counting them all."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest

M = TypeVar("M", bound=Model)
COUNTED = 10_000

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
        rows = self.object_list
        assert isinstance(rows, QuerySet)
        return rows.order_by()[:COUNTED].count()


class Archive(Admin[M]):
    """Rows to look at: none is added, changed or removed by hand.

    Ordered by primary key, which is time-ordered, and by nothing else: any other order would sort them all.
    """

    ordering = ["-pk"]
    sortable_by = ()
    paginator = BoundedPaginator
    show_full_result_count = False

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
