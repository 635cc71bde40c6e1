"""One transaction over ledger and vault, as a journey works in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from sayso import policy as policy_bench
from sayso.app.memory import Deed, matters
from sayso.facts.deeds import AnyLine
from sayso.facts.history import History
from sayso.ledger import Entry, Ledger, Part, Request
from sayso.vault import Vault


class Recorder(Protocol):
    """What a work asks of the house it is done in."""

    ledger: Ledger
    vault: Vault

    @property
    def past(self) -> History:
        """Return everything recorded so far, folded."""
        ...

    def now(self) -> datetime:
        """Return the present."""
        ...

    def take_in(self, entries: Sequence[Entry], *, heard: bool = False) -> None:
        """Fold what was just recorded, unless it was *heard* before."""
        ...

    def ruled_by(self, conn: Connection) -> policy_bench.Policy:
        """Return the policy in force, as this transaction sees it."""
        ...


class Work:
    """One transaction over ledger and vault: what is recorded here is durable when the block ends, or not at all."""

    def __init__(self, house: Recorder, conn: Connection) -> None:
        self.house = house
        self.conn = conn
        self.at = house.now()
        self.recorded = 0
        self.heard = False
        """Whether something was folded into the past before it is recorded."""
        self.deeds: list[Deed] = []
        """What must not be forgotten where an older copy is restored."""

    def record(self, lines: Sequence[AnyLine], *, request: Request | None = None) -> list[Entry]:
        """Append *lines* in server order and return their entries; a *request*, which must be new, became them."""
        return self._took(self.house.ledger.append(self.conn, lines, recorded=self.at, request=request))

    def record_heard(self, parts: Sequence[Part]) -> list[Entry]:
        """Append at once what was folded into the past line by line as it was heard; return the entries in order."""
        return self._took([one for part in self.house.ledger.append_all(self.conn, parts) for one in part], heard=True)

    def _took(self, entries: list[Entry], *, heard: bool = False) -> list[Entry]:
        self.house.take_in(entries, heard=heard)
        self.recorded += len(entries)
        self.deeds += [Deed(entry.seq, entry.line) for entry in entries if matters(entry.line)]
        return entries

    def policy(self) -> policy_bench.Policy:
        """Return the policy in force, also where it came into force in this transaction."""
        return self.house.ruled_by(self.conn)

    def move_on(self) -> None:
        """Let what follows happen now, and not when the transaction began: two answers at one instant would refuse each other."""
        self.at = max(self.at, self.house.now())
        self.house.past.advance(self.at)
