from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "chatbot.tools.booking"
    verbose_name = "Booking"
