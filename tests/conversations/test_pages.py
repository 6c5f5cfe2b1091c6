"""What the server says by itself, before any script runs."""

from collections.abc import Callable
from html import escape
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from conversations.models import Conversation, Message, User


@pytest.fixture
def alice_s_browser(client: Client, alice: User) -> Client:
    client.force_login(alice)
    return client


Reply = Callable[..., Message]


@pytest.fixture
def reply(conversation: Conversation) -> Reply:
    def reply(**columns: Any) -> Message:
        made = Message.objects.create(conversation=conversation, seq=1, role="assistant", **columns)
        Conversation.objects.filter(pk=conversation.pk).update(active_leaf=made)
        return made

    return reply


def path(conversation: Conversation) -> str:
    return f"/c/{conversation.pk}/"


def read(client: Client, conversation: Conversation) -> str:
    return client.get(path(conversation)).content.decode()


def test_a_streaming_answer_shows_its_blocks_and_then_its_open_text(
    alice_s_browser: Client, conversation: Conversation, reply: Reply
) -> None:
    reply(
        status="streaming",
        text="One.\n\n\U0001f680 tw",
        html="<p>One.</p>",
        open=5,
        snapshot_position="e-0-1",
    )

    page = read(alice_s_browser, conversation)

    assert '<div class="answer prose"><p>One.</p></div><p class="tail">\U0001f680 tw</p>' in page
    assert 'data-status="streaming" aria-busy="true"' in page


def test_what_people_and_documents_say_is_never_markup(
    alice_s_browser: Client, conversation: Conversation, reply: Reply
) -> None:
    citation = {"number": 1, "title": "<i>t", "source": "<s>", "url": '/"><b>', "quote": "</script><u>"}
    reply(status="failed", error="<em>no", citations=[citation])
    Conversation.objects.filter(pk=conversation.pk).update(title="<h1>&")

    page = read(alice_s_browser, conversation)

    assert [escape(text) in page for text in ("<i>t", "<em>no", "</script><u>", "<h1>&")] == [True] * 4
    assert [markup in page for markup in ("<i>t", "<em>no", "<u>", "<b>", "<h1>&")] == [False] * 5


@pytest.mark.parametrize("url", ["javascript:alert(1)", "//elsewhere.example", "data:text/html,x", ""])
def test_a_source_leads_nowhere_unless_here_or_to_the_web(
    alice_s_browser: Client, conversation: Conversation, reply: Reply, url: str
) -> None:
    reply(status="complete", citations=[{"number": 1, "title": "t", "source": "s", "url": url, "quote": ""}])

    assert '<li value="1"><a>t</a>' in read(alice_s_browser, conversation)


def test_older_messages_are_a_page_away(alice_s_browser: Client, conversation: Conversation) -> None:
    parent = None
    for number in range(1, 53):
        parent = Message.objects.create(
            conversation=conversation,
            parent=parent,
            seq=number,
            role="user",
            status="complete",
            text=f"said-{number}-",
        )
    Conversation.objects.filter(pk=conversation.pk).update(active_leaf=parent)
    oldest_shown = Message.objects.get(seq=3)

    latest = read(alice_s_browser, conversation)
    earlier = alice_s_browser.get(path(conversation), {"before": str(oldest_shown.pk)}).content.decode()

    assert "said-3-" in latest
    assert "said-2-" not in latest
    assert f'href="?before={oldest_shown.pk}"' in latest
    assert "said-2-" in earlier
    assert "said-3-" not in earlier


@pytest.mark.parametrize("query", ["?before=x", "?before=0198c5b2-51a3-7e0c-8c19-2b1f5a7d3e42", "?older=x"])
def test_an_address_that_nobody_was_given_is_not_found(
    alice_s_browser: Client, conversation: Conversation, query: str
) -> None:
    assert alice_s_browser.get(path(conversation) + query).status_code == 404


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("end", ["", "delete"])
def test_somebody_else_s_conversation_is_not_found(
    client: Client, bob: User, conversation: Conversation, method: str, end: str
) -> None:
    client.force_login(bob)

    answer = getattr(client, method)(path(conversation) + end, {"text": "mine"})

    assert answer.status_code == 404
    assert "There is nothing here" in answer.content.decode()
    assert not Message.objects.exists()


def test_a_stranger_signs_in_first(client: Client, conversation: Conversation) -> None:
    answer = client.get(path(conversation))

    assert answer.headers["Location"] == f"/accounts/login?next={path(conversation)}"


@pytest.mark.parametrize("text", ["", " \n ", "x" * 32_001, "a\0b"])
def test_what_can_t_be_sent_stays_in_the_field_with_the_reason(
    alice_s_browser: Client, conversation: Conversation, text: str
) -> None:
    answer = alice_s_browser.post(path(conversation), {"text": text})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'autocomplete="off">{text}</textarea>' in page
    assert '<p class="notice" role="alert"></p>' not in page


def test_the_same_form_twice_says_it_once(alice_s_browser: Client, conversation: Conversation) -> None:
    form = {"text": "one\r\ntwo", "client_message_id": "0198c5b2-51a3-7e0c-8c19-2b1f5a7d3e42"}

    alice_s_browser.post(path(conversation), form)
    alice_s_browser.post(path(conversation), form)

    assert [message.text for message in conversation.messages.filter(role="user")] == ["one\ntwo"]


def test_a_form_that_came_back_with_another_text_says_that_too(
    alice_s_browser: Client, conversation: Conversation
) -> None:
    form = {"client_message_id": "0198c5b2-51a3-7e0c-8c19-2b1f5a7d3e42"}

    alice_s_browser.post(path(conversation), {**form, "text": "one"})
    alice_s_browser.post(path(conversation), {**form, "text": "two"})

    said = conversation.messages.filter(role="user").order_by("seq")
    assert [message.text for message in said] == ["one", "two"]


@pytest.mark.django_db
def test_looking_makes_nobody_a_guest(client: Client) -> None:
    client.get("/")

    assert not User.objects.exists()


@pytest.mark.django_db
def test_without_guests_a_stranger_signs_in_first(client: Client, settings: Settings) -> None:
    settings.ALLOW_GUESTS = False

    assert client.get("/").headers["Location"] == "/accounts/login?next=/"
    assert client.post("/", {"text": "hello"}).headers["Location"] == "/accounts/login?next=/"
    assert not User.objects.exists()


@pytest.mark.django_db
def test_a_form_from_nowhere_is_told_what_to_do() -> None:
    answer = Client(enforce_csrf_checks=True).post("/", {"text": "hello"})

    assert answer.status_code == 403
    assert "That page was too old to send" in answer.content.decode()


def test_signing_out_takes_more_than_a_link(alice_s_browser: Client) -> None:
    assert alice_s_browser.get("/accounts/logout").status_code == 405
    assert alice_s_browser.post("/accounts/logout").headers["Location"] == "/"


@pytest.mark.django_db
def test_after_signing_up_nobody_is_led_elsewhere(client: Client) -> None:
    form = {"username": "charlie", "password": "a loft in Antwerp", "next": "https://elsewhere.example/"}

    answer = client.post("/accounts/signup", form)

    assert answer.headers["Location"] == "/"
    assert User.objects.get().username == "charlie"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("username", "password"), [("no spaces", "a loft in Antwerp"), ("charlie", "12345678")]
)
def test_a_name_or_password_that_will_not_do_is_said_to_be(
    client: Client, username: str, password: str
) -> None:
    answer = client.post("/accounts/signup", {"username": username, "password": password})

    assert 'class="error"' in answer.content.decode()
    assert not User.objects.exists()


def test_while_the_database_is_away_the_page_says_so(alice_s_browser: Client) -> None:
    def away(*args: object) -> None:
        raise OperationalError("gone")

    alice_s_browser.raise_request_exception = False
    with connection.execute_wrapper(away):
        answer = alice_s_browser.get("/")

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "3"
    assert "Back in a moment" in answer.content.decode()
