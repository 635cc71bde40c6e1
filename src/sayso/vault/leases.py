"""Who ends what: each of several sweeps takes some of what is due for a while, and the others leave it to that one.

A lease is no truth about anything. It only keeps two workers from preparing the same, so what is destroyed is asked about anew in
the transaction that destroys it; one that outlives its worker is over at its instant, and whoever comes then takes over.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Table, delete, select

from sayso.facts.words import ConversationId
from sayso.vault.names import micros
from sayso.vault.shelves import due
from sayso.vault.tables import METADATA, Text, sound, summed, take_turn

LEASES = Table(
    "vault_leases",
    METADATA,
    Column("worker", Text, primary_key=True),
    Column("until", BigInteger, nullable=False),
    Column("conversations", Text, nullable=False),
    Column("sum", Text, nullable=False),
)
"""One row a worker: which conversations it ends, by pseudonym, and until when nobody else does."""


def take(conn: Connection, worker: str, at: datetime, until: datetime, limit: int) -> list[ConversationId]:
    """Return at most *limit* conversations that are due at *at* and nobody else has, now *worker*'s until *until*."""
    take_turn(conn)
    conn.execute(delete(LEASES).where((LEASES.c.until <= micros(at)) | (LEASES.c.worker == worker)))
    others = taken(conn)
    found = [one for one in due(conn, at, limit + len(others)) if one not in others][:limit]
    if found:
        row = {"worker": worker, "until": micros(until), "conversations": " ".join(found)}
        conn.execute(LEASES.insert().values(summed(LEASES, row)))
    return found


def give_back(conn: Connection, worker: str) -> bool:
    """End the lease of *worker* in the transaction that does its work; say whether it still had one."""
    take_turn(conn)
    return conn.execute(delete(LEASES).where(LEASES.c.worker == worker)).rowcount == 1


def taken(conn: Connection) -> set[str]:
    """Return the conversations that somebody has taken, whether the lease is over or not."""
    rows = conn.execute(select(LEASES)).mappings().all()
    return {one for row in rows if sound(LEASES, row) for one in _named(row["conversations"])}


def _named(conversations: str) -> Iterable[str]:
    return conversations.split()
