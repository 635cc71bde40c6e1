"""The ids of one part, sorted and cut into buckets: with numpy where it is installed, without it else, to the same bytes.

Sorting is most of what a commitment costs. numpy sorts by the first eight bytes of each id as numbers, which for ids that come out
of a hash is nearly always the whole answer; where two of them agree so far, the plain way decides.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import chain, islice
from operator import lt
from struct import iter_unpack

try:
    import numpy
except ImportError:  # it comes with extras; without it the same is done more slowly
    numpy = None  # type: ignore[assignment]  # every use of it looks first

SHORT = 16
"""Bytes of an id that a bucket keeps; 2^128 tries to meet a given one."""
WHOLE = 32
FEW = 2_048
"""Bytes below which the plain way is the faster one."""

Cut = tuple[bytes, list[int]]
"""Ids ascending, none twice, joined; and at which byte each bucket begins, then where the last one ends."""


def pieces(part: bytes) -> list[bytes]:
    """Return the ids of a part, as they came."""
    return list(chain.from_iterable(iter_unpack(f"{SHORT}s", part)))


def cut(part: bytes, bits: int, first: int, last: int) -> Cut:
    """Return the ids of *part*, of which each lies in a bucket from *first* to before *last* of 2^*bits*, as buckets."""
    return (cut_plainly if numpy is None else cut_by_columns)(part, bits, first, last)


def cut_plainly(part: bytes, bits: int, first: int, last: int) -> Cut:
    """Return what `cut` does, with nothing but Python."""
    ids = pieces(part)
    ids.sort()
    if not all(map(lt, ids, islice(ids, 1, None))):
        ids = list(dict.fromkeys(ids))
    found, low = [0], 0
    for bucket in range(first + 1, last):
        low = bisect_left(ids, (bucket << (64 - bits)).to_bytes(8, "big"), low)
        found.append(low * SHORT)
    return b"".join(ids), [*found, len(ids) * SHORT]


def cut_by_columns(part: bytes, bits: int, first: int, last: int) -> Cut:
    """Return what `cut` does, by numpy."""
    if len(part) < FEW:
        return cut_plainly(part, bits, first, last)
    heads = numpy.frombuffer(part, dtype=">u8")[::2].astype(numpy.uint64)
    order = numpy.argsort(heads)
    heads = heads[order]
    if (heads[1:] == heads[:-1]).any():
        return cut_plainly(part, bits, first, last)
    ids = numpy.frombuffer(part, dtype=f"V{SHORT}")[order].tobytes()
    starts = numpy.arange(first, last, dtype=numpy.uint64) << numpy.uint64(64 - bits) if bits else numpy.zeros(1, numpy.uint64)
    return ids, [*(numpy.searchsorted(heads, starts) * SHORT).tolist(), len(ids)]


def dealt(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the first 16 bytes of ids of 32, joined, with the first byte that they have in common: each byte once at most."""
    if numpy is None or len(raw) < FEW:
        hands: dict[int, bytearray] = {}
        for at in range(0, len(raw), WHOLE):
            hands.setdefault(raw[at], bytearray()).extend(raw[at : at + SHORT])
        yield from ((byte, bytes(hand)) for byte, hand in hands.items())
        return
    firsts = numpy.frombuffer(raw, dtype=numpy.uint8)[::WHOLE]
    order = numpy.argsort(firsts, kind="stable")
    ids = numpy.frombuffer(raw, dtype=f"V{SHORT}")[::2][order].tobytes()
    low = 0
    for byte, count in enumerate(numpy.bincount(firsts, minlength=256).tolist()):
        if count:
            yield byte, ids[low : low + count * SHORT]
            low += count * SHORT
