"""The end of an unfinished answer's text, which no HTML covers yet."""

from django.utils.html import escape, linebreaks

from conversations.models import Message


def open_text(text: str, units: int) -> str:
    """The last `units` of the text, counted as UTF-16 code units."""
    encoded = text.encode("utf-16-le")
    return encoded[len(encoded) - 2 * units :].decode("utf-16-le")


def closed_html(reply: Message) -> str:
    """The HTML of an answer that ends without its bot: what was open stays as it was seen, as plain text."""
    return reply.html + (linebreaks(escape(open_text(reply.text, reply.open))) if reply.open else "")
