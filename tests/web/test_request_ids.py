"""A request's id: in its response, in Kafka, and in what the worker's log says of its answer."""

import json
from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest

from streaming.broker.log_reader import LogReader
from streaming.broker.options import BrokerOptions
from streaming.record import Record
from tests.brokers import Broker
from tests.databases import database
from tests.no_tls import NO_TLS
from tests.reader.client import Reader
from tests.stack import Stack
from tests.waiting import wait_until

Lines = list[dict[str, str]]
PARTITIONS = 4  # the in-process broker's


@pytest.fixture(scope="module")
def stack(
    embedded_broker: Broker, template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """One web process and a worker that write JSON; a conversation's bot raises unless it is another."""
    with database(template) as url:
        stack = Stack(tmp_path_factory.mktemp("stack"), embedded_broker, url)
        stack.environ |= {"LOG_FORMAT": "json", "BOT": "tests.web.raising.RaisingBot"}
        with stack:
            yield stack


@pytest.fixture
def alice(stack: Stack) -> Iterator[Reader]:
    with Reader(stack.base_url, stack.token("alice")) as reader:
        yield reader


def log(stack: Stack, name: str) -> Lines:
    """Each line as the object that it is."""
    return [json.loads(line) for line in (stack.folder / name).read_text().splitlines()]


def about(stack: Stack, request: str) -> Lines:
    return [line for line in log(stack, "worker-0.log") if line.get("request") == request]


def records(stack: Stack, topic: str, request: str) -> list[Record]:
    """Those of that topic which carry it."""
    options = BrokerOptions({"bootstrap.servers": stack.broker.bootstrap_servers})
    with LogReader(options, f"{stack.environ['TOPIC_PREFIX']}{topic}", wait_ms=10) as reader:
        reader.assign(dict.fromkeys(range(PARTITIONS), 0))
        read: list[Record] = []

        def has_everything() -> bool:
            read.extend(reader.read(1000, timeout=0.1))
            return len(reader.ends) == PARTITIONS

        wait_until(has_everything, what="the end of each partition")
    return [record for record in read if record.label("request") == request]


def test_it_goes_from_the_post_through_kafka_to_the_worker_s_log(stack: Stack, alice: Reader) -> None:
    request, conversation = f"from-a-proxy-{uuid4()}", alice.start(bot="script")
    body = {"text": "words=2 rate=50", "client_message_id": str(uuid4())}
    path = f"/api/conversations/{conversation}/messages"

    posted = alice.http.post(path, json=body, headers={"X-Request-ID": request})
    reply = posted.json()["reply"]["id"]
    alice.finished(reply)
    wait_until(lambda: len(about(stack, request)) == 2, what="two log lines of the worker")

    begun, ended = about(stack, request)
    assert posted.headers["X-Request-ID"] == request
    assert (begun["message"], ended["message"]) == (f"reply {reply}: attempt 1", f"reply {reply}: complete")
    assert (begun["reply"], begun["conversation"], begun["attempt"]) == (reply, conversation, "1")
    assert len(records(stack, "incoming-messages", request)) == 1
    kinds = {record.type for record in records(stack, "bot-responses", request)}
    assert kinds == {"message.created", "reply.started", "reply.delta", "reply.finished"}


def test_it_is_known_too_when_no_doorbell_rang(stack: Stack, alice: Reader) -> None:
    conversation = alice.start(bot="script")

    stack.manage("shell", "-v0", "-c", UNHEARD.format(conversation))

    wait_until(lambda: len(about(stack, "unheard")) == 2, 20, what="the sweep's answer")


def test_a_traceback_is_one_field_of_one_line(stack: Stack, alice: Reader) -> None:
    reply = alice.finished(alice.say(alice.start(), "Hello"))

    failures = [line for line in log(stack, "worker-0.log") if "exception" in line]
    (failure,) = [line for line in failures if line.get("reply") == reply["id"]]
    assert reply["status"] == "failed"
    assert failure["level"] == "ERROR"
    assert failure["exception"].startswith("Traceback")
    assert failure["exception"].endswith("RuntimeError: first line\nsecond line")


def test_what_ends_a_process_is_a_line_too(stack: Stack) -> None:
    with pytest.raises(AssertionError) as ended:
        stack.manage("shell", "-v0", "-c", "1 / 0")

    said = str(ended.value).splitlines()[0]
    assert "ZeroDivisionError" in json.loads(said)["exception"]


def test_every_line_says_when_who_and_what_and_nothing_of_what_was_said(stack: Stack, alice: Reader) -> None:
    alice.finished(alice.say(alice.start(bot="script"), "words=1 secretly"))

    lines = log(stack, "worker-0.log") + log(stack, "web-0.log")

    assert {"uvicorn.access", "uvicorn.error", "chatbot.worker.answering"} <= {
        each["logger"] for each in lines
    }
    assert all({"time", "level", "logger", "message", "process"} <= each.keys() for each in lines)
    assert not [each for each in lines if "secretly" in str(each)]


def test_a_web_process_s_lines_carry_it(stack: Stack) -> None:
    httpx.get(f"{stack.base_url}/api/nothing?here", headers={"X-Request-ID": "looked-for"}, verify=NO_TLS)

    said = [each["logger"] for each in log(stack, "web-0.log") if each.get("request") == "looked-for"]

    assert "uvicorn.access" in said


@pytest.mark.parametrize("given", ["", "a b", "x" * 65, '"}', "é"])
def test_one_that_is_not_sane_is_replaced(stack: Stack, given: str) -> None:
    answer = httpx.get(
        f"{stack.base_url}/healthz", headers=[(b"X-Request-ID", given.encode())], verify=NO_TLS
    )

    assert str(UUID(answer.headers["X-Request-ID"])) == answer.headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["/api/events", "/api/events/poll", "/api/conversations", "/api/nothing"])
def test_a_problem_names_it(stack: Stack, path: str) -> None:
    refused = httpx.get(f"{stack.base_url}{path}", headers={"X-Request-ID": "asked-7"}, verify=NO_TLS)

    assert refused.json()["request_id"] == refused.headers["X-Request-ID"] == "asked-7"


def test_a_stream_and_a_page_carry_it(stack: Stack, alice: Reader) -> None:
    with alice.http.stream("GET", "/api/events", headers={"X-Request-ID": "one"}) as stream:
        page = httpx.get(stack.base_url, headers={"X-Request-ID": "two"}, verify=NO_TLS)

    assert (stream.headers["X-Request-ID"], page.headers["X-Request-ID"]) == ("one", "two")


UNHEARD = """
from uuid import uuid4
from conversations.models import Conversation
from conversations.asking.posting import post_message
from streaming.trace import about
found = Conversation.objects.get(pk="{}")
with about(request="unheard"):
    post_message(found.owner, found.pk, text="words=1", client_message_id=uuid4())
"""
