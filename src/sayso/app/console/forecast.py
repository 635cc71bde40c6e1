"""What ends when, and by what reason it is kept until then: from the last count of every conversation."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from sayso.app.console.counting import Counted
from sayso.app.console.stacked import Stacked, stacked

SERIES = 2
"""Reasons that have a piece of their own in the chart; the others share one."""
MONTHS = 72
"""Months that the chart draws; what ends later is in the table."""
OPEN = "no known end"


class Forecast(Struct, frozen=True, kw_only=True):
    """Months and what ends in them by reason; `reasons` are rows of the policy with their names, the most first."""

    counted: Counted
    reasons: tuple[tuple[str, str, int], ...]
    months: tuple[tuple[str, tuple[int, ...], int], ...]
    """Month, per reason, all."""
    chart: Stacked
    keys: tuple[str, ...]
    """Names of the series of the chart; empty for the one that the other reasons share."""


def forecast(counted: Counted) -> Forecast:
    """Return what *counted* says about ends, month by month."""
    names = {row: name for row, name, _ in counted.kept}
    totals: Counter[str] = Counter()
    for rows in counted.ending.values():
        totals.update(rows)
    reasons = tuple((row, names.get(row, ""), count) for row, count in sorted(totals.items(), key=lambda one: (-one[1], one[0])))
    order = [row for row, _, _ in reasons]
    months = tuple(
        (month, tuple(rows.get(row, 0) for row in order), sum(rows.values())) for month, rows in sorted(counted.ending.items())
    )
    drawn = [(month, _series(counts)) for month, counts, _ in months if month != OPEN][:MONTHS]
    many = len(order) > SERIES
    return Forecast(
        counted=counted,
        reasons=reasons,
        months=months,
        chart=stacked(drawn),
        keys=(*order[:SERIES], *([""] if many else [])),
    )


def _series(counts: tuple[int, ...]) -> list[int]:
    return [*counts[:SERIES], sum(counts[SERIES:])]
