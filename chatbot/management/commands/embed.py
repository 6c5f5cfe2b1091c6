from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbot.knowledge.embeddings.endpoint import EmbeddingsError, is_configured
from chatbot.knowledge.embeddings.store import embed_new, forget, prepare


class Command(BaseCommand):
    help = "Makes the vectors of passages that have none, by the endpoint that EMBEDDINGS_BASE_URL names."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--anew", action="store_true", help="forget all vectors first, as another model may need"
        )

    def handle(self, *args: Any, anew: bool, **options: Any) -> None:
        if not is_configured():
            raise CommandError("EMBEDDINGS_BASE_URL is not set: there is nobody to make vectors.")
        done = 0
        try:
            if anew:
                forget()
            prepare()
            for number in embed_new():
                done += number
                self.stdout.write(f"{done} passages have a new vector.")
        except EmbeddingsError as error:
            raise CommandError(f"{error} {done} passages have a new vector.") from error
