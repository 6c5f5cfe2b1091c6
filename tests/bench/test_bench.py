import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from tests.bench.comparison import number
from tests.bench.event import BYTES, value
from tests.bench.person import Person
from tests.bench.reader import Reader
from tests.bench.rows.markdown import markdown
from tests.bench.scale import TINY
from tests.bench.texts import TEXTS

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
RUN_SECONDS = 60
OPTIONS = ("--tiny", "--broker=embedded", "--servers=ours,cheapest")
NOW = 5000


def test_an_event_is_json_of_140_bytes() -> None:
    event = value(NOW, 7)

    assert len(event) == BYTES
    assert json.loads(event).keys() == {"sent", "number", "text"}


@given(st.lists(st.integers(0, 30)), st.sampled_from([b"\n", b"\r\n"]), st.data())
def test_the_reader_counts_what_was_lost_and_doubled_however_the_bytes_arrive(
    numbers: list[int], newline: bytes, data: st.DataObject
) -> None:
    reader, latencies = Reader(Person(b"1", b"token")), list[int]()
    sent = HEAD + b"".join(chunk(place, number, newline) for place, number in enumerate(numbers))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(sent)))))

    hear(reader, (sent[start:end] for start, end in pairwise([0, *cuts, len(sent)])), latencies)

    heard = Counter(numbers)
    assert reader.tally.lost(31) == 31 - len(heard)
    assert reader.tally.doubled == len(numbers) - len(heard)
    assert latencies == [1000] * len(numbers)


@given(st.lists(st.integers(0, 30)), st.sampled_from([b"\n", b"\r\n"]))
def test_the_reader_counts_events_that_arrive_one_by_one(numbers: list[int], newline: bytes) -> None:
    reader, latencies = Reader(Person(b"1", b"token")), list[int]()

    hear(reader, [HEAD, *(chunk(place, number, newline) for place, number in enumerate(numbers))], latencies)

    assert reader.tally.lost(31) == 31 - len(set(numbers))
    assert reader.tally.doubled == len(numbers) - len(set(numbers))
    assert latencies == [1000] * len(numbers)


@given(st.lists(st.integers(0, 9), min_size=1), st.integers(0, 60))
def test_the_reader_would_resume_behind_the_last_whole_event(numbers: list[int], missing: int) -> None:
    reader = Reader(Person(b"1", b"token"))
    whole = HEAD + b"".join(chunk(place, number, b"\n") for place, number in enumerate(numbers))
    partial = chunk(len(numbers), 0, b"\n")[:missing]

    reader.hear(whole, NOW, [])
    reader.hear(partial, NOW, [])

    assert reader.last_id == b"epoch-0-%d" % (len(numbers) - 1)


def test_the_benchmarks_print_a_line_of_json_for_each_result_and_comparison() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.bench",
            "cost",
            "--tiny",
            "--broker=embedded",
            "--servers=ours,cheapest",
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=RUN_SECONDS,
    )

    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [line.get("server") for line in lines[:2]] == ["ours", "cheapest"]
    assert [line["lost"] + line["doubled"] for line in lines[:2]] == [0, 0]
    assert {line["compare"] for line in lines[2:]} > {"cpu_us_per_event", "p50_ms", "p99_ms"}


def test_the_rows_of_the_worker_of_posts_and_of_the_knowledge_tell_theirs_and_ours() -> None:
    rows = ["answers", "inflight", "first_token", "post"]
    knowledge = [("knowledge", server) for server in ("ours", "any_word", "all_words")]

    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", *rows, "knowledge", "--tiny", "--broker=embedded"],
        capture_output=True,
        text=True,
        check=False,
        timeout=4 * RUN_SECONDS,
    )

    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    told = [(line["row"], line["server"]) for line in lines if "server" in line]
    assert told == [(row, server) for row in rows for server in ("ours", "bare")] + knowledge


def test_the_row_of_markdown_tells_ours_and_two_ways_to_do_without() -> None:
    results = list(markdown(TINY))

    assert Counter(result.server for result in results) == dict.fromkeys(("ours", "once", "anew"), len(TEXTS))
    assert min(number(result.figures["us_per_kb"]) or 0 for result in results) > 0


def hear(reader: Reader, pieces: Iterable[bytes], latencies: list[int]) -> None:
    for piece in pieces:
        reader.hear(piece, NOW, latencies)


def chunk(place: int, number: int, newline: bytes) -> bytes:
    lines = [b"id: epoch-0-%d" % place, b"event: reply.delta", b"data: " + value(NOW - 1000, number)]
    block = newline.join(lines) + 2 * newline
    return b"%x\r\n%b\r\n" % (len(block), block)
