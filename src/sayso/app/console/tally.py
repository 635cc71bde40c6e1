"""A count over lines of the ledger that goes on where it ended: by day and kind, and for answers by screen and language."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import date, timedelta

import msgspec
from sqlalchemy import Connection

from sayso.app import kept
from sayso.app.house import House
from sayso.facts.deeds import Forgotten, NoticePublished, Shredded
from sayso.facts.events import ChoiceMade, Deferred, Deleted, Undone
from sayso.ledger import Entry

NAME = "lines/v1"
KINDS = (ChoiceMade, Deferred, Deleted, Undone, Shredded, Forgotten, NoticePublished)
AT_ONCE, WINDOW = 2_000, 20_000
"""Lines counted while somebody waits, and lines they are looked for among; what is further on is counted beside.

A database that is asked for the first of several kinds puts all of them in order: so it is asked about a stretch at a time.
"""
Key = tuple[str, ...]


class Tally:
    """What was counted so far. Each look counts what came since; the first one of a large ledger goes on beside the pages."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._guard = threading.Lock()
        self._counts: Counter[Key] = Counter()
        self.screens: dict[str, str] = {}
        """The name of each notice by its digest."""
        self.upto = -1
        self.behind = 0
        """Lines that are not counted yet."""
        self._thread: threading.Thread | None = None

    def days(self, kind: str, since: date | None = None) -> dict[Key, int]:
        """Return the counts of *kind* from the day *since* on: by day, and whatever else tells them apart."""
        self._go_on()
        first = "" if since is None else since.isoformat()
        with self._guard:
            return {key[1:]: count for key, count in self._counts.items() if key[0] == kind and key[1] >= first}

    def _go_on(self) -> None:
        with self._house.reading() as conn, self._guard:
            if self.upto < 0:
                self._begin(kept.kept(conn, NAME))
            size = self._house.ledger.size(conn)
            if size == self.upto or (self._thread is not None and self._thread.is_alive()):
                self.behind = size - self.upto
                return
            if self._some(conn, size):
                return
        self._thread = threading.Thread(target=self._rest, name="sayso-tally", daemon=True)
        self._thread.start()

    def _begin(self, found: tuple[int, bytes] | None) -> None:
        self.upto = 0
        if found is not None:
            rows, screens = msgspec.json.decode(found[1], type=tuple[list[tuple[Key, int]], dict[str, str]])
            self.upto, self._counts, self.screens = found[0], Counter(dict(rows)), screens

    def _some(self, conn: Connection, size: int) -> bool:
        """Count at most `AT_ONCE` lines, among the next `WINDOW` of any kind, and say whether that was all."""
        seen, end = 0, min(max(size, self.upto), self.upto + WINDOW)
        for entry in self._house.ledger.of_kind(conn, *KINDS, after=self.upto, upto=end, limit=AT_ONCE):
            self._count(entry)
            self.upto, seen = entry.seq, seen + 1
        if seen < AT_ONCE:
            self.upto = end
        self.behind = max(0, size - self.upto)
        return self.behind == 0

    def _rest(self) -> None:
        done = False
        while not done:
            with self._house.reading() as conn, self._guard:
                done = self._some(conn, self._house.ledger.size(conn))

    def save(self) -> None:
        """Keep what was counted; for who may write, now and then, and at no cost where little came since."""
        with self._guard:
            body = msgspec.json.encode((list(self._counts.items()), self.screens))
            upto = self.upto
        if upto > 0:
            with self._house.writing() as work:
                kept.keep(work.conn, NAME, upto, body)

    def _count(self, entry: Entry) -> None:
        line, day = entry.line, f"{entry.line.at:%Y-%m-%d}"
        match line:
            case ChoiceMade():
                screen, path = line.notice or "", "" if isinstance(line.under, msgspec.UnsetType) else line.under.path
                self._counts["choice", day, line.purpose, screen, line.locale or "", path, line.say] += 1
            case Deferred():
                self._counts["choice", day, line.purpose, line.notice or "", "", "", "later"] += 1
            case Deleted() | Undone():
                what = "account" if line.conversation is None else "conversation"
                self._counts["deleted" if isinstance(line, Deleted) else "undone", day, what] += 1
            case Shredded():
                self._counts["shredded", day, line.why] += 1
            case Forgotten():
                self._counts["forgotten", day] += 1
            case NoticePublished():
                self.screens[line.notice] = line.name
            case _:
                pass


def week(day: str) -> str:
    """Return the Monday of the week of *day*.

    >>> week("2026-11-01")
    '2026-10-26'
    """
    at = date.fromisoformat(day)
    return (at - timedelta(days=at.weekday())).isoformat()
