import pytest

from streaming.broker.errors import BrokerRefusedError
from streaming.broker.options import BrokerOptions
from streaming.delivery import Delivery

pytestmark = pytest.mark.anyio
NOWHERE = BrokerOptions({"bootstrap.servers": "127.0.0.1:1"})


async def test_a_wrong_option_of_readers_alone_stops_the_start_with_a_sentence() -> None:
    wrong = BrokerOptions({**NOWHERE.common, "fetch.min.bytes": "junk"})

    with pytest.raises(BrokerRefusedError, match=r"KAFKA_ option .* is wrong: .*fetch\.min\.bytes"):
        await Delivery(wrong, "any").start()


async def test_a_start_that_fails_half_way_stops_what_had_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise BrokerRefusedError("wrong")

    delivery = Delivery(NOWHERE, "any")
    monkeypatch.setattr(delivery._listener, "_open_reader", refuse)

    with pytest.raises(BrokerRefusedError):
        await delivery.start()

    thread = delivery.archive._thread
    assert thread is not None
    assert not thread.is_alive()
