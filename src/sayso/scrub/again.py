"""Reading a text again with what was found taken out: where in a long one something may be found that was not found before.

A stand-in mark is put where something was found. A row that finds more than before has woken at a mark, matches something that
touches a mark, had a match that what was found has changed, or a candidate that was refused for the words around it. A long text is
asked there and nowhere else: `tests/scrub/test_again.py` compares with asking all of it. In a short one every row that may wake is
asked about all of it: to tell which need not be, and that no other wakes at a mark, cost as much as it saved.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import AnyStr, Generic

from sayso.scrub.confirming import Found, Work
from sayso.scrub.engine import SHORT, Awake, Engine
from sayso.scrub.spans import Hit
from sayso.scrub.touching import NEIGHBOURS, Beside, beside
from sayso.scrub.unspaced import unspaced

_NEARBY = 128
"""How far about a mark it is asked what wakes: further than a trigger that touches it reaches."""
_SLACK = 64
"""How much longer than that a trigger may be."""


@dataclass(slots=True)
class Rest(Generic[AnyStr]):
    """What is left of a text: with marks in it, their places, and how far all behind each mark has moved."""

    text: AnyStr
    marks: Sequence[tuple[int, int]]
    moved: Sequence[int]

    def at(self, place: int, starts: Sequence[int]) -> int:
        """Return where a place of the text lies in this, or the beginning of its mark; *starts* are those of the hits."""
        behind = bisect_right(starts, place) - 1
        return max(place + self.moved[behind], self.marks[behind][0]) if behind >= 0 else place

    def beside(self, low: int, high: int) -> Beside:
        """Return which patterns may touch the mark at a place."""
        text = self.text
        return beside(text[low:high], text[max(0, low - NEIGHBOURS) : low], text[high : high + NEIGHBOURS])  # type: ignore[arg-type]

    def back(self, hit: Hit, hits: Sequence[Hit]) -> Hit:
        """Return a hit in this as one in the text that it is left of; one that touches a mark reaches over all it stands for."""
        start, end, kind, source = hit
        first = bisect_right(self.marks, start, key=_start) - 1
        last = bisect_left(self.marks, end, key=_start) - 1
        if first >= 0:
            start = hits[first][0] if start < self.marks[first][1] else start - self.moved[first]
        if last >= 0:
            end = hits[last][1] if end <= self.marks[last][1] else end - self.moved[last]
        return start, end, kind, source


def without(text: AnyStr, hits: Sequence[Hit], marks: Iterable[AnyStr]) -> Rest[AnyStr]:
    """Return a text with these marks in place of the hits.

    >>> without("to a@b.cc, ok", [(3, 9, "email", "")], ["[EMAIL_1]"])
    Rest(text='to [EMAIL_1], ok', marks=[(3, 12)], moved=[3])
    """
    out: list[AnyStr] = []
    places: list[tuple[int, int]] = []
    moved: list[int] = []
    at = shift = 0
    for (start, end, _, _), mark in zip(hits, marks, strict=True):
        out += text[at:start], mark
        low = start + shift
        at, high = end, low + len(mark)
        shift = high - end
        places.append((low, high))
        moved.append(shift)
    out.append(text[at:])
    return Rest(text[:0].join(out), places, moved)


def awake_again(engine: Engine, rest: Rest[bytes], awake: Awake, work: Work) -> Awake:
    """Return the rows that may wake in what is left of a text: where it is short, those that did and those that wake about a mark.

    A trigger that touches no mark stood there before. Where asking about the whole of it costs no more, that is asked; and where
    rows were not asked before, since no digit stood there: a mark has one.
    """
    text = rest.text
    nearby = list(_nearby(rest.marks, len(text)))
    if (
        awake is None
        or not engine.asking.all_asked(awake)
        or len(text) > SHORT
        or sum(high - low for low, high in nearby) * 4 > len(text) * 3
    ):
        return engine.wakes(text, work)
    again = set(awake)
    for low, high in nearby:
        again.update(engine.wakes(text[low:high], work) or ())
    return sorted(again.union(engine.asking.beside(text, again)) if engine.tools.apart else again)


def near(
    engine: Engine, rest: Rest[bytes], hits: Sequence[Hit], found: Found, work: Work
) -> dict[int, list[tuple[int, int]]] | None:
    """Return the rows that may find more in what is left of a long text, and where; None where all of it must be asked."""
    rows, size = engine.rows, len(rest.text)
    nearby = list(_nearby(rest.marks, size))
    if sum(high - low for low, high in nearby) * 4 > size * 3 or unspaced(rest.text):
        return None  # a gate for prose, asked about noise, makes a state of its automaton at nearly every byte
    numbers = {row.kind: number for number, row in enumerate(rows)}
    starts, ends = [hit[0] for hit in hits], [hit[1] for hit in hits]
    touches = [rest.beside(low, high) for low, high in rest.marks]
    places: dict[int, list[tuple[int, int]]] = {}
    for kind, first, last in (*found.open, *_taken_now(rest, hits, found)):
        row = rows[numbers[kind]]
        low, high = rest.at(first, starts) - row.reach - _SLACK, rest.at(last, starts) + row.back + _SLACK
        places.setdefault(numbers[kind], []).append((max(0, low), min(size, high)))
    for number, reaches in found.woken or ():
        row = rows[number]
        behind, ahead = row.reach + _SLACK, row.back + _SLACK
        for first, last in reaches:
            for at in range(bisect_left(ends, first - ahead), bisect_right(starts, last + behind)):
                if touches[at][row.confirm]:
                    low, high = rest.marks[at]
                    places.setdefault(number, []).append((max(0, low - behind), min(size, high + ahead)))
    for low, high in nearby:
        woken = engine.wakes(rest.text[low:high], work)
        if woken is None:
            return None
        for number in woken:
            if number < len(rows):  # what rows need stands in the gate behind them
                places.setdefault(number, []).append((low, high))
    return {number: _merged(some) for number, some in places.items()}


def _merged(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return places in order and disjoint."""
    merged: list[tuple[int, int]] = []
    for low, high in sorted(places):
        if merged and merged[-1][1] >= low:
            merged[-1] = merged[-1][0], max(high, merged[-1][1])
        else:
            merged.append((low, high))
    return merged


def _taken_now(rest: Rest[bytes], hits: Sequence[Hit], found: Found) -> Iterator[tuple[str, int, int]]:
    """Yield the kinds and places of candidates that were refused, and would be taken now or have changed."""
    for row, first, over, start, end in found.refused:
        behind = bisect_right(hits, first, key=_end)  # the first hit that does not end before it
        if behind < len(hits) and hits[behind][0] <= over:
            if first < hits[behind][0] or over > hits[behind][1]:
                yield row.kind, first, over  # a part of it is there yet
        elif start < end and row.check is not None and _beside_a_hit(hits, behind, start - row.sees, end + row.sees):
            shift = rest.moved[behind - 1] if behind else 0
            if row.check(rest.text, start + shift, end + shift):
                yield row.kind, first, over


def _beside_a_hit(hits: Sequence[Hit], behind: int, low: int, high: int) -> bool:
    """Return whether a hit reaches into these places, of which one lies between the hits with this number and the one before."""
    return (behind > 0 and hits[behind - 1][1] > low) or (behind < len(hits) and hits[behind][0] < high)


def _start(place: tuple[int, int]) -> int:
    return place[0]


def _end(hit: Hit) -> int:
    return hit[1]


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
