"""The page's modules follow the client rules, and read streams as the standard has it."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.reader.cases import Case, cases
from tests.reader.test_sse import EVENTS, STREAM

RULES = """async (given) => {
    const { Transcript } = await import("/js/transcript.js");
    const transcript = new Transcript("c1");
    transcript.read(given.given);
    const does = given.when.map((step) => {
        if (step.history) return transcript.read(step.history) ?? null;
        if (step.taken) return transcript.take(step.taken);
        return transcript.hear(step.event, step.data);
    });
    return { does, messages: transcript.messages, conversation: transcript.conversation };
}"""
CUTS = """async (bytes) => {
    const { Parser } = await import("/js/sse.js");
    const read = (cut) => {
        const parser = new Parser();
        const decoder = new TextDecoder();
        const pieces = [bytes.slice(0, cut), bytes.slice(cut)].map((piece) => new Uint8Array(piece));
        const texts = pieces.map((piece) => decoder.decode(piece, { stream: true }));
        const events = texts.flatMap((text) => parser.feed(text));
        return { events, lastEventId: parser.lastEventId, retry: parser.retry };
    };
    return [...bytes, null].map((_, cut) => read(cut));
}"""


@pytest.fixture(scope="module")
def modules(browser: Browser, static_files: str) -> Page:
    page = browser.new_page()
    page.goto(f"{static_files}/icon.svg")
    return page


@pytest.mark.parametrize("case", cases(), ids=lambda case: str(case["name"]))
def test_the_page_follows_the_client_rules(modules: Page, case: Case) -> None:
    ended: dict[str, Any] = modules.evaluate(RULES, case)

    assert ended["does"] == [step.get("does") for step in case["when"]]
    assert [message["id"] for message in ended["messages"]] == [message["id"] for message in case["then"]]
    assert ended["messages"] == [
        {**held, **expected} for held, expected in zip(ended["messages"], case["then"], strict=True)
    ]
    assert ended["conversation"] == {**ended["conversation"], **case.get("conversation", {})}


def test_it_does_not_matter_where_a_stream_is_cut(modules: Page) -> None:
    expected = {
        "events": [vars(event) for event in EVENTS],
        "lastEventId": "e-3-19",
        "retry": 2500,
    }

    read = modules.evaluate(CUTS, list(STREAM))

    assert len(read) == len(STREAM) + 1
    assert {json.dumps(each, sort_keys=True) for each in read} == {json.dumps(expected, sort_keys=True)}
