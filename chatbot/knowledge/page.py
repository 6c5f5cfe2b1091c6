"""A document as a page: its headings can be linked to, its links to other documents lead to their pages."""

import re
from html import unescape
from pathlib import PurePosixPath
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from chatbot.markdown import safe
from chatbot.storable import storable

from .files import is_marked
from .models import Document, Page
from .readers.rendering import rendered

LINK = re.compile(r'<a href="([^"]*)"')


def page_of(document: Document) -> str:
    """The document as safe HTML."""
    html = Page.objects.filter(document=document).values_list("html", flat=True).first()
    if html is None:  # it was ingested before pages were kept
        html = rendered(document.text, marked=is_marked(document.path))
    return led(safe.DOCUMENT.clean(html), document.path)


def led(html: str, path: str) -> str:
    """Links to a file lead to the page of its document, or nowhere when it is not in the knowledge."""
    meant = {href: file_meant(unescape(href), path) for href in set(LINK.findall(html))}
    pages = {
        document.path: document.get_absolute_url()
        for document in Document.objects.filter(path__in=filter(None, meant.values())).only("path")
    }

    def lead(link: re.Match[str]) -> str:
        target = meant[link[1]]
        if target is None:
            return link[0]
        fragment = link[1].partition("#")[2]
        place = f"#{fragment}" if fragment else ""
        return f'<a href="{pages[target]}{place}"' if target in pages else "<a"

    return LINK.sub(lead, html)


def file_meant(href: str, path: str) -> str | None:
    """The path of the document that a relative link in the one at `path` means; None for other links."""
    try:
        address = urlsplit(href)
    except ValueError:
        return None
    if address.scheme or address.netloc or not address.path or address.path.startswith("/"):
        return None
    return storable(normpath(PurePosixPath(path).parent / unquote(address.path)))
