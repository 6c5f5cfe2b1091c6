from typing import TYPE_CHECKING

from django.contrib import admin

from chatbot.tools.booking.models import Appointment

if TYPE_CHECKING:
    Admin = admin.ModelAdmin[Appointment]
else:
    Admin = admin.ModelAdmin


@admin.register(Appointment)
class AppointmentAdmin(Admin):
    list_display = ["id", "starts_at", "user", "booked_at"]
    list_filter = ["starts_at"]
    list_select_related = ["user"]
    raw_id_fields = ["user"]
