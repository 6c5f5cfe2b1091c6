import unicodedata
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.asking.posting import post_message
from conversations.asking.titles import JOINERS, LONGEST, improve, key_words
from conversations.lifecycle import delete_conversation, rename_conversation, start_conversation
from conversations.models import Conversation, User

QUESTION = "How do I restart the worker?"
PIECES = ["word", "a, b", "? ", ". ", "\n", "**", "[x](y)", "👩‍🚀", "e\u0301", "字", "```", "\u202e", "\x1b"]
WRITTEN = st.one_of(
    st.text(max_size=300),
    st.lists(
        st.sampled_from(["word", "a, b", "? ", ". ", "\n", "**", "[x](y)", "👩‍🚀", "e\u0301", "字", "```"])
    ).map("".join),
)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Hello", "Hello"),
        ("  What\n happens\tto it? ", "What happens to it?"),
        ("Hi! How do I restart the worker?", "How do I restart the worker?"),
        ("Good morning. My order 4711 has not come. What should I do?", "What should I do?"),
        ("It crashed with error X. Why?", "It crashed with error X"),
        ("Dear all,\nwho has the key to the shed?", "who has the key to the shed?"),
        (
            "# Trouble\n\nHow do I **install** `it` on [Windows](https://a.example/b)?",
            "How do I install it on Windows?",
        ),
        ("```py\nx = 1\n```\nWhy does this fail", "Why does this fail"),
        ("```\nprint(1)\n```", "print(1)"),
        ("- [ ] first thing to do\n- [x] second", "first thing to do"),
        ("what is https://www.example.org/a/b?c=d about", "what is example.org about"),
        ("snake_case stays and __this__ goes", "snake_case stays and this goes"),
        ("\u202eturned\u202c and \u200bhidden\x1b words", "turned and hidden words"),
        (
            "Please summarize the following text: " + "lorem ipsum " * 20,
            "Please summarize the following text",
        ),
        ("word " * 30, " ".join(["word"] * 12) + "…"),
        ("a" * 60, "a" * 60),
        ("a" * 61, "a" * 59 + "…"),
        ("¿Cómo cambio mi contraseña? Gracias.", "¿Cómo cambio mi contraseña?"),
        ("كيف يمكنني إعادة تشغيل الخادم؟ شكرا", "كيف يمكنني إعادة تشغيل الخادم؟"),
        (
            "トピックをどうやって作成しますか\uff1fよろしくお願いします。",
            "トピックをどうやって作成しますか\uff1f",
        ),
        ("👩‍🚀" * 40, "👩‍🚀" * 19 + "…"),
        ("???", "???"),
        (" \n ", ""),
    ],
)
def test_a_title_is_what_is_asked_in_a_few_words(text: str, title: str) -> None:
    assert key_words(text) == title


@given(WRITTEN)
def test_a_title_is_one_short_line_that_can_all_be_seen(text: str) -> None:
    title = key_words(text)

    assert len(title) <= LONGEST
    assert title == " ".join(title.split())
    assert [sign for sign in title if unicodedata.category(sign)[0] == "C" and sign not in JOINERS] == []


@pytest.fixture
def asked(alice: User, conversation: Conversation) -> Conversation:
    post_message(alice, conversation.pk, text=QUESTION, client_message_id=uuid4())
    conversation.refresh_from_db()
    return conversation


def test_a_better_title_takes_the_place_of_the_key_words_and_is_news(
    asked: Conversation,
) -> None:
    improved = improve(asked.pk, "  **Restarting**\n workers ", question=QUESTION)

    row = Conversation.objects.get()
    assert improved
    assert (row.title, row.rev, row.announce_since is None) == ("Restarting workers", asked.rev + 1, False)


def test_a_title_that_somebody_gave_stays(alice: User, asked: Conversation) -> None:
    rename_conversation(alice, asked.pk, title="Mine")

    assert not improve(asked.pk, "Better", question=QUESTION)
    assert Conversation.objects.get().title == "Mine"


def test_a_title_that_somebody_gave_stays_even_if_it_is_the_one_that_was_there(
    alice: User, asked: Conversation
) -> None:
    renamed = rename_conversation(alice, asked.pk, title=QUESTION)

    assert not improve(asked.pk, "Better", question=QUESTION)
    row = Conversation.objects.get()
    assert (row.title, row.rev, renamed.rev) == (QUESTION, asked.rev, asked.rev)


def test_a_title_that_a_conversation_began_with_stays_even_if_it_is_the_first_question(alice: User) -> None:
    conversation, _ = start_conversation(alice, title=QUESTION)
    post_message(alice, conversation.pk, text=QUESTION, client_message_id=uuid4())

    assert not improve(conversation.pk, "Better", question=QUESTION)
    assert Conversation.objects.get().title == QUESTION


@pytest.mark.parametrize("title", ["", " \n", "\u200b", QUESTION])
def test_what_is_no_better_title_is_no_news(asked: Conversation, title: str) -> None:
    assert not improve(asked.pk, title, question=QUESTION)
    assert Conversation.objects.get().rev == asked.rev


def test_a_deleted_conversation_gets_no_title(alice: User, asked: Conversation) -> None:
    delete_conversation(alice, asked.pk)

    assert not improve(asked.pk, "Better", question=QUESTION)
