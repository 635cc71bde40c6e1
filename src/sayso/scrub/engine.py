"""The search: one pass of triggers over the bytes, then exact confirms in small windows around what woke them.

The pass goes stretch by stretch, so a row reads only the stretches that woke it. Windows of one row are merged before they
are read, so no byte is confirmed twice by the same row, however hostile the text. `Work` counts what was read and is what the
tests hold on to.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from sayso.scrub.gates import Gate, Places, Re2, Search, Tools
from sayso.scrub.row import Row
from sayso.scrub.spans import Span, settle

LONG = 8192
"""How far past a window's end a candidate is followed when it does not end inside; longer ones are masked in pieces."""
STRETCH, OVERLAP = 4096, 192
"""How much the gate is asked about at once, and how far it looks past that for a trigger that begins inside."""

_MANY = 3
"""Where more rows than this wake among joined texts, each text is asked on its own."""
_BLOB, _BLOB_END = 1000, 400
_RUN = re.compile(rb"[A-Za-z0-9+/]*")  # one class under one star: linear in any engine
_SAMPLED = 64  # every 64th byte: whatever holds a run of a thousand shows fifteen of its letters in a row
_DENSE = re.compile(rb"[A-Za-z0-9+/]{15}")
_RUN_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass(slots=True)
class Work:
    """How much a search read: bytes under the gate or a trigger, bytes under a confirm, and candidates looked at."""

    triggered: int = 0
    confirmed: int = 0
    candidates: int = 0


class Engine:
    """A compiled table of kinds. `spans(buffer)` are the spans it finds, in bytes, sorted and disjoint."""

    def __init__(self, rows: Iterable[Row], tools: Tools | None = None) -> None:
        self.rows = tuple(rows)
        self.tools: Tools = tools or Re2()
        self._compiled: dict[int, tuple[Search, Search]] = {}

    @cached_property
    def _gate(self) -> Gate:
        return self.tools.gate(self.rows)

    def _searches(self, number: int) -> tuple[Search, Search]:
        """Return the searches of a row's trigger and confirm; compiled when the row is first woken."""
        known = self._compiled.get(number)
        if known is None:
            row = self.rows[number]
            known = self._compiled[number] = (self.tools.search(row.trigger), self.tools.search(row.confirm))
        return known

    def spans(self, buffer: bytes, work: Work | None = None, rows: Sequence[int] | None = None) -> list[Span]:
        """Return the settled spans of a text given as UTF-8 bytes; with *rows*, only those rows wake, as `awake` told."""
        work = work if work is not None else Work()
        if rows is not None and len(buffer) < _BLOB:
            found: list[Span] = []
            self._few_spans(sorted(rows), buffer, work, found)
            return settle(found) if found else found
        if len(buffer) < _BLOB or not _DENSE.search(buffer[::_SAMPLED]):
            found = self._piece_spans(buffer, work)
            return settle(found) if found else found
        found = []
        for low, high, stop in _pieces(buffer):
            piece = buffer[low:high] if high - low < len(buffer) else buffer
            for span in self._piece_spans(piece, work):  # one that runs into the blob behind it covers the blob too
                end = stop if span.end == len(piece) else low + span.end
                found.append(Span(low + span.start, end, span.kind, span.source))
            if stop > high:
                found += self._blob_spans(buffer, high - _BLOB_END, stop)
        return settle(found)

    def _blob_spans(self, buffer: bytes, start: int, end: int) -> Iterator[Span]:
        """Yield the spans of the rows that look into a blob as a whole."""
        for row in self.rows:
            place = row.check(buffer, start, end) if row.blobs and row.check else None
            if place:
                yield Span(*place, row.kind, row.confirmed_by)

    def awake(self, buffer: bytes, begins: Callable[[], Sequence[int]]) -> dict[int, list[int] | None]:
        """Return which of the texts joined in a buffer may hold a span, and of which rows (None: any); the others hold none.

        `begins` tells where the texts begin. They must be joined by what no trigger needs and every `^` and `\\b` takes for an
        end: a line of its own. What runs over a joint wakes the texts on both sides, so joining hides nothing.
        """
        woken = self._gate.Match(buffer)
        if not woken:
            return {}
        starts = begins()
        if len(woken) > _MANY:
            return dict.fromkeys(range(len(starts)))
        texts: dict[int, list[int]] = {}
        for number in woken:
            trigger, at = self._searches(number)[0], 0
            while at < len(buffer) and (match := trigger(buffer, at, len(buffer))):
                first = bisect_right(starts, match[0][0]) - 1
                last = bisect_right(starts, max(match[0][1] - 1, match[0][0])) - 1
                for text in range(first, last + 1):
                    texts.setdefault(text, []).append(number)
                at = starts[last + 1] if last + 1 < len(starts) else len(buffer)
        return {text: texts[text] for text in sorted(texts)}

    def _piece_spans(self, piece: bytes, work: Work) -> list[Span]:
        found: list[Span] = []
        size = len(piece)
        work.triggered += size
        if size <= STRETCH + OVERLAP:
            woken = self._gate.Match(piece)
            self._few_spans(sorted(woken) if woken else (), piece, work, found)
            return found
        for number, reaches in self._woken(piece):
            self._row_spans(number, piece, reaches, work, found)
        return found

    def _few_spans(self, numbers: Iterable[int], piece: bytes, work: Work, found: list[Span]) -> None:
        """Add the spans of these rows in a short piece; a row that confirms nowhere costs one look and no windows."""
        size = len(piece)
        for number in numbers:
            if self._searches(number)[1](piece, 0, size) is not None:
                self._row_spans(number, piece, ((0, size),), work, found)
            work.confirmed += size

    def _woken(self, piece: bytes) -> list[tuple[int, list[tuple[int, int]]]]:
        """Return the rows that wake, each with the reaches of the text that it must look at."""
        match, size = self._gate.Match, len(piece)
        reaches: dict[int, list[tuple[int, int]]] = {}
        for low in range(0, size, STRETCH):
            high = min(low + STRETCH + OVERLAP, size)
            for number in match(piece[low:high]) or ():
                ranges = reaches.setdefault(number, [])
                if ranges and ranges[-1][1] >= low:
                    ranges[-1] = (ranges[-1][0], high)
                else:
                    ranges.append((low, high))
        return sorted(reaches.items())

    def _row_spans(self, number: int, buffer: bytes, reaches: Sequence[tuple[int, int]], work: Work, found: list[Span]) -> None:
        row = self.rows[number]
        trigger, confirm = self._searches(number)
        check, size = row.check, len(buffer)
        for low, high in _windows(row, trigger, buffer, reaches, work):
            at = low
            while at < high:
                match = confirm(buffer, at, high)
                if match is None:
                    work.confirmed += high - at
                    break
                if match[0][1] >= high and high < size:
                    match = confirm(buffer, match[0][0], min(size, high + LONG)) or match
                    work.confirmed += LONG
                over = match[0][1]
                work.confirmed += over - at
                work.candidates += 1
                start, end = _candidate(match)
                place = None if start >= end else check(buffer, start, end) if check else (start, end)
                if place:
                    found.append(Span(place[0], place[1], row.kind, row.confirmed_by))
                    over = place[1]
                at = over if over > at else at + 1


def _windows(row: Row, trigger: Search, buffer: bytes, reaches: Sequence[tuple[int, int]], work: Work) -> Iterator[tuple[int, int]]:
    """Yield disjoint windows in order; after a trigger the next one is sought beyond what its window covers anyway."""
    back, reach, size = row.back, row.reach, len(buffer)
    low = high = -1
    at = 0
    for first, last in reaches:
        at = max(at, first)
        work.triggered += last - first
        while at <= last:
            match = trigger(buffer, at, last)
            if match is None:
                break
            start, at = match[0]
            at += back + reach
            start, end = max(0, start - back), min(size, at + reach)
            if low < 0:
                low, high = start, end
            elif start <= high:
                high = end
            else:
                yield low, high
                low, high = start, end
    if low >= 0:
        yield low, high


def _pieces(buffer: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield what is searched: start, end, and where the blob ends that follows.

    The inside of a run of a thousand base64 characters without a break is a pasted picture or archive: its ends are
    searched, its middle is passed over.
    """
    low = at = 0
    while (at := at + _BLOB // 2) < len(buffer):  # a run of that length has one of these places in it
        end = _RUN.match(buffer, at).end()  # type: ignore[union-attr]  # it matches the empty run too
        if end == at:
            continue
        back = buffer[max(0, at - _BLOB // 2) : at]
        start = at - len(back) + len(back.rstrip(_RUN_BYTES))
        if end - start >= _BLOB:
            yield low, start + _BLOB_END, end
            low = end - _BLOB_END
        at = max(at, end - _BLOB // 2)
    yield low, len(buffer), len(buffer)


def _candidate(match: Places) -> tuple[int, int]:
    """Return the place of the first group that took part, or of the whole match."""
    if len(match) > 1:
        for place in match[1:]:
            if place[0] >= 0:
                return place
    return match[0]
