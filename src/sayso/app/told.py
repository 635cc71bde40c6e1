"""Lines of the ledger that every change asks for and few add to, such as policies and releases: read once, then what is new."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from sayso.facts.events import Event
from sayso.ledger import Entry, Ledger


class Told:
    """The lines of a kind, remembered by one process. A line that was recorded stays as it is, so only later ones are asked for."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._known: dict[type[Event], tuple[int, tuple[Entry, ...]]] = {}

    def lines(self, conn: Connection, kind: type[Event]) -> tuple[Entry, ...]:
        """Return the entries of *kind* in order, as this transaction sees them."""
        size = self._ledger.size(conn)
        upto, known = self._known.get(kind, (0, ()))
        if upto == size:
            return known
        if upto > size:  # somebody reads as of before; what is remembered is right for others
            return tuple(one for one in known if one.seq <= size)
        found = (*known, *self._ledger.of_kind(conn, kind, after=upto))
        self._known[kind] = (size, found)
        return found

    def grew(self, entries: Sequence[Entry]) -> None:
        """Take in *entries*, just recorded one after the other, so that nobody looks for them."""
        for kind, (upto, known) in self._known.items():
            if entries and upto == entries[0].seq - 1:
                more = tuple(one for one in entries if isinstance(one.line, kind))
                self._known[kind] = (entries[-1].seq, (*known, *more))

    def forget(self) -> None:
        """Forget what was read: some of it may have been taken back with its transaction."""
        self._known.clear()
