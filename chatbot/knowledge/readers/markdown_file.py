import re

from chatbot.knowledge.outline import first_heading

from .decoding import decoded
from .reading import Reading

FRONT_MATTER = re.compile(r"\A---[ \t]*\r?\n.*?\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)


def read(data: bytes) -> Reading:
    text = without_front_matter(decoded(data))
    return Reading(first_heading(text), text)


def without_front_matter(text: str) -> str:
    """Markdown without the block of settings that some tools keep between two `---` at its beginning."""
    return FRONT_MATTER.sub("", text, count=1)
