"""How the page shows an answer while it comes, and what its end changes of it."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Browser, Page

from chatbot.markdown.blocks import Blocks

SHOWN = """async ([markup, steps]) => {
    const { update } = await import("/js/message.js");
    document.documentElement.innerHTML = markup;
    const article = document.querySelector("article");
    const answer = article.querySelector(".answer");
    let shown = null;
    return steps.map((step) => {
        const before = [...answer.children];
        update(article, shown, (shown = step));
        const kept = before.filter((block) => block.isConnected).length;
        return { html: answer.innerHTML, tail: article.querySelector(".tail").textContent, kept };
    });
}"""
MESSAGE = {"id": "m", "conversation_id": "c", "role": "assistant", "status": "streaming", "citations": []}


@pytest.fixture(scope="module")
def modules(browser: Browser, static_files: str) -> Page:
    page = browser.new_page()
    page.goto(f"{static_files}/css/base.css")
    return page


def shown(modules: Page, steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answer's HTML, its open end, and how many of the elements before are still there, for each step."""
    markup = render_to_string("conversations/message.html", {"message": {**MESSAGE, "html": ""}})
    found: list[dict[str, Any]] = modules.evaluate(SHOWN, [markup, steps])
    return found


def steps(*pieces: str) -> list[dict[str, Any]]:
    """The message after each piece, and when it is finished."""
    blocks, told = Blocks("abc"), []
    for piece in pieces:
        blocks.feed(piece)
        told.append({**MESSAGE, "text": blocks.text, "html": blocks.html, "open": blocks.open})
    finished = {"status": "complete", "text": blocks.text, "html": blocks.finish(), "open": 0}
    return [*told, {**MESSAGE, **finished}]


def test_a_block_stays_the_element_that_it_was_while_others_come(modules: Page) -> None:
    seen = shown(modules, steps("# 🎉\n\nOne\n\n", "- [ ] two\n\n", "Three"))

    assert [one["kept"] for one in seen] == [0, 1, 2, 3]
    assert [one["tail"] for one in seen] == ["One\n\n", "- [ ] two\n\n", "Three", ""]


def test_what_was_shown_in_the_end_is_what_was_rendered(modules: Page) -> None:
    told = steps("a[^1]\n\n", "- [ ] b\n- [x] c\n\n", "[d]\n\n", "e\n\n[^1]: Note.\n\n[d]: /d\n", "f\n")

    seen = shown(modules, told)

    assert seen[-1]["html"] == told[-1]["html"]


def test_only_the_blocks_that_a_later_definition_changes_are_replaced(modules: Page) -> None:
    told = steps("a[^1]\n\n", "b\n\n", "[c]\n\n", "d\n\n", "[^1]: Note.\n\n[c]: /c\n")

    seen = shown(modules, told)

    assert len(told[-2]["html"].splitlines()) == 4
    assert seen[-1]["kept"] == 2
