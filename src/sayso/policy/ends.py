"""Where a reason to keep ends, as instants: the scalar engine's arithmetic, without a flat row in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple, TypeAlias

from sayso.facts.instants import LAST, add_calendar
from sayso.facts.standings import Standing
from sayso.facts.words import Purpose
from sayso.policy.table import CapRow, KeepRow

End: TypeAlias = Callable[[Standing], datetime]
OPEN = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=timezone(-timedelta(hours=1)))
"""The end of a reason that has no known end: an hour after the calendar's last instant, so later than every other."""


_MONTHS = 2400
"""Months from which a way is kept in memory, per ending: two hundred years."""


class Ending(NamedTuple):
    """Where an end lies: an anchor (of a stretch or a purpose where it has one) and the way from it; equal ones end together."""

    anchor: str
    where: int | str
    months: int | None
    days: int | None


def ending(row: KeepRow | CapRow, stretch: int) -> Ending:
    """Return where *row* ends in the stretch at position *stretch*."""
    if row.months is None or row.days is None:
        return Ending("open", 0, None, None)
    where: int | str = stretch if row.anchor == "collected" else row.purpose if row.anchor == "refused" else 0
    return Ending(row.anchor, where, row.months, row.days)


def never_later(one: Ending, other: Ending) -> bool:
    """Return whether *one* can be told, without knowing the instant both count from, never to lie after *other*."""
    if one == other:
        return True
    if one[:2] != other[:2] or one.months is None or one.days is None or other.months is None or other.days is None:
        return False
    return one.months * 31 + one.days <= other.months * 28 + other.days


@lru_cache(maxsize=4096)
def end(asked: Ending) -> End:
    """Return the function that gives the end of *asked* for a standing in which its anchor is there."""
    start = _start(asked)
    months, days = asked.months, asked.days
    if months is None or days is None:
        return lambda _standing: OPEN
    if not months:
        way = timedelta(days=days)
        return lambda standing: _by_days(start(standing), way)
    ways: dict[int, timedelta] = {}

    def by_months(standing: Standing) -> datetime:
        # All days of a month but its last three move by the same way, whatever their hour; so it is worked out once.
        at = start(standing)
        if at.day > 28 or at.year > 9000:
            return moved(at, months, days)
        way = ways.get(at.year * 12 + at.month)
        if way is None:
            if len(ways) >= _MONTHS:
                ways.clear()
            way = ways[at.year * 12 + at.month] = moved(at, months, days) - at
        return at + way

    return by_months


def _start(asked: Ending) -> End:
    match asked.anchor, asked.where:
        case "refused", str(purpose):
            return lambda standing: _refused(standing, purpose)
        case "collected", int(stretch):
            return lambda standing: _collected(standing, stretch)
        case anchor, _:
            there = attrgetter(f"{anchor}_at" if anchor != "last_turn" else "last_turn_at")

            def plain(standing: Standing) -> datetime:
                at: datetime = there(standing)
                return at if at.tzinfo is UTC else utc(at)

            return plain


def utc(at: datetime) -> datetime:
    """Return *at* in UTC; an instant without a zone is a mistake of the caller, never local time."""
    if at.tzinfo is None:
        raise TypeError("an instant without a time zone")
    return at.astimezone(UTC)


def _refused(standing: Standing, purpose: Purpose) -> datetime:
    since, last = standing.refused_at[purpose], standing.last_turn_at
    if last is not None and last > since:
        since = last
    return since if since.tzinfo is UTC else utc(since)


def _collected(standing: Standing, stretch: int) -> datetime:
    one = standing.stretches[stretch]
    return utc(max(one.began_at, one.ended_at))


def _by_days(at: datetime, way: timedelta) -> datetime:
    try:
        return at + way
    except OverflowError:
        return LAST


def moved(at: datetime, months: int, days: int) -> datetime:
    """Return *at* moved by calendar months, then days; what `add_calendar` gives, faster for ordinary days.

    >>> moved(datetime(2024, 2, 29, tzinfo=UTC), 60, 0).date().isoformat()
    '2029-02-28'
    """
    if at.day > 28 or at.year > 9000 or months > 1200 or days > 36500:
        return add_calendar(at, months=months, days=days)
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    there = at.replace(year=year, month=month + 1)
    return there + timedelta(days=days) if days else there
