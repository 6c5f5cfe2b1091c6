"""What files that are made to hurt, or are only broken, do to those who read them: nothing."""

import signal
from collections.abc import Iterator
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from pytest_django import Settings

from chatbot.knowledge.readers import docx_file, pdf_file
from chatbot.knowledge.readers.extract import Extract
from chatbot.knowledge.readers.formats import format_of
from chatbot.knowledge.readers.reading import UnreadableError
from chatbot.knowledge.readers.room import SMALL, ReadingRoom
from tests.knowledge.papers import archive, endless_pdf, pdf, word


@pytest.fixture(scope="module")
def room() -> Iterator[ReadingRoom]:
    with ReadingRoom() as room:
        yield room


def read(room: ReadingRoom, name: str, data: bytes) -> Extract:
    kind = format_of(name)
    assert kind is not None
    return room.read(name, kind, data)


def refusal(room: ReadingRoom, name: str, data: bytes) -> str:
    with pytest.raises(UnreadableError) as refused:
        read(room, name, data)
    return str(refused.value)


def entity_bomb() -> bytes:
    levels = "".join(f'<!ENTITY e{level + 1} "{f"&e{level};" * 10}">' for level in range(9))
    return archive(f'<!DOCTYPE w [<!ENTITY e0 "ha">{levels}]><w:document {WORD}>&e9;</w:document>')


def zip_bomb() -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b" " * (docx_file.LARGEST_XML + 1))
    return made.getvalue()


WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
DEEP = "<w:p>" * 20_000


def test_a_file_is_read_elsewhere_as_it_would_be_here(room: ReadingRoom) -> None:
    extract = read(room, "a.docx", word(("Heading1", "Fares"), ("", "Four.")))

    assert extract.title == "Fares"
    assert [(piece.headings, piece.anchor, piece.prose) for piece in extract.pieces] == [
        (("Fares",), "fares", "Four.")
    ]


def test_a_long_text_shows_images_of_trusted_hosts_alone(settings: Settings) -> None:
    settings.IMAGE_HOSTS = frozenset({"harbour.example"})
    images = b"![a](https://harbour.example/a.png) ![b](https://elsewhere.example/b.png)\n\n"

    with ReadingRoom() as room:
        html = read(room, "a.md", images + b"x " * SMALL).html

    assert "https://harbour.example/a.png" in html
    assert "elsewhere" not in html


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("a.pdf", b"", "is no PDF"),
        ("a.pdf", b"%PDF-1.7 and nothing", "is no PDF"),
        ("a.pdf", pdf([(11, 700, "Secret.")], encrypted=True), "is encrypted"),
        ("a.pdf", pdf([]), "no text"),
        ("a.pdf", pdf(*[[]] * (pdf_file.MOST_PAGES + 1)), "more than 3,000 pages"),
        ("a.docx", b"", "is no Word document"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + bytes(500), "is no Word document"),
        ("a.docx", archive("<no xml"), "is damaged"),
        ("a.docx", archive(f"<w:document {WORD}><w:body>{DEEP}"), "is damaged"),
        ("a.docx", zip_bomb(), "unpacks to more than"),
        ("a.docx", entity_bomb(), "is damaged"),
        ("a.csv", b"a,b\n" * 20_002, "more than 20,000 rows"),
        ("a.csv", b"x," * 200, "more than 200 columns"),
        ("a.csv", b'a,b\n"' + b"x" * 100_001, "is no CSV"),
        ("a.txt", b"x" * 5_000_001, "is larger than"),
    ],
)
def test_what_can_not_be_read_is_refused_in_a_sentence(
    room: ReadingRoom, name: str, data: bytes, why: str
) -> None:
    said = refusal(room, name, data)

    assert why in said
    assert said.endswith(".")


@pytest.mark.parametrize(
    "page", [b"<div>" * 50_000, b"<table><tr><td>" * 5_000, b"<!--" * 300_000, bytes(99)]
)
def test_a_page_that_is_no_page_harms_nothing(room: ReadingRoom, page: bytes) -> None:
    try:
        read(room, "a.html", page)
    except UnreadableError as error:
        assert str(error)  # noqa: PT017 - either is well: read, or refused
    assert read(room, "a.html", b"<p>x").text == "x"


def test_what_takes_too_long_is_given_up_and_the_next_is_read() -> None:
    with ReadingRoom(seconds=0) as impatient:
        assert "takes more than 0 seconds" in refusal(impatient, "a.html", b"<p>x")
        impatient._seconds = 60

        assert read(impatient, "a.html", b"<p>x").text == "x"


def test_a_pdf_without_end_is_given_up() -> None:
    with ReadingRoom(seconds=1) as impatient:
        assert refusal(impatient, "a.pdf", endless_pdf())


def test_a_process_that_dies_is_one_error_and_is_replaced(room: ReadingRoom) -> None:
    read(room, "a.html", b"<p>x")
    assert room._process is not None
    room._process.kill()

    assert "ended the program" in refusal(room, "a.html", b"<p>x")
    assert read(room, "a.html", b"<p>x").text == "x"


def test_a_process_that_takes_nothing_is_one_error_and_is_replaced(
    room: ReadingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    read(room, "a.html", b"<p>x")
    assert room._process is not None
    room._process.send_signal(signal.SIGSTOP)
    with monkeypatch.context() as hurried:
        hurried.setattr("chatbot.knowledge.readers.room.TAKEN_WITHIN", 0.1)

        assert "ended the program" in refusal(room, "a.html", b"<p>" * 1_000_000)

    assert read(room, "a.html", b"<p>x").text == "x"


def test_what_is_done_meanwhile_can_end_the_reading() -> None:
    def give_up() -> None:
        raise InterruptedError

    kind = format_of("a.html")
    assert kind is not None
    with ReadingRoom() as room, pytest.raises(InterruptedError):
        room.read("a.html", kind, b"<li>" * 400_000, meanwhile=give_up)


def test_the_process_ends_with_the_room() -> None:
    with ReadingRoom() as room:
        read(room, "a.html", b"<p>x")
        process = room._process
        assert process is not None

    assert process.poll() is not None


def test_a_small_text_starts_no_process() -> None:
    with ReadingRoom() as room:
        read(room, "a.md", b"x" * SMALL)

        assert room._process is None
