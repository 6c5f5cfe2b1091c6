"""Which partition a key belongs to, as Kafka's Java clients decide (`DefaultPartitioner`, murmur2)."""

MASK = 0xFFFFFFFF
M = 0x5BD1E995


def partition_of(key: bytes, partitions: int) -> int:
    return (murmur2(key) & 0x7FFFFFFF) % partitions


def murmur2(data: bytes) -> int:
    """The unsigned 32-bit hash, with Kafka's seed."""
    result = 0x9747B28C ^ len(data)
    whole = len(data) & ~3
    for start in range(0, whole, 4):
        result = (result * M & MASK) ^ _mixed(int.from_bytes(data[start : start + 4], "little"))
    if whole < len(data):
        result = (result ^ int.from_bytes(data[whole:], "little")) * M & MASK
    result = (result ^ (result >> 13)) * M & MASK
    return result ^ (result >> 15)


def _mixed(word: int) -> int:
    word = word * M & MASK
    return (word ^ (word >> 24)) * M & MASK
