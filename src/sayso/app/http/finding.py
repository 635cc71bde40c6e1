"""What somebody looks for among their conversations, as an address or a form spells it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from fastapi import HTTPException

from sayso.app.views import Find

FILTERS = ("all", "used", "unused", "private", "imported", "held", "deleted")
LONGEST_WORDS = 200
_PLACE = re.compile(r"(\d{1,17})\.([A-Za-z0-9_-]{1,200})")
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


def found(given: Mapping[str, str]) -> Find:
    """Return what the fields *given* ask for; 404 for a filter, a day or a place there is not.

    >>> found({"show": "used", "until": "2026-01-31"}).until
    datetime.datetime(2026, 2, 1, 0, 0, tzinfo=datetime.timezone.utc)
    """
    show, words = given.get("show", "all"), given.get("words", "")
    if show not in FILTERS or len(words) > LONGEST_WORDS:
        raise HTTPException(404)
    since, last = _day(given.get("since", "")), _day(given.get("until", ""))
    until = None if last is None or last == date.max else last + timedelta(days=1)
    before = given.get("before", "")
    return Find(
        show=show,
        words=" ".join(words.split()),
        since=_midnight(since),
        until=_midnight(until),
        before=place(before) if before else None,
    )


def place(text: str) -> tuple[datetime, str]:
    """Return the place in the list that *text* spells; 404 for what spells none.

    >>> place(spelled((datetime(2026, 1, 2, tzinfo=UTC), "c1")))
    (datetime.datetime(2026, 1, 2, 0, 0, tzinfo=datetime.timezone.utc), 'c1')
    """
    match = _PLACE.fullmatch(text)
    if match is None or not text.isascii():
        raise HTTPException(404)
    try:
        return _BEGIN + timedelta(microseconds=int(match[1])), match[2]
    except OverflowError:
        raise HTTPException(404) from None


def spelled(at: tuple[datetime, str]) -> str:
    """Return the place behind the conversation *at*, as it stands in an address: its last turn and its name."""
    return f"{max(0, (at[0] - _BEGIN) // timedelta(microseconds=1))}.{at[1]}"


def last_day(asked: Find) -> str:
    """Return the last day that is asked for, as a form has it."""
    return "" if asked.until is None else f"{asked.until - timedelta(days=1):%Y-%m-%d}"


def fields_of(asked: Find) -> dict[str, str]:
    """Return what the next page must ask for too, without the words, which are in no address."""
    days = {"since": "" if asked.since is None else f"{asked.since:%Y-%m-%d}", "until": last_day(asked)}
    return {"show": asked.show} | {name: day for name, day in days.items() if day}


def address(asked: Find, **other: str) -> str:
    """Return the address of what is *asked*, with *other* parts."""
    return "/me/conversations?" + urlencode(fields_of(asked) | other)


def _day(text: str) -> date | None:
    if not text:
        return None
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) is None:
        raise HTTPException(404)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise HTTPException(404) from None


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC)
