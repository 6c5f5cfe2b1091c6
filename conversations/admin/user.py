from typing import TYPE_CHECKING

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.http import HttpRequest

from conversations.admin.archive import Bounded
from conversations.models import User

if TYPE_CHECKING:

    class Base(Bounded[User], DjangoUserAdmin[User]): ...

else:

    class Base(Bounded, DjangoUserAdmin): ...


@admin.register(User)
class UserAdmin(Base):
    """People are deactivated rather than deleted: deleting one would take their conversations with them."""

    list_display = ["username", "is_guest", "is_active", "is_staff", "date_joined", "last_login"]
    list_filter = ["is_guest", "is_active", "is_staff", "is_superuser"]
    sortable_by = ("username",)
    readonly_fields = ["is_guest", "last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "is_guest"]}),
        ("Person", {"fields": ["first_name", "last_name", "email"]}),
        ("Permissions", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
