import logging

from django.apps import AppConfig
from django.db import models

logger = logging.getLogger(__name__)


class NextVersionConfig(AppConfig):
    name = "tests.end_to_end.next_version"

    def ready(self) -> None:
        """From here on every query of messages asks for the new column."""
        from conversations.models import Message  # noqa: PLC0415

        Message.add_to_class("mood", models.CharField(max_length=20, null=True))
        logger.info("this is the next version")
