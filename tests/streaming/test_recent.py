from hypothesis import given
from hypothesis import strategies as st

from streaming.recent import Recent
from tests.streaming.records import record

KEYS = st.sampled_from([b"alice", b"bob", b"charlie"])


@given(st.lists(KEYS, max_size=60), st.integers(1, 20), st.integers(0, 60), st.integers(1, 60), KEYS)
def test_memory_gives_just_what_the_log_holds_from_any_offset_it_covers(
    keys: list[bytes], bound: int, offset: int, limit: int, key: bytes
) -> None:
    recent = Recent(0, records=bound, size=10**9)
    for number, one in enumerate(keys):
        recent.append(record(number, one))
    start = max(offset, recent.floor)

    found = [one.offset for one in recent.after(key, start, limit=limit)]

    assert found == [number for number, one in enumerate(keys) if one == key and number >= start][:limit]


def test_memory_keeps_to_its_bound_in_bytes() -> None:
    recent = Recent(0, records=10**6, size=10_000)

    for number in range(100):
        recent.append(record(number, value=b"x" * 600))

    assert 90 <= recent.floor < 100
    assert recent.end == 100


def test_a_record_larger_than_the_bound_leaves_an_empty_memory() -> None:
    recent = Recent(0, records=10**6, size=1000)

    recent.append(record(0, value=b"x" * 2000))

    assert (recent.floor, recent.end, recent.after(b"7", 1, limit=1)) == (1, 1, [])
