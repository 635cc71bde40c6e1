"""Withdrawn words leave the files of releases: release (erase) -> ledger. What a loader masks already is no longer there either."""

from __future__ import annotations

from sayso import release as release_room
from sayso.app.house import House
from sayso.app.jobs.recall import folder_of, released
from sayso.facts.deeds import Erased
from sayso.facts.errors import SaysoError


def empty_releases(house: House, wrong: list[str]) -> int:
    """Return how many withdrawn rows lost their words in the files of releases, so that nobody reads them there either.

    A release whose files are damaged or away is named in *wrong*, with what to do, and keeps no other from it.
    """
    count = 0
    for line in released(house):
        try:
            count += _empty(house, line.release)
        except SaysoError as problem:
            wrong.append(str(problem))
    return count


def _empty(house: House, release: str) -> int:
    folder = folder_of(house, release)
    before = len(release_room.emptied(folder))
    with house.writing() as work:
        erasure = release_room.erase(folder, at=work.at)
        known = {entry.line.number for entry in house.ledger.of_kind(work.conn, Erased) if _of(entry.line, release)}  # type: ignore[union-attr]  # filtered by kind
        if erasure.number and erasure.number not in known:
            work.record([Erased(at=work.at, release=release, number=erasure.number, digest=erasure.digest)])
    return len(release_room.emptied(folder)) - before


def _of(line: object, release: str) -> bool:
    return isinstance(line, Erased) and line.release == release
