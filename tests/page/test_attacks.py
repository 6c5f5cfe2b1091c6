"""Answers that are attacks, in a real browser, under the page's own policy."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Route
from pytest_django import Settings

from chatbot.markdown.render import render
from tests.markdown.attacks import ATTACKS
from tests.markdown.test_attacks import INERT

HERE = "https://chat.example/"
WATCH = """() => {
    window.noticed = [];
    for (const name of ["alert", "msgbox"]) window[name] = () => noticed.push(name);
    addEventListener("securitypolicyviolation", (event) => noticed.push(event.violatedDirective));
}"""
INSERT = """(answers) => {
    const list = document.querySelector("main");
    for (const answer of answers) {
        list.insertAdjacentHTML("beforeend", `<div></div>`);
        list.lastElementChild.insertAdjacentHTML("beforeend", answer);
    }
    for (const event of ["mouseover", "focus", "animationstart", "toggle", "pointermove"])
        for (const element of list.querySelectorAll("*")) element.dispatchEvent(new Event(event));
}"""
SEEN = """() => {
    const all = [...document.querySelectorAll("main *")];
    return {
        noticed,
        tags: [...new Set(all.map((element) => element.localName))],
        names: [...new Set(all.flatMap((element) => element.getAttributeNames()))],
        schemes: [...new Set([...document.links].map((link) => link.protocol))],
        hosts: [...new Set([...document.images].map((image) => new URL(image.src).host))],
        nested: document.querySelectorAll("main > div").length,
    };
}"""


@pytest.fixture
def trusted(settings: Settings) -> None:
    settings.IMAGE_HOSTS = frozenset({"img.example.org"})


def visited(browser: Browser, answers: list[str]) -> dict[str, Any]:
    """What there is on a page with these answers, sent with it and put in later, and what it asked for."""
    page = browser.new_page()
    asked: list[str] = []
    page.route("**/*", lambda route: serve(route, answers, asked))
    page.add_init_script(f"({WATCH})()")
    page.goto(HERE)
    page.evaluate(INSERT, answers)
    return {**page.evaluate(SEEN), "asked": asked}


@pytest.mark.usefixtures("trusted")
def test_nothing_runs_nothing_is_refused_and_nobody_is_told(browser: Browser) -> None:
    answers = [render(attack, f"{number:x}") for number, attack in enumerate(ATTACKS)]

    seen = visited(browser, answers)

    assert seen["noticed"] == []
    assert {*seen["tags"]} <= {*INERT}
    assert {*seen["names"]} <= set().union(*INERT.values())
    assert {*seen["schemes"]} <= {"http:", "https:", "mailto:"}
    assert seen["hosts"] == ["img.example.org"]
    assert seen["nested"] == 2 * len(ATTACKS)
    assert [url for url in seen["asked"] if not url.startswith((HERE, "https://img.example.org/"))] == []


def test_an_attack_that_came_through_would_be_noticed(browser: Browser) -> None:
    seen = visited(browser, ["<img src=//evil.example/ onerror=alert(1)><a href=javascript:alert(1)>x</a>"])

    assert {*seen["noticed"]} == {"img-src", "script-src-attr"}
    assert (seen["schemes"], seen["hosts"]) == (["javascript:"], ["evil.example"])


def serve(route: Route, answers: list[str], asked: list[str]) -> None:
    asked.append(route.request.url)
    if route.request.url != HERE:
        return route.abort()
    page = "".join(f"<div>{answer}</div>" for answer in answers)
    directives: dict[str, list[str]] = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    trusting = {**directives, "img-src": [*directives["img-src"], "https://img.example.org"]}
    policy = "; ".join(f"{name} {' '.join(sources)}" for name, sources in trusting.items())
    headers = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": policy}
    return route.fulfill(body=f"<!doctype html><main>{page}</main>", headers=headers)
