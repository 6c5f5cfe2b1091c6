import re

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EncodingDetector
from markdownify import ATX, MarkdownConverter

from chatbot.knowledge.outline import first_heading

from .decoding import decoded
from .escaping import escaped
from .reading import Reading

UNSAID = (
    *("script", "style", "template", "noscript", "head", "iframe", "object", "svg", "math", "canvas"),
    *("nav", "aside", "form", "button", "select", "dialog", "audio", "video"),
)
"""What is no part of what a page says: programs, pictures, ways to other pages."""
AROUND = ("header", "footer")
"""The same, where they belong to the whole page and not to an article in it."""
LEADS_SOMEWHERE = re.compile(r"(?:https?|mailto):|(?![^/?#]*:)", re.IGNORECASE)


class Converter(MarkdownConverter):
    """Writes every text on one line, with no more escapes than it needs, and no marks of other dialects."""

    def escape(self, text: str, parent_tags: set[str]) -> str:
        before, after = " " * text[:1].isspace(), " " * text[1:][-1:].isspace()
        said = f"{before}{escaped(text)}{after}"
        return said.replace("|", "\\|") if parent_tags & {"td", "th"} else said

    def convert_dt(self, element: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n**{text.strip()}**\n\n" if text.strip() else ""

    def convert_dd(self, element: Tag, text: str, parent_tags: set[str]) -> str:
        return f"\n\n{text.strip()}\n\n"


def read(data: bytes) -> Reading:
    declared = EncodingDetector.find_declared_encoding(data, is_html=True)
    return reading_of(decoded(data, declared))


def reading_of(html: str) -> Reading:
    """The page's main part as Markdown; its first heading is its title, or else what its head says."""
    page = BeautifulSoup(html, "lxml")
    titled = page.title.get_text(" ", strip=True) if page.title else ""
    body = main_part(page)
    clean(body)
    text = markdown_of(body)
    return Reading(first_heading(text) or titled, text)


def markdown_of(body: Tag) -> str:
    converter = Converter(
        heading_style=ATX,
        bullets="-",
        autolinks=False,
        wrap=True,
        wrap_width=None,
        table_infer_header=True,
    )
    return converter.convert_soup(body).strip()


def main_part(page: BeautifulSoup) -> Tag:
    return page.select_one("main, [role=main]") or page.body or page


def clean(body: Tag) -> None:
    for element in body.find_all(UNSAID):
        element.decompose()
    for element in body.find_all(AROUND):
        if not element.find_parent(["article", "section", "main"]):
            element.decompose()
    for image in body.find_all("img"):
        image.replace_with(str(image.get("alt") or ""))
    for link in body.find_all("a"):
        del link["title"]
        if not LEADS_SOMEWHERE.match(str(link.get("href", "")).strip()):
            del link["href"]
