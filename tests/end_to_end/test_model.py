"""A model behind the whole service: web, worker, and a server that speaks OpenAI's protocol."""

from collections.abc import Iterator

import psycopg
import pytest

from tests.bots.provider import Provider, Refusal, says, stalls
from tests.brokers import Broker
from tests.databases import database
from tests.end_to_end.test_answers import told
from tests.knowledge.library import stock
from tests.reader.client import Reader
from tests.stack import Stack
from tests.waiting import wait_until

REFUSED = "ModelAuthenticationError status 401 code invalid_api_key type error cause AuthenticationError"


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with Provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def stack(
    embedded_broker: Broker, template: str, tmp_path_factory: pytest.TempPathFactory, provider: Provider
) -> Iterator[Stack]:
    """It knows the documents about the ferry."""
    folder = tmp_path_factory.mktemp("stack")
    with database(template) as url:
        stack = Stack(folder, embedded_broker, url)
        model = {"LLM_MODEL": "small", "LLM_BASE_URL": provider.base_url, "LLM_API_KEY": "sk-4711"}
        stack.environ |= {"BOT": "llm", **model}
        with stack:
            stack.manage("ingest", str(stock(folder)))
            yield stack


def usage(stack: Stack, reply: str) -> dict[str, object]:
    with psycopg.connect(stack.environ["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT usage FROM conversations_message WHERE id = %s", [reply]).fetchone()
    assert row is not None
    found: dict[str, object] = row[0]
    return found


def test_an_answer_is_streamed_cited_and_its_cost_kept(
    stack: Stack, alice: Reader, provider: Provider
) -> None:
    provider.will(says("A bicycle costs ", "**two", " crowns** [1]", ", and nothing [7] else."))

    reply = alice.say(alice.start(), "What does a bicycle cost?")
    message = alice.finished(reply)

    assert (message["status"], message["bot"]) == ("complete", "llm")
    assert told(alice.events(reply)) == message["text"] == (
        "A bicycle costs **two crowns** [1], and nothing [7] else."
    )  # fmt: skip
    (citation,) = message["citations"]
    assert (citation["number"], citation["source"]) == (1, "docs/fares.markdown")
    kept = usage(stack, reply)
    assert (kept["model"], kept["input_tokens"], kept["output_tokens"]) == ("small", 40, 7)


def test_an_answer_that_is_stopped_stops_the_model(stack: Stack, alice: Reader, provider: Provider) -> None:
    provider.will(stalls("Half of", " it"))
    reply = alice.say(alice.start(), "Tell me everything")
    alice.wait_for(lambda: told(alice.events(reply)) == "Half of it", what="what was said so far")

    alice.ask("POST", f"/api/messages/{reply}/cancel")
    message = alice.finished(reply)

    assert (message["status"], message["text"]) == ("cancelled", "Half of it")
    wait_until(lambda: provider.hung_up == 1, 2, what="the model is told")
    assert "first_token_ms" in usage(stack, reply)


def test_a_model_that_refuses_is_a_sentence_in_the_page_and_details_in_the_log(
    stack: Stack, alice: Reader, provider: Provider
) -> None:
    provider.will(Refusal(401, "invalid_api_key"))

    reply = alice.say(alice.start(), "Where do pigeons sleep?")
    message = alice.finished(reply)

    assert message["status"] == "failed"
    assert "refuses this service's key" in message["error"]
    log = (stack.folder / "worker-0.log").read_text()
    assert REFUSED in log
    assert usage(stack, reply)["failure"] == REFUSED
    assert "sk-4711" not in log
    assert "pigeons" not in log
