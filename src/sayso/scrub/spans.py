"""Where something was found, how overlaps are settled, and the way from bytes back to characters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A piece of text that is somebody's: start and end in code points, its kind, and what confirmed it."""

    start: int
    end: int
    kind: str
    source: str = "pattern"


def settle(spans: Iterable[Span]) -> list[Span]:
    """Return the spans sorted and disjoint; where two overlap, one span covers both, under the longer one's kind.

    A partial overlap never leaves a rest standing, so no half of a secret stays behind.

    >>> settle([Span(3, 9, "b"), Span(0, 4, "a"), Span(9, 11, "c")])
    [Span(start=0, end=9, kind='b', source='pattern'), Span(start=9, end=11, kind='c', source='pattern')]
    """
    settled: list[Span] = []
    width = 0
    for span in sorted(spans, key=lambda span: (span.start, -span.end)):
        if span.end <= span.start:
            continue
        if not settled or span.start >= settled[-1].end:
            settled.append(span)
            width = span.end - span.start
            continue
        last = settled[-1]
        if span.end > last.end:
            wider = span.end - span.start > width
            width = max(width, span.end - span.start)
            namer = span if wider else last
            settled[-1] = Span(last.start, span.end, namer.kind, namer.source)
    return settled


def to_code_points(buffer: bytes, spans: Sequence[Span]) -> list[Span]:
    """Return spans over UTF-8 bytes as spans over code points; one that cuts a character is widened to all of it.

    >>> to_code_points("é1".encode(), [Span(1, 3, "x")])
    [Span(start=0, end=2, kind='x', source='pattern')]
    """
    if buffer.isascii():
        return list(spans)
    wide = [Span(_floor(buffer, span.start), _ceil(buffer, span.end), span.kind, span.source) for span in spans]
    counted: list[Span] = []
    at_byte = at_point = 0
    for span in settle(wide):
        start = at_point + _points(buffer[at_byte : span.start])
        end = start + _points(buffer[span.start : span.end])
        counted.append(Span(start, end, span.kind, span.source))
        at_byte, at_point = span.end, end
    return counted


def _points(piece: bytes) -> int:
    return len(piece.decode("utf-8", "surrogatepass"))


def _floor(buffer: bytes, at: int) -> int:
    while 0 < at < len(buffer) and buffer[at] & 0xC0 == 0x80:
        at -= 1
    return at


def _ceil(buffer: bytes, at: int) -> int:
    while at < len(buffer) and buffer[at] & 0xC0 == 0x80:
        at += 1
    return at
