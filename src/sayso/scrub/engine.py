"""The search: one pass of triggers over the bytes, then exact confirms in small windows around what woke them.

RE2 everywhere, so each pass is linear; windows of one row are merged before they are read, so no byte is confirmed twice by
the same row, however hostile the text. `Work` counts what was read and is what the tests hold on to.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import re2

from sayso.scrub.row import Row
from sayso.scrub.spans import Span, settle

LONG = 8192
"""How far past a window's end a candidate is followed when it does not end inside; longer ones are masked in pieces."""


_BLOB, _BLOB_END = 1000, 400
_RUN = re.compile(rb"[A-Za-z0-9+/]*")  # one class under one star: linear in any engine
_RUN_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"


@dataclass(slots=True)
class Work:
    """How much a search read: bytes under a trigger, bytes under a confirm, and candidates looked at."""

    triggered: int = 0
    confirmed: int = 0
    candidates: int = 0


class Engine:
    """A compiled table of kinds. `spans(buffer)` are the spans it finds, in bytes, sorted and disjoint."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = tuple(rows)

    @cached_property
    def _options(self) -> re2.Options:
        options = re2.Options()
        options.encoding = re2.Options.Encoding.LATIN1
        options.max_mem = 256 << 20  # a set that runs out of memory would answer "nothing there"
        options.log_errors = False
        return options

    @cached_property
    def _gate(self) -> re2.Set:
        gate = re2.Set.SearchSet(self._options)
        for row in self.rows:
            gate.Add(row.trigger.encode("latin-1"))
        gate.Compile()
        return gate

    @cached_property
    def _patterns(self) -> list[tuple[re2._Regexp, re2._Regexp]]:
        compiled = re2.compile
        return [
            (compiled(row.trigger.encode("latin-1"), self._options), compiled(row.confirm.encode("latin-1"), self._options))
            for row in self.rows
        ]

    def spans(self, buffer: bytes, work: Work | None = None) -> list[Span]:
        """Return the settled spans of a text given as UTF-8 bytes."""
        work = work if work is not None else Work()
        return settle(span for low, high, stop in self._pieces(buffer) for span in self._piece_spans(buffer, low, high, stop, work))

    def _piece_spans(self, buffer: bytes, low: int, high: int, stop: int, work: Work) -> Iterator[Span]:
        """Yield the spans of one piece; one that runs into the blob behind it covers the blob too."""
        piece = buffer[low:high] if high - low < len(buffer) else buffer
        for number in sorted(self._gate.Match(piece) or ()):
            for span in self._row_spans(number, piece, work):
                end = stop if span.end == len(piece) else low + span.end
                yield Span(low + span.start, end, span.kind, span.source)

    def _pieces(self, buffer: bytes) -> Iterator[tuple[int, int, int]]:
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

    def _row_spans(self, number: int, buffer: bytes, work: Work) -> Iterator[Span]:
        row = self.rows[number]
        confirm = self._patterns[number][1]
        groups = confirm.groups
        for low, high in self._windows(number, buffer, work):
            at = low
            while at < high:
                work.confirmed += high - at
                match = confirm.search(buffer, at, high)
                if match is None:
                    break
                work.confirmed -= max(0, high - match.end())
                if match.end() >= high and high < len(buffer):
                    longer = confirm.search(buffer, match.start(), min(len(buffer), high + LONG))
                    work.confirmed += LONG
                    match = longer or match
                work.candidates += 1
                found = self._checked(row, buffer, *_candidate(match, groups))
                if found:
                    yield Span(*found, row.kind, row.confirmed_by)
                at = max(match.end(), at + 1) if found is None else max(found[1], at + 1)

    @staticmethod
    def _checked(row: Row, buffer: bytes, start: int, end: int) -> tuple[int, int] | None:
        if start < 0 or start >= end:
            return None
        return row.check(buffer, start, end) if row.check else (start, end)

    def _windows(self, number: int, buffer: bytes, work: Work) -> Iterator[tuple[int, int]]:
        """Yield disjoint windows in order; after a trigger the next one is sought beyond what its window covers anyway."""
        row = self.rows[number]
        trigger = self._patterns[number][0]
        at, low, high = 0, -1, -1
        while at <= len(buffer):
            match = trigger.search(buffer, at)
            if match is None:
                break
            skip = match.end() + row.back + row.reach
            start, end = max(0, match.start() - row.back), min(len(buffer), skip + row.reach)
            if low < 0:
                low, high = start, end
            elif start <= high:
                high = max(high, end)
            else:
                yield low, high
                low, high = start, end
            at = skip
        work.triggered += len(buffer)
        if low >= 0:
            yield low, high


def _candidate(match: re2._Match, groups: int) -> tuple[int, int]:
    """Return the place of the first group that took part, or of the whole match."""
    for group in range(1, groups + 1):
        start, end = match.span(group)
        if start >= 0:
            return int(start), int(end)
    start, end = match.span()
    return int(start), int(end)
