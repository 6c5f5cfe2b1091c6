from itertools import pairwise
from pathlib import Path

import pytest

from chatbot.bots.protocol import Citation
from chatbot.knowledge.answer import answer_to, escaped
from chatbot.knowledge.ingest import ingest
from chatbot.knowledge.models import Document
from chatbot.knowledge.search import search
from chatbot.markdown.render import render


def text_of(question: str, *before: str) -> str:
    return "".join(part for part in answer_to(question, before) if isinstance(part, str))


def citations_of(question: str, *before: str) -> list[Citation]:
    return [part for part in answer_to(question, before) if isinstance(part, Citation)]


def test_quotes_what_answers_and_says_where_it_stands(library: Path) -> None:
    assert text_of("What does a bicycle cost?") == (
        "From **Fares \u203a Children** [1]:\n\n"
        "> Children under twelve travel free with an adult. A bicycle costs two crowns.\n"
    )


def test_cites_the_document_as_it_was_ingested_and_links_to_the_place(library: Path) -> None:
    fares = Document.objects.get(title="Fares")

    assert citations_of("What does a bicycle cost?") == [
        Citation(
            number=1,
            title="Fares \u203a Children",
            source="docs/fares.markdown",
            url=f"/knowledge/{fares.pk}/#children",
            quote="Children under twelve travel free with an adult. A bicycle costs two crowns.",
        )
    ]


def test_a_citation_comes_right_after_its_number(library: Path) -> None:
    parts = list(answer_to("Who is the captain?"))

    numbered = [(before, part) for before, part in pairwise(parts) if isinstance(part, Citation)]
    assert numbered
    assert [str(before).endswith(f"[{part.number}]:") for before, part in numbered] == [True] * len(numbered)


def test_quotes_what_two_documents_say_in_the_same_words_once(library: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "fares.md").write_text((library / "fares.markdown").read_text())
    ingest([str(tmp_path / "copy")])

    assert len(citations_of("What does a bicycle cost?")) == 1


def test_quotes_only_the_rows_that_answer_under_the_head_of_their_table(db: None, tmp_path: Path) -> None:
    rows = "".join(
        f"| Option{number} | it sets the width of plank number {number} |\n" for number in range(12)
    )
    (tmp_path / "a.md").write_text(
        f"# Planks\n\n| Name | What it does |\n|---|---|\n{rows}| Varnish | shines |\n"
    )
    ingest([str(tmp_path / "a.md")])

    assert "> | Name | What it does |\n> |---|---|\n> | Varnish | shines |\n" in text_of("varnish")


def test_a_table_that_fills_several_passages_is_quoted_as_one(db: None, tmp_path: Path) -> None:
    rows = "".join(f"| Plank{number} | it holds the side of the boat together |\n" for number in range(60))
    (tmp_path / "a.md").write_text(
        f"# Oars\n\n| Name | Use |\n|---|---|\n| Oar | rows |\n{rows}| Spare oar | rests |\n"
    )
    ingest([str(tmp_path / "a.md")])
    assert Document.objects.get().passages.count() > 2

    assert text_of("oars").count("| Name | Use |") == 1


def test_names_only_a_few_of_many_documents(library: Path, tmp_path: Path) -> None:
    (tmp_path / "zoo.md").write_text("# Zoo\n\nClosed.\n")
    ingest([str(tmp_path / "zoo.md")])

    assert "**Fares**, **notes**, **Timetable** and more." in text_of("hello")


def test_leaves_out_the_sentences_beside_the_point(db: None, tmp_path: Path) -> None:
    aside = "The weather is fine and the sea is blue today. " * 6
    chain = "which is as long as the whole ferry and half of the old quay together"
    point = f"The anchor weighs a ton, and with its heavy chain, {chain}, it weighs two."
    (tmp_path / "a.md").write_text(f"# Boat\n\n{aside}{point} {aside}\n")
    ingest([str(tmp_path / "a.md")])

    assert text_of("How much does the anchor weigh?").endswith(f"\n\n> {point}\n")


def test_a_few_words_are_quoted_with_what_follows(db: None, tmp_path: Path) -> None:
    aside = "The weather is fine and the sea is blue today. " * 6
    (tmp_path / "a.md").write_text(
        f"# Boat\n\n{aside}The anchor weighs a ton. So it is not lifted by hand. {aside}\n"
    )
    ingest([str(tmp_path / "a.md")])

    assert "> The anchor weighs a ton. So it is not lifted by hand. The" in text_of(
        "How much does the anchor weigh?"
    )


def test_a_section_that_is_asked_for_is_quoted_from_its_beginning(db: None, tmp_path: Path) -> None:
    tale = "It is a long tale of wind and water. " * 12
    (tmp_path / "a.md").write_text(
        f"# Sailing home\n\nFirst, raise the flag. {tale}\n\nWho sails is sailing.\n"
    )
    ingest([str(tmp_path / "a.md")])

    assert "> First, raise the flag. It is a long tale" in text_of("How does sailing home work?")


def test_an_example_in_code_says_less_than_the_text(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "# One\n\n```\nask 'how heavy is the anchor'\n```\n\n# Two\n\nThe anchor is heavy.\n"
    )
    ingest([str(tmp_path / "a.md")])

    assert citations_of("How heavy is the anchor?")[0].url.endswith("#two")


def test_quotes_the_code_that_a_sentence_introduces(db: None, tmp_path: Path) -> None:
    aside = "Ropes are kept dry below the deck at all times. " * 9
    (tmp_path / "a.md").write_text(
        f"# Engine\n\n{aside}\n\nStart the engine so:\n\n```sh\nengine --go\n```\n"
    )
    ingest([str(tmp_path / "a.md")])

    assert "> Start the engine so:\n>\n> ```sh\n> engine --go\n> ```\n" in text_of("how to start the engine")


def test_a_quote_has_no_link_that_leads_nowhere_from_here(library: Path) -> None:
    text = text_of("When does the ferry leave on holidays?")

    assert "See the fares for what it costs" in text
    assert "[harbour's own site](https://harbour.example/)" in text


def test_says_so_when_it_only_comes_near(library: Path) -> None:
    text = text_of("Is a bicycle free for kangaroos?")

    assert text.startswith("The nearest I have to this is from **Fares \u203a Children** [1]:")


def test_of_what_only_comes_near_there_are_two_to_choose_from(db: None, tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.md").write_text(f"# Hut {number}\n\nLamp {number} burns oil all night.\n")
    ingest([str(tmp_path)])

    assert len(citations_of("Which lamp burns oil in a lighthouse at night?")) == 2
    assert len(citations_of("Which lamp burns oil all night?")) == 3


def test_what_nearly_answers_is_quoted_first_where_its_heading_names_it(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# Mooring\n\nTie the boat to the post by its bow.\n")
    (tmp_path / "b.md").write_text(
        "# Songs\n\nOne is about mooring. Two more of them are about a storm that came over night.\n"
    )
    ingest([str(tmp_path)])

    assert [hit.answers for hit in search("mooring storm")] == [False, True]
    assert citations_of("mooring storm")[0].source.endswith("a.md")


def test_says_that_it_has_nothing_and_cites_nothing(library: Path) -> None:
    assert text_of("What is the capital of France?").startswith("I have nothing on this in my documents.")
    assert citations_of("What is the capital of France?") == []


def test_names_the_nearest_topics_when_it_has_nothing(library: Path) -> None:
    text = text_of("Do kangaroos get a discount on a lost bicycle?")

    assert "nearest I have is" in text
    assert "**Fares \u203a Children**" in text
    assert citations_of("Do kangaroos get a discount on a lost bicycle?") == []


@pytest.mark.parametrize("greeting", ["Hi", "hello there!", "Good morning.", "Hey, what can you do?", "help"])
def test_greets_back_and_says_what_it_can_answer(library: Path, greeting: str) -> None:
    assert text_of(greeting).startswith(
        "Hello! I answer from documents: **Fares**, **notes** and **Timetable**."
    )
    assert citations_of(greeting) == []


@pytest.mark.parametrize("thanks", ["Thanks!", "ok, thank you very much", "Great, that helps.", "bye"])
def test_takes_thanks(library: Path, thanks: str) -> None:
    assert text_of(thanks).startswith("You are welcome.")


@pytest.mark.parametrize("question", ["hi, when does the last ferry leave?", "thanks, and the bicycle?"])
def test_a_polite_question_is_a_question(library: Path, question: str) -> None:
    assert citations_of(question)


def test_without_documents_it_says_how_to_give_it_some(db: None) -> None:
    assert "`python manage.py ingest PATH`" in text_of("What does a bicycle cost?")
    assert "`python manage.py ingest PATH`" in text_of("hello")


def test_understands_a_question_by_the_one_before(library: Path) -> None:
    assert (
        citations_of("And what does it cost?", "May I bring a bicycle?")[0].title == "Fares \u203a Children"
    )


def test_a_title_can_not_break_the_answer(db: None, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("# The *bold* `code` [1]: <b> \\_snake_case_\n\nA zebra.\n")
    ingest([str(tmp_path / "a.md")])

    assert "<strong>The bold code [1]: &lt;b&gt; _snake_case_</strong>" in render(text_of("zebra"))


def test_escapes_only_what_markdown_would_take_for_a_mark() -> None:
    assert escaped("HTTP_API: 2 * 3, [1] `x`") == "HTTP_API: 2 \\* 3, \\[1\\] \\`x\\`"
