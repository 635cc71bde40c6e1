"""The store class of what is held and deleted: sealed blocks of such conversations lie in segments of their own.

Nothing that serves anybody opens those segments; what comes to lie in them, and what leaves them, is moved with the next
compaction. Their numbers are above those of all others, so that every kind of store tells the two classes apart alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from sqlalchemy import ColumnElement, Connection, Select, and_, func, not_, or_, select, update

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken
from sayso.vault import holds
from sayso.vault.blocks import FILES_END, Blocks, Place, held_there, is_held, read_all
from sayso.vault.tables import BLOCKS, CONVERSATIONS, Row, sound, summed


def set_aside(conn: Connection, segments: Blocks) -> set[int]:
    """Move the blocks that lie in the wrong class of segments; return the segments they were moved out of.

    A crash leaves copies nobody points at. A damaged block stays where it lies, as evidence, and so does its segment.
    """
    found = sorted(_misplaced(conn), key=itemgetter("segment", "start"))
    left: set[int] = set()
    for held in (True, False):
        rows: list[Row] = []
        for segment, lying in groupby((row for row in found if is_held(row["segment"]) != held), itemgetter("segment")):
            there = list(lying)
            if _whole(segments, there):
                rows += there
                left.add(segment)
        for group in _filled(rows, segments.roll):
            place(conn, segments, group, held=held)
    return left


def place(conn: Connection, segments: Blocks, rows: list[Row], *, held: bool) -> int:
    """Copy the blocks of *rows* into a new segment of a class and point the rows there; return the bytes copied."""
    # Only a folder counts on, and only from its own numbers: it may hold segments that were drawn by a store of objects.
    theirs = held_there(BLOCKS.c.segment) if held else not_(held_there(BLOCKS.c.segment))
    own = BLOCKS.c.segment < FILES_END
    newest = int(conn.execute(select(func.max(BLOCKS.c.segment)).where(theirs, own)).scalar() or 0)
    target, starts = segments.write_new(_checked(segments, rows), after=newest, held=held)
    for row, start in zip(rows, starts, strict=True):
        placed = summed(BLOCKS, dict(row) | {"segment": target, "start": start})
        one = (BLOCKS.c.conversation == row["conversation"]) & (BLOCKS.c.block == row["block"])
        conn.execute(update(BLOCKS).where(one).values(placed))
    return sum(row["length"] for row in rows)


def _checked(segments: Blocks, rows: list[Row]) -> Iterator[bytes]:
    """Yield the stored bytes of *rows*; a damaged block stops the copying, since the original is the evidence."""
    for row, stored in zip(rows, _stored(segments, rows), strict=True):
        if digest(stored) != row["digest"]:
            what = f"conversation `{row['conversation']}` block {row['block']}"
            raise Broken(f"{what} is damaged and was left where it lies; run `sayso audit`")
        yield stored


def _stored(segments: Blocks, rows: list[Row]) -> Iterable[bytes]:
    return read_all(segments, [Place(row["segment"], row["start"], row["length"]) for row in rows if sound(BLOCKS, row)])


def _whole(segments: Blocks, rows: list[Row]) -> bool:
    """Return whether every block of *rows* is there as it was listed."""
    try:
        return all(True for _ in _checked(segments, rows))
    except Broken:
        return False


def _filled(rows: list[Row], roll: int) -> Iterator[list[Row]]:
    """Yield *rows* in groups that fill one new segment each: some stores hold a segment in memory while it is made."""
    group: list[Row] = []
    size = 0
    for row in rows:
        if group and size + row["length"] > roll:
            yield group
            group, size = [], 0
        group.append(row)
        size += row["length"]
    if group:
        yield group


def _misplaced(conn: Connection) -> list[Row]:
    """Return the rows of blocks that lie with the others though held and deleted, or apart though they no longer are."""
    lies_apart, lies_with = held_there(BLOCKS.c.segment), not_(held_there(BLOCKS.c.segment))

    def having(there: ColumnElement[bool]) -> Select[tuple[str]]:
        return select(BLOCKS.c.conversation).where(there).distinct()

    # Where nothing is held and nothing lies apart, a sweep looks at what is due and not at all that is hidden.
    if not holds.any_there(conn) and conn.execute(having(lies_apart).limit(1)).first() is None:
        return []
    candidates = select(CONVERSATIONS).where(
        or_(
            and_(CONVERSATIONS.c.state == "hidden", CONVERSATIONS.c.conversation.in_(having(lies_with))),
            CONVERSATIONS.c.conversation.in_(having(lies_apart)),
        )
    )
    rows = conn.execute(candidates.order_by(CONVERSATIONS.c.seq)).mappings().all()
    held = holds.all_held(conn, rows)
    wrong: list[Row] = []
    for row in rows:
        sound(CONVERSATIONS, row)
        there = lies_with if row["state"] == "hidden" and row["conversation"] in held else lies_apart
        found = select(BLOCKS).where(BLOCKS.c.conversation == row["conversation"], there).order_by(BLOCKS.c.block)
        wrong += conn.execute(found).mappings().all()
    return wrong
