"""Withdrawn words leave the files of releases: release (erase) -> ledger. What a loader masks already is no longer there either."""

from __future__ import annotations

from sayso import release as release_room
from sayso.app.house import House
from sayso.app.jobs.recall import folder_of, released
from sayso.facts.deeds import Erased


def empty_releases(house: House) -> int:
    """Return how many withdrawn rows lost their words in the files of releases, so that nobody reads them there either."""
    count = 0
    for line in released(house):
        folder = folder_of(house, line.release)
        before = len(release_room.emptied(folder))
        with house.writing() as work:
            erasure = release_room.erase(folder, at=work.at)
            known = {entry.line.number for entry in house.ledger.of_kind(work.conn, Erased) if _of(entry.line, line.release)}  # type: ignore[union-attr]  # filtered by kind
            if erasure.number and erasure.number not in known:
                work.record([Erased(at=work.at, release=line.release, number=erasure.number, digest=erasure.digest)])
        count += len(release_room.emptied(folder)) - before
    return count


def _of(line: object, release: str) -> bool:
    return isinstance(line, Erased) and line.release == release
