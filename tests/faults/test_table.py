"""docs/reliability.md names a test for each fault: those tests are there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
TABLE = (ROOT / "docs" / "reliability.md").read_text()
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TABLE)


def functions_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {function.name for function in functions}


def rows() -> list[str]:
    """Of the tables of faults: neither their heads nor the lines under these."""
    section = TABLE.partition("## Every fault")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [line for line in lines if not line.startswith("| what happens |")]


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_is_there(file: str, name: str) -> None:
    assert name in functions_of(file)


@pytest.mark.parametrize("row", rows())
def test_each_row_names_a_test(row: str) -> None:
    assert re.search(r"\| `tests/[\w/]+\.py::\w+` \|$", row)
