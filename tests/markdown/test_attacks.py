import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import pytest
from pytest_django import Settings

from chatbot.markdown.render import render
from tests.markdown.attacks import ATTACKS
from tests.markdown.feeding import fed

INERT = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "p", "pre"), frozenset[str]()),
    **dict.fromkeys(("em", "strong", "s", "br", "table", "thead", "tbody", "tr"), frozenset[str]()),
    **dict.fromkeys(("div", "code", "span", "hr", "th", "td", "ul", "sup", "section"), frozenset({"class"})),
    "a": frozenset({"href", "title", "rel", "id", "class", "aria-label"}),
    "img": frozenset({"src", "alt", "title", "loading", "referrerpolicy"}),
    "input": frozenset({"class", "type", "disabled", "checked"}),
    "li": frozenset({"id", "class"}),
    "ol": frozenset({"start", "class"}),
}
HERE = "https://chat.example/c/1/"
SCHEMES = {"http", "https", "mailto"}
NAME = re.compile(r"fn(ref)?-?[0-9a-f:-]+")
PLACES = [
    "{}",
    "> {}",
    "- {}",
    "1. a\n\n   {}",
    "# {}",
    "| {} |\n|---|",
    "*{}*",
    "[{}](/ok)",
    "[x](/ok '{}')",
]


class Seen(HTMLParser):
    """What of an answer's HTML is not harmless."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.harmful: list[tuple[str, str, str | None]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in INERT:
            self.harmful.append((tag, "", None))
        self.harmful += [(tag, name, value) for name, value in attrs if not is_inert(tag, name, value or "")]

    def handle_comment(self, data: str) -> None:
        self.harmful.append(("!--", "", data))


def is_inert(tag: str, attribute: str, value: str) -> bool:
    rules: dict[str, bool] = {
        "href": urlsplit(urljoin(HERE, value)).scheme in SCHEMES
        and not value.startswith(("//", "/\\", "\\")),
        "src": value.startswith("https://img.example.org/"),
        "id": NAME.fullmatch(value) is not None,
    }
    return attribute in INERT.get(tag, ()) and rules.get(attribute, True)


@pytest.fixture(autouse=True)
def trusted(settings: Settings) -> None:
    settings.IMAGE_HOSTS = frozenset({"img.example.org"})


def test_there_are_enough_of_them_to_mean_anything() -> None:
    assert len(set(ATTACKS)) == len(ATTACKS) >= 250


@pytest.mark.parametrize("place", PLACES)
def test_leaves_nothing_that_runs_or_tells(place: str) -> None:
    left = {attack: Seen(render(place.format(attack))).harmful for attack in ATTACKS}

    assert {attack: harmful for attack, harmful in left.items() if harmful} == {}


def test_leaves_nothing_in_the_blocks_that_come_early() -> None:
    left = {attack: Seen(fed(f"{attack}\n\nend\n\nof it\n")[0].html).harmful for attack in ATTACKS}

    assert {attack: harmful for attack, harmful in left.items() if harmful} == {}


def test_all_of_them_together_leave_nothing() -> None:
    assert Seen(render("\n\n".join(ATTACKS), "abc")).harmful == []


def test_an_attack_that_came_through_would_be_seen() -> None:
    through = [attack for attack in ATTACKS if Seen(attack).harmful]

    assert len(through) > 80
