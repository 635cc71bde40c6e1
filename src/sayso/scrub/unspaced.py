"""The gate for text that is no prose and no code as people write it: base64 over many lines or in words, minified code.

A gate builds its automaton as it reads. In prose a few thousand states serve for all; in a megabyte of drawn characters nearly
every byte makes a new one, since what each trigger has seen so far is one more thing to tell apart. Asked apart in a few sets, and
by patterns that do not begin anew at every byte, the triggers have few states each.
"""

from __future__ import annotations

from collections.abc import Sequence

from sayso.scrub.gates import Gate, Tools
from sayso.scrub.row import Row

_LEAST = 512
_EACH = 7  # every seventh byte shows what a text is made of; a power of two would miss what repeats in such steps
_GLANCE = 29
_RARE = 16  # fewer spaces than one byte in so many
_PROSE = bytes(range(ord("a"), ord("z") + 1)) + b" " + bytes(range(128, 256))


def unspaced(text: bytes) -> bool:
    """Return whether a text is of some length and has hardly a space, or mostly capitals, digits and signs.

    >>> unspaced(b"how do magnets work " * 90), unspaced(b"aB3dE5fG7hJ9kL1mN3pQ" * 90), unspaced(b"aB3dE5f G7hJ9k " * 90)
    (False, True, True)
    """
    if len(text) < _LEAST:
        return False
    shown = text[::_GLANCE]
    if shown.count(b" ") * 8 >= len(shown) and len(shown.translate(None, _PROSE)) * 4 < len(shown):
        return False  # so clearly that fewer bytes show it
    shown = text[::_EACH]
    spaces, others = shown.count(b" "), len(shown.translate(None, _PROSE))
    # not measured against the spaces: in words of one length a step meets all of them or none
    return spaces * _RARE < len(shown) or others * 2 > len(shown) - spaces


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
