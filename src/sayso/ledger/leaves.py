"""The leaves alone, for whoever publishes the log: 32 bytes a line, that say nothing without the salt."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select

from sayso.facts.errors import Broken
from sayso.ledger import tables

BATCH = 4_096


def leaves(conn: Connection, *, after: int = 0, upto: int) -> Iterator[bytes]:
    """Yield the commitment of each line with a number above *after* and not above *upto*, in order; reads in batches.

    Broken where one is missing or is no commitment: a log with a hole is not published.
    """
    table = tables.events
    query = select(table.c.seq, table.c.leaf).where(table.c.seq > after, table.c.seq <= upto).order_by(table.c.seq)
    done = after
    for row in conn.execute(query.execution_options(yield_per=BATCH)):
        if row.seq != done + 1 or not isinstance(row.leaf, bytes) or len(row.leaf) != 32:
            break
        done += 1
        yield row.leaf
    if done < upto:
        raise Broken(f"ledger line {done + 1} has no commitment; run `sayso audit`, the log was not published")
