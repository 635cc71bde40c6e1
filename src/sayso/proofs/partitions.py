"""Many ids at once: spread by their first byte, sorted part by part, hashed into buckets; in the memory of one part.

Pure: whoever has more ids than memory keeps the parts elsewhere, by handing in where to `put` a part and how to `get` it back.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import islice, pairwise

from msgspec import Struct

from sayso.facts.errors import Unfit
from sayso.proofs.merkle import leaf_hash, node_hash

SHORT = 16
"""Bytes of an id that a bucket keeps; 2^128 tries to meet a given one."""
WHOLE = 32
FULL = 32
"""Ids in a bucket, about: more make proofs longer, fewer make paths longer."""
PARTS = 256
CHUNK = 8_192
"""Ids read at a time."""
ODD = "a blinded id is 64 lower-case hex digits; make it with `proofs.blind`"

Get = Callable[[int], bytes]


def bits_for(count: int) -> int:
    """Return b for a list of *count* ids: the whole part of log2(count / 32), at least 0.

    >>> bits_for(10_000_000), bits_for(3)
    (18, 0)
    """
    return max(0, (max(1, count) // FULL).bit_length() - 1)


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
        for at in range(0, len(raw), WHOLE):
            parts[raw[at]] += raw[at : at + SHORT]
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


def pieces(part: bytes) -> list[bytes]:
    """Return the ids of a part, as they came."""
    return [part[at : at + SHORT] for at in range(0, len(part), SHORT)]


def ordered(part: bytes) -> list[bytes]:
    """Return the ids of a part, ascending, none twice."""
    ids = pieces(part)
    ids.sort()
    return ids if len(set(ids)) == len(ids) else list(dict.fromkeys(ids))


def bucket_of(raw: bytes, bits: int) -> int:
    """Return the bucket of an id among 2^*bits*: the number its first bits spell."""
    return int.from_bytes(raw[:8], "big") >> (64 - bits)


def edges(ids: list[bytes], bits: int, first: int, last: int) -> list[int]:
    """Return where in *ids* (ascending) each bucket from *first* to before *last* begins, and where the last one ends."""
    found, low = [0], 0
    for bucket in range(first + 1, last):
        low = bisect_left(ids, (bucket << (64 - bits)).to_bytes(8, "big"), low)
        found.append(low)
    return [*found, len(ids)]


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
    made, size, per = bytearray(), 0, (1 << bits) // PARTS
    if per == 0:
        # Fewer buckets than parts: there are few ids, and all of them together are one part.
        ids = [one for number in range(PARTS) for one in ordered(get(number))]
        return _hashes(ids, edges(ids, bits, 0, 1 << bits)), len(ids)
    for number in range(PARTS):
        ids = ordered(get(number))
        made += _hashes(ids, edges(ids, bits, number * per, (number + 1) * per))
        size += len(ids)
    return bytes(made), size


def _hashes(ids: list[bytes], found: list[int]) -> bytes:
    return b"".join(leaf_hash(b"".join(ids[low:high])) for low, high in pairwise(found))


def _levels(leaves: bytes) -> Iterator[bytes]:
    level = leaves
    yield level
    while len(level) > WHOLE:
        level = b"".join(
            node_hash(level[at : at + WHOLE], level[at + WHOLE : at + 2 * WHOLE]) for at in range(0, len(level), 2 * WHOLE)
        )
        yield level
