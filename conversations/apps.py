from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        # Models can only be imported once all apps are there.
        from conversations import signals  # noqa: PLC0415

        signals.connect()
