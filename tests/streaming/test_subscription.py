import asyncio

from streaming.feed import END_OF_CHANNEL, Feed
from streaming.position import Position
from streaming.subscription import RECORDS, State, Subscription
from tests.streaming.records import record

FEED = Feed("7", generation=3)


def live(feed: Feed = FEED, start: int = 0) -> Subscription:
    subscription = Subscription(feed)
    subscription.go_live(Position("e", 0, start))
    return subscription


def taken(subscription: Subscription) -> list[int]:
    return [one.offset for one in asyncio.run(subscription.next(within=0.01))]


def test_records_come_in_order_and_once() -> None:
    subscription = live()

    subscription.offer([record(1)])
    subscription.offer([record(2)])

    assert taken(subscription) == [1, 2]
    assert taken(subscription) == []


def test_what_lies_before_its_start_is_not_taken() -> None:
    subscription = live(start=5)

    subscription.offer([record(4)])
    subscription.offer([record(5)])

    assert taken(subscription) == [5]


def test_at_the_bound_everything_is_let_go_and_it_replays() -> None:
    subscription = live()

    for offset in range(RECORDS + 1):
        subscription.offer([record(offset)])

    assert subscription.state is State.REPLAYING
    assert taken(subscription) == []


def test_a_large_record_reaches_the_bound_in_bytes() -> None:
    subscription = live()

    subscription.offer([record(0, value=b"x" * 2_000_000)])

    assert subscription.state is State.REPLAYING


def test_a_batch_beyond_the_bound_is_not_sent_at_once_either() -> None:
    subscription = live()
    subscription.short_cut = lambda records: True

    subscription.offer([record(offset) for offset in range(RECORDS + 1)])

    assert subscription.state is State.REPLAYING


def test_what_comes_behind_something_queued_is_queued_too() -> None:
    subscription = live()
    subscription.offer([record(1)])
    subscription.short_cut = lambda records: True

    subscription.offer([record(2)])

    assert taken(subscription) == [1, 2]


def test_the_end_of_older_credentials_ends_it_and_is_not_forwarded() -> None:
    subscription = live()

    subscription.offer([record(1, headers={"type": END_OF_CHANNEL, "generation": "4"})])

    assert subscription.state is State.ENDED
    assert taken(subscription) == []


def test_the_end_of_credentials_it_was_not_opened_with_is_nothing_to_it() -> None:
    subscription = live()

    subscription.offer([record(1, headers={"type": END_OF_CHANNEL, "generation": "3"})])

    assert subscription.state is State.LIVE
    assert taken(subscription) == []


def test_it_can_be_ended_while_it_replays() -> None:
    subscription = Subscription(FEED)

    subscription.offer([record(1, headers={"type": END_OF_CHANNEL, "generation": "4"})])

    assert subscription.state is State.ENDED


def test_an_end_is_not_undone_by_a_reset() -> None:
    subscription = live()

    subscription.end()
    subscription.reset()

    assert subscription.state is State.ENDED


def test_a_feed_narrowed_by_a_label_hears_nothing_else() -> None:
    subscription = live(Feed("7", match={"conversation": "a"}))

    subscription.offer([record(1, headers={"conversation": "a"})])
    subscription.offer([record(2, headers={"conversation": "b"})])
    subscription.offer([record(3)])

    assert taken(subscription) == [1]
