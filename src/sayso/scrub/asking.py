"""Which rows a text wakes: by a gate for such texts, which leaves out what stands in none of them.

Nearly all English texts are ASCII, and most hold no digit. A pattern that is not asked costs nothing, and an automaton that is
built as it reads has fewer states without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from sayso.scrub.gates import Tools
from sayso.scrub.proving import holds_digit, plain
from sayso.scrub.row import DIGIT, Row

NOTHING, NEVER = -1, -2
_DIGITS = b"0123456789"

_Part = tuple[Callable[[bytes], Sequence[int] | None], Sequence[int]]


def numbered(text: bytes) -> bool:
    """Return whether a digit stands in a text.

    >>> numbered(b"in 1987"), numbered(b"then")
    (True, False)
    """
    return len(text.translate(None, _DIGITS)) < len(text)


class Asking:
    """Says which rows a text wakes, and what stands in it that they need: that has the numbers behind those of the rows."""

    def __init__(self, rows: Sequence[Row], tools: Tools) -> None:
        self._rows, self._tools = rows, tools
        needs = list(dict.fromkeys(row.needs for row in rows if row.needs))
        place = {"": NOTHING} | {need: len(rows) + at for at, need in enumerate(needs)}
        self.needs = [*(place[row.needs] for row in rows), *(NEVER for _ in needs)]
        """For each row the number of what it needs, or NOTHING; what rows need is no row, and NEVER ready."""
        self.needed = range(len(rows), len(rows) + len(needs))
        self.digit = place.get(DIGIT, NEVER)
        self._patterns = needs
        self._searches = {len(rows) + at: tools.search(need) for at, need in enumerate(needs)}
        self._needy = frozenset(number for number, need in enumerate(self.needs) if need >= 0)
        self._parts: dict[tuple[bool, bool], _Part] = {}

    def ready(self, woken: Sequence[int]) -> list[int]:
        """Return the rows of those that woke in a text whose need stands in it too."""
        needs = self.needs
        return [number for number in woken if (need := needs[number]) == NOTHING or need in woken]

    def __call__(self, text: bytes, *, number_beside: bool = False) -> Sequence[int]:
        """Return the numbers of the rows that wake and of what they need, in any order.

        With *number_beside* those of a number wake by their words alone: it may stand in what comes before or after.
        """
        if not self._tools.apart:
            return self._whole(text) or ()
        with_number = number_beside or numbered(text)
        key = text.isascii(), with_number
        match, numbers = self._parts.get(key) or self._part(*key)
        found = match(text)
        if not found:
            return []
        woken = [numbers[at] for at in found]
        if with_number and not number_beside:
            woken.append(self.digit)
        return woken if self._needy.isdisjoint(woken) else woken + self.beside(text, woken)

    @cached_property
    def _whole(self) -> Callable[[bytes], Sequence[int] | None]:
        return self._tools.gate([*(row.gate for row in self._rows), *self._patterns]).Match

    def all_asked(self, woken: Iterable[int]) -> bool:
        """Return whether every row was asked whether it wakes, as far as what woke tells: not where a text had no digit."""
        return not self._tools.apart or self.digit in woken

    def beside(self, text: bytes, woken: Iterable[int]) -> list[int]:
        """Return what some rows need, where it stands in the text."""
        return [need for need in {self.needs[number] for number in woken} if self.stands(need, text, 0, len(text))]

    def stands(self, need: int, text: bytes, low: int, high: int) -> bool:
        """Return whether what rows need stands between two places of a text."""
        search = self._searches.get(need)
        return search is not None and search(text, max(0, low), min(len(text), high)) is not None

    def _part(self, ascii_only: bool, with_number: bool) -> _Part:
        """Return the gate for such texts, which is built when the first is asked about."""
        asked = [
            (at, gate)
            for at, row in enumerate(self._rows)
            if (with_number or not (row.needs == DIGIT or holds_digit(row.confirm)))
            and (gate := plain(row.gate) if ascii_only else row.gate) is not None
        ]
        match = self._tools.gate([gate for _, gate in asked]).Match if asked else _nothing
        part = self._parts[ascii_only, with_number] = match, [at for at, _ in asked]
        return part


def _nothing(_text: bytes) -> Sequence[int]:
    return ()
