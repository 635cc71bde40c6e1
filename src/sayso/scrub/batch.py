"""Many texts at once: row by row through all of them, and short ones joined while the rows are asked which of them wake.

Chats are mostly short turns with nothing in them, where a call for each costs more than the reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sayso.scrub.searching import Recognizer, search
from sayso.scrub.spans import Span

_AT_ONCE = 1 << 20
"""Characters read together at most: so much that a pattern serves many texts while it is at hand, so little that they are too."""


def find_many(texts: Sequence[str], *, recognizers: Iterable[Recognizer] = ()) -> list[list[Span]]:
    """Return what `find` returns for each text, in the same order, at less cost where they are many.

    >>> [len(spans) for spans in find_many(["nothing", "a@example.org", ""])]
    [0, 1, 0]
    """
    finders = tuple(recognizers)
    return [[Span(*hit) for hit in hits] for some in _batches(texts) for hits in search(some, finders, many=True)]


def _batches(texts: Sequence[str]) -> Iterator[Sequence[str]]:
    low = size = 0
    for high, length in enumerate(map(len, texts)):
        if size + length > _AT_ONCE and high > low:
            yield texts[low:high]
            low, size = high, 0
        size += length
    if low < len(texts):
        yield texts[low:]
