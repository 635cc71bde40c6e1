"""The part of the ledger that decides about some conversations: found by index, so that its cost is theirs and not the ledger's."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import TypeVar, get_args

from sqlalchemy import ColumnElement, Connection, func, select

from sayso.facts.deeds import AnyLine, RetentionSet
from sayso.facts.events import (
    ChoiceMade,
    Deferred,
    Deleted,
    FeedbackGiven,
    Flagged,
    HoldEnded,
    HoldPlaced,
    Merged,
    NoticeInvalidated,
    NoticeShown,
    TurnTaken,
    Undone,
)
from sayso.facts.words import AccountId, ConversationId
from sayso.ledger.entries import line_of
from sayso.ledger.tables import events

PART = 500
"""Values asked for at a time, which every database takes."""
EVERYWHERE = tuple(str(kind.__struct_config__.tag) for kind in (HoldPlaced, HoldEnded, RetentionSet, Merged, NoticeInvalidated))
"""Kinds of line that may reach any conversation, whoever they name; there are few."""

SAID = tuple(str(kind.__struct_config__.tag) for kind in (ChoiceMade, NoticeShown, Deferred))
"""Kinds of line that say what somebody answered, or that they did not."""
MARKS = tuple(str(kind.__struct_config__.tag) for kind in (Flagged, FeedbackGiven))
"""Kinds of line that give one conversation an end of its own."""
TOGETHER = frozenset(
    str(kind.__struct_config__.tag)
    for kind in get_args(AnyLine)
    if {"account", "conversation"} <= set(kind.__struct_fields__) and kind not in (Deleted, Undone)  # these name one of the two
)
"""Kinds of line that may name an account and a conversation; every other kind is an account's own, or none of its."""
BATCH = 2_000
"""Rows fetched at a time."""

Found = dict[int, AnyLine]


def lines_of(
    conn: Connection, conversations: Collection[ConversationId], accounts: Collection[AccountId], upto: int | None = None
) -> list[AnyLine]:
    """Return, in server order, every line up to *upto* that can change the standing of one of *conversations* or *accounts*."""
    found: Found = {}
    # (1) What names the conversations: their turns, marks, deletions, announcements, and the end.
    _read(conn, found, (events.c.conversation.in_(part) for part in parts_of(conversations)))
    # (2) What reaches everybody.
    _read(conn, found, [events.c.type.in_(EVERYWHERE)])
    # (3) What names the people behind them, but not what else they said. Accounts that were merged count as one.
    behind = {line.account for line in found.values() if isinstance(line, TurnTaken)}
    merged = [line for line in found.values() if isinstance(line, Merged)]
    _read(
        conn,
        found,
        (events.c.account.in_(part) & events.c.conversation.is_(None) for part in parts_of(_joined({*behind, *accounts}, merged))),
    )
    return [line for seq, line in sorted(found.items()) if upto is None or seq <= upto]


def answers_by_account(conn: Connection, upto: int) -> Iterator[tuple[AccountId, list[tuple[int, AnyLine]]]]:
    """Yield each account with its answers, showings and deferrals up to line *upto*, with their numbers; one account at a time."""
    named = events.c.type.in_(SAID) & (events.c.seq <= upto)
    query = select(events.c.account, events.c.seq, events.c.body).where(named).order_by(events.c.account, events.c.seq)
    rows = conn.execute(query.execution_options(yield_per=BATCH))
    for account, theirs in groupby(rows, key=lambda row: row.account):
        yield AccountId(account), [(row.seq, line_of(row.body, row.seq)) for row in theirs]


def of_kinds(types: Collection[str]) -> ColumnElement[bool]:
    """Return that a line is of one of *types*, for who asks by something rarer: it is never looked up by the index of kinds.

    A database that knows nothing of what is in its tables would take that index for its order, and read every line of a kind.
    """
    return func.coalesce(events.c.type, "").in_(types)


def conversations_of(conn: Connection, account: AccountId, after: str, limit: int) -> list[ConversationId]:
    """Return at most *limit* conversations that some line names together with *account*, by name, from behind *after* on."""
    name = events.c.conversation
    theirs = select(name).where(events.c.account == account, name > after).distinct().order_by(name).limit(limit)
    return [ConversationId(one) for one in conn.execute(theirs).scalars()]


def marked(conn: Connection, accounts: Collection[AccountId], limit: int) -> list[ConversationId]:
    """Return at most *limit* conversations sealed for *accounts* that were ever flagged or given feedback on."""
    theirs = select(events.c.conversation).where(events.c.account.in_(accounts), of_kinds(["sealed"]))
    named = of_kinds(MARKS) & events.c.conversation.in_(theirs)
    return [
        ConversationId(one) for one in conn.execute(select(events.c.conversation).where(named).distinct().limit(limit)).scalars()
    ]


def reaching_all(conn: Connection, upto: int) -> list[tuple[int, AnyLine]]:
    """Return, numbered, the lines up to *upto* that may change what anybody is taken to have answered; there are few."""
    query = select(events.c.seq, events.c.body).where(events.c.type.in_(EVERYWHERE), events.c.seq <= upto).order_by(events.c.seq)
    found = [(row.seq, line_of(row.body, row.seq)) for row in conn.execute(query)]
    return [pair for pair in found if not isinstance(pair[1], HoldPlaced | HoldEnded | RetentionSet)]


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


Named = TypeVar("Named", str, int)


def parts_of(names: Collection[Named]) -> Iterator[list[Named]]:
    """Yield *names* in parts that every database takes."""
    ordered = sorted(names)
    return (ordered[at : at + PART] for at in range(0, len(ordered), PART))
