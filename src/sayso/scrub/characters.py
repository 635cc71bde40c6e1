"""What a reader sees as one character, and the units in which others count: spans cut neither a letter nor its accent."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from sayso.scrub.spans import Hit, Span

_JOINED = frozenset("\u200c\u200d")
_FIRST = "\u0300"
"""The first sign that hangs on the one before it."""


def hangs(char: str) -> bool:
    """Return whether a sign belongs to the one before it: an accent, a vowel sign, a joiner, a tone of skin.

    >>> hangs("\\u0301"), hangs("e"), hangs("\\U0001f3fd"), hangs("")
    (True, False, True, False)
    """
    if char < _FIRST:
        return False
    if unicodedata.category(char) in ("Mn", "Mc", "Me") or char in _JOINED or "\U0001f3fb" <= char <= "\U0001f3ff":
        return True
    return "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7fb"  # vowels and finals of decomposed Korean


def whole(text: str, hits: Iterable[Hit]) -> Iterator[Hit]:
    """Yield those hits that cut what a reader sees as one character, widened to all of it; joined emoji may still be parted.

    >>> list(whole("Zoe\\u0301 x", [(0, 3, "n", "")])), list(whole("Zoe x", [(0, 3, "n", "")]))
    ([(0, 4, 'n', '')], [])
    """
    for start, end, kind, source in hits:
        low, high = start, end
        while low > 0 and hangs(text[low : low + 1]):
            low -= 1
        while hangs(text[high : high + 1]):
            high += 1
        if (low, high) != (start, end):
            yield low, high, kind, source


def in_utf16(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return spans over code points, in order, as spans over UTF-16 units, as JavaScript, Java and C# count.

    >>> in_utf16("😀 ana@example.org", [Span(2, 17, "email")])
    [Span(start=3, end=18, kind='email', source='pattern')]
    """
    counted: list[Span] = []
    at = units = 0
    for span in spans:
        start = units + _units(text[at : span.start])
        units = start + _units(text[span.start : span.end])
        at = span.end
        counted.append(Span(start, units, span.kind, span.source))
    return counted


def _units(piece: str) -> int:
    return len(piece) if piece.isascii() else len(piece.encode("utf-16-le", "surrogatepass")) // 2
