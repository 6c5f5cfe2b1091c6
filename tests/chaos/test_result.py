from tests.chaos.result import Result, read
from tests.chaos.table import table

RESULT = Result(
    seed=7,
    seconds=180.0,
    passed=False,
    faults={"kill": 3, "term": 1},
    conversations=50,
    messages=1200,
    replies=1200,
    attempts=1210,
    gave_up=1,
    readers=21,
    events=50_000,
    posts_retried=30,
    posts_repeated=100,
    reconnects=20,
    resets=0,
    histories=100,
    longest_answer=31.4,
    longest_silence=15.2,
    settled=12.0,
    fell=0,
    lost=1,
    doubled=0,
    stuck=0,
    wrong=0,
    disordered=0,
    findings=["lost: message q1 is there 0 times"],
)


def test_a_result_is_a_line_that_can_be_read_again() -> None:
    assert read(f"something else\n{RESULT.line()}\n") == [RESULT]


def test_a_table_has_a_row_for_each_run_and_a_cell_for_each_column() -> None:
    columns, dashes, row = table([RESULT]).splitlines()

    assert columns.count("|") == dashes.count("|") == row.count("|")
    assert row.startswith("| 7 | 180 | 3 | 0 | 1 | 1,200 | 1,210 |")
    assert row.endswith("| 1 | 0 | 0 | 0 | 0 | no |")
