"""The last word on what reaches a page: a list of what is allowed, whatever was written before."""

import re

import nh3

from .highlight import CLASSES, LANGUAGES
from .images import is_allowed

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TABLES = ("table", "thead", "tbody", "tr", "th", "td")
BLOCKS = ("blockquote", "div", "hr", "li", "ol", "p", "pre", "section", "ul")
INLINE = ("a", "br", "code", "em", "img", "input", "s", "span", "strong", "sup")
ELSEWHERE = re.compile(r"//|[^/?#]*:")
FOOTNOTE = re.compile(r"fn(?:ref)?(?:-[0-9a-f]+-)?\d+(?::\d+)?")
ATTRIBUTES = {
    "a": {"href", "title", "id", "aria-label"},
    "img": {"src", "alt", "title", "loading", "referrerpolicy"},
    "li": {"id"},
    "ol": {"start"},
}
ALIGNED = {"align-left", "align-center", "align-right"}
ALLOWED_CLASSES = {
    "a": {"footnote-backref"},
    "code": {f"language-{language}" for language in LANGUAGES},
    "div": {"highlight"},
    "hr": {"footnotes-sep"},
    "input": {"task-list-item-checkbox"},
    "li": {"footnote-item", "task-list-item"},
    "ol": {"contains-task-list", "footnotes-list"},
    "section": {"footnotes"},
    "span": set(CLASSES),
    "sup": {"footnote-ref"},
    "td": ALIGNED,
    "th": ALIGNED,
    "ul": {"contains-task-list"},
}
# Nobody can tick it, and no other field is ever part of an answer.
BOX = {"input": {"type": {"checkbox"}, "disabled": {""}, "checked": {""}}}


def cleaner(attributes: dict[str, set[str]]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags={*HEADINGS, *TABLES, *BLOCKS, *INLINE},
        attributes=attributes,
        attribute_filter=harmless,
        allowed_classes=ALLOWED_CLASSES,
        tag_attribute_values=BOX,
        url_schemes={"http", "https", "mailto"},
        url_relative=on_this_site,
        link_rel="noopener noreferrer nofollow",
    )


def on_this_site(url: str) -> str | None:
    """`//host/…` has no scheme and leads elsewhere all the same; `java%09script:…` only looks like a path."""
    return None if ELSEWHERE.match(url) else url


def harmless(tag: str, attribute: str, value: str) -> str | None:
    """Names are those of footnotes, of the page's own making, and pictures come from where they may."""
    if attribute == "id" and tag in {"a", "li"} and not FOOTNOTE.fullmatch(value):
        return None
    if attribute == "src" and not is_allowed(value):
        return None
    return value


ANSWER = cleaner(ATTRIBUTES)
DOCUMENT = cleaner({**ATTRIBUTES, **{heading: {"id"} for heading in HEADINGS}})
"""As for answers, and headings may be named: only for pages of their own, where no name can collide."""
