"""Housekeeping: moving live blocks out of segments with much dead ciphertext, and removing what nobody points at."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, bindparam, func, select, text
from sqlalchemy.exc import DBAPIError

from sayso.facts.errors import Broken, Unfit
from sayso.vault import apart, dead
from sayso.vault.blocks import Blocks, is_held
from sayso.vault.objects import Objects
from sayso.vault.tables import BLOCKS, Row, take_turn
from sayso.vault.values import Compacted, Settled

MANY = 16
"""Small segments from which on it is worth putting them together."""


def compact(conn: Connection, segments: Blocks, *, share: float, every: bool) -> Compacted:
    """Copy the live blocks of every segment of which *share* or more is dead into new ones and point the index there.

    With *every* all blocks are counted anew; without, only segments of which that much was counted as dead are looked at.

    (1) the copy is made and durable, (2) the caller commits the index, (3) `settle` removes the old file. A crash before
    (2) leaves a copy nobody points at, a crash before (3) an original nobody points at; `settle` removes either. What is held
    and deleted is moved apart from the rest on the way, and no copy of it stays behind, however little of a segment it was.
    """
    if not 0 <= share <= 1:
        raise Unfit(f"a share of dead bytes lies between 0 and 1; `{share}` does not")
    take_turn(conn)
    left = apart.set_aside(conn, segments)
    sizes = segments.sizes()
    counted = dead.counted(conn)
    every = every or dead.ALL_OF_THEM in counted
    live = live_bytes(conn, None if every else _counted(counted, sizes, segments, share) | left)
    # One that is not listed yet is looked at the next time; what a listing shows of removed ones is in no row.
    gone = {one: sizes[one] - live[one] for one in sorted(live.keys() & sizes.keys())}
    worn = [one for one in gone if gone[one] > 0 and gone[one] >= share * sizes[one] and one not in left]
    # Whatever a listing says: the rows say that something was just moved out of these, and it must not stay behind.
    worn += sorted(left & live.keys())
    done: list[int] = []
    moved = 0
    for held in (False, True):
        mine = [one for one in worn if is_held(one) == held]
        if not segments.alone:
            mine += _small({one: live[one] for one in gone if is_held(one) == held}, mine, segments.roll)
        for group in [[one] for one in mine] if segments.alone else _groups(live, mine, segments.roll):
            moved += apart.place(conn, segments, _rows(conn, group), held=held)
            done += group
    segments.left(done)
    dead.forget(conn, [*done, dead.ALL_OF_THEM])
    return Compacted(segments=tuple(sorted(done)), moved=moved, freed=sum(gone.get(one, 0) for one in done))


def settle(engine: Engine, segments: Blocks) -> Settled:
    """Empty the database's own log and remove the segments no index row points at, each in its own transaction.

    To be called after the commit of a shredding or a compaction: until the log is empty a destroyed key may still lie
    in it, and a reader with an older view may still need an old segment, so nothing is removed while there is one.
    """
    return _settle(engine, segments, lambda: {*segments.sizes(), *_left(segments)})


def tidy(engine: Engine, segments: Blocks) -> Settled | None:
    """Remove what an act that was killed left behind; `None` where none did.

    A folder is listed for it. A store of objects is not, since that costs a request for each thousand objects: what the last
    act was about to store or to remove was named before, and what a listing would show besides is for the next sweep.
    """
    named = _left(segments)
    if isinstance(segments, Objects):
        return _settle(engine, segments, lambda: named) if named else None
    with _told(), engine.begin() as conn:
        there = unlisted(conn, segments)
    return settle(engine, segments) if there else None


def _left(segments: Blocks) -> set[int]:
    return segments.unfinished.left() if isinstance(segments, Objects) and segments.unfinished is not None else set()


def _settle(engine: Engine, segments: Blocks, among: Callable[[], set[int]]) -> Settled:
    with _told():
        wanted = among()
        with engine.begin() as conn:
            unused = _unlisted(conn, wanted)
        if not _empty_log(engine):
            return Settled(removed=(), log_empty=False)
        if not unused and not _left(segments):
            return Settled(removed=(), log_empty=True)
        with engine.begin() as conn:
            take_turn(conn)
            removed = sorted(_unlisted(conn, unused))
            if removed:
                segments.assert_own()
            for segment in removed:
                segments.remove(segment)
            dead.forget(conn, removed)
            if isinstance(segments, Objects) and segments.unfinished is not None:
                segments.unfinished.end(wanted)  # while nobody else writes: each of them is in a row now, or gone
        return Settled(removed=tuple(removed), log_empty=_empty_log(engine))


@contextmanager
def _told() -> Iterator[None]:
    """Turn a database that refuses, or goes away, into one line."""
    try:
        yield
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
    return sorted(_unlisted(conn, segments.sizes()))


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


def _counted(counted: dict[int, int], sizes: dict[int, int], segments: Blocks, share: float) -> set[int]:
    """Return the listed segments of which *share* was counted as dead, and the small ones where such are put together."""
    worn = {one for one, gone in counted.items() if one in sizes and gone >= share * sizes[one]}
    return worn if segments.alone else worn | {one for one, size in sizes.items() if size < segments.roll // 8}


def _small(live: dict[int, int], worn: list[int], roll: int) -> list[int]:
    """Return the segments that are worth putting together, where there are many: each transaction leaves one of its own."""
    small = [one for one in live if one not in worn and live[one] < roll // 8]
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


def _rows(conn: Connection, segments: list[int]) -> list[Row]:
    """Return the rows of the live blocks of *segments*, in the order in which they lie."""
    rows: list[Row] = []
    for segment in segments:
        rows += conn.execute(select(BLOCKS).where(BLOCKS.c.segment == segment).order_by(BLOCKS.c.start)).mappings().all()
    return rows


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
    except engine.dialect.loaded_dbapi.Error as error:
        raise Broken(_unsettled(str(error).lower())) from None
    finally:
        raw.close()
