from dataclasses import dataclass


class UnreadableError(Exception):
    """Why this file can't be read and what would help: a sentence without its subject, which is the file."""


@dataclass(frozen=True)
class Reading:
    """What a file says. `title` is empty where it names none; `text` is Markdown, or plain in a format
    without marks."""

    title: str
    text: str
