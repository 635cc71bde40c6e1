"""Releases and recalls as officers see them: what went in, what was withdrawn since, which runs read it, and who confirmed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct
from sqlalchemy import Connection

from sayso import release as release_room
from sayso.app.console import lists
from sayso.app.console.lists import LOOKED_AT, SHOWN, Line, Lines
from sayso.app.console.orders import said
from sayso.app.fair import FairLock
from sayso.app.house import House
from sayso.app.jobs import recall
from sayso.app.jobs.beforehand import recall_beside
from sayso.app.jobs.recall import Withdrawn, folder_of, released
from sayso.facts.deeds import RecallConfirmed, Recalled, Released
from sayso.facts.errors import SaysoError, Unfit
from sayso.facts.events import RunStarted
from sayso.release import LineageLine, Manifest

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
CARD = 20_000
"""Signs of a card that the page shows."""


class Revised(Struct, frozen=True, kw_only=True):
    """One revision of what is withdrawn: all rows so far, and those it added."""

    number: int
    at: datetime
    rows: int
    added: int


class Run(Struct, frozen=True, kw_only=True):
    """A training run that read a release, and up to which revision somebody confirmed that it takes in what was withdrawn."""

    name: str
    began: datetime
    revision: int = 0
    by: str = ""
    at: datetime | None = None
    why: str = ""


class ReleaseLine(Struct, frozen=True, kw_only=True):
    """One release in the list; it is told from the ledger alone."""

    line: Released
    revisions: tuple[Revised, ...]
    runs: tuple[Run, ...]

    @property
    def revision(self) -> int:
        """Return the newest revision, 0 for none."""
        return self.revisions[-1].number if self.revisions else 0

    @property
    def withdrawn(self) -> int:
        """Return the rows that are withdrawn so far."""
        return self.revisions[-1].rows if self.revisions else 0

    @property
    def waiting(self) -> tuple[Run, ...]:
        """Return the runs of which nobody confirmed the newest revision."""
        return tuple(one for one in self.runs if one.revision < self.revision)


class ReleaseCard(Struct, frozen=True, kw_only=True):
    """One release whole: its manifest and its card, or why they cannot be read."""

    seen: ReleaseLine
    manifest: Manifest | None
    card: str
    wrong: str
    listed: Mapping[str, bool]
    """Per reason for leaving out, whether what it counts can be listed: what was told by opening cannot."""


class ReleaseDesk:
    """What officers see and do about releases; *one* is the lock under which the house is used."""

    def __init__(self, house: House, one: FairLock) -> None:
        self._house, self._one = house, one

    def all(self) -> list[ReleaseLine]:
        """Return every release, the newest first."""
        with self._house.reading() as conn:
            return [_line(self._house, conn, one) for one in reversed(released(self._house))]

    def line(self, name: str) -> ReleaseLine:
        """Return the release *name* as the ledger tells it; Unfit where there is none."""
        found = recall.find(self._house, name)
        with self._house.reading() as conn:
            return _line(self._house, conn, found)

    def card(self, name: str) -> ReleaseCard:
        """Return the release *name*; Unfit where there is none."""
        house, line = self._house, recall.find(self._house, name)
        with house.reading() as conn:
            seen, policy = _line(house, conn, line), house.policy_at(conn, line.pin)
        try:
            manifest = release_room.read(folder_of(house, name))
            card = (folder_of(house, name) / "README.md").read_text("utf-8")[:CARD]
        except (SaysoError, OSError, UnicodeDecodeError) as problem:
            wrong = str(problem) if isinstance(problem, SaysoError) else "its card cannot be read; run `sayso audit`"
            return ReleaseCard(seen=seen, manifest=None, card="", wrong=wrong, listed={})
        rows = {row.id for version in policy.versions for row in version.use.get(line.purpose, ())}
        listed = {why: why in rows for why in manifest.plan.left_out}
        return ReleaseCard(seen=seen, manifest=manifest, card=card, wrong="", listed=listed)

    def rows(self, by: str, name: str, *, only: bool, start: int) -> Lines:
        """Return some rows of a release, *only* those withdrawn, from the byte *start* of its lineage on; looking is recorded."""
        house, line = self._house, recall.find(self._house, name)
        gone = frozenset(release_room.revoked(folder_of(house, line.release)).ids)
        found = _rows(house.folder / "lineage" / f"{line.release}.jsonl", gone, only, start)
        with self._one:
            lists.look(house, by, f"rows of {line.release}{' withdrawn' if only else ''}", found)
        return found

    def left_out(self, by: str, name: str, why: str, start: int) -> Lines:
        """Return some of what a release left out for *why*; looking is recorded."""
        line = recall.find(self._house, name)
        with self._one:
            found = lists.left_out(self._house, line, why, start)
            lists.look(self._house, by, f"left out of {line.release}: {why}", found)
        return found

    def recall(self, by: str, name: str, why: str) -> Withdrawn:
        """Look anew at every row of a release and withdraw what may not be used any more; recorded with name and reason."""
        line, order = recall.find(self._house, name), said(by, "recalled", name, why)
        return recall_beside(self._house, line.release, lambda: self._one, lambda work: work.record([order(work.at)]))

    def begin(self, by: str, name: str, run: str, why: str) -> None:
        """Note that a training run began to read a release."""
        line, order = recall.find(self._house, name), said(by, "run_noted", f"{name}: {run}"[:200], why)
        if not _RUN.fullmatch(run):
            raise Unfit("name the run in up to 60 letters, digits, dots and dashes")
        with self._one, self._house.writing() as work:
            if any(one.name == run for one in _line(self._house, work.conn, line).runs):
                raise Unfit(f"run `{run}` is noted for `{name}` already")
            work.record([RunStarted(at=work.at, release=line.release, run=run), order(work.at)])

    def confirm(self, by: str, name: str, run: str, why: str) -> None:
        """Note that a run takes in everything withdrawn so far; who says so is named."""
        line, reason = recall.find(self._house, name), " ".join(why.split())[:500]
        if not reason:
            raise Unfit("say how you know; it is recorded with your name")
        with self._one, self._house.writing() as work:
            seen = _line(self._house, work.conn, line)
            if all(one.name != run for one in seen.runs):
                raise Unfit(f"no run `{run[:60]}` is noted for `{name}`")
            if all(one.name != run for one in seen.waiting):
                raise Unfit(f"of run `{run[:60]}` everything withdrawn so far is confirmed already")
            work.record([RecallConfirmed(at=work.at, release=line.release, revision=seen.revision, run=run, by=by, why=reason)])


def _line(house: House, conn: Connection, line: Released) -> ReleaseLine:
    revisions: list[Revised] = []
    for entry in house.told.lines(conn, Recalled):
        if isinstance(entry.line, Recalled) and entry.line.release == line.release:
            before = revisions[-1].rows if revisions else 0
            revisions.append(
                Revised(number=entry.line.revision, at=entry.line.at, rows=entry.line.rows, added=entry.line.rows - before)
            )
    runs: dict[str, Run] = {}
    for entry in house.told.lines(conn, RunStarted):
        if isinstance(entry.line, RunStarted) and entry.line.release == line.release:
            runs.setdefault(entry.line.run, Run(name=entry.line.run, began=entry.line.at))
    for entry in house.told.lines(conn, RecallConfirmed):
        told = entry.line
        if isinstance(told, RecallConfirmed) and told.release == line.release and told.run in runs:
            runs[told.run] = Run(
                name=told.run, began=runs[told.run].began, revision=told.revision, by=told.by, at=told.at, why=told.why
            )
    return ReleaseLine(line=line, revisions=tuple(revisions), runs=tuple(runs.values()))


def _rows(path: Path, gone: frozenset[str], only: bool, start: int) -> Lines:
    found: list[Line] = []
    looked = 0
    try:
        with path.open("rb") as file:
            if start:
                file.seek(start - 1)
                if file.read(1) != b"\n":
                    raise Unfit("no row begins there")
            while looked < LOOKED_AT and len(found) < SHOWN and (raw := file.readline()):
                looked += 1
                row = msgspec.json.decode(raw, type=LineageLine)
                if not only or row.id in gone:
                    found.append(Line(name=row.conversation, at=None, facts=("withdrawn" if row.id in gone else "in",)))
            place, more = file.tell(), bool(file.read(1))
    except (OSError, msgspec.MsgspecError):
        raise Unfit(f"the lineage `{path.name}` cannot be read here; run `sayso audit`") from None
    return Lines(items=tuple(found), following=place if more else None)
