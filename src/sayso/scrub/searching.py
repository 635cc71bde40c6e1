"""From texts to hits: what one search finds, and what the next ones find with that taken out, until nothing more shows."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

from sayso.scrub.confirming import Work
from sayso.scrub.engine import SHORT, Awake, Engine
from sayso.scrub.fold import Folded
from sayso.scrub.gates import Re2, named
from sayso.scrub.spans import Hit, Span, in_code_points, settled
from sayso.scrub.table import BY_KIND, ROWS

_engine = [Engine(ROWS)]
STANDING_MARK = re.compile(r"\[([A-Z][A-Z_]{1,24})_(\d{1,9})\]")
_ROUNDS = 6
_NAMES = 64
_NEARBY = 128
"""How far about a mark it is asked what wakes: further than a trigger that touches it reaches."""
_FOREIGN = "PRIVATE"
_PERSON = "person-name"
_TELL_NAMES = frozenset([_PERSON, *(row.kind for row in ROWS if row.mark == "NAME")])
_Pieces = list[tuple[int, int, int, bool]]
"""A text with stand-in marks: start there, end there, start in the text, whether a mark."""


def engine() -> Engine:
    """Return the engine that searches: RE2, unless `use` named another."""
    return _engine[0]


def use(name: str | None) -> str:
    """Search with the engine of this name from here on, in this process, and return its name: `re2`, `hyperscan` or `re`.

    The spans stay the same, only the time differs. Raises Unfit for one that is unknown or not installed.
    """
    if (name or Re2.name) != _engine[0].tools.name:
        tools = named(name)
        if tools.name != _engine[0].tools.name:
            _engine[0] = Engine(ROWS, tools)
    return _engine[0].tools.name


class Recognizer(Protocol):
    """Another finder, such as a model for names: spans in code points for each text of a batch, in the same order.

    Not trusted to be pure or repeatable: record its name, version and weights with whatever it helped to make.
    """

    def find(self, texts: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Return the spans of each text."""
        ...


def search(
    texts: Sequence[str], recognizers: Iterable[Recognizer] = (), work: Work | None = None, *, many: bool = False
) -> list[list[Hit]]:
    """Return the hits in each text, in code points, sorted and disjoint; with *many*, short ones are asked about together."""
    work = work if work is not None else Work()
    engine = _engine[0]
    twins = [Folded(text) for text in texts]
    encoded = [one.encoded for one in twins]
    awake = engine.awake(encoded, work) if many else [engine.wakes(one, work) for one in encoded]
    hits = _once(twins, awake, work)
    for recognizer in recognizers:
        for number, spans in enumerate(recognizer.find(texts)):
            if spans:
                hits[number] = settled([*hits[number], *_cut_to(texts[number], spans)])
    left = [number for number, some in enumerate(hits) if some]
    for _ in range(_ROUNDS):
        if not left:
            break
        rests: list[Folded] = []
        pieces: list[_Pieces] = []
        for number in left:
            if not _TELL_NAMES.isdisjoint([hit[2] for hit in hits[number]]):
                hits[number] = settled([*hits[number], *_echoes(texts[number], hits[number])])
            rest, parts = _without(texts[number], hits[number])
            rests.append(Folded(rest))
            pieces.append(parts)
        again = [_awake_again(rests[at], pieces[at], awake[number], work) for at, number in enumerate(left)]
        more = _once(rests, again, work)
        for at, number in enumerate(left):
            if more[at]:
                awake[number] = again[at]
                hits[number] = settled([*hits[number], *(_carried(hit, pieces[at]) for hit in more[at])])
        left = [number for at, number in enumerate(left) if more[at]]
    return hits


def _once(twins: Sequence[Folded], awake: Sequence[Awake], work: Work) -> list[list[Hit]]:
    """Return the hits of one search in each text, carried back from the folded twin."""
    found = _engine[0].hits([one.encoded for one in twins], awake, work)
    for number, hits in enumerate(found):
        if hits:
            one = twins[number]
            hits = in_code_points(one.encoded, hits)
            standing = [match.span() for match in STANDING_MARK.finditer(one.text)] if "[" in one.text else []
            if standing:
                hits = [hit for hit in hits if not _inside(hit, standing)]
            found[number] = one.carried(hits)
    return found


def _awake_again(rest: Folded, pieces: _Pieces, awake: Awake, work: Work) -> Awake:
    """Return the rows that may wake in what is left of a text: where it is short, those that did and those that wake about a mark.

    A trigger that touches no mark stood there before. Where asking about the whole of it costs no more, that is asked.
    """
    engine, text = _engine[0], rest.text
    marks = [(low, high) for low, high, _, is_mark in pieces if is_mark]
    nearby = list(_nearby(marks, len(text)))
    if awake is None or rest.shifted or len(rest.encoded) > SHORT or sum(high - low for low, high in nearby) * 4 > len(text) * 3:
        return engine.wakes(rest.encoded, work)
    again = set(awake)
    for low, high in nearby:
        again.update(engine.wakes(text[low:high].encode("utf-8", "surrogatepass"), work) or ())
    return sorted(again)


def _nearby(marks: Iterable[tuple[int, int]], size: int) -> Iterator[tuple[int, int]]:
    """Yield what lies about these places, which are in order, as disjoint stretches."""
    last = (0, 0)
    for low, high in marks:
        low, high = max(0, low - _NEARBY), min(size, high + _NEARBY)
        if low > last[1]:
            if last[1]:
                yield last
            last = (low, high)
        else:
            last = (last[0], high)
    if last[1]:
        yield last


def _echoes(text: str, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Yield where else a name stands that was told once: whoever said "my name is" is not hidden by that one place."""
    names: dict[str, str] = {}
    for start, end, kind, _ in hits:
        value = text[start:end]
        if kind in _TELL_NAMES and len(value) > 2 and len(names) < _NAMES:
            names.setdefault(value, kind)
            last = value.rpartition(" ")[2]
            if len(last) > 3 and last != value:
                names.setdefault(last, kind)
    for value, kind in names.items():
        at = text.find(value)
        while at >= 0:
            end = at + len(value)
            if not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
                yield at, end, kind, "told elsewhere"
            at = text.find(value, end)


def mark_of(kind: str) -> str:
    """Return the word in the mark of a kind, such as NAME; kinds of foreign finders have one of their own.

    >>> mark_of("git-author"), mark_of("person-name"), mark_of("their-own-kind")
    ('NAME', 'NAME', 'PRIVATE')
    """
    row = BY_KIND.get(kind)
    return row.mark if row else "NAME" if kind == _PERSON else _FOREIGN


def _inside(hit: Hit, standing: Sequence[tuple[int, int]]) -> bool:
    """Return whether a hit lies within one of these places, which are in order."""
    number = bisect_right(standing, hit[0], key=_low) - 1
    return number >= 0 and hit[1] <= standing[number][1]


def _cut_to(text: str, spans: Iterable[Span]) -> Iterator[Hit]:
    """Yield the spans of another finder, cut to the text."""
    for span in spans:
        yield max(0, span.start), min(len(text), span.end), span.kind, span.source


def _without(text: str, hits: Sequence[Hit]) -> tuple[str, _Pieces]:
    """Return the text with stand-in marks, and its pieces: start there, end there, start in the text, whether a mark."""
    out: list[str] = []
    pieces: _Pieces = []
    length = at = 0
    for start, end, kind, _ in hits:
        mark = _stand_in(kind)
        out += text[at:start], mark
        middle = length + start - at
        length = middle + len(mark)
        pieces += (middle + at - start, middle, at, False), (middle, length, start, True)
        at = end
    out.append(text[at:])
    pieces.append((length, length + len(text) - at, at, False))
    return "".join(out), pieces


@lru_cache(1024)
def _stand_in(kind: str) -> str:
    return f"[{mark_of(kind)}_1]"


def _carried(hit: Hit, pieces: _Pieces) -> Hit:
    """Return a hit in the text with stand-ins as one in the text; one that touches a mark reaches over all of it."""
    first = bisect_right(pieces, hit[0], key=_low) - 1
    last = bisect_left(pieces, hit[1], key=_low) - 1
    low, _, origin, is_mark = pieces[first]
    start = origin if is_mark else origin + hit[0] - low
    low, _, origin, is_mark = pieces[last]
    end = pieces[last + 1][2] if is_mark else origin + hit[1] - low
    return start, end, hit[2], hit[3]


def _low(place: tuple[int, ...]) -> int:
    return place[0]
