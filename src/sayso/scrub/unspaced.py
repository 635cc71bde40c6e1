"""The gate for text without spaces: base64 over many lines, minified code.

A gate builds its automaton as it reads. In prose a few thousand states serve for all; in a megabyte of drawn characters nearly
every byte makes a new one, since what each trigger has seen so far is one more thing to tell apart. Asked apart in a few sets, and
by patterns that do not begin anew at every byte, the triggers have few states each.
"""

from __future__ import annotations

from collections.abc import Sequence

from sayso.scrub.gates import Gate, Tools
from sayso.scrub.row import Row

_LEAST = 512
_EACH = 8  # every eighth byte shows how many spaces there are
_RARE = 32  # fewer than one byte in so many


def unspaced(text: bytes) -> bool:
    """Return whether a text is of some length and has hardly a space.

    >>> unspaced(b"how do magnets work " * 90), unspaced(b"aB3dE5fG7hJ9kL1mN3pQ" * 90)
    (False, True)
    """
    size = len(text)
    return size >= _LEAST and text[::_EACH].count(b" ") * _EACH * _RARE < size


class Unspaced:
    """A gate of several: each row is asked in one of them, by its pattern for such text."""

    def __init__(self, rows: Sequence[Row], tools: Tools) -> None:
        parts: dict[str, list[int]] = {}
        for number, row in enumerate(rows):
            parts.setdefault(_part(number, row), []).append(number)
        self._parts: list[tuple[Gate, list[int]]] = [
            (tools.gate([rows[number].unspaced or rows[number].gate for number in numbers]), numbers) for numbers in parts.values()
        ]

    def Match(self, text: bytes) -> list[int]:  # noqa: N802 - the name RE2::Set gives it
        """Return the numbers of the rows that wake, in any order."""
        return [numbers[at] for gate, numbers in self._parts for at in gate.Match(text) or ()]


def _part(number: int, row: Row) -> str:
    """Return the name of the set a row is asked in: rows that make each other's states many are kept apart."""
    if row.kind.startswith("issued-"):
        return "names" if row.wake else "issued"
    if row.unspaced:
        return f"counted {number % 2}"
    return f"words {number % 3}" if "(?i" in row.gate else f"shapes {number % 2}"
