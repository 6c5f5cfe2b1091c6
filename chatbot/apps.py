from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class ChatbotConfig(AppConfig):
    name = "chatbot"

    def ready(self) -> None:
        """A default bot that is not there stops the start, and not each answer."""
        # Bots may use models, which are there only now.
        from chatbot.bots.load import BotLoadError, load  # noqa: PLC0415

        try:
            load(settings.BOT)
        except BotLoadError as error:
            raise ImproperlyConfigured(f"BOT names no bot: {error}") from error
