"""Housekeeping: moving live blocks out of segments with much dead ciphertext, and removing what nobody points at."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import OperationalError

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Unfit
from sayso.vault import apart
from sayso.vault.segments import HELD, Segments
from sayso.vault.tables import BLOCKS, Row, sound, take_turn
from sayso.vault.values import Compacted, Settled


def compact(conn: Connection, segments: Segments, *, share: float) -> Compacted:
    """Copy the live blocks of every segment of which *share* or more is dead into new ones and point the index there.

    (1) the copy is made and durable, (2) the caller commits the index, (3) `settle` removes the old file. A crash before
    (2) leaves a copy nobody points at, a crash before (3) an original nobody points at; `settle` removes either. What is held
    and deleted is moved apart from the rest on the way, and no copy of it stays behind, however little of a segment it was.
    """
    if not 0 <= share <= 1:
        raise Unfit(f"a share of dead bytes lies between 0 and 1; `{share}` does not")
    take_turn(conn)
    left = apart.set_aside(conn, segments, lambda row: _checked(segments, row))
    live = live_bytes(conn)
    worn, freed, moved = [], 0, 0
    for segment, size in sorted(segments.sizes().items()):
        dead = size - live.get(segment, 0)
        if segment not in live or dead <= 0 or (dead < share * size and segment not in left):
            continue
        moved += _move(conn, segments, segment)
        worn.append(segment)
        freed += dead
    return Compacted(segments=tuple(worn), moved=moved, freed=freed)


def settle(engine: Engine, segments: Segments) -> Settled:
    """Empty the database's own log and remove the segments no index row points at, each in its own transaction.

    To be called after the commit of a shredding or a compaction: until the log is empty a destroyed key may still lie
    in it, and a reader with an older view may still need an old segment, so nothing is removed while there is one.
    """
    try:
        with engine.begin() as conn:
            unused = set(segments.sizes()) - set(live_bytes(conn))
        if not _empty_log(engine):
            return Settled(removed=(), log_empty=False)
        if not unused:
            return Settled(removed=(), log_empty=True)
        with engine.begin() as conn:
            take_turn(conn)
            removed = sorted(unused - set(live_bytes(conn)))
            for segment in removed:
                segments.remove(segment)
        return Settled(removed=tuple(removed), log_empty=_empty_log(engine))
    except OperationalError:
        raise Broken("another writer holds the vault's database; settle again in a moment, nothing was removed") from None


def live_bytes(conn: Connection) -> dict[int, int]:
    """Return per segment the bytes that index rows point at."""
    wanted = select(BLOCKS.c.segment, func.sum(BLOCKS.c.length)).group_by(BLOCKS.c.segment)
    return {row[0]: int(row[1]) for row in conn.execute(wanted)}


def _move(conn: Connection, segments: Segments, segment: int) -> int:
    """Copy the live blocks of one segment and point their rows at the copy; return how many bytes were copied."""
    rows = conn.execute(select(BLOCKS).where(BLOCKS.c.segment == segment).order_by(BLOCKS.c.start)).mappings().all()
    return apart.place(conn, segments, list(rows), lambda row: _checked(segments, row), apart.after_of(conn, segment >= HELD))


def _checked(segments: Segments, row: Row) -> bytes:
    """Return the stored bytes of a block; a damaged one stops the compaction, since the original is the evidence."""
    sound(BLOCKS, row)
    stored = segments.read(row["segment"], row["start"], row["length"])
    if digest(stored) != row["digest"]:
        what = f"conversation `{row['conversation']}` block {row['block']}"
        raise Broken(f"{what} is damaged and was left where it lies; run `sayso audit`")
    return stored


def _empty_log(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log; return whether nothing is left in it. Other databases turn theirs over by themselves."""
    if engine.dialect.name != "sqlite":
        return True
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, _, _ = cursor.fetchone() or (0, 0, 0)
        cursor.close()
        return not busy
    finally:
        raw.close()
