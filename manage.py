#!/usr/bin/env python
"""Run an administrative command: `python manage.py help` lists them."""

import os
import runpy
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chatbot.settings")
    if sys.argv[1:2] == ["runlocal"]:  # it makes the environment that settings read: it runs before them
        sys.argv[:2] = ["manage.py runlocal"]
        runpy.run_module("chatbot.local", run_name="__main__", alter_sys=False)
    else:
        try:
            execute_from_command_line(sys.argv)
        except ImproperlyConfigured as reason:
            sys.exit(f"{reason}")
