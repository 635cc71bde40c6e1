"""What an audit looks at: values only, handed in by whoever opened the folder; no keys, no words, nothing to write to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from msgspec import Struct

from sayso.facts.deeds import AnyLine
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import PURPOSES, Purpose

Rule = Callable[[Standing, datetime], Ruling]
"""A policy ready to be asked, such as ``partial(policy.decide, loaded)``."""


class Line(Protocol):
    """A line of the ledger: its number, when the server took it, and what it says."""

    @property
    def seq(self) -> int: ...
    @property
    def recorded(self) -> datetime: ...
    @property
    def line(self) -> AnyLine: ...


class Print(Protocol):
    """The digest of one stored thing: `account`, `worn`, `key` (id: conversation), `block`, `remark` (id: conversation/number)."""

    @property
    def kind(self) -> str: ...
    @property
    def id(self) -> str: ...
    @property
    def digest(self) -> str: ...


class Stored(Protocol):
    """What the vault's index says of one conversation; `state` is live, hidden or shredded."""

    @property
    def conversation(self) -> str: ...
    @property
    def account(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def turns(self) -> int: ...
    @property
    def next_change_at(self) -> datetime | None: ...
    @property
    def held(self) -> tuple[str, ...]: ...


class Behind(Protocol):
    """A line of a lineage: which conversation, and which of its turns, a blinded id stands for; `account` is blinded too."""

    @property
    def id(self) -> str: ...
    @property
    def conversation(self) -> str: ...
    @property
    def turns(self) -> tuple[tuple[int, int], ...]: ...
    @property
    def account(self) -> str: ...


class Revision(Struct, frozen=True, kw_only=True):
    """One list of withdrawals as it lies beside a release: its number, the digest of its file, all ids up to it."""

    revision: int
    digest: str
    ids: frozenset[str]


class ReleaseSeen(Struct, frozen=True, kw_only=True):
    """A release as it lies in the folder: what its manifest says, its lineage, and what is wrong with its files."""

    name: str
    manifest: str
    """The digest of the manifest as it is now."""
    purpose: Purpose
    policy: str
    """The digest of the policy the manifest names."""
    pin: int
    at: datetime
    rows: int
    root: str
    left_out: Mapping[str, int]
    lineage_digest: str
    """The digest of the lineage file as it is now; empty where it is not there."""
    lineage: tuple[Behind, ...] = ()
    revisions: tuple[Revision, ...] = ()
    hollow: frozenset[str] | None = None
    """The ids whose words are no longer in the files; `None` where that is not told, and then not checked."""
    problems: tuple[str, ...] = ()


def first_row(ruled: Ruling, purpose: Purpose) -> str:
    """Return the row of the policy that decided *purpose*: the reason under which a release counts what it left out."""
    verdict = ruled.use.get(purpose)
    return verdict.because[0].row if verdict and verdict.because else "no row allows it"


class Evidence(Struct, frozen=True, kw_only=True):
    """Everything one audit is run over. Hand in all of it: what is absent counts as empty, and is missed loudly."""

    at: datetime
    """The present."""
    entries: Iterable[Line]
    """All lines from the first; read once, in order."""
    rules: Mapping[str, Rule]
    """Per digest of a policy that was ever in force: the policy, ready to be asked."""
    cuts: tuple[datetime, ...] = ()
    """The instants at which the terms of any of these policies change, ascending."""
    purposes: tuple[Purpose, ...] = PURPOSES
    """Every purpose that any of these policies rules on."""
    policy_files: Mapping[str, str]
    """Per digest of a policy (as its file is named): the digest of what the file holds now."""
    notice_files: Mapping[str, str] = {}
    """Per digest of a notice: the digest of what its file holds now."""
    ledger_problems: Collection[str] = ()
    """What the ledger says against itself: lines, tree, checkpoints."""
    cut: str | None = None
    """Why the lines end before their end, where one of them cannot be read."""
    past_problems: Collection[tuple[str, str]] = ()
    """Where the ledger is no continuation of what somebody kept of it: what was kept, and what differs."""
    shown_problems: Collection[tuple[str, str]] = ()
    """Where the log's files, as strangers read them, are not this ledger's: which file or folder, and what differs."""
    signed: int | None = None
    """How many lines the newest signed checkpoint counts; `None` where there is none."""
    vault_problems: Collection[str] = ()
    prints: Iterable[Print] = ()
    stored: Iterable[Stored] = ()
    stale: Collection[str] = ()
    """Accounts of which the vault says that their next looks are stale: the next sweep looks at all they have or took part in."""
    holds: Collection[str] = ()
    """The names of the holds the vault knows."""
    releases: Collection[ReleaseSeen] = ()
    unreadable: Mapping[str, str] = {}
    """Releases whose manifest or lineage cannot be read at all, with why."""
    files: Collection[str] = ()
    """Every file below the data folder, by its path within it."""
    accounted: Mapping[str, Collection[str]] = {}
    """Per room: the files it knows."""
    slack: timedelta = timedelta(days=1)
    """How long after its last reason a conversation may still be there: the time between two sweeps."""
    why: Callable[[Ruling, Purpose], str] = first_row
