"""A policy as data: dated versions, and the rows that hold in each of them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cached_property
from typing import Literal

from sayso.facts.words import Digest, Purpose, Use

When = Mapping[str, tuple[str, ...]]
Silence = Literal["deny", "gate", "allow"]
Withdrawal = Literal["future_conversations", "future_runs", "everything"]
Resumed = Literal["whole", "new_turns"]
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
class Version:
    """The rows in force from an instant until the next version."""

    id: str
    since: datetime
    because: str
    source: str
    line: int
    use: Mapping[Purpose, tuple[UseRow, ...]]
    keep: tuple[KeepRow, ...]
    cap: tuple[CapRow, ...]
    choice: Mapping[Purpose, ChoiceRow]


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

    def version(self, at: datetime) -> Version | None:
        """Return the version in force at *at*."""
        found = self.position(at)
        return self.versions[found] if found >= 0 else None

    @cached_property
    def starts(self) -> tuple[datetime, ...]:
        """Return the instants at which versions begin."""
        return tuple(version.since for version in self.versions)

    @cached_property
    def instants(self) -> tuple[datetime, ...]:
        """Return every instant at which a ruling may change with the calendar alone: version starts and deadlines, sorted."""
        deadlines = (row.deadline for version in self.versions for row in version.choice.values())
        return tuple(sorted({*self.starts, *(one for one in deadlines if one is not None)}))

    def withdrawal(self, purpose: Purpose, at: datetime) -> Withdrawal:
        """Return what taking a yes back reaches at *at*: `everything` where no row says so, which is the strictest."""
        version = self.version(at)
        row = version.choice.get(purpose) if version else None
        return row.withdrawal if row else "everything"
