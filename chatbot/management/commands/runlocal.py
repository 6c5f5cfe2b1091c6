import os
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from chatbot.local.arguments import ROOT, add_arguments
from chatbot.local.service import run


class Command(BaseCommand):
    help = "Runs everything on this machine: PostgreSQL, a broker, web and worker. Ctrl-C ends all of it."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, port: int, data: Path, **options: Any) -> None:
        os.chdir(ROOT)
        sys.exit(run(port, data))
