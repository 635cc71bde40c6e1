"""A policy as data: dated versions, and the rows that hold in each of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import Literal

from sayso.facts.instants import add_calendar
from sayso.facts.kinds import Action
from sayso.facts.words import Digest, Purpose, Use

When = Mapping[str, tuple[str, ...]]
Silence = Literal["deny", "gate", "allow"]
Withdrawal = Literal["future_conversations", "future_runs", "everything"]
Resumed = Literal["whole", "new_turns"]
_FURTHEST: dict[Withdrawal, int] = {"future_conversations": 0, "future_runs": 1, "everything": 2}
EARLIEST = timezone(timedelta(hours=14))
LATEST = timezone(timedelta(hours=-12))


@dataclass(frozen=True, kw_only=True)
class Row:
    """What every row has: a name, reasons in plain words, and where they come from."""

    id: str
    because: str
    source: str
    line: int
    versions: tuple[str, ...]
    when: When


@dataclass(frozen=True, kw_only=True)
class UseRow(Row):
    """The first that fits decides its purpose."""

    purpose: Purpose
    use: Use


@dataclass(frozen=True, kw_only=True)
class KeepRow(Row):
    """All that fit hold: keep for `reason` until `months` and `days` after `anchor`; `None` of both is an open end."""

    reason: str
    anchor: str
    months: int | None
    days: int | None
    of: Literal["conversation", "scores"]
    purpose: Purpose
    unless: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class CapRow(Row):
    """Shortens every reason but those in `spares`."""

    anchor: str
    months: int
    days: int
    purpose: Purpose
    spares: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ChoiceRow(Row):
    """Who is asked for a purpose, since when, and what silence, withdrawal and resuming mean."""

    purpose: Purpose
    since: datetime
    deadline: datetime | None
    """The first instant that lies after the last day to choose."""
    before: Silence
    after: Silence
    withdrawal: Withdrawal
    resumed: Resumed


@dataclass(frozen=True, kw_only=True)
class BasisRow(Row):
    """What use for a purpose rests on in `regions` (where empty: in all that no other row names), from `since` until `until`."""

    purpose: Purpose
    basis: str
    regions: tuple[str, ...]
    since: datetime | None
    until: datetime | None


@dataclass(frozen=True, kw_only=True)
class ScrubRow(Row):
    """What is done with hits of `kinds` (where empty: of all that no other row names) in what is used for a purpose."""

    purpose: Purpose
    kinds: tuple[str, ...]
    do: Action


@dataclass(frozen=True, kw_only=True)
class Version:
    """The rows in force from an instant until the next version."""

    id: str
    since: datetime
    notice_days: int = 0
    because: str
    source: str
    line: int
    use: Mapping[Purpose, tuple[UseRow, ...]]
    keep: tuple[KeepRow, ...]
    cap: tuple[CapRow, ...]
    choice: Mapping[Purpose, ChoiceRow]
    basis: Mapping[Purpose, tuple[BasisRow, ...]] = field(default_factory=dict)
    scrub: Mapping[Purpose, tuple[ScrubRow, ...]] = field(default_factory=dict)

    @cached_property
    def settled(self) -> datetime:
        """Return when the notice of this version has run out; until then the version before it binds too."""
        return add_calendar(self.since, days=self.notice_days)


@dataclass(frozen=True, kw_only=True, eq=False)
class Policy:
    """A profile: its versions in order of time, the values it knows, and the digest of the bytes it was read from."""

    name: str
    title: str
    digest: Digest
    purposes: tuple[Purpose, ...]
    versions: tuple[Version, ...]
    declared: Mapping[str, tuple[str, ...]]
    sources: Mapping[str, str] = field(default_factory=dict)

    def position(self, at: datetime) -> int:
        """Return the position of the version in force at *at*, -1 before the first."""
        return bisect_right(self.starts, at) - 1

    def binding(self, since: datetime, until: datetime) -> range:
        """Return the positions of the versions that bind what was collected from *since* to *until*; -1 is before the first.

        A version whose notice still ran at *since* leaves the one before it in force beside it.
        """
        first, last = self.position(since), self.position(until)
        if self.gives_notice:
            first = min((one - 1 for one in range(1, first + 1) if since < self.versions[one].settled), default=first)
        return range(first, last + 1)

    def version(self, at: datetime) -> Version | None:
        """Return the version in force at *at*."""
        found = self.position(at)
        return self.versions[found] if found >= 0 else None

    @cached_property
    def starts(self) -> tuple[datetime, ...]:
        """Return the instants at which versions begin."""
        return tuple(version.since for version in self.versions)

    @cached_property
    def gives_notice(self) -> bool:
        """Return whether any version has a notice period."""
        return any(version.notice_days for version in self.versions)

    @cached_property
    def instants(self) -> tuple[datetime, ...]:
        """Return every instant at which a ruling may change with the calendar alone, sorted.

        Those are the starts of versions, the ends of their notice, first and last days to choose, and days a basis changes on.
        """
        found = {*self.starts, *(version.settled for version in self.versions)}
        for version in self.versions:
            found |= {row.since for row in version.choice.values()}
            found |= {row.deadline for row in version.choice.values() if row.deadline is not None}
            found |= {day for rows in version.basis.values() for row in rows for day in (row.since, row.until) if day is not None}
        return tuple(sorted(found))

    def withdrawal(self, purpose: Purpose, at: datetime) -> Withdrawal:
        """Return what taking a yes back reaches at *at*: the furthest the versions in force say, `everything` where none does."""
        reaches: list[Withdrawal] = []
        for position in self.binding(at, at):
            row = self.versions[position].choice.get(purpose) if position >= 0 else None
            reaches.append(row.withdrawal if row else "everything")
        return max(reaches, key=_FURTHEST.__getitem__)
