from itertools import chain
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from chatbot.knowledge.bar import Bar
from chatbot.knowledge.embeddings.endpoint import EmbeddingsError, is_configured
from chatbot.knowledge.embeddings.store import LATER, count_missing, embed_new
from chatbot.knowledge.ingest import Report, ingest


class Command(BaseCommand):
    help = (
        "Puts documents into the bot's knowledge, files or folders of them: "
        "Markdown, plain text, HTML, PDF, Word and CSV."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", help="a file or a folder")
        parser.add_argument(
            "--prune",
            action="store_true",
            help="remove documents whose file is no longer in the folders given",
        )
        parser.add_argument(
            "--language",
            default="",
            help="PostgreSQL text search configuration (default: each document's own, as far as it is clear)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["language"]:
            refuse_unknown(options["language"])
        bar = Bar(self.stderr)
        try:
            report = ingest(
                options["paths"], language=options["language"], prune=options["prune"], tell=bar.show
            )
        finally:
            bar.clear()
        self.tell(report)
        problems = [unread(report), self.embed(bar) if is_configured() else ""]
        if any(problems):
            raise CommandError(" ".join(filter(None, problems)))

    def tell(self, report: Report) -> None:
        for error in report.errors:
            self.stderr.write(error)
        for name in ("added", "changed", "removed"):
            for path in getattr(report, name):
                self.stdout.write(f"{name}: {path}")
        self.stdout.write(
            f"{len(report.added)} added, {len(report.changed)} changed, {len(report.removed)} removed, "
            f"{len(report.unchanged)} unchanged."
        )

    def embed(self, bar: Bar) -> str:
        """What went wrong; empty where nothing did."""
        done, of = 0, count_missing()
        try:
            for number in chain([0], embed_new()):
                done += number
                if done < of:
                    bar.show(done, of, "vectors")
        except EmbeddingsError as error:
            return f"The documents are in, but {of - done} passages have no vector. {error} {LATER}"
        finally:
            bar.clear()
            self.stdout.write(f"{done} passages have a new vector.")
        return ""


def unread(report: Report) -> str:
    number = len(report.errors)
    return f"{number} of the files could not be read; the others are in." if number else ""


def refuse_unknown(language: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT cfgname FROM pg_ts_config ORDER BY cfgname")
        known = [name for (name,) in cursor.fetchall()]
    if language not in known:
        raise CommandError(f"There is no language {language!r}. PostgreSQL has {', '.join(known)}.")
