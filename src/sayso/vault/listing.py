"""A person's own list: their conversations by date, some at a time, with the newest block of each for its title."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, and_, bindparam, func, or_, select, tuple_

from sayso.facts.errors import SaysoError
from sayso.facts.words import AccountId, ConversationId
from sayso.vault import directory, frames
from sayso.vault.asking import Question
from sayso.vault.blocks import Blocks, Place, read_all
from sayso.vault.keys import purpose, unlocker
from sayso.vault.names import account_id, instant, micros, policy_digest
from sayso.vault.ring import Ring
from sayso.vault.tables import BLOCKS, CONVERSATIONS, HELD, KEYS, Row, sounding
from sayso.vault.values import State, Stored

_COLUMNS = tuple(CONVERSATIONS.columns.keys())
_check, _check_key, _check_block = (sounding(table) for table in (CONVERSATIONS, KEYS, BLOCKS))
_FIRST, _LAST = -(2**62), 2**62
"""Before and behind every instant."""

# What is destroyed has no instants any more, and so is in no range of them.
_PAGE = Question(
    select(CONVERSATIONS)
    .where(
        CONVERSATIONS.c.account == bindparam("one"),
        CONVERSATIONS.c.ended_at >= bindparam("since", type_=BigInteger),
        tuple_(CONVERSATIONS.c.ended_at, CONVERSATIONS.c.conversation)
        < tuple_(bindparam("below", type_=BigInteger), bindparam("last")),
        or_(CONVERSATIONS.c.state == bindparam("first"), CONVERSATIONS.c.state == bindparam("second")),
    )
    .order_by(CONVERSATIONS.c.ended_at.desc(), CONVERSATIONS.c.conversation.desc())
    .limit(bindparam("most", type_=Integer))
)


def of_dates(
    conn: Connection,
    accounts: Collection[str],
    *,
    before: tuple[datetime, str] | None,
    since: datetime | None,
    until: datetime | None,
    states: Collection[State],
    limit: int,
) -> list[Stored]:
    """Return at most *limit* conversations of *accounts*, the latest last turn first, from behind *before* on."""
    wanted = [one for one in ("live", "hidden") if one in states]
    if not wanted:
        return []
    # Nothing of the instant at which the range ends is of it; of the last one seen's instant, what sorts before it is.
    ends = [(_instant(until, _LAST), "")] + ([(_instant(before[0], _LAST), before[1])] if before is not None else [])
    below, last = min(ends)
    found: list[Row] = []
    for one in accounts:
        rows = _PAGE.rows(
            conn,
            one=account_id(one),
            since=_instant(since, _FIRST),
            below=below,
            last=last,
            first=wanted[0],
            second=wanted[-1],
            most=limit,
        )
        for values in rows:
            _check(values)
            found.append(dict(zip(_COLUMNS, values, strict=True)))
    found.sort(key=lambda row: (row["ended_at"], row["conversation"]), reverse=True)
    return [_stored(row) for row in islice(found, limit)]


def heads(conn: Connection, ring: Ring, segments: Blocks, conversations: Collection[str]) -> dict[ConversationId, bytes]:
    """Return the last payload of each of *conversations* that is live and whole; a damaged one hides none of the others."""
    wanted = (
        select(CONVERSATIONS, KEYS, BLOCKS)
        .join(KEYS, KEYS.c.conversation == CONVERSATIONS.c.conversation)
        .join(BLOCKS, and_(BLOCKS.c.conversation == CONVERSATIONS.c.conversation, BLOCKS.c.block == CONVERSATIONS.c.blocks - 1))
        .where(CONVERSATIONS.c.conversation.in_(list(conversations)), CONVERSATIONS.c.state == "live")
    )
    rows = [tuple(row) for row in conn.execute(wanted)]
    rows.sort(key=lambda row: (row[_SEGMENT], row[_START]))
    try:
        raws: Iterable[bytes | None] = list(read_all(segments, (_place(row) for row in rows)))
    except SaysoError:
        raws = [_alone(segments, row) for row in rows]
    opened: dict[ConversationId, bytes] = {}
    keys: dict[str, Any] = {}
    for row, raw in zip(rows, raws, strict=True):
        try:
            if raw is not None:
                opened[ConversationId(row[0])] = _unsealed(conn, ring, keys, row, raw)
        except SaysoError:
            continue  # the audit says which and why; a list of titles goes on without it
    return opened


def held_of(conn: Connection, accounts: Collection[str]) -> dict[str, int]:
    """Return, per hold that names conversations of *accounts*, how many of those are not destroyed."""
    counted = (
        select(HELD.c.hold, func.count(HELD.c.conversation.distinct()))
        .join(CONVERSATIONS, CONVERSATIONS.c.conversation == HELD.c.conversation)
        .where(CONVERSATIONS.c.account.in_(list(accounts)), CONVERSATIONS.c.state != "shredded")
        .group_by(HELD.c.hold)
    )
    return {str(hold): int(count) for hold, count in conn.execute(counted)}


_KEY_AT = len(_COLUMNS)
_BLOCK_AT = _KEY_AT + len(KEYS.columns)
_WRAPPED = _KEY_AT + list(KEYS.columns.keys()).index("wrapped")
_NUMBER, _TURNS, _POLICY, _SEGMENT, _START, _LENGTH = (
    _BLOCK_AT + list(BLOCKS.columns.keys()).index(name) for name in ("block", "turns", "policy", "segment", "start", "length")
)
_ACCOUNT = _COLUMNS.index("account")


def _unsealed(conn: Connection, ring: Ring, keys: dict[str, Any], row: tuple[Any, ...], raw: bytes) -> bytes:
    """Return what the block *raw* of *row* holds; `Broken` where a bit of it, or of the index, was changed."""
    _check(row[:_KEY_AT])
    _check_key(row[_KEY_AT:_BLOCK_AT])
    _check_block(row[_BLOCK_AT:])
    conversation, account = row[0], row[_ACCOUNT]
    if account not in keys:
        keys[account] = unlocker(directory.key_of(conn, ring, directory.row_of(conn, account)))
    key = keys[account](row[_WRAPPED], purpose("conversation", account, conversation), f"the key of conversation `{conversation}`")
    frame = frames.Frame(
        account=account,
        conversation=conversation,
        block=row[_NUMBER],
        turns=row[_TURNS],
        policy=policy_digest(row[_POLICY]),
        length=row[_LENGTH],
    )
    return frames.unseal(key, frame, raw)


def _place(row: tuple[Any, ...]) -> Place:
    return Place(row[_SEGMENT], row[_START], row[_LENGTH])


def _alone(segments: Blocks, row: tuple[Any, ...]) -> bytes | None:
    try:
        return next(iter(read_all(segments, [_place(row)])))
    except SaysoError:
        return None


def _instant(at: datetime | None, otherwise: int) -> int:
    return otherwise if at is None else (micros(at) or 0)


def _stored(row: Row) -> Stored:
    return Stored(
        conversation=ConversationId(row["conversation"]),
        account=AccountId(row["account"]),
        state=row["state"],
        turns=row["turns"],
        blocks=row["blocks"],
        bytes=row["bytes"],
        began_at=instant(row["began_at"]),
        ended_at=instant(row["ended_at"]),
        hidden_at=instant(row["hidden_at"]),
        next_change_at=instant(row["next_change_at"]),
    )
