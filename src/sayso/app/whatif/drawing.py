"""Two plots as plain numbers: bytes kept over time under two policies, and the flow from ruling to ruling."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec import Struct

from sayso.app.jobs.whatif import Flow, Point
from sayso.app.whatif.figures import USES, count, size
from sayso.facts.words import Use

WIDTH, HEIGHT = 400, 230
_LEFT, _RIGHT, _TOP, _BOTTOM = 62, 12, 12, 34
_SLOT = 40.0
"""Units a ruling needs for its two lines of words."""
_REACH = 150.0
"""Units all conversations together are tall."""
_BAR = 10.0
_FROM, _TO = 118.0, 282.0
"""Where the bars of the one and the other side stand."""


class Mark(Struct, frozen=True, kw_only=True):
    """A label at a place of an axis."""

    at: float
    text: str


class Lines(Struct, frozen=True, kw_only=True):
    """Bytes kept: two stepped lines as SVG paths, with the marks of both axes."""

    before: str
    after: str
    years: tuple[Mark, ...]
    levels: tuple[Mark, ...]
    floor: float
    left: float
    right: float
    same: bool
    width: int = WIDTH
    height: int = HEIGHT


class Bar(Struct, frozen=True, kw_only=True):
    """One ruling on one side: where its bar stands and what is written beside it."""

    x: float
    y: float
    height: float
    middle: float
    text: str
    number: str


class Band(Struct, frozen=True, kw_only=True):
    """Conversations that go from one ruling to another, as a closed SVG path; `way` is more, less or same."""

    path: str
    way: str


class Stream(Struct, frozen=True, kw_only=True):
    """The flow of one purpose: bars left and right, bands between, and the same in one sentence."""

    before: tuple[Bar, ...]
    after: tuple[Bar, ...]
    bands: tuple[Band, ...]
    said: str
    bar: float = _BAR
    width: int = WIDTH
    height: float = HEIGHT


def lines(points: Sequence[Point]) -> Lines:
    """Return the plot of bytes kept; the first and the last point stand at its edges."""
    top = _round_up(max([1, *(one.before for one in points), *(one.after for one in points)]))
    floor, right = float(HEIGHT - _BOTTOM), float(WIDTH - _RIGHT)
    first, last = points[0].at, points[-1].at
    whole = (last - first).total_seconds() or 1.0

    def x(at: datetime) -> float:
        return round(_LEFT + (right - _LEFT) * (at - first).total_seconds() / whole, 1)

    def path(side: str) -> str:
        steps = [(x(one.at), round(floor - (floor - _TOP) * getattr(one, side) / top, 1)) for one in points]
        drawn = f"M{steps[0][0]} {steps[0][1]}"
        # What ended in a month is gone by the next mark: a step, since nothing is half kept.
        return drawn + "".join(f"H{at}V{level}" for at, level in steps[1:])

    years = [datetime(year, 1, 1, tzinfo=UTC) for year in range(first.year, min(last.year, 9998) + 2)]
    return Lines(
        before=path("before"),
        after=path("after"),
        years=tuple(Mark(at=x(one), text=f"{one:%Y}") for one in years if first <= one <= last),
        levels=tuple(Mark(at=round(floor - (floor - _TOP) * part / 2, 1), text=size(top * part / 2)) for part in (0, 1, 2)),
        floor=floor,
        left=float(_LEFT),
        right=right,
        same=all(one.before == one.after for one in points),
    )


def stream(flows: Sequence[Flow]) -> Stream:
    """Return the plot of one purpose's *flows*, whose heights are counts of conversations."""
    total = sum(flow.sum.conversations for flow in flows) or 1
    scale = _REACH / total
    left, right = (_stacked(flows, side, scale) for side in ("before", "after"))
    offsets: dict[tuple[str, str], float] = {}
    bands: list[Band] = []
    for flow in flows:
        tall = flow.sum.conversations * scale
        ends: list[float] = []
        for side, use, bars in (("before", flow.before, left), ("after", flow.after, right)):
            start = offsets.get((side, use), 0.0)
            ends.append(round(bars[use].y + start, 1))
            offsets[side, use] = start + tall
        bands.append(Band(path=_band(ends[0], ends[1], round(tall, 1)), way=_way(flow.before, flow.after)))
    # What changes is drawn last, on top of what stays.
    bands.sort(key=lambda band: band.way != "same")
    lowest = max(bar.middle for bar in (*left.values(), *right.values()))
    tallest = max(bar.y + bar.height for bar in (*left.values(), *right.values()))
    said = "; ".join(
        f"{count(flow.sum.conversations, 'conversation')} {USES[flow.before]}"
        + (" as before" if flow.before == flow.after else f" before and {USES[flow.after]} after")
        for flow in flows
    )
    height = round(max(lowest + _SLOT / 2, tallest) + 8, 1)
    return Stream(before=tuple(left.values()), after=tuple(right.values()), bands=tuple(bands), said=said, height=height)


def _stacked(flows: Sequence[Flow], side: str, scale: float) -> dict[Use, Bar]:
    """Return the bars of one side from the top down, each with room for its words."""
    counts: dict[Use, int] = {}
    for flow in sorted(flows, key=lambda one: list(USES).index(getattr(one, side))):
        counts[getattr(flow, side)] = counts.get(getattr(flow, side), 0) + flow.sum.conversations
    bars: dict[Use, Bar] = {}
    at = 24.0
    for use, number in counts.items():
        tall = number * scale
        slot = max(tall, _SLOT)
        y = at + (slot - tall) / 2
        bars[use] = Bar(
            x=_FROM - _BAR if side == "before" else _TO,
            y=round(y, 1),
            height=round(max(tall, 1.0), 1),
            middle=round(y + tall / 2, 1),
            text=USES[use],
            number=f"{number:,}",
        )
        at += slot + 12
    return bars


def _band(one: float, other: float, tall: float) -> str:
    half = (_FROM + _TO) / 2
    there = f"M{_FROM} {one}C{half} {one} {half} {other} {_TO} {other}"
    back = f"C{half} {round(other + tall, 1)} {half} {round(one + tall, 1)} {_FROM} {round(one + tall, 1)}"
    return f"{there}v{tall}{back}Z"


def _way(before: Use, after: Use) -> str:
    if before == after or "allow" not in (before, after):
        return "same"
    return "more" if after == "allow" else "less"


def _round_up(number: int) -> int:
    """Return the next even, round number, so that the middle line has a whole one."""
    power = 1
    while 10 * power < number:
        power *= 10
    return next((lead * power for lead in (2, 4, 6, 8) if lead * power >= number), 10 * power)
