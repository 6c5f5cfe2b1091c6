import asyncio
from collections.abc import Collection, Hashable, Mapping

import pytest

from streaming.credential_watch import CredentialWatch
from streaming.feed import Feed
from streaming.hub import Hub
from streaming.subscription import State, Subscription

pytestmark = pytest.mark.anyio


class Registry:
    """Which credentials hold, and in which generation."""

    def __init__(self, **generations: int) -> None:
        self.generations = dict[Hashable, int](generations.items())
        self.asked: list[set[Hashable]] = []

    async def __call__(self, credentials: Collection[Hashable]) -> Mapping[Hashable, int]:
        self.asked.append(set(credentials))
        return {one: self.generations[one] for one in credentials if one in self.generations}


@pytest.fixture
async def hub() -> Hub:
    hub = Hub()
    hub.begin("e", {0: 0})
    return hub


def opened(hub: Hub, credential: str, generation: int = 3) -> Subscription:
    return hub.subscribe(Feed("7", generation, credential=credential))


async def test_streams_end_whose_credential_is_gone_or_of_an_older_generation(hub: Hub) -> None:
    kept, gone, older = opened(hub, "kept"), opened(hub, "gone"), opened(hub, "older")
    registry = Registry(kept=3, older=4)

    await CredentialWatch(hub, registry).check(older_than=0)

    assert kept.state is not State.ENDED
    assert gone.state is older.state is State.ENDED


async def test_all_who_are_due_are_one_question_and_nobody_is_asked_about_again_too_soon(hub: Hub) -> None:
    [opened(hub, credential) for credential in ("a", "b", "b")]
    registry = Registry(a=3, b=3)
    watch = CredentialWatch(hub, registry)

    await watch.check(older_than=0)
    await watch.check(older_than=60)

    assert registry.asked == [{"a", "b"}]


async def test_a_stream_without_a_credential_is_left_alone(hub: Hub) -> None:
    subscription = hub.subscribe(Feed("7"))
    registry = Registry()

    await CredentialWatch(hub, registry).check(older_than=0)

    assert subscription.state is not State.ENDED
    assert registry.asked == []


async def test_nothing_ends_while_nobody_can_be_asked(hub: Hub) -> None:
    subscription = opened(hub, "alice")
    refused = asyncio.Event()

    async def refuse(credentials: Collection[Hashable]) -> Mapping[Hashable, int]:
        refused.set()
        raise ConnectionError

    watch = CredentialWatch(hub, refuse)
    with pytest.raises(ConnectionError):
        await watch.check(older_than=0)

    assert refused.is_set()
    assert subscription.state is not State.ENDED
