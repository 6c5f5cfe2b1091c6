import re
from html import escape

LINE_END = re.compile(r"\r\n|\r|\n")


def plain(text: str) -> str:
    """Text as it is in one paragraph of HTML, its line breaks kept; no paragraph for no text."""
    return f"<p>{LINE_END.sub('<br>', escape(text, quote=False))}</p>" if text else ""
