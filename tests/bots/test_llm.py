"""The llm bot against a real server: what it is asked, and what comes of its answer."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django import Settings

from chatbot.bots.llm.bot import NO_MODEL, LlmBot
from chatbot.bots.load import load
from chatbot.bots.protocol import Citation, Turn, Usage
from chatbot.knowledge.ingest import ingest
from tests.bots.asking import cited, heard_before_failing, pieces, question, said
from tests.bots.provider import Provider, Stream, says, stalls
from tests.knowledge.library import stock
from tests.waiting import wait_until_async


class PlainBot(LlmBot):
    has_knowledge = False


class PirateBot(PlainBot):
    prompt = "You are a pirate."


def counts(what: Callable[[], int]) -> Callable[[], Awaitable[int]]:
    async def count() -> int:
        return what()

    return count


@pytest.fixture
def library(transactional_db: None, tmp_path: Path) -> None:
    """The documents about the ferry, where other threads see them too."""
    ingest([str(stock(tmp_path))])


def test_says_what_the_model_says_as_it_comes(provider: Provider) -> None:
    provider.will(says("Two", " crowns", "."))

    heard = pieces(PlainBot(), "What does a bicycle cost?")

    assert [piece for piece in heard if isinstance(piece, str)] == ["Two", " crowns", "."]


@pytest.mark.parametrize("answer", [says("Two.", finish=None), replace(says("Two."), ends=False)])
def test_a_server_may_end_by_the_mark_or_by_a_reason_alone(provider: Provider, answer: Stream) -> None:
    provider.will(answer)

    assert said(PlainBot(), "What does a bicycle cost?") == "Two."


def test_goes_by_the_name_llm(provider: Provider) -> None:
    assert isinstance(load("llm"), LlmBot)


def test_asks_with_the_key_and_the_model_that_the_settings_name(provider: Provider) -> None:
    provider.will(says("Yes."))

    pieces(PlainBot(), "Hello?")

    (asked,) = provider.asked
    assert (asked.path, asked.body["model"], asked.body["stream"]) == ("/v1/chat/completions", "small", True)
    assert asked.headers["authorization"] == "Bearer sk-4711"


def test_tells_the_prompt_the_history_and_the_question_in_order(
    provider: Provider, settings: Settings
) -> None:
    settings.LLM_PROMPT = "You sell tickets."
    provider.will(says("Four."))

    pieces(PlainBot(), "And adults?", Turn("user", "Do children pay?"), Turn("assistant", "No."))

    (asked,) = provider.asked
    assert asked.roles == ["system", "user", "assistant", "user"]
    assert asked.messages[0]["content"].startswith("You sell tickets.")
    assert [message["content"] for message in asked.messages[1:]] == [
        "Do children pay?",
        "No.",
        "And adults?",
    ]


def test_a_bot_of_ones_own_has_its_own_prompt(provider: Provider) -> None:
    provider.will(says("Arr."))

    pieces(PirateBot(), "Hello")

    assert provider.asked[0].messages[0]["content"].startswith("You are a pirate.")


def test_a_bot_with_a_model_of_its_own_is_not_given_the_key_of_another(provider: Provider) -> None:
    class OwnBot(PlainBot):
        model = "large"
        base_url = provider.base_url

    provider.will(says("Yes."))

    pieces(OwnBot(), "Hello?")

    assert provider.asked[0].body["model"] == "large"
    assert "sk-4711" not in str(provider.asked[0].headers)


def test_answers_from_the_documents_and_cites_what_it_used(provider: Provider, library: None) -> None:
    provider.will(says("Two crowns ", "[", "1", "]", ", they say."))

    heard = pieces(LlmBot(), "What does a bicycle cost?")

    (citation,) = [piece for piece in heard if isinstance(piece, Citation)]
    assert (citation.number, citation.source) == (1, "docs/fares.markdown")
    assert "A bicycle costs two crowns." in citation.quote
    assert heard[heard.index(citation) - 1] == "]"
    assert "A bicycle costs two crowns." in provider.asked[0].messages[-1]["content"]


def test_cites_in_the_order_of_first_use_and_nothing_invented(provider: Provider, library: None) -> None:
    provider.will(says("It costs [2] two [1] crowns [2], or `x[3]` [99] [0]."))

    numbers = [citation.number for citation in cited(LlmBot(), "What does the ferry cost in winter?")]

    assert numbers == [2, 1]


def test_cites_nothing_that_it_does_not_name(provider: Provider, library: None) -> None:
    provider.will(says("I do not know."))

    assert cited(LlmBot(), "What does a bicycle cost?") == []


def test_marks_of_earlier_answers_are_not_shown_to_the_model(provider: Provider) -> None:
    provider.will(says("Yes."))

    pieces(PlainBot(), "Sure?", Turn("user", "What?"), Turn("assistant", "Two [1], or `a[1]`."))

    assert provider.asked[0].messages[2]["content"] == "Two, or `a[1]`."


def test_tells_what_the_answer_took(provider: Provider) -> None:
    provider.will(says("Two", " crowns."))

    first, last = [piece for piece in pieces(PlainBot(), "Cost?") if isinstance(piece, Usage)]

    assert (first.model, first.output_tokens) == ("small", None)
    assert (last.input_tokens, last.output_tokens, last.failure) == (40, 7, "")
    assert last.first_token_ms is not None
    assert 0 <= last.first_token_ms < 10_000


def test_a_provider_that_counts_nothing_is_one_that_told_nothing(provider: Provider) -> None:
    provider.will(says("Two.", usage=None))

    last = [piece for piece in pieces(PlainBot(), "Cost?") if isinstance(piece, Usage)][-1]

    assert (last.input_tokens, last.output_tokens) == (None, None)


def test_the_first_words_do_not_wait_for_the_others(provider: Provider) -> None:
    async def first() -> object:
        async with aclosing(PlainBot().answer(question("Hello"))) as parts:
            return await anext(parts)

    provider.will(stalls("Half"))

    assert asyncio.run(first()) == "Half"


def test_closing_the_answer_hangs_up_on_the_model_at_once(provider: Provider) -> None:
    async def listen() -> None:
        async with aclosing(PlainBot().answer(question("Hello"))) as parts:
            await anext(parts)
        await wait_until_async(counts(lambda: provider.hung_up), 2, what="the model is told")

    provider.will(stalls("Half"))

    asyncio.run(listen())


@pytest.mark.parametrize("said_before", [(), ("Half",)])
def test_cancelling_the_answer_hangs_up_on_the_model_at_once(
    provider: Provider, said_before: tuple[str, ...]
) -> None:
    async def listen() -> None:
        async for _ in PlainBot().answer(question("Hello")):
            pass

    async def cancel() -> None:
        task = asyncio.create_task(listen())
        await wait_until_async(counts(lambda: len(provider.asked)), what="the model is asked")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await wait_until_async(counts(lambda: provider.hung_up), 2, what="the model is told")

    provider.will(stalls(*said_before))

    asyncio.run(cancel())


@pytest.mark.parametrize(
    ("name", "value"),
    [("LLM_MODEL", ""), ("LLM_MODEL", "a model"), ("LLM_BASE_URL", "ftp://x"), ("LLM_API_KEY", "ü")],
)
def test_without_a_model_the_person_is_told_so(
    provider: Provider, settings: Settings, name: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    setattr(settings, name, value)

    assert heard_before_failing(PlainBot(), "Hello") == ("", NO_MODEL)
    assert name in caplog.text
    assert "ü" not in caplog.text


def test_nobody_is_shown_what_another_said(provider: Provider) -> None:
    bot = PlainBot()
    alices = question("My secret is 4711", Turn("user", "I am alice"))
    bobs = replace(question("What is alice's secret?"), user_id=2, conversation_id=UUID(int=2))
    provider.will(says("I see."), says("I know of none."))

    async def ask() -> None:
        for asked in (alices, bobs):
            async for _ in bot.answer(asked):
                pass

    asyncio.run(ask())

    assert "4711" in str(provider.asked[0].body)
    assert "4711" not in str(provider.asked[1].body)
    assert "I am alice" not in str(provider.asked[1].body)


def test_an_empty_answer_is_left_to_the_worker(provider: Provider) -> None:
    provider.will(says(""))

    assert said(PlainBot(), "Hello") == ""
