import logging
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from chatbot.knowledge.embeddings import store
from chatbot.knowledge.embeddings.endpoint import EmbeddingsError, vectors_of
from chatbot.knowledge.embeddings.outage import Outage
from chatbot.knowledge.models import Passage
from chatbot.knowledge.search import search
from tests.knowledge.embedder import MEANT, Embedder


def test_what_is_meant_is_found_without_a_word_in_common(library: Path, endpoint: Embedder) -> None:
    assert "children" not in [hit.anchor for hit in search(MEANT)]
    call_command("embed")

    assert "children" in [hit.anchor for hit in search(MEANT)]


def test_what_no_words_speak_of_is_not_taken_for_an_answer(library: Path, endpoint: Embedder) -> None:
    call_command("embed")

    assert [hit for hit in search("What is the capital of France?") if hit.answers] == []


def test_a_question_for_a_vector_is_no_line_in_the_log(
    library: Path, endpoint: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    call_command("embed")

    with caplog.at_level(logging.INFO):
        search(MEANT)

    assert caplog.text == ""


def test_words_count_beside_meaning(library: Path, endpoint: Embedder) -> None:
    call_command("embed")

    assert search("I have lost my ticket!")[0].anchor == "lost-tickets"


def test_only_what_is_missing_is_embedded(library: Path, endpoint: Embedder) -> None:
    call_command("embed")
    endpoint.asked.clear()
    Passage.objects.filter(anchor="children").update(id=10_000_000)

    assert list(store.embed_new()) == [1]
    assert list(store.embed_new()) == []
    assert ["Children" in text for asked in endpoint.asked for text in asked["input"]] == [True]


def test_another_model_embeds_all_of_it_anew(library: Path, endpoint: Embedder, settings: Settings) -> None:
    call_command("embed")
    settings.EMBEDDINGS_MODEL, endpoint.dimensions = "large", 96

    with pytest.raises(CommandError, match="--anew"):
        call_command("embed")
    call_command("embed", "--anew")

    assert "children" in [hit.anchor for hit in search(MEANT)]


def test_a_search_goes_on_by_words_when_the_endpoint_fails(
    library: Path, endpoint: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    call_command("embed")
    endpoint.refusals = [503]

    assert search("lost ticket")[0].anchor == "lost-tickets"
    assert "searching by words alone: The embeddings endpoint answers 503." in caplog.text


def test_an_endpoint_that_failed_is_left_alone_for_a_while(
    library: Path, endpoint: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("embed")
    endpoint.asked.clear()
    endpoint.refusals = [503]

    search("lost ticket")
    search(MEANT)
    asked_at_once = len(endpoint.asked)
    monkeypatch.setattr(store, "outage", Outage(0))

    assert asked_at_once == 1
    assert "children" in [hit.anchor for hit in search(MEANT)]


def test_a_search_goes_on_by_words_where_nobody_made_vectors(
    library: Path, endpoint: Embedder, caplog: pytest.LogCaptureFixture
) -> None:
    assert search("lost ticket")[0].anchor == "lost-tickets"
    assert search("lost ticket")

    assert caplog.text.count("run `manage.py embed`") == 1
    assert endpoint.asked == []


def test_what_may_pass_is_tried_again(endpoint: Embedder) -> None:
    endpoint.refusals = [429, 503]

    assert len(vectors_of(["one", "two"], seconds=5)) == 2
    assert endpoint.keys == ["Bearer secret of the test"] * 3


def test_it_gives_up_after_three_tries(endpoint: Embedder) -> None:
    endpoint.refusals = [503] * 3

    with pytest.raises(EmbeddingsError, match="answers 503"):
        vectors_of(["one"], seconds=5)
    assert len(endpoint.asked) == 3


def test_what_is_refused_for_good_is_not_tried_again(endpoint: Embedder) -> None:
    endpoint.refusals = [401]

    with pytest.raises(EmbeddingsError, match="answers 401: look at the EMBEDDINGS_ settings"):
        vectors_of(["one"], seconds=5)
    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"data": [{"index": 0}]}',
        b'{"data": [{"index": 0, "embedding": []}]}',
        b'{"data": [{"index": 0, "embedding": [1, "x"]}]}',
        b'{"data": [{"index": 0, "embedding": [NaN]}]}',
        b'{"data": []}',
        b'{"data": [{"index": 0, "embedding": [1]}, {"index": 1, "embedding": [1]}]}',
    ],
)
def test_what_is_no_vector_is_refused(endpoint: Embedder, answer: bytes) -> None:
    endpoint.answer = answer

    with pytest.raises(EmbeddingsError):
        vectors_of(["one"], seconds=5)


def test_an_account_that_may_not_create_pgvector_is_told_what_to_do(db: None, endpoint: Embedder) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE charlie")
        cursor.execute("SET LOCAL ROLE charlie")

    with pytest.raises(CommandError, match="run CREATE EXTENSION vector"):
        call_command("embed")


def test_without_an_endpoint_the_command_says_so(db: None) -> None:
    with pytest.raises(CommandError, match="EMBEDDINGS_BASE_URL is not set"):
        call_command("embed")


def test_an_endpoint_that_is_not_there_is_named_as_the_cause(endpoint: Embedder, settings: Settings) -> None:
    settings.EMBEDDINGS_BASE_URL = "http://127.0.0.1:1/v1"

    with pytest.raises(EmbeddingsError, match="can't be reached: ConnectError"):
        vectors_of(["one"], seconds=5)
