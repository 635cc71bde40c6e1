"""The part of the ledger that decides about some conversations: found by index, so that its cost is theirs and not the ledger's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from sqlalchemy import ColumnElement, Connection, select

from sayso.facts.deeds import AnyLine, RetentionSet
from sayso.facts.events import HoldEnded, HoldPlaced, Merged, NoticeInvalidated, TurnTaken
from sayso.facts.words import AccountId, ConversationId
from sayso.ledger.entries import line_of
from sayso.ledger.tables import events

PART = 500
"""Values asked for at a time, which every database takes."""
EVERYWHERE = tuple(str(kind.__struct_config__.tag) for kind in (HoldPlaced, HoldEnded, RetentionSet, Merged, NoticeInvalidated))
"""Kinds of line that may reach any conversation, whoever they name; there are few."""

Found = dict[int, AnyLine]


def lines_of(conn: Connection, conversations: Collection[ConversationId], accounts: Collection[AccountId]) -> list[AnyLine]:
    """Return, in server order, every line that can change the standing of one of *conversations* or *accounts*."""
    found: Found = {}
    # (1) What names the conversations: their turns, marks, deletions, announcements, and the end.
    _read(conn, found, (events.c.conversation.in_(part) for part in _parts(conversations)))
    # (2) What reaches everybody.
    _read(conn, found, [events.c.type.in_(EVERYWHERE)])
    # (3) What names the people behind them, but not what else they said. Accounts that were merged count as one.
    behind = {line.account for line in found.values() if isinstance(line, TurnTaken)}
    merged = [line for line in found.values() if isinstance(line, Merged)]
    _read(
        conn,
        found,
        (events.c.account.in_(part) & events.c.conversation.is_(None) for part in _parts(_joined({*behind, *accounts}, merged))),
    )
    return [line for _, line in sorted(found.items())]


def _joined(accounts: Collection[AccountId], merged: Iterable[Merged]) -> set[AccountId]:
    """Return *accounts* with every account they were merged with, either way, near or far."""
    pairs = [(line.account, line.into) for line in merged]
    known, grew = set(accounts), True
    while grew:
        more = {one for pair in pairs for one in pair if not known.isdisjoint(pair)} - known
        known |= more
        grew = bool(more)
    return known


def _read(conn: Connection, found: Found, conditions: Iterable[ColumnElement[bool]]) -> None:
    for condition in conditions:
        for row in conn.execute(select(events.c.seq, events.c.body).where(condition)):
            if row.seq not in found:
                found[row.seq] = line_of(row.body, row.seq)


def _parts(names: Collection[str]) -> Iterator[list[str]]:
    """Yield *names* in parts that every database takes."""
    ordered = sorted(names)
    return (ordered[at : at + PART] for at in range(0, len(ordered), PART))
