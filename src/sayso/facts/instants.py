"""Instants in UTC and calendar arithmetic with a named anchor.

Adding years or months lands on the last valid day (29 February + 1 year = 28 February), as a person counts.
"""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta

from sayso.facts.errors import Unfit

LAST = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
"""The end of the calendar; arithmetic that would pass it stops here."""

PLAIN = len("2025-10-08T12:00:00.000000Z")
"""Up to here an instant in UTC has no more digits than are kept: it is read as it is."""

_SHAPE = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?)?(Z|z|[+-]\d{2}:?\d{2})?")


def parse_instant(text: object, *, what: str = "instant") -> datetime:
    """Return the UTC instant that *text* (ISO 8601) names; a date alone is its midnight UTC, and a time without zone is refused.

    >>> parse_instant("2025-10-08T01:00:00+02:00").isoformat()
    '2025-10-07T23:00:00+00:00'
    """
    if isinstance(text, datetime):
        if text.tzinfo is None:
            raise Unfit(f"{what} `{text.isoformat()}` has no time zone; end it with Z or an offset")
        return text.astimezone(UTC)
    if not isinstance(text, str) or not _SHAPE.fullmatch(text):
        raise Unfit(f"{what} `{str(text)[:40]}` is no ISO 8601 instant; write it like 2025-10-08T12:00:00Z")
    try:
        plain = len(text) <= PLAIN and text[-1] == "Z" and "," not in text
        parsed = datetime.fromisoformat(text if plain else _microseconds(text.replace(",", ".").replace("z", "Z")))
        if parsed.tzinfo is None:
            if len(text) > 10:
                raise Unfit(f"{what} `{text}` has no time zone; end it with Z or an offset")
            parsed = parsed.replace(tzinfo=UTC)
        return parsed if parsed.tzinfo is UTC else parsed.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(f"{what} `{text[:40]}` is not a day or time that exists; write it like 2025-10-08T12:00:00Z") from None


def _microseconds(text: str) -> str:
    """Return *text* with at most six digits of a second, which is what `datetime` keeps."""
    return re.sub(r"(\.\d{6})\d+", r"\1", text)


def from_epoch(seconds: float) -> datetime:
    """Return the instant *seconds* after 1970-01-01 UTC; refuses what no calendar holds.

    >>> from_epoch(0.5).isoformat()
    '1970-01-01T00:00:00.500000+00:00'
    """
    try:
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    except (OverflowError, ValueError, TypeError):
        raise Unfit("a time in seconds since 1970 is out of range") from None


def iso(at: datetime) -> str:
    """Return *at* as ISO 8601 with a Z, and microseconds only where there are any.

    >>> iso(datetime(2025, 10, 8, tzinfo=UTC))
    '2025-10-08T00:00:00Z'
    """
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def add_calendar(at: datetime, *, years: int = 0, months: int = 0, days: int = 0, hours: int = 0) -> datetime:
    """Return *at* moved by calendar units; a day the month lacks becomes its last one, and the calendar's end is the limit.

    >>> add_calendar(datetime(2024, 2, 29, tzinfo=UTC), years=5).date().isoformat()
    '2029-02-28'
    """
    count = at.year * 12 + (at.month - 1) + years * 12 + months
    year, month = divmod(count, 12)
    if year > 9999:
        return LAST
    day = min(at.day, calendar.monthrange(year, month + 1)[1])
    try:
        return at.replace(year=year, month=month + 1, day=day) + timedelta(days=days, hours=hours)
    except OverflowError:
        return LAST
