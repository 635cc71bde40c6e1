"""A chart of stacked bars as plain numbers: one bar for a day or a week, one piece for each thing counted."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

WIDTH, HEIGHT = 640, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 8, 12, 32
_ROOM = 92
"""Units from the start of one label of the axis to the next."""


class Piece(Struct, frozen=True, kw_only=True):
    """One piece of a bar: its box, and the number of what it counts."""

    x: float
    y: float
    width: float
    height: float
    series: int


class Label(Struct, frozen=True, kw_only=True):
    """A text at a place of an axis."""

    at: float
    text: str


class Stacked(Struct, frozen=True, kw_only=True):
    """The chart in units of its own width and height."""

    pieces: tuple[Piece, ...]
    levels: tuple[Label, ...]
    labels: tuple[Label, ...]
    floor: float
    left: float = float(_LEFT)
    right: float = float(WIDTH - _RIGHT)
    width: int = WIDTH
    height: int = HEIGHT


def stacked(bars: Sequence[tuple[str, Sequence[int]]]) -> Stacked:
    """Return the chart of *bars*, each a label and its counts from below.

    >>> [(piece.series, piece.height) for piece in stacked([("a", [1, 1])]).pieces]
    [(0, 88.0), (1, 88.0)]
    """
    top = _round_up(max((sum(counts) for _, counts in bars), default=1))
    floor, reach = float(HEIGHT - _BOTTOM), HEIGHT - _BOTTOM - _TOP
    step = min((WIDTH - _LEFT - _RIGHT) / max(len(bars), 1), 48.0)
    gap = min(3.0, step * 0.2)
    pieces: list[Piece] = []
    labels: list[Label] = []
    for slot, (label, counts) in enumerate(bars):
        below, x = 0, _LEFT + slot * step
        for series, count in enumerate(counts):
            tall = reach * count / top
            y = floor - reach * below / top - tall
            if count:
                pieces.append(
                    Piece(x=round(x + gap / 2, 2), y=round(y, 2), width=round(step - gap, 2), height=round(tall, 2), series=series)
                )
            below += count
        if (not labels or x - labels[-1].at >= _ROOM) and x + _ROOM <= WIDTH + 20:
            labels.append(Label(at=round(x, 2), text=label))
    levels = tuple(Label(at=round(floor - reach * part / 2, 2), text=f"{top * part // 2:,}") for part in (0, 1, 2))
    return Stacked(pieces=tuple(pieces), levels=levels, labels=tuple(labels), floor=floor)


def _round_up(count: int) -> int:
    """Return the next even, round number from *count*, so that the middle line has a whole one."""
    for power in range(16):
        for lead in (2, 4, 6, 8, 10):
            if (level := lead * int(10**power)) >= count:
                return level
    return count + count % 2
