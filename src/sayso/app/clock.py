"""Where the time comes from. No other room may ask."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Gives the present instant, aware and in UTC. Not trusted: it may run backwards, and the ledger notices."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class StoryClock:
    """A clock that a told story sets; it stands still in between.

    >>> clock = StoryClock(datetime(2025, 5, 1, tzinfo=UTC)); clock.now().year
    2025
    """

    def __init__(self, start: datetime) -> None:
        self._now = start

    def set(self, at: datetime) -> None:
        """Move the story's present to *at*."""
        self._now = at

    def now(self) -> datetime:
        return self._now
