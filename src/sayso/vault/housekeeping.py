"""Housekeeping: moving live blocks out of segments with much dead ciphertext, and removing what nobody points at."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, Engine, bindparam, func, select, text, update
from sqlalchemy.exc import OperationalError

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Unfit
from sayso.vault import dead
from sayso.vault.segments import Segments
from sayso.vault.tables import BLOCKS, Row, sound, summed, take_turn
from sayso.vault.values import Compacted, Settled


def compact(conn: Connection, segments: Segments, *, share: float, every: bool) -> Compacted:
    """Copy the live blocks of every segment of which *share* or more is dead into new ones and point the index there.

    With *every* all blocks are counted anew; without, only segments of which that much was counted as dead are looked at.

    (1) the copy is made and durable, (2) the caller commits the index, (3) `settle` removes the old file. A crash before
    (2) leaves a copy nobody points at, a crash before (3) an original nobody points at; `settle` removes either.
    """
    if not 0 <= share <= 1:
        raise Unfit(f"a share of dead bytes lies between 0 and 1; `{share}` does not")
    take_turn(conn)
    sizes = segments.sizes()
    counted = dead.counted(conn)
    every = every or dead.ALL_OF_THEM in counted
    if not every:
        sizes = {one: sizes[one] for one, gone in counted.items() if one in sizes and gone >= share * sizes[one]}
    live = live_bytes(conn, None if every else sizes)
    worn, freed, moved = [], 0, 0
    newest = conn.execute(select(func.max(BLOCKS.c.segment))).scalar() or 0
    for segment, size in sorted(sizes.items()):
        gone = size - live.get(segment, 0)
        if segment not in live or gone <= 0 or gone < share * size:
            continue
        moved += _move(conn, segments, segment, newest)
        worn.append(segment)
        freed += gone
    dead.forget(conn, [*worn, dead.ALL_OF_THEM])
    return Compacted(segments=tuple(worn), moved=moved, freed=freed)


def settle(engine: Engine, segments: Segments) -> Settled:
    """Empty the database's own log and remove the segments no index row points at, each in its own transaction.

    To be called after the commit of a shredding or a compaction: until the log is empty a destroyed key may still lie
    in it, and a reader with an older view may still need an old segment, so nothing is removed while there is one.
    """
    try:
        with engine.begin() as conn:
            unused = _unlisted(conn, segments.sizes())
        if not _empty_log(engine):
            return Settled(removed=(), log_empty=False)
        if not unused:
            return Settled(removed=(), log_empty=True)
        with engine.begin() as conn:
            take_turn(conn)
            removed = sorted(_unlisted(conn, unused))
            for segment in removed:
                segments.remove(segment)
            dead.forget(conn, removed)
        return Settled(removed=tuple(removed), log_empty=_empty_log(engine))
    except OperationalError:
        raise Broken("another writer holds the vault's database; settle again in a moment, nothing was removed") from None


def live_bytes(conn: Connection, among: Collection[int] | None = None) -> dict[int, int]:
    """Return per segment, of all or *among* some, the bytes that index rows point at."""
    wanted = select(BLOCKS.c.segment, func.sum(BLOCKS.c.length)).group_by(BLOCKS.c.segment)
    if among is None:
        return {row[0]: int(row[1]) for row in conn.execute(wanted)}
    found = (conn.execute(wanted.where(BLOCKS.c.segment == one)).first() for one in among)
    return {row[0]: int(row[1]) for row in found if row is not None}


def _unlisted(conn: Connection, segments: Iterable[int]) -> set[int]:
    """Return those of *segments* that no index row points into."""
    listed = select(BLOCKS.c.segment).where(BLOCKS.c.segment == bindparam("one")).limit(1)
    return {one for one in segments if conn.execute(listed, {"one": one}).first() is None}


def _move(conn: Connection, segments: Segments, segment: int, newest: int) -> int:
    """Copy the live blocks of one segment and point their rows at the copy; return how many bytes were copied."""
    rows = conn.execute(select(BLOCKS).where(BLOCKS.c.segment == segment).order_by(BLOCKS.c.start)).mappings().all()
    target, starts = segments.write_new((_checked(segments, row) for row in rows), after=newest)
    for row, start in zip(rows, starts, strict=True):
        placed = summed(BLOCKS, dict(row) | {"segment": target, "start": start})
        one = (BLOCKS.c.conversation == row["conversation"]) & (BLOCKS.c.block == row["block"])
        conn.execute(update(BLOCKS).where(one).values(placed))
    return sum(row["length"] for row in rows)


def _checked(segments: Segments, row: Row) -> bytes:
    """Return the stored bytes of a block; a damaged one stops the compaction, since the original is the evidence."""
    sound(BLOCKS, row)
    stored = segments.read(row["segment"], row["start"], row["length"])
    if digest(stored) != row["digest"]:
        what = f"conversation `{row['conversation']}` block {row['block']}"
        raise Broken(f"{what} is damaged and was left where it lies; run `sayso audit`")
    return stored


_MARKED = text("SELECT pg_current_xact_id()::xid::text")
_OLDER = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' "
    "AND pid <> pg_backend_pid() AND age(backend_xmin) >= age(CAST(:mark AS xid))"
)
_WAIT, _TIMES = text("SELECT pg_sleep(0.1)"), 20


def _nobody_behind(engine: Engine) -> bool:
    """Return whether nobody in PostgreSQL reads an older state any more; whoever still does is waited for, two seconds at most."""
    # Whoever begins after this transaction has a number above its own, so only those who were there before are counted.
    with engine.begin() as conn:
        mark = conn.execute(_MARKED).scalar_one()
    for _ in range(_TIMES):
        with engine.begin() as conn:
            if not conn.execute(_OLDER, {"mark": mark}).scalar_one():
                return True
            conn.execute(_WAIT)
    return False


def _empty_log(engine: Engine) -> bool:
    """Empty SQLite's write-ahead log; return whether nothing is left in it and nobody reads an older state."""
    if engine.dialect.name == "postgresql":
        return _nobody_behind(engine)
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        busy, _, _ = cursor.fetchone() or (0, 0, 0)
        cursor.close()
        return not busy
    finally:
        raw.close()
