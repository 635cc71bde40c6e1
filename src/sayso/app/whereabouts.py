"""Which releases a conversation went into, and which it was withdrawn from since: read once per release, not once per page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from msgspec import Struct

from sayso import release as release_room
from sayso.app.house import House
from sayso.app.jobs.recall import folder_of, lineage_of, released
from sayso.facts.deeds import Released
from sayso.facts.events import RunStarted
from sayso.facts.words import ConversationId

HELD = 2_000_000
"""Rows whose lineage is kept in memory; what goes beyond is read anew each time."""


class Went(Struct, frozen=True, kw_only=True):
    """One release as far as it concerns some conversations: which of them are still in it, and which were withdrawn."""

    line: Released
    still: frozenset[ConversationId]
    withdrawn: frozenset[ConversationId]


class Whereabouts:
    """What the releases of *house* hold of whom. A lineage never changes once it is written; what is withdrawn only grows."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._rows: dict[str, tuple[tuple[int, ...], Mapping[ConversationId, str]]] = {}
        self._emptied: dict[str, tuple[tuple[object, ...], frozenset[str]]] = {}
        self._gone: dict[str, tuple[tuple[object, ...], frozenset[str]]] = {}

    def releases(self) -> list[Released]:
        """Return every release, oldest first."""
        return released(self._house)

    def of(self, conversations: frozenset[ConversationId]) -> list[Went]:
        """Return the releases that any of *conversations* is or was in, oldest first."""
        found = []
        for line in self.releases():
            rows = self._lineage(line.release)
            theirs = conversations & rows.keys()
            if theirs:
                gone = self._withdrawn(line.release)
                left = frozenset(one for one in theirs if rows[one] in gone)
                found.append(Went(line=line, still=frozenset(theirs - left), withdrawn=left))
        return found

    def counts(self, conversations: Sequence[ConversationId]) -> dict[str, tuple[int, int]]:
        """Return, per release that any of *conversations* is or was in, how many are still in it, and how many were withdrawn."""
        found = {}
        for line in self.releases():
            rows = self._lineage(line.release)
            theirs = [rows[one] for one in conversations if one in rows]
            if theirs:
                gone = self._withdrawn(line.release)
                left = sum(one in gone for one in theirs) if gone else 0
                found[line.release] = (len(theirs) - left, left)
        return found

    def ids(self, release: str, conversations: Collection[ConversationId]) -> tuple[set[str], set[str]]:
        """Return the blinded ids of *conversations* in *release*, and which of those were withdrawn from it."""
        rows = self._lineage(release)
        mine = {rows[one] for one in conversations if one in rows}
        return mine, mine & self._withdrawn(release) if mine else set()

    def emptied(self, release: str) -> frozenset[str]:
        """Return the blinded ids whose words are no longer in the files of *release*; its files are read anew once one changed."""
        folder = folder_of(self._house, release)
        files = sorted(one for one in folder.rglob("*") if one.is_file())
        mark = tuple((one.name, (about := one.stat()).st_mtime_ns, about.st_size, about.st_ino) for one in files)
        known = self._emptied.get(release)
        if known is None or known[0] != mark:
            known = self._emptied[release] = (mark, release_room.emptied(folder))
        return known[1]

    def runs(self) -> dict[str, list[tuple[str, datetime]]]:
        """Return name and begin of every training run, by the release it read."""
        found: dict[str, list[tuple[str, datetime]]] = {}
        with self._house.reading() as conn:
            for entry in self._house.told.lines(conn, RunStarted):
                if isinstance(entry.line, RunStarted):
                    found.setdefault(entry.line.release, []).append((entry.line.run, entry.line.at))
        return found

    def _lineage(self, release: str) -> Mapping[ConversationId, str]:
        """Return the blinded id of each conversation in *release*."""
        try:
            about = (self._house.folder / "lineage" / f"{release}.jsonl").stat()
        except OSError:
            lineage_of(self._house, release)  # says what is wrong with it
            raise
        mark = (about.st_mtime_ns, about.st_size, about.st_ino)
        known = self._rows.get(release)
        if known is not None and known[0] == mark:
            return known[1]
        rows = MappingProxyType({ConversationId(one.conversation): one.id for one in lineage_of(self._house, release)})
        if sum(len(one) for _, one in self._rows.values()) + len(rows) <= HELD:
            self._rows[release] = (mark, rows)
        return rows

    def _withdrawn(self, release: str) -> frozenset[str]:
        """Return the blinded ids that were withdrawn from *release* so far."""
        folder = folder_of(self._house, release) / "revocations"
        # Any file that comes, goes or changes makes it be read, and checked, anew.
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        mark = tuple((one.name, (about := one.stat()).st_mtime_ns, about.st_size) for one in files)
        known = self._gone.get(release)
        if known is None or known[0] != mark:
            known = self._gone[release] = (mark, frozenset(release_room.revoked(folder_of(self._house, release)).ids))
        return known[1]
