from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class ChatbotConfig(AppConfig):
    name = "chatbot"

    def ready(self) -> None:
        """A default bot or a tool that is not there stops the start, and not each answer."""
        # Bots and tools may use models, which are there only now.
        from chatbot.bots.load import BotLoadError, load  # noqa: PLC0415
        from chatbot.tools.registry import tools  # noqa: PLC0415

        try:
            load(settings.BOT)
        except BotLoadError as error:
            raise ImproperlyConfigured(f"BOT names no bot: {error}") from error
        tools()
