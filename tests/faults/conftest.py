from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.brokers import Broker, kafka
from tests.databases import database
from tests.faults.bed import Bed
from tests.faults.wire import Wire, postgres_at


@pytest.fixture(scope="session")
def kafka_behind_a_wire() -> Iterator[tuple[Broker, Wire]]:
    """To be cut off and killed: who does leaves it as it was."""
    with Wire() as wire, kafka(doors=[wire.port]) as broker:
        assert broker.server is not None
        wire.target = ("127.0.0.1", broker.server.behind[wire.port])
        yield broker, wire


@pytest.fixture(scope="module")
def whole_bed(
    kafka_behind_a_wire: tuple[Broker, Wire], template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bed]:
    with database(template) as url, bed_on(url, kafka_behind_a_wire, tmp_path_factory.mktemp("bed")) as bed:
        yield bed


@pytest.fixture
def bed(whole_bed: Bed) -> Iterator[Bed]:
    """Without a worker, and with whatever web processes the module has started."""
    yield whole_bed
    whole_bed.dismiss()


@contextmanager
def bed_on(url: str, kafka: tuple[Broker, Wire], folder: Path) -> Iterator[Bed]:
    broker, to_kafka = kafka
    with Wire(postgres_at(url)) as to_postgres:
        bed = Bed(folder, broker, url, to_kafka=to_kafka, to_postgres=to_postgres)
        try:
            bed.manage("preparetopics")
            yield bed
        finally:
            bed.dismiss()
            bed.stop()
