"""Instants as whole microseconds since 1970, which is how both engines compare and add them."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, timedelta

from sayso.facts.instants import LAST

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_STEP = timedelta(microseconds=1)
DAY = 86_400_000_000
"""Microseconds of a day."""
_BEFORE = date(1970, 1, 1).toordinal()


def micros(at: datetime) -> int:
    """Return *at* in microseconds since 1970.

    >>> micros(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    return (at - _EPOCH) // _STEP


def instant(count: int) -> datetime:
    """Return the instant *count* microseconds after 1970."""
    return _EPOCH + timedelta(microseconds=count)


END = micros(LAST)
OPEN = END + 1
"""The end of a reason that has no known end: later than every instant."""


def later(count: int, months: int, days: int) -> int:
    """Return *count* moved by calendar months, then days; never past the calendar's end. What `add_calendar` gives, in numbers.

    >>> instant(later(micros(datetime(2024, 2, 29, tzinfo=UTC)), 60, 0)).date().isoformat()
    '2029-02-28'
    """
    whole, rest = divmod(count, DAY)
    start = date.fromordinal(whole + _BEFORE)
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    if year > 9999:
        return END
    day = start.day if start.day <= 28 else min(start.day, monthrange(year, month + 1)[1])
    return min((date(year, month + 1, day).toordinal() - _BEFORE + days) * DAY + rest, END)


def shown(count: int | None) -> datetime | None:
    """Return an end as an instant, `None` where it has no known end."""
    return None if count is None or count >= OPEN else instant(count)
