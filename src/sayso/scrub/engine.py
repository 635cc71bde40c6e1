"""The search: one pass of triggers over the bytes, then exact confirms in small windows around what woke them.

The pass goes stretch by stretch, so a row reads only the stretches that woke it. Windows of one row are merged before they
are read, so no byte is confirmed twice by the same row, however hostile the text. `Work` counts what was read and is what the
tests hold on to.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

from sayso.scrub.asking import NOTHING, Asking, numbered
from sayso.scrub.confirming import JOINT, Found, Known, Work, in_many, in_one, in_windows, known, triggered
from sayso.scrub.gates import Re2, Tools
from sayso.scrub.row import Row
from sayso.scrub.spans import Hit, Span, settled
from sayso.scrub.unspaced import Unspaced, unspaced

STRETCH, OVERLAP = 2048, 192
"""How much the gate is asked about at once, and how far it looks past that for a trigger that begins inside."""
SHORT = 4288
"""A text up to this length is asked about once, and read as a whole."""

Awake: TypeAlias = Sequence[int] | None
"""The numbers of the rows that woke in a short text, and of what rows need and stands there.

None where the text is long, and each stretch woke its own."""

_SMALL, _TOGETHER, _MANY = 300, 3072, 8
"""Texts up to so many bytes are asked about together, up to so many; where more rows wake, each is asked about on its own."""
_PLAIN = 500
"""A text of fewer bytes is not looked at for blobs or for want of spaces."""
_BLOB, _BLOB_END = 1000, 400
_RUN = re.compile(rb"[A-Za-z0-9+/]*")  # one class under one star: linear in any engine
_SAMPLED = 64  # every 64th byte: whatever holds a run of a thousand shows fifteen of its letters in a row
_DENSE = re.compile(rb"[A-Za-z0-9+/]{15,}")
_RUN_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


class Engine:
    """A compiled table of kinds. `spans(buffer)` are the spans it finds, in bytes, sorted and disjoint."""

    def __init__(self, rows: Iterable[Row], tools: Tools | None = None) -> None:
        self.rows = tuple(rows)
        self.tools: Tools = tools or Re2()
        self._compiled: dict[int, Known] = {}
        self.asking = Asking(self.rows, self.tools)
        order = sorted(range(len(self.rows)), key=lambda number: -self.rows[number].specific)
        self._rank = [order.index(number) for number in range(len(order))]

    @cached_property
    def _match_unspaced(self) -> Callable[[bytes], Sequence[int]]:
        match, needed = Unspaced(self.rows, self.tools).Match, self.asking.needed
        return lambda text: [*match(text), *needed]

    def _asked(self, text: bytes, *, number_beside: bool = False) -> Sequence[int]:
        return self._match_unspaced(text) if unspaced(text) else self.asking(text, number_beside=number_beside)

    def _known(self, number: int) -> Known:
        """Return a row with the searches of its trigger and confirm; compiled when the row is first woken."""
        row = self._compiled.get(number)
        if row is None:
            row = self._compiled[number] = known(self.rows[number], self.tools)
        return row

    def spans(self, buffer: bytes, work: Work | None = None) -> list[Span]:
        """Return the settled spans of a text given as UTF-8 bytes."""
        work = work if work is not None else Work()
        return [Span(*hit) for hit in self.hits([buffer], [self.wakes(buffer, work)], work)[0]]

    def hits(self, buffers: Sequence[bytes], awake: Sequence[Awake], work: Work) -> list[list[Hit]]:
        """Return the settled hits of each text, given the rows that wake in it."""
        return [settled(hits) if hits else [] for hits in self.found(buffers, awake, work)]

    def found(self, buffers: Sequence[bytes], awake: Sequence[Awake], work: Work) -> list[Found]:
        """Return the hits of each text as they were found, given the rows that wake in it.

        All short texts go through a row before the next row is taken up, so that its pattern is at hand in the processor's cache
        and they can be read as one.
        """
        found = [Found() for _ in buffers]
        woken: dict[int, list[int]] = {}
        for number, rows in enumerate(awake):
            if rows is None:
                self._long(buffers[number], work, found[number])
            elif rows:
                for row in self.asking.ready(rows):
                    woken.setdefault(row, []).append(number)
        for row in sorted(woken, key=self._rank.__getitem__):
            one, numbers = self._known(row), woken[row]
            if len(numbers) > 1:
                in_many(one, [buffers[number] for number in numbers], work, [found[number] for number in numbers])
            else:
                in_one(one, buffers[numbers[0]], work, found[numbers[0]])
        return found

    def _long(self, buffer: bytes, work: Work, found: Found) -> None:
        """Add the hits of a text that is long or holds a blob."""
        size = len(buffer)
        pieces = list(_pieces(buffer)) if _DENSE.search(buffer[::_SAMPLED]) else []
        if len(pieces) < 2:
            self._piece(buffer, work, found)
            return
        for low, high, stop in pieces:
            inside = Found()
            self._piece(buffer[low:high] if high - low < size else buffer, work, inside)
            for start, end, kind, source in inside:  # one that runs into the blob behind it covers the blob too
                found.append((low + start, stop if end == high - low else low + end, kind, source))
            if stop > high:
                found += self._blob(buffer, high - _BLOB_END, stop)

    def _blob(self, buffer: bytes, start: int, end: int) -> Iterator[Hit]:
        """Yield the hits of the rows that look into a blob as a whole."""
        for row in self.rows:
            place = row.check(buffer, start, end) if row.blobs and row.check else None
            if place:
                yield *place, row.kind, row.confirmed_by

    def wakes(self, buffer: bytes, work: Work) -> Awake:
        """Return the numbers of the rows whose trigger stands in a text, in any order; None where it is long or holds a blob."""
        size = len(buffer)
        if size >= _BLOB and (size > SHORT or _DENSE.search(buffer[::_SAMPLED])):
            return None
        work.triggered += size
        return self._asked(buffer)

    def awake(self, texts: Sequence[bytes], work: Work) -> list[Awake]:
        """Return what `wakes` returns for each text, or less where no trigger stands in it: short ones are asked about joined.

        They are joined by what no trigger needs and every `^` and `\\b` takes for an end. What runs over a joint wakes the texts
        on both sides, so joining hides nothing.
        """
        match, size_of = self.asking, len
        awake: list[Awake] = [()] * len(texts)
        wakers: dict[int, list[int]] = {}
        small: list[int] = []
        for number, text in enumerate(texts):
            size = size_of(text)
            if size <= _SMALL:
                small.append(number)
            elif size < _PLAIN:
                work.triggered += size
                awake[number] = match(text)
            else:
                awake[number] = self.wakes(text, work)
        for numbers in _groups(texts, small):
            joined = JOINT.join([texts[number] for number in numbers])
            work.triggered += len(joined)
            woken = self.asking.ready(match(joined))
            if len(woken) > _MANY:
                for number in numbers:
                    awake[number] = self.wakes(texts[number], work)
            else:
                for row in woken:
                    wakers.setdefault(row, []).extend(numbers)
        rows: dict[int, list[int]] = {}
        for row, numbers in sorted(wakers.items()):
            for at in triggered(self._known(row), [texts[number] for number in numbers]):
                rows.setdefault(numbers[at], []).append(row)
        needed = self.asking.needed
        for number, some in rows.items():
            awake[number] = [*some, *needed]
        return awake

    def _piece(self, piece: bytes, work: Work, found: Found) -> None:
        """Add the hits of a piece without blobs."""
        size = len(piece)
        work.triggered += size
        if size <= SHORT:
            for number in sorted(self.asking.ready(self._asked(piece)), key=self._rank.__getitem__):
                in_one(self._known(number), piece, work, found)
            return
        found.woken = self._woken(piece)
        for number, reaches in found.woken:
            in_windows(self._known(number), piece, reaches, work, found)

    def found_near(self, buffer: bytes, places: Mapping[int, Sequence[tuple[int, int]]], work: Work) -> Found:
        """Return the hits of some rows in a long text, each by triggers within its own places, which are in order and disjoint."""
        found = Found()
        for number in sorted(places, key=self._rank.__getitem__):
            in_windows(self._known(number), buffer, places[number], work, found)
        return found

    def _woken(self, piece: bytes) -> list[tuple[int, list[tuple[int, int]]]]:
        """Return the rows that wake, each with the reaches of the text that it must look at."""
        size, needs = len(piece), self.asking.needs
        reaches: dict[int, list[tuple[int, int]]] = {}
        beside = numbered(piece)
        asked = [self._asked(piece[low : low + STRETCH + OVERLAP], number_beside=beside) for low in range(0, size, STRETCH)]
        for at, woken in enumerate(asked):
            low = at * STRETCH
            high = min(low + STRETCH + OVERLAP, size)
            stands = dict.fromkeys(woken, True)
            for number in woken:
                need = needs[number]
                if need != NOTHING and need not in stands:
                    stands[need] = self.asking.stands(need, piece, low - STRETCH, high + STRETCH)
                if need != NOTHING and not stands[need]:
                    continue
                ranges = reaches.setdefault(number, [])
                row = self.rows[number]
                # what woke it may be the candidate, whose trigger stands in the stretch before or behind
                first, last = (max(0, low - row.reach), min(size, high + row.back)) if row.unspaced else (low, high)
                if ranges and ranges[-1][1] >= first:
                    ranges[-1] = (ranges[-1][0], last)
                else:
                    ranges.append((first, last))
        return sorted(reaches.items(), key=lambda one: self._rank[one[0]])


def _groups(texts: Sequence[bytes], small: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield the numbers of small texts that are asked about together, near to one another."""
    group: list[int] = []
    held = 0
    for number in small:
        size = len(texts[number])
        if held + size > _TOGETHER and group:
            yield group
            group, held = [], 0
        group.append(number)
        held += size
    if group:
        yield group


def _pieces(buffer: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield what is searched: start, end, and where the blob ends that follows.

    The inside of a run of a thousand base64 characters without a break is a pasted picture or archive: its ends are
    searched, its middle is passed over.
    """
    low = at = 0
    for dense in _DENSE.finditer(buffer[::_SAMPLED]):
        at = max(at, dense.start() * _SAMPLED)
        last = min(dense.end() * _SAMPLED, len(buffer))
        while at < last:  # a run of that length has one of these places in it
            end = _RUN.match(buffer, at).end()  # type: ignore[union-attr]  # it matches the empty run too
            back = buffer[max(0, at - _BLOB // 2) : at]
            start = at - len(back) + len(back.rstrip(_RUN_BYTES))
            if end - start >= _BLOB:
                yield low, start + _BLOB_END, end
                low = end - _BLOB_END
            at = max(at + _BLOB // 2, end)
    yield low, len(buffer), len(buffer)
