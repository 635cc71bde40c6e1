"""The second step of the search: what one row confirms in a text that woke it, in many short texts at once, or in windows.

Many short texts are read as one, so that a row which was woken for nothing, as most are, costs a call for all of them. What a
call says is believed where each text alone would say the same; `tests/scrub/test_joined.py` holds on to that.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from re import _parser as parser  # type: ignore[attr-defined]  # the parser of `re` has no types and no other door

from sayso.scrub.edges import Joined, at_joints, without_group
from sayso.scrub.gates import Places, Search, Tools, spelled
from sayso.scrub.row import Check, Row, within
from sayso.scrub.spans import Hit

LONG = 8192
"""How far past a window's end a candidate is followed when it does not end inside; longer ones are masked in pieces."""
NEEDED = 256
"""How far past a window's end what a row needs may stand."""
JOINT = b"\n\0\n"
"""What stands between texts read as one: no pattern needs it, and every `\\b` and `(?m)^` takes it for an end."""

_JOINT = len(JOINT)
_NEAR = 8
"""How far behind a candidate its trigger may end."""


@dataclass(slots=True)
class Work:
    """How much a search read: bytes under the gate or a trigger, bytes under a confirm, and candidates looked at."""

    triggered: int = 0
    confirmed: int = 0
    candidates: int = 0


class Found(list[Hit]):
    """The hits in one text, and where it was read in windows what may be otherwise there once they are taken out of it.

    `open` are the kinds of rows that may match something else then, and where, since what was found hid it; `refused` is what a
    check said no to, which looks at the words around: the row, start and end of the match, start and end of the candidate. All
    other rows match the same again.
    """

    woken: Sequence[tuple[int, Sequence[tuple[int, int]]]] | None = None
    """Of a long text, the rows that woke and where; None of a short one, or one that holds a blob."""
    open: Sequence[tuple[str, int, int]] = ()
    refused: Sequence[tuple[Known, int, int, int, int]] = ()

    def refuse(self, row: Known, first: int, over: int, start: int, end: int) -> None:
        """Note what a check said no to."""
        if self.refused:
            self.refused.append((row, first, over, start, end))  # type: ignore[attr-defined]  # the list of the line below
        else:  # most texts need none
            self.refused = [(row, first, over, start, end)]

    def hid(self, row: Known, text: bytes, first: int, start: int) -> None:
        """Note where a match begins whose candidate begins later, if it can hold another match before that."""
        if start - first >= row.least and row.confirm(text, first, start):
            if self.open:
                self.open.append((row.kind, first, start))  # type: ignore[attr-defined]  # the list of the line below
            else:
                self.open = [(row.kind, first, start)]


@dataclass(slots=True, frozen=True)
class Known:
    """A row as the search has it at hand."""

    trigger: Search
    confirm: Search
    check: Check | None
    kind: str
    source: str
    back: int
    reach: int
    together: Search
    """Finds a match wherever `confirm` would in one of the texts that are read as one."""
    spelled: Joined
    """Whether what that finds within a text is what `confirm` finds in it, and which byte beside it counts as within."""
    alarm: Search
    """Finds a trigger wherever `trigger` would in one of the texts that are read as one."""
    need: Search | None
    """Finds what must stand in or behind a window for the row to confirm in it."""
    least: int
    """How many bytes whatever `confirm` finds has at least."""
    sees: int
    """How far about its candidate `check` looks."""


def known(row: Row, tools: Tools) -> Known:
    """Return a row with its searches."""
    source = without_group(row.confirm)
    spelled, alarm = at_joints(source), at_joints(row.trigger).source
    confirm, trigger = tools.search(source), tools.search(row.trigger)
    together = confirm if spelled.source == source else tools.search(spelled.source)
    return Known(
        trigger,
        confirm,
        row.check,
        row.kind,
        row.confirmed_by,
        row.back,
        row.reach,
        together,
        spelled,
        trigger if alarm == row.trigger else tools.search(alarm),
        tools.search(row.needs) if row.needs else None,
        least(source),
        within(row.check),
    )


def triggered(row: Known, texts: Sequence[bytes]) -> list[int]:
    """Return the numbers of the texts in which the trigger of a row stands, or runs over a joint of which they are a side."""
    whole, starts = JOINT.join(texts), places(texts)
    trigger, size = row.alarm, len(whole)
    numbers: list[int] = []
    at = 0
    while at < size and (match := trigger(whole, at, size)):
        first, over = match[0]
        number = bisect_right(starts, first + 1) - 1
        last = bisect_right(starts, max(over, first + 2) - 1) - 1
        numbers += range(number, last + 1)
        at = starts[last + 1] - 1 if last + 1 < len(starts) else size
    return numbers


def places(texts: Sequence[bytes]) -> list[int]:
    """Return where each of these texts begins where they are joined."""
    return list(accumulate([len(text) + _JOINT for text in texts[:-1]], initial=0))


@lru_cache(1024)
def least(source: str) -> int:
    """Return how many bytes a match has at least."""
    return int(parser.parse(spelled(source).encode("latin-1")).getwidth()[0])


def in_many(row: Known, texts: Sequence[bytes], work: Work, found: Sequence[Found]) -> None:
    """Add the hits of a row in short texts, read as one.

    A match that touches a joint, or one of a row that knows edges, sends each text it touches to be read on its own.
    """
    confirm, (_, exact, ahead, behind) = row.together, row.spelled
    whole = JOINT.join(texts)
    at, size = 0, len(whole)
    starts: list[int] = []
    while at < size:
        match = confirm(whole, at, size)
        if match is None:
            work.confirmed += size - at
            return
        first, over = match[0]
        starts = starts or places(texts)
        number = bisect_right(starts, first + 1) - 1  # the last byte of a joint belongs to the text behind it
        low, text = starts[number], texts[number]
        high = low + len(text)
        if exact and low - ahead <= first < high and over <= high + behind:
            start, end = match[0] if len(match) == 1 else _candidate(match)
            if first < low or over > high:  # the edge is one beside it
                first, over, start, end = max(first, low), min(over, high), max(start, low), min(end, high)
            on = _taken(
                row, text, first - low, over - low, start - low, end - low, at - low if at > low else 0, work, found[number]
            )
            if on >= 0:
                at = low + on
                continue
            last = number
        else:
            last = bisect_right(starts, max(over, first + 2) - 1) - 1
            for touched in range(number, last + 1):
                in_one(row, texts[touched], work, found[touched], max(0, at - starts[touched]))
        if last + 1 == len(starts):
            return
        at = starts[last + 1] - 1


def in_one(row: Known, text: bytes, work: Work, found: Found, since: int = 0) -> None:
    """Add the hits of a row in a short text from *since* on, with as few looks as can be: one where it confirms nowhere."""
    confirm, size = row.confirm, len(text)
    while since < size:
        match = confirm(text, since, size)
        if match is None:
            work.confirmed += size - since
            return
        start, end = match[0] if len(match) == 1 else _candidate(match)
        since = _taken(row, text, *match[0], start, end, since, work, found)
        if since < 0:
            return


def _taken(row: Known, text: bytes, first: int, over: int, start: int, end: int, since: int, work: Work, found: Found) -> int:
    """Add a match that is a hit, and return where to look on; below zero where all of the rest was looked through.

    What confirms and has a trigger so near that a window reaches over all of it needs no windows; the first that has not is
    left to them, with all behind it.
    """
    check = row.check
    near = row.trigger(text, first, min(len(text), over + _NEAR))
    if near is None or near[0][0] - row.back > first or near[0][1] + row.reach < over:
        in_windows(row, text, ((0, len(text)),), work, found, since)
        return -1
    work.confirmed += over - since
    work.candidates += 1
    place = None if start >= end else check(text, start, end) if check else (start, end)
    if place:
        found.append((place[0], place[1], row.kind, row.source))
        over = place[1]
    return over if over > since else since + 1


def in_windows(row: Known, buffer: bytes, reaches: Sequence[tuple[int, int]], work: Work, found: Found, since: int = 0) -> None:
    """Add the hits of a row within its windows, from *since* on."""
    confirm, check, need, size = row.confirm, row.check, row.need, len(buffer)
    for low, high in _windows(row, buffer, reaches, work):
        if need and not need(buffer, low, min(size, high + NEEDED)):
            continue
        at = low if low > since else since
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
            start, end = _candidate(match) if len(match) > 1 else match[0]
            place = None if start >= end else check(buffer, start, end) if check else (start, end)
            if place:
                found.append((place[0], place[1], row.kind, row.source))
                found.hid(row, buffer, match[0][0], place[0])
                over = place[1]
            else:
                found.refuse(row, *match[0], start, end)
            at = over if over > at else at + 1


def _windows(row: Known, buffer: bytes, reaches: Sequence[tuple[int, int]], work: Work) -> Iterator[tuple[int, int]]:
    """Yield disjoint windows in order; after a trigger the next one is sought beyond what its window covers anyway."""
    trigger, back, reach, size = row.trigger, row.back, row.reach, len(buffer)
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


def _candidate(match: Places) -> tuple[int, int]:
    """Return the place of the first group that took part, or of the whole match, where there are groups."""
    if match[1][0] >= 0:
        return match[1]
    for place in match[2:]:
        if place[0] >= 0:
            return place
    return match[0]
