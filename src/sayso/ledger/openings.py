"""Lines that open to nothing any more: text and salt are destroyed, the leaf stays, and with it the tree and every root.

What can be destroyed is what a line says of people who were forgotten and of nobody else. A line that says so is written first;
the fences let no other row be emptied, and nothing be put in its place.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, exists, func, or_, select, update

from sayso.facts.deeds import AnyLine, Destroyed, Forgotten, OpeningsDestroyed
from sayso.facts.errors import Broken, Refused
from sayso.facts.events import Merged
from sayso.facts.instants import iso, parse_instant
from sayso.facts.proof import STAYS, Together
from sayso.facts.words import AccountId, ConversationId
from sayso.ledger.entries import line_of, spell
from sayso.ledger.tables import events

PART = 500
"""Values asked for at a time, which every database takes."""
KIND = str(Destroyed.__struct_config__.tag)
"""What stands in the column `type` of a row whose opening was destroyed."""
_DEED = str(OpeningsDestroyed.__struct_config__.tag)
_GONE = str(Forgotten.__struct_config__.tag)
_MERGED = str(Merged.__struct_config__.tag)


def read(body: bytes, seq: int, kind: str, recorded: str) -> AnyLine:
    """Return the line of a row: what *body* spells, or that its opening was destroyed; Broken where it is neither."""
    if kind == KIND and body == b"":
        return Destroyed(at=parse_instant(recorded, what=f"ledger line {seq}: recorded"))
    return line_of(body, seq)


def ended(conn: Connection, before: datetime, *, after: int, limit: int) -> list[tuple[int, AccountId]]:
    """Return, with the line that says so, accounts forgotten before that instant of which lines still open; after line *after*."""
    gone, left = events.alias("gone"), events.alias("left_open")
    open_ = exists().where(left.c.account == gone.c.account, left.c.type.not_in(STAYS))
    wanted = (
        select(gone.c.seq, gone.c.account)
        .where(gone.c.type == _GONE, gone.c.at <= spell(before), gone.c.seq > after, open_)
        .order_by(gone.c.seq)
        .limit(limit)
    )
    return [(seq, AccountId(account)) for seq, account in conn.execute(wanted)]


def together_with(conn: Connection, account: AccountId) -> Together:
    """Return what belongs together with *account*: joined to it, or in one conversation with it, near or far."""
    merged = [
        line_of(row.body, row.seq) for row in conn.execute(select(events.c.seq, events.c.body).where(events.c.type == _MERGED))
    ]
    pairs = [{line.account, line.into} for line in merged if isinstance(line, Merged)]
    people, chats, fresh = {account}, set[ConversationId](), {account}
    while fresh:
        mine = {ConversationId(one) for one in _distinct(conn, events.c.conversation, events.c.account, fresh)} - chats
        chats |= mine
        met = {AccountId(one) for one in _distinct(conn, events.c.account, events.c.conversation, mine)}
        fresh = met.union(*(pair for pair in pairs if not pair.isdisjoint(fresh))) - people
        people |= fresh
    return Together(accounts=frozenset(people), conversations=frozenset(chats))


def alone(conn: Connection, groups: Iterable[Together]) -> list[tuple[int, int]]:
    """Return, as runs of numbers, the lines about *groups* that still open, and about nobody else."""
    found: set[int] = set()
    for of in groups:
        for column, names in ((events.c.account, of.accounts), (events.c.conversation, of.conversations)):
            for condition in _among(column, names):
                rows = conn.execute(select(events.c.seq, events.c.account).where(condition, events.c.type.not_in(STAYS)))
                for seq, account in rows:
                    if account is not None and account not in of.accounts:
                        raise Broken(f"ledger line {seq} is about somebody else as well; nothing was destroyed, run `sayso audit`")
                    found.add(seq)
    return runs(found)


def destroy(conn: Connection, lines: Sequence[tuple[int, int]]) -> int:
    """Destroy the openings of *lines*, which a line written before in this transaction names; return how many there were."""
    emptied = {"at": events.c.recorded, "type": KIND, "account": None, "conversation": None, "body": b"", "salt": b""}
    made = 0
    for first, last in lines:
        made += conn.execute(update(events).where(events.c.seq.between(first, last)).values(emptied)).rowcount
    if made != sum(last - first + 1 for first, last in lines):
        raise Broken("lines whose openings were to be destroyed are not there; nothing was destroyed, run `sayso audit`")
    return made


def destroyed_at(conn: Connection, seq: int) -> datetime | None:
    """Return when the opening of line *seq* was destroyed, by the first line that says so; `None` where none does."""
    rows = conn.execute(
        select(events.c.seq, events.c.body).where(events.c.type == _DEED, events.c.seq > seq).order_by(events.c.seq)
    )
    for row in rows:
        line = line_of(row.body, row.seq)
        if isinstance(line, OpeningsDestroyed) and any(first <= seq <= last for first, last in line.lines):
            return line.at
    return None


def refusal(conn: Connection, seq: int) -> Refused:
    """Return what is said of a line that opens to nothing, to who asks for what it said."""
    at = destroyed_at(conn, seq)
    day = iso(at)[:10] if at is not None else "a day no line tells"
    return Refused(
        f"this line's opening was destroyed on {day}: line {seq} was about an account that is forgotten, and opens to nothing; "
        "a receipt or proof that was kept of it still verifies"
    )


def runs(numbers: Collection[int]) -> list[tuple[int, int]]:
    """Return *numbers* as runs, first and last, ascending.

    >>> runs({5, 3, 4, 9})
    [(3, 5), (9, 9)]
    """
    made: list[tuple[int, int]] = []
    for one in sorted(numbers):
        if made and made[-1][1] == one - 1:
            made[-1] = (made[-1][0], one)
        else:
            made.append((one, one))
    return made


def _distinct(
    conn: Connection, wanted: ColumnElement[str | None], column: ColumnElement[str | None], names: Collection[str]
) -> Iterator[str]:
    for condition in _among(column, names):
        for found in conn.execute(select(func.distinct(wanted)).where(condition, wanted.is_not(None))).scalars():
            yield str(found)


def _among(column: ColumnElement[str | None], names: Collection[str]) -> Iterator[ColumnElement[bool]]:
    ordered = sorted(names)
    return (or_(column.in_(ordered[at : at + PART])) for at in range(0, len(ordered), PART))
