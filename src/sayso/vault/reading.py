"""Reading: a conversation, or all that a person is shown, opened with one question to the index and each segment opened once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, Connection, Integer, bindparam, select

from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.words import AccountId, ConversationId
from sayso.vault import directory, frames, holds
from sayso.vault.asking import Question
from sayso.vault.blocks import Blocks, Place, read_all
from sayso.vault.keys import purpose, unlocker
from sayso.vault.names import account_id, conversation_id, policy_digest
from sayso.vault.ring import Ring
from sayso.vault.tables import BLOCKS, CONVERSATIONS, KEYS, Row, sounding
from sayso.vault.values import Unsealed

PAGE = 200
"""Conversations that are asked for, and opened, at a time."""

_C, _K, _B = (tuple(table.columns.keys()) for table in (CONVERSATIONS, KEYS, BLOCKS))
_KEY_AT, _BLOCK_AT = len(_C), len(_C) + len(_K)

_ONE = Question(
    select(CONVERSATIONS, KEYS, BLOCKS)
    .select_from(
        CONVERSATIONS.outerjoin(KEYS, KEYS.c.conversation == CONVERSATIONS.c.conversation).outerjoin(
            BLOCKS, BLOCKS.c.conversation == CONVERSATIONS.c.conversation
        )
    )
    .where(CONVERSATIONS.c.conversation == bindparam("one"))
    .order_by(BLOCKS.c.block)
)
_SHOWN = (
    select(CONVERSATIONS)
    .where(
        CONVERSATIONS.c.account == bindparam("one"),
        CONVERSATIONS.c.state == "live",
        CONVERSATIONS.c.seq < bindparam("below", type_=BigInteger),
    )
    .order_by(CONVERSATIONS.c.seq.desc())
    .limit(bindparam("most", type_=Integer))
    .subquery()
)
_MINE = Question(
    select(_SHOWN, KEYS, BLOCKS)
    .select_from(
        _SHOWN.outerjoin(KEYS, KEYS.c.conversation == _SHOWN.c.conversation).outerjoin(
            BLOCKS, BLOCKS.c.conversation == _SHOWN.c.conversation
        )
    )
    .order_by(_SHOWN.c.seq.desc(), BLOCKS.c.block)
)
_LAST = 2**63 - 1

Values = tuple[Any, ...]
_check_conversation, _check_key, _check_block = (sounding(table) for table in (CONVERSATIONS, KEYS, BLOCKS))
_WRAPPED = _K.index("wrapped")
_NUMBER, _TURNS, _POLICY, _SEGMENT, _START, _LENGTH = map(_B.index, ("block", "turns", "policy", "segment", "start", "length"))


class _Chat:
    """What the index says of one conversation, its sums checked: its own row, its wrapped key, its blocks in order."""

    __slots__ = ("blocks", "row", "wrapped")

    def __init__(self, rows: list[Values]) -> None:
        first = rows[0]
        own = first[:_KEY_AT]
        _check_conversation(own)
        self.row: Row = dict(zip(_C, own, strict=True))
        self.wrapped: bytes | None = None
        if first[_KEY_AT] is not None:
            _check_key(first[_KEY_AT:_BLOCK_AT])
            self.wrapped = first[_KEY_AT + _WRAPPED]
        self.blocks = [values[_BLOCK_AT:] for values in rows if values[_BLOCK_AT] is not None]
        for placed in self.blocks:
            _check_block(placed)

    def assert_whole(self) -> None:
        """Return only where every block that was sealed is listed."""
        row, placed = self.row, self.blocks
        if [one[_NUMBER] for one in placed] != list(range(row["blocks"])) or sum(one[_TURNS] for one in placed) != row["turns"]:
            what = f"conversation `{row['conversation']}` lacks blocks"
            raise Broken(f"{what}: {len(placed)} of {row['blocks']} are listed; run `sayso audit`")


def open_all(conn: Connection, ring: Ring, segments: Blocks, conversation: str, *, hold: str | None) -> list[bytes]:
    """Return the payloads of *conversation* in order; a hidden one only under a *hold* that reaches it."""
    rows = _ONE.rows(conn, one=conversation_id(conversation))
    if not rows:
        raise Unfit(f"conversation `{conversation}` was never sealed here; look it up among its account's conversations")
    chat = _Chat(rows)
    row = chat.row
    if row["state"] == "shredded":
        raise Refused(f"conversation `{conversation}` is shredded; nobody can open it")
    owner = directory.row_of(conn, row["account"])
    shown = row["state"] == "live" and owner["leaving"] != directory.DELETED
    if not shown and (hold is None or hold not in [name for name, _ in holds.holding(conn, row)]):
        raise Refused(f"conversation `{conversation}` was deleted and is not shown; only a hold that reaches it opens it")
    return next(_opened(segments, directory.key_of(conn, ring, owner), [chat]))


def open_account(conn: Connection, ring: Ring, segments: Blocks, account: str) -> Iterator[Unsealed]:
    """Yield what *account* has and is shown, opened, the newest sealed first; nothing of one that was deleted or forgotten."""
    owner = directory.here(conn, account_id(account))
    if owner is None:
        return
    account_key = directory.key_of(conn, ring, owner)
    below = _LAST
    while True:
        rows = _MINE.rows(conn, one=account, below=below, most=PAGE)
        chats = [_Chat(list(of_one)) for _, of_one in groupby(rows, key=lambda values: values[0])]
        for chat, payloads in zip(chats, _opened(segments, account_key, chats), strict=True):
            row = chat.row
            yield Unsealed(
                conversation=ConversationId(row["conversation"]), account=AccountId(account), payloads=payloads, turns=row["turns"]
            )
        if len(chats) < PAGE:
            return
        below = chats[-1].row["seq"]


def _opened(segments: Blocks, account_key: bytes, chats: list[_Chat]) -> Iterator[list[bytes]]:
    """Yield the payloads of each of *chats*, whose blocks are fetched in the order in which they lie."""
    for chat in chats:
        chat.assert_whole()
    placed = sorted((one[_SEGMENT], one[_START], one[_LENGTH]) for chat in chats for one in chat.blocks)
    found = dict(zip(placed, read_all(segments, (Place(*one) for one in placed)), strict=True))
    unlocked = unlocker(account_key)
    for chat in chats:
        conversation, account = chat.row["conversation"], chat.row["account"]
        what = f"the key of conversation `{conversation}`"
        if chat.wrapped is None:
            raise Broken(f"{what} is missing though nothing shredded it; run `sayso audit`")
        key = unlocked(chat.wrapped, purpose("conversation", account, conversation), what)
        yield [
            frames.unseal(key, _frame(one, conversation, account), found[one[_SEGMENT], one[_START], one[_LENGTH]])
            for one in chat.blocks
        ]


def _frame(placed: Values, conversation: str, account: str) -> frames.Frame:
    """Return the header that the block of an index row must have."""
    return frames.Frame(
        account=account,
        conversation=conversation,
        block=placed[_NUMBER],
        turns=placed[_TURNS],
        policy=_policy(placed[_POLICY], conversation, placed[_NUMBER]),
        length=placed[_LENGTH],
    )


def _policy(text: object, conversation: str, number: object) -> bytes:
    try:
        return policy_digest(text)
    except Unfit:
        raise Broken(f"conversation `{conversation}` block {number} is listed wrongly; run `sayso audit`") from None
