"""How much of each segment is dead: counted as it dies, so that a compaction looks at what is worn and not at all there is."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import BigInteger, Column, Connection, Table, bindparam, delete, func, select, update

from sayso.vault.tables import BLOCKS, METADATA, Number, Text, sound, summed

DEAD = Table(
    "vault_dead",
    METADATA,
    Column("segment", Number, primary_key=True, autoincrement=False),
    Column("bytes", BigInteger, nullable=False),
    Column("sum", Text, nullable=False),
)
"""Per segment the bytes that shredding left behind. It may say too little after a crash, and then a compaction comes later."""

ALL_OF_THEM = 0
"""A segment that never is: listed, it says that what died before was not counted, and that all must be counted once."""

_OF_CONVERSATION = (
    select(BLOCKS.c.segment, func.sum(BLOCKS.c.length)).where(BLOCKS.c.conversation == bindparam("one")).group_by(BLOCKS.c.segment)
)
_ONE = select(DEAD).where(DEAD.c.segment == bindparam("one"))
_CHANGE = update(DEAD).where(DEAD.c.segment == bindparam("one"))


def count(conn: Connection, conversation: str) -> None:
    """Count the blocks of *conversation* as dead; called in the transaction that destroys them."""
    for segment, length in conn.execute(_OF_CONVERSATION, {"one": conversation}).all():
        row = sound(DEAD, conn.execute(_ONE, {"one": segment}).mappings().first())
        if row is None:
            conn.execute(DEAD.insert().values(summed(DEAD, {"segment": segment, "bytes": int(length)})))
        else:
            conn.execute(_CHANGE, summed(DEAD, {"segment": segment, "bytes": row["bytes"] + int(length)}) | {"one": segment})


def counted(conn: Connection) -> dict[int, int]:
    """Return the dead bytes of each segment that has any."""
    return {row["segment"]: row["bytes"] for row in conn.execute(select(DEAD)).mappings() if sound(DEAD, row)}


def forget(conn: Connection, segments: Iterable[int]) -> None:
    """Drop what was counted of *segments*: they were compacted, or are gone."""
    for one in segments:
        conn.execute(delete(DEAD).where(DEAD.c.segment == one))
