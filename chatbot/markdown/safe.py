"""The last word on what reaches a page: a list of what is allowed, whatever was written before."""

import re

import nh3

from .highlight import CLASSES, LANGUAGES

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
TABLES = ("table", "thead", "tbody", "tr", "th", "td")
BLOCKS = ("blockquote", "div", "hr", "li", "ol", "p", "pre", "ul")
INLINE = ("a", "br", "code", "em", "s", "span", "strong")
ELSEWHERE = re.compile(r"//|[^/?#]*:")
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
ALIGNED = {"align-left", "align-center", "align-right"}
ALLOWED_CLASSES = {
    "div": {"highlight"},
    "code": {f"language-{language}" for language in LANGUAGES},
    "span": set(CLASSES),
    "th": ALIGNED,
    "td": ALIGNED,
}


def cleaner(attributes: dict[str, set[str]]) -> nh3.Cleaner:
    return nh3.Cleaner(
        tags={*HEADINGS, *TABLES, *BLOCKS, *INLINE},
        attributes=attributes,
        allowed_classes=ALLOWED_CLASSES,
        url_schemes={"http", "https", "mailto"},
        url_relative=on_this_site,
        link_rel="noopener noreferrer nofollow",
    )


def on_this_site(url: str) -> str | None:
    """`//host/…` has no scheme and leads elsewhere all the same; `java%09script:…` only looks like a path."""
    return None if ELSEWHERE.match(url) else url


ANSWER = cleaner(ATTRIBUTES)
DOCUMENT = cleaner({**ATTRIBUTES, **{heading: {"id"} for heading in HEADINGS}})
"""As for answers, and headings may be named: only for pages of their own, where no name can collide."""
