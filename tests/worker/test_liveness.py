import asyncio
import time
from functools import partial
from pathlib import Path

import pytest

from chatbot.worker.liveness import LivenessFile, LivenessFileError
from chatbot.worker.vitals import Vitals
from tests.waiting import wait_until_async

pytestmark = pytest.mark.anyio


def ages(vitals: Vitals, **seconds: float) -> None:
    """As if each of them had last gone on so long ago."""
    for name, age in seconds.items():
        vitals.watch(name, partial(float, time.monotonic() - age))


async def nothing() -> None:
    pass


async def failure() -> None:
    raise OSError("PostgreSQL is away")


async def forever() -> None:
    await asyncio.Event().wait()


async def test_a_worker_is_as_old_as_what_has_stood_still_longest(anyio_backend: str) -> None:
    vitals = Vitals()

    ages(vitals, heartbeat=1, sweep=50, doorbell=3)

    assert vitals.age == pytest.approx(50, abs=1)


async def test_what_need_not_go_on_any_more_makes_nothing_old(anyio_backend: str) -> None:
    vitals = Vitals()
    ages(vitals, heartbeat=1, sweep=50)

    vitals.watch_only("heartbeat")

    assert vitals.age == pytest.approx(1, abs=1)


async def test_a_turn_that_ends_makes_young_well_or_badly(anyio_backend: str) -> None:
    vitals = Vitals()
    well, badly = vitals.watched("well", nothing), vitals.watched("badly", failure)
    await wait_until_async(lambda: older_than(vitals, 0.2), what="its age")

    await well()
    with pytest.raises(OSError, match="away"):
        await badly()

    assert vitals.age < 0.2


async def test_a_turn_that_does_not_end_grows_old(anyio_backend: str) -> None:
    vitals = Vitals()
    stuck = asyncio.ensure_future(vitals.watched("stuck", forever)())

    await wait_until_async(lambda: older_than(vitals, 0.1), what="its age")
    stuck.cancel()


async def older_than(vitals: Vitals, seconds: float) -> bool:
    return vitals.age > seconds


async def test_the_file_is_as_old_as_the_worker_and_made_again_where_it_was_removed(tmp_path: Path) -> None:
    vitals, path = Vitals(), tmp_path / "alive"
    file = LivenessFile(path, vitals)
    file.make()
    path.unlink()
    ages(vitals, sweep=100)

    writing = asyncio.create_task(file.run())
    await wait_until_async(lambda: is_there(path), what="the file")
    writing.cancel()

    assert time.time() - path.stat().st_mtime == pytest.approx(100, abs=5)


async def is_there(path: Path) -> bool:
    return await asyncio.to_thread(path.exists)


async def test_a_clean_end_removes_it(tmp_path: Path) -> None:
    path = tmp_path / "alive"
    file = LivenessFile(path, Vitals())
    file.make()

    file.remove()

    assert not path.exists()


async def test_a_path_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(LivenessFileError, match="can't be written"):
        LivenessFile(tmp_path / "nowhere" / "alive", Vitals()).make()
