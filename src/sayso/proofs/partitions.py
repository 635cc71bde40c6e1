"""Many ids at once: spread by their first byte, sorted part by part, hashed into buckets; in the memory of one part.

Pure: whoever has more ids than memory keeps the parts elsewhere, by handing in where to `put` a part and how to `get` it back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise

from msgspec import Struct

from sayso.facts.errors import Unfit
from sayso.proofs.merkle import leaf_hash, node_hash
from sayso.proofs.sorting import SHORT, WHOLE, cut, dealt

FULL = 16
"""Ids in a bucket, at least, on average, and less than twice as many: more make proofs longer, fewer make paths longer."""
BEFORE = 32
"""What that was for releases built earlier; nothing but making their trees again depends on it."""
PARTS = 256
CHUNK = 8_192
"""Ids read at a time."""
ODD = "a blinded id is 64 lower-case hex digits; make it with `proofs.blind`"

Get = Callable[[int], bytes]


def bits_for(count: int, full: int = FULL) -> int:
    """Return b for a list of *count* ids: the whole part of log2(count / *full*), at least 0.

    >>> bits_for(10_000_000), bits_for(3)
    (19, 0)
    """
    return max(0, (max(1, count) // full).bit_length() - 1)


def raw_ids(ids: Iterable[str]) -> Iterator[bytes]:
    """Yield *ids* (hex) as bytes, 32 for each, many ids at a time; Unfit where one is spelled otherwise."""
    left = iter(ids)
    while some := list(islice(left, CHUNK)):
        text = "".join(some)
        # One look at many: the spelling of all together, and the length of each, so that no two make up for one another.
        try:
            raw = bytes.fromhex(text)
        except ValueError:
            raise Unfit(ODD) from None
        if raw.hex() != text or set(map(len, some)) != {2 * WHOLE}:
            raise Unfit(ODD)
        yield raw


class Spread:
    """Ids by the first byte of each, 16 bytes kept of an id; a part that has grown to *most* bytes goes to *put*, if given."""

    __slots__ = ("_most", "_parts", "_put", "count")

    def __init__(self, put: Callable[[int, bytes], None] | None = None, most: int = 1 << 20) -> None:
        self._parts = [bytearray() for _ in range(PARTS)]
        self._put, self._most = put, most
        self.count = 0

    def take(self, raw: bytes) -> None:
        """Take ids in, 32 bytes each, joined."""
        parts = self._parts
        for number, ids in dealt(raw):
            parts[number] += ids
        self.count += len(raw) // WHOLE
        if self._put is not None:
            for number, part in enumerate(parts):
                if len(part) >= self._most:
                    self._put(number, bytes(part))
                    part.clear()

    def settle(self) -> None:
        """Hand out what is left, where parts are put elsewhere."""
        for number, part in enumerate(self._parts if self._put is not None else ()):
            if part and self._put is not None:
                self._put(number, bytes(part))
                part.clear()

    def part(self, number: int) -> bytes:
        """Return a part that was kept here."""
        return bytes(self._parts[number])


def bucket_of(raw: bytes, bits: int) -> int:
    """Return the bucket of an id among 2^*bits*: the number its first bits spell."""
    return int.from_bytes(raw[:8], "big") >> (64 - bits)


class Hashed(Struct, frozen=True):
    """The tree over the buckets: how many ids, b, and each level's hashes joined, the leaves first."""

    size: int
    bits: int
    levels: tuple[bytes, ...]

    @property
    def root(self) -> bytes:
        return self.levels[-1]


def hashed(get: Get, count: int, bits: int | None = None) -> Hashed:
    """Return the tree over the ids of all parts, of which there are *count*, some perhaps twice; asks for each part in turn.

    Without *bits*, b follows from how many different ids there are; where many are there twice, the parts are asked for again.
    """
    wanted = bits_for(count) if bits is None else bits
    leaves, size = _leaves(get, wanted)
    if bits is None and bits_for(size) != wanted:
        wanted = bits_for(size)
        leaves, size = _leaves(get, wanted)
    return Hashed(size, wanted, tuple(_levels(leaves)))


def _leaves(get: Get, bits: int) -> tuple[bytes, int]:
    per = (1 << bits) // PARTS
    if per == 0:
        # Fewer buckets than parts: there are few ids, and all of them together are one part.
        return _hashes(*cut(b"".join(map(get, range(PARTS))), bits, 0, 1 << bits))
    made, size = bytearray(), 0
    for number in range(PARTS):
        leaves, count = _hashes(*cut(get(number), bits, number * per, (number + 1) * per))
        made += leaves
        size += count
    return bytes(made), size


def _hashes(ids: bytes, found: list[int]) -> tuple[bytes, int]:
    return b"".join(leaf_hash(ids[low:high]) for low, high in pairwise(found)), len(ids) // SHORT


def _levels(leaves: bytes) -> Iterator[bytes]:
    level = leaves
    yield level
    while len(level) > WHOLE:
        level = b"".join(
            node_hash(level[at : at + WHOLE], level[at + WHOLE : at + 2 * WHOLE]) for at in range(0, len(level), 2 * WHOLE)
        )
        yield level
