"""`python -m chatbot.local`: `manage.py runlocal`, from an environment that has nothing set.

Settings can't be read before PostgreSQL runs, so Django is loaded by the processes started here only.
"""

import os
import sys
from argparse import ArgumentParser

from chatbot.local.arguments import ROOT, add_arguments
from chatbot.local.service import run


def main() -> int:
    parser = ArgumentParser(description="Runs everything on this machine: Ctrl-C ends all of it.")
    add_arguments(parser)
    options = parser.parse_args()
    os.chdir(ROOT)
    return run(options.port, options.data)


if __name__ == "__main__":
    sys.exit(main())
