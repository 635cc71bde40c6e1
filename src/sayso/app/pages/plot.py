"""A bar chart as plain numbers: where each bar, tick and label stands. The template draws it, the stylesheet colours it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from msgspec import Struct

from sayso.app.views import Count

WIDTH, HEIGHT = 400, 210
_LEFT, _RIGHT, _TOP, _BOTTOM = 44, 8, 14, 34
_MONTH = re.compile(r"(\d{4})-(\d{2})")
ROOM = 40
"""Units from the start of one label of the axis to the next."""
_LONGEST = 600
"""Months a chart draws; what ends later is in the table."""


class Bar(Struct, frozen=True, kw_only=True):
    """One bar: its box, and whether it stands for no month."""

    label: str
    count: int
    x: float
    y: float
    width: float
    height: float
    apart: bool


class Mark(Struct, frozen=True, kw_only=True):
    """A label at a place of an axis."""

    at: float
    text: str


class Plot(Struct, frozen=True, kw_only=True):
    """All boxes and labels of the chart, in units of its own `width` and `height`."""

    bars: tuple[Bar, ...]
    years: tuple[Mark, ...]
    levels: tuple[Mark, ...]
    floor: float
    left: float
    right: float
    width: int = WIDTH
    height: int = HEIGHT


def plot(counts: Iterable[Count]) -> Plot:
    """Return the chart of conversations by month: every month between the first and the last, then what names no month.

    >>> [bar.label for bar in plot([Count(label="2026-01", count=2), Count(label="2026-03", count=1)]).bars]
    ['2026-01', '2026-02', '2026-03']
    """
    months: dict[int, int] = {}
    apart: list[Count] = []
    for one in counts:
        match = _MONTH.fullmatch(one.label)
        if match and 1 <= int(match[2]) <= 12:
            month = int(match[1]) * 12 + int(match[2]) - 1
            months[month] = months.get(month, 0) + one.count
        else:
            apart.append(one)
    first, last = (min(months), max(months)) if months else (0, -1)
    span = range(first, min(last, first + _LONGEST - 1) + 1)
    top = _round_up(max([*(months.get(month, 0) for month in span), *(one.count for one in apart), 1]))
    # What names no month stands apart, behind a gap of two bars, so that it does not read as the next month.
    slots = len(span) + (len(apart) + 2 if apart and months else len(apart))
    step = min((WIDTH - _LEFT - _RIGHT) / max(slots, 1), 40.0)
    floor, reach = float(HEIGHT - _BOTTOM), HEIGHT - _BOTTOM - _TOP

    def bar(slot: int, label: str, count: int, *, off: bool) -> Bar:
        tall = round(reach * count / top, 2)
        gap = min(2.0, step * 0.2)
        return Bar(
            label=label,
            count=count,
            x=round(_LEFT + slot * step + gap / 2, 2),
            y=round(floor - tall, 2),
            width=round(step - gap, 2),
            height=tall,
            apart=off,
        )

    bars = [
        bar(slot, f"{month // 12:04d}-{month % 12 + 1:02d}", months.get(month, 0), off=False) for slot, month in enumerate(span)
    ]
    behind = len(span) + 2 if months else 0
    bars += [bar(behind + slot, one.label, one.count, off=True) for slot, one in enumerate(apart)]
    return Plot(
        bars=tuple(bars),
        years=_years(span, step),
        levels=_levels(top, floor, reach),
        floor=floor,
        left=float(_LEFT),
        right=float(WIDTH - _RIGHT),
    )


def _years(span: range, step: float) -> tuple[Mark, ...]:
    """Return a label where each year begins, as many as have room."""
    starts = [(slot, month // 12) for slot, month in enumerate(span) if month % 12 == 0 or slot == 0]
    marks: list[Mark] = []
    for slot, year in starts:
        at = round(_LEFT + slot * step, 2)
        if len(marks) == 1 and span[0] % 12 and at - marks[0].at < ROOM:
            # The first year is only begun: its label gives way to the next one's.
            marks.clear()
        if not marks or at - marks[-1].at >= ROOM:
            marks.append(Mark(at=at, text=str(year)))
    return tuple(marks)


def _levels(top: int, floor: float, reach: float) -> tuple[Mark, ...]:
    return tuple(Mark(at=round(floor - reach * part / 2, 2), text=f"{top * part // 2:,}") for part in (0, 1, 2))


def _round_up(count: int) -> int:
    """Return the next even, round number from *count*, so that the middle line has a whole one."""
    for power in range(16):
        for lead in (2, 4, 6, 8, 10):
            if (level := lead * int(10**power)) >= count:
                return level
    return count + count % 2
