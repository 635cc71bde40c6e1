"""Hashes of whole subtrees, read from where they are kept: leaves, and every eighth level above them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from sayso.facts.errors import Broken
from sayso.ledger import tables
from sayso.proofs.merkle import Range, leaf_hash, range_root, root

STEP = 8
"""Levels between those that are stored: 256 children under each stored node, as in a C2SP tile."""


def subtree(conn: Connection, level: int, number: int) -> bytes:
    """Return the root over the 2^*level* leaves from *number* x 2^*level* on, from at most 255 stored hashes."""
    stored = level - level % STEP
    first, count = number << (level - stored), 1 << (level - stored)
    if stored == 0:
        table = tables.events
        query = select(table.c.leaf).where(table.c.seq > first, table.c.seq <= first + count).order_by(table.c.seq)
        hashes = [leaf_hash(leaf) for leaf in conn.execute(query).scalars() if isinstance(leaf, bytes)]
    else:
        nodes = tables.nodes
        found = (
            select(nodes.c.hash)
            .where(nodes.c.level == stored, nodes.c.number >= first, nodes.c.number < first + count)
            .order_by(nodes.c.number)
        )
        hashes = [top for top in conn.execute(found).scalars() if isinstance(top, bytes) and len(top) == 32]
    if len(hashes) != count:
        raise Broken("hashes of the ledger's tree are missing; run `sayso audit`")
    return root(hashes)


def proof_of(conn: Connection, path: Iterable[Range]) -> list[bytes]:
    """Return the root of each run of leaves in *path*."""
    return [range_root(run, lambda level, number: subtree(conn, level, number)) for run in path]
