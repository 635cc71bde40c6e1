"""Housekeeping: moving live blocks out of segments with much dead ciphertext, and removing what nobody points at."""

from __future__ import annotations

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.exc import DBAPIError

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Unfit
from sayso.vault.blocks import Blocks, Place, read_all
from sayso.vault.tables import BLOCKS, Row, sound, summed, take_turn
from sayso.vault.values import Compacted, Settled

MANY = 16
"""Small segments from which on it is worth putting them together."""


def compact(conn: Connection, segments: Blocks, *, share: float) -> Compacted:
    """Copy the live blocks of every segment of which *share* or more is dead into new ones and point the index there.

    (1) the copy is made and durable, (2) the caller commits the index, (3) `settle` removes the old file. A crash before
    (2) leaves a copy nobody points at, a crash before (3) an original nobody points at; `settle` removes either.
    """
    if not 0 <= share <= 1:
        raise Unfit(f"a share of dead bytes lies between 0 and 1; `{share}` does not")
    take_turn(conn)
    live, sizes = live_bytes(conn), segments.sizes()
    # One that is not listed yet is looked at the next time; what a listing shows of removed ones is in no row.
    dead = {one: sizes[one] - live[one] for one in sorted(live.keys() & sizes.keys())}
    worn = [one for one in dead if dead[one] > 0 and dead[one] >= share * sizes[one]]
    moving = (
        [[one] for one in worn] if segments.alone else _groups(live, [*worn, *_small(dead, live, worn, segments)], segments.roll)
    )
    newest = max(live, default=0)
    moved = sum(_move(conn, segments, group, newest) for group in moving)
    gone = tuple(sorted(one for group in moving for one in group))
    return Compacted(segments=gone, moved=moved, freed=sum(dead[one] for one in gone))


def settle(engine: Engine, segments: Blocks) -> Settled:
    """Empty the database's own log and remove the segments no index row points at, each in its own transaction.

    To be called after the commit of a shredding or a compaction: until the log is empty a destroyed key may still lie
    in it, and a reader with an older view may still need an old segment, so nothing is removed while there is one.
    """
    try:
        with engine.begin() as conn:
            unused = set(unlisted(conn, segments))
        if not _empty_log(engine):
            return Settled(removed=(), log_empty=False)
        if not unused:
            return Settled(removed=(), log_empty=True)
        with engine.begin() as conn:
            take_turn(conn)
            removed = sorted(unused - set(live_bytes(conn)))
            if removed:
                segments.assert_own()
            for segment in removed:
                segments.remove(segment)
        return Settled(removed=tuple(removed), log_empty=_empty_log(engine))
    except DBAPIError as error:
        raise Broken(_unsettled(str(error.orig).lower())) from None


def _unsettled(why: str) -> str:
    """Return in one line why nothing could be settled, and that nothing is lost by it."""
    if "locked" in why or "busy" in why:
        return "another writer holds the vault's database; settle again in a moment, nothing was removed"
    if "full" in why:
        return "the disk is full and the database's log was not emptied; free space and run it again, what was acknowledged is kept"
    return "the database's log could not be emptied; look at the disk and run it again, what was acknowledged is kept"


def unlisted(conn: Connection, segments: Blocks) -> list[int]:
    """Return the segments that no index row points at."""
    return sorted(set(segments.sizes()) - set(live_bytes(conn)))


def live_bytes(conn: Connection) -> dict[int, int]:
    """Return per segment the bytes that index rows point at."""
    wanted = select(BLOCKS.c.segment, func.sum(BLOCKS.c.length)).group_by(BLOCKS.c.segment)
    return {row[0]: int(row[1]) for row in conn.execute(wanted)}


def _small(dead: dict[int, int], live: dict[int, int], worn: list[int], segments: Blocks) -> list[int]:
    """Return the segments that are worth putting together, where there are many: each transaction leaves one of its own."""
    small = [one for one in dead if one not in worn and live[one] < segments.roll // 8]
    return small if len(small) >= MANY else []


def _groups(live: dict[int, int], segments: list[int], roll: int) -> list[list[int]]:
    """Return *segments* in groups that fill one new segment each."""
    groups: list[list[int]] = []
    filled = roll
    for one in segments:
        if filled + live[one] > roll:
            groups.append([])
            filled = 0
        groups[-1].append(one)
        filled += live[one]
    return groups


def _move(conn: Connection, segments: Blocks, moving: list[int], newest: int) -> int:
    """Copy the live blocks of some segments and point their rows at the copy; return how many bytes were copied."""
    rows: list[Row] = []
    for segment in moving:
        found = conn.execute(select(BLOCKS).where(BLOCKS.c.segment == segment).order_by(BLOCKS.c.start)).mappings().all()
        rows += [row for row in found if sound(BLOCKS, row)]
    places = (Place(row["segment"], row["start"], row["length"]) for row in rows)
    stored = (_checked(row, raw) for row, raw in zip(rows, read_all(segments, places), strict=True))
    target, starts = segments.write_new(stored, after=newest)
    for row, start in zip(rows, starts, strict=True):
        placed = summed(BLOCKS, dict(row) | {"segment": target, "start": start})
        one = (BLOCKS.c.conversation == row["conversation"]) & (BLOCKS.c.block == row["block"])
        conn.execute(update(BLOCKS).where(one).values(placed))
    return sum(row["length"] for row in rows)


def _checked(row: Row, stored: bytes) -> bytes:
    """Return the stored bytes of a block; a damaged one stops the compaction, since the original is the evidence."""
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
    except engine.dialect.loaded_dbapi.Error as error:
        raise Broken(_unsettled(str(error).lower())) from None
    finally:
        raw.close()
