from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.local.copy import Copy
from tests.port import free_port


@pytest.fixture(scope="module")
def used_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a copy has run before: the start from nothing is the slow one."""
    copy = Copy(tmp_path_factory.mktemp("used") / "data", free_port())
    copy.start_and_wait()
    copy.end()
    return copy.folder


@pytest.fixture
def copy(used_folder: Path) -> Iterator[Copy]:
    copy = Copy(used_folder, free_port())
    yield copy
    copy.give_up()


@pytest.fixture
def fresh_copy(tmp_path: Path) -> Iterator[Copy]:
    copy = Copy(tmp_path / "data", free_port())
    yield copy
    copy.give_up()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    """One that runs for all tests of a module: they leave it running."""
    copy = Copy(tmp_path_factory.mktemp("running") / "data", free_port())
    copy.start_and_wait()
    yield copy
    copy.end()
