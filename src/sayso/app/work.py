"""One transaction over ledger and vault, as a journey works in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from sayso import policy as policy_bench
from sayso.app.memory import Deed, matters
from sayso.facts.deeds import AnyLine
from sayso.ledger import Entry, Request

if TYPE_CHECKING:
    from sayso.app.house import House


class Work:
    """One transaction over ledger and vault: what is recorded here is durable when the block ends, or not at all."""

    def __init__(self, house: House, conn: Connection) -> None:
        self.house = house
        self.conn = conn
        self.at = house.now()
        self.recorded = 0
        self.deeds: list[Deed] = []
        """What must not be forgotten where an older copy is restored."""
        self.ruled_by: policy_bench.Policy | None = None

    def record(self, lines: Sequence[AnyLine], *, request: Request | None = None) -> list[Entry]:
        """Append *lines* in server order and return their entries; a *request*, which must be new, became them."""
        entries = self.house.ledger.append(self.conn, lines, recorded=self.at, request=request)
        self.house.take_in(entries)
        self.recorded += len(entries)
        self.deeds += [Deed(entry.seq, entry.line) for entry in entries if matters(entry.line)]
        return entries

    def policy(self) -> policy_bench.Policy:
        """Return the policy in force, read once for the whole transaction: many choices may share it."""
        if self.ruled_by is None:
            self.ruled_by = self.house.policy_at(self.conn, None)
        return self.ruled_by

    def move_on(self) -> None:
        """Let what follows happen now, and not when the transaction began: two answers at one instant would refuse each other."""
        self.at = max(self.at, self.house.now())
        self.house.past.advance(self.at)
