"""The store class of what is held and deleted: sealed blocks of such conversations lie in segments of their own.

Nothing that serves anybody opens those segments; what comes to lie in them, and what leaves them, is moved with the next
compaction. Their numbers are above those of all others, so that every kind of store tells the two classes apart alike.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, Select, and_, func, or_, select, update

from sayso.facts.errors import Broken
from sayso.vault import holds
from sayso.vault.segments import HELD, Segments
from sayso.vault.tables import BLOCKS, CONVERSATIONS, Row, sound, summed

Checked = Callable[[Row], bytes]


def set_aside(conn: Connection, segments: Segments, checked: Checked) -> set[int]:
    """Move the blocks that lie in the wrong class of segments; return the segments they were moved out of.

    *checked* gives a block's stored bytes. A crash leaves copies nobody points at. A damaged block stays where it lies, as
    evidence, and so does its segment.
    """
    found = _misplaced(conn)
    damaged = {row["segment"] for row in found if not _whole(row, checked)}
    wrong = [row for row in found if row["segment"] not in damaged]
    for held in (True, False):
        rows = [row for row in wrong if (row["segment"] < HELD) == held]
        if rows:
            place(conn, segments, rows, checked, after_of(conn, held))
    return {row["segment"] for row in wrong}


def place(conn: Connection, segments: Segments, rows: list[Row], checked: Checked, after: int) -> int:
    """Copy the blocks of *rows* into a new segment numbered past *after* and point the rows there; return the bytes copied."""
    target, starts = segments.write_new((checked(row) for row in rows), after=after)
    for row, start in zip(rows, starts, strict=True):
        placed = summed(BLOCKS, dict(row) | {"segment": target, "start": start})
        one = (BLOCKS.c.conversation == row["conversation"]) & (BLOCKS.c.block == row["block"])
        conn.execute(update(BLOCKS).where(one).values(placed))
    return sum(row["length"] for row in rows)


def after_of(conn: Connection, held: bool) -> int:
    """Return the number past which a new segment of a class is numbered: the highest that any row of the class points at."""
    there = BLOCKS.c.segment >= HELD if held else BLOCKS.c.segment < HELD
    return int(conn.execute(select(func.max(BLOCKS.c.segment)).where(there)).scalar() or (HELD if held else 0))


def _whole(row: Row, checked: Checked) -> bool:
    try:
        checked(row)
    except Broken:
        return False
    return True


def _misplaced(conn: Connection) -> list[Row]:
    """Return the rows of blocks that lie with the others though held and deleted, or apart though they no longer are."""
    candidates = select(CONVERSATIONS).where(
        or_(
            and_(CONVERSATIONS.c.state == "hidden", CONVERSATIONS.c.conversation.in_(_in_class(held=False))),
            CONVERSATIONS.c.conversation.in_(_in_class(held=True)),
        )
    )
    rows = conn.execute(candidates.order_by(CONVERSATIONS.c.seq)).mappings().all()
    held = holds.all_held(conn, rows)
    wrong: list[Row] = []
    for row in rows:
        sound(CONVERSATIONS, row)
        apart = row["state"] == "hidden" and row["conversation"] in held
        there = BLOCKS.c.segment < HELD if apart else BLOCKS.c.segment >= HELD
        found = select(BLOCKS).where(BLOCKS.c.conversation == row["conversation"], there).order_by(BLOCKS.c.block)
        wrong += conn.execute(found).mappings().all()
    return wrong


def _in_class(*, held: bool) -> Select[tuple[str]]:
    return select(BLOCKS.c.conversation).where(BLOCKS.c.segment >= HELD if held else BLOCKS.c.segment < HELD).distinct()
