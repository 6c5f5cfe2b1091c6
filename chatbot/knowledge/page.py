"""A document as a page: its headings can be linked to, its links to other documents lead to their pages."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from markdown_it.token import Token

from chatbot.markdown import safe
from chatbot.markdown.footnotes import gathered, known
from chatbot.markdown.plain import plain
from chatbot.markdown.render import PARSER

from .files import is_marked
from .models import Document
from .outline import Anchors, words_of


def page_of(document: Document) -> str:
    """The document as safe HTML."""
    if not is_marked(document.path):
        return "\n".join(plain(part) for part in document.text.split("\n\n"))
    env = known("")
    tokens = gathered(PARSER, PARSER.parse(document.text, env), env)
    name_headings(tokens)
    lead_links(tokens, document.path)
    return safe.DOCUMENT.clean(str(PARSER.renderer.render(tokens, PARSER.options, env)))


def name_headings(tokens: Sequence[Token]) -> None:
    """Gives each top-level heading the anchor that its passages were ingested with."""
    anchors = Anchors()
    for heading, inline in pairwise(tokens):
        if heading.type == "heading_open" and heading.level == 0:
            heading.attrSet("id", anchors.name(words_of([inline])))


def lead_links(tokens: Sequence[Token], path: str) -> None:
    """Links to a file lead to the page of its document, or nowhere when it is not in the knowledge."""
    links = [child for token in tokens for child in token.children or [] if child.type == "link_open"]
    files = [(link, target) for link in links if (target := file_meant(str(link.attrs["href"]), path))]
    pages = {
        document.path: document.get_absolute_url()
        for document in Document.objects.filter(path__in=[target for _, target in files]).only("path")
    }
    for link, target in files:
        fragment = urlsplit(str(link.attrs["href"])).fragment
        link.attrs.pop("href")
        if target in pages:
            link.attrSet("href", f"{pages[target]}#{fragment}" if fragment else pages[target])


def file_meant(href: str, path: str) -> str | None:
    """The path of the document that a relative link in the one at `path` means; None for other links."""
    address = urlsplit(href)
    if address.scheme or address.netloc or not address.path or address.path.startswith("/"):
        return None
    return normpath(PurePosixPath(path).parent / unquote(address.path))
