"""Reading: a conversation, or all that a person is shown, opened with one question to the index and each segment opened once."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from sqlalchemy import BigInteger, Connection, Integer, bindparam, select

from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.words import AccountId, ConversationId
from sayso.vault import directory, frames, holds
from sayso.vault.asking import Question
from sayso.vault.blocks import Blocks, Place, read_all
from sayso.vault.chats import Chat, Part, Values
from sayso.vault.keys import purpose, unlock
from sayso.vault.names import account_id, conversation_id, policy_digest
from sayso.vault.ring import Ring
from sayso.vault.tables import ACCOUNTS, BLOCKS, CONVERSATIONS, KEYS, Row, sounding
from sayso.vault.values import Unsealed

PAGE = 200
"""Conversations that are asked for, and opened, at a time."""

_A, _C, _K, _B = (tuple(table.columns.keys()) for table in (ACCOUNTS, CONVERSATIONS, KEYS, BLOCKS))
_CHAT_AT = len(_A)
_KEY_AT = _CHAT_AT + len(_C)
_BLOCK_AT = _KEY_AT + len(_K)
_NAME = _CHAT_AT + _C.index("conversation")

_ONE = Question(
    select(ACCOUNTS, CONVERSATIONS, KEYS, BLOCKS)
    .select_from(
        CONVERSATIONS.outerjoin(ACCOUNTS, ACCOUNTS.c.account == CONVERSATIONS.c.account)
        .outerjoin(KEYS, KEYS.c.conversation == CONVERSATIONS.c.conversation)
        .outerjoin(BLOCKS, BLOCKS.c.conversation == CONVERSATIONS.c.conversation)
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
    select(ACCOUNTS, _SHOWN, KEYS, BLOCKS).select_from(
        _SHOWN.join(ACCOUNTS, ACCOUNTS.c.account == _SHOWN.c.account)
        .outerjoin(KEYS, KEYS.c.conversation == _SHOWN.c.conversation)
        .outerjoin(BLOCKS, BLOCKS.c.conversation == _SHOWN.c.conversation)
    )
)
"""The account is in every row, so that one question tells whether it is here, and whose key opens what it has."""
_LAST = 2**63 - 1

_check_account, _check_conversation, _check_key, _check_block = (sounding(one) for one in (ACCOUNTS, CONVERSATIONS, KEYS, BLOCKS))
_WRAPPED = _KEY_AT + _K.index("wrapped")
_NUMBER, _TURNS, _POLICY, _SEGMENT, _START, _LENGTH = (
    _BLOCK_AT + _B.index(name) for name in ("block", "turns", "policy", "segment", "start", "length")
)


def open_all(conn: Connection, ring: Ring, segments: Blocks, conversation: str, *, hold: str | None) -> list[bytes]:
    """Return the payloads of *conversation* in order; a hidden one only under a *hold* that reaches it."""
    rows = _ONE.rows(conn, one=conversation_id(conversation))
    if not rows:
        raise Unfit(f"conversation `{conversation}` was never sealed here; look it up among its account's conversations")
    chat = ring.opened.chats.find(conversation, rows)
    if chat is None:
        row = _checked(rows)
        if row["state"] == "shredded":
            raise Refused(f"conversation `{conversation}` is shredded; nobody can open it")
        owner = directory.row_of(conn, row["account"]) if rows[0][0] is None else _owner(rows[0])
        if not (row["state"] == "live" and owner["leaving"] != directory.DELETED):
            ring.opened.chats.drop(conversation)
            if hold is None or hold not in [name for name, _ in holds.holding(conn, row)]:
                raise Refused(f"conversation `{conversation}` was deleted and is not shown; only a hold that reaches it opens it")
            return next(_unsealed([_chat(conn, ring, rows, owner, keep=False)], segments))
        chat = _chat(conn, ring, rows, owner, keep=True)
    return next(_unsealed([chat], segments))


def open_account(conn: Connection, ring: Ring, segments: Blocks, account: str) -> Iterator[Unsealed]:
    """Yield what *account* has and is shown, opened, the newest sealed first; nothing of one that was deleted or forgotten."""
    below: int | None = _LAST
    while below is not None:
        page, below = open_page(conn, ring, segments, account, below)
        yield from page


def open_page(
    conn: Connection, ring: Ring, segments: Blocks, account: str, below: int = _LAST
) -> tuple[Iterator[Unsealed], int | None]:
    """Return the conversations of one page, opened as they are taken, and below which place the next begins."""
    rows = _MINE.rows(conn, one=account_id(account), below=below, most=PAGE)
    if not rows:
        return iter(()), None
    owner = _owner(rows[0])
    if owner["leaving"] == directory.DELETED:
        return iter(()), None
    rows.sort(key=_place, reverse=True)  # a database would sort them with all their columns
    chats = []
    for _, some in groupby(rows, key=itemgetter(_NAME)):
        of_one = list(some)[::-1]
        known = ring.opened.chats.find(of_one[0][_NAME], of_one)
        chats.append(known or _chat(conn, ring, of_one, owner, keep=True, checked=_checked(of_one)))
    last = chats[-1].rows[0][_SEQ] if len(chats) == PAGE else None
    return _taken(account, chats, segments), last


def _place(values: Values) -> tuple[int, int]:
    return values[_SEQ], values[_NUMBER] if values[_NUMBER] is not None else -1


_SEQ, _ALL_TURNS = _CHAT_AT + _C.index("seq"), _CHAT_AT + _C.index("turns")


def _taken(account: str, chats: list[Chat], segments: Blocks) -> Iterator[Unsealed]:
    for chat, payloads in zip(chats, _unsealed(chats, segments), strict=True):
        first = chat.rows[0]
        yield Unsealed(
            conversation=ConversationId(first[_NAME]), account=AccountId(account), payloads=payloads, turns=first[_ALL_TURNS]
        )


def _owner(values: Values) -> Row:
    """Return the row of the account, checked."""
    own = values[:_CHAT_AT]
    _check_account(own)
    return dict(zip(_A, own, strict=True))


def _checked(rows: list[Values]) -> Row:
    """Return what the index says of a conversation, every row of it checked."""
    own = rows[0][_CHAT_AT:_KEY_AT]
    _check_conversation(own)
    if rows[0][_KEY_AT] is not None:
        _check_key(rows[0][_KEY_AT:_BLOCK_AT])
    for values in rows:
        if values[_BLOCK_AT] is not None:
            _check_block(values[_BLOCK_AT:])
    return dict(zip(_C, own, strict=True))


def _chat(conn: Connection, ring: Ring, rows: list[Values], owner: Row, *, keep: bool, checked: Row | None = None) -> Chat:
    """Return a conversation whose *rows* were checked, ready to be opened; with *keep* it is remembered."""
    row = checked or dict(zip(_C, rows[0][_CHAT_AT:_KEY_AT], strict=True))
    conversation, account = row["conversation"], row["account"]
    placed = [values for values in rows if values[_BLOCK_AT] is not None]
    if [one[_NUMBER] for one in placed] != list(range(row["blocks"])) or sum(one[_TURNS] for one in placed) != row["turns"]:
        what = f"conversation `{conversation}` lacks blocks"
        raise Broken(f"{what}: {len(placed)} of {row['blocks']} are listed; run `sayso audit`")
    what = f"the key of conversation `{conversation}`"
    if rows[0][_WRAPPED] is None:
        raise Broken(f"{what} is missing though nothing shredded it; run `sayso audit`")
    key = unlock(directory.key_of(conn, ring, owner), rows[0][_WRAPPED], purpose("conversation", account, conversation), what)
    parts = [Part(Place(one[_SEGMENT], one[_START], one[_LENGTH]), _frame(one, conversation, account), key) for one in placed]
    chat = Chat(rows, account, parts)
    if keep:
        ring.opened.chats.keep(conversation, chat)
    return chat


def _unsealed(chats: list[Chat], segments: Blocks) -> Iterator[list[bytes]]:
    """Yield the payloads of each of *chats*, whose blocks are fetched in the order in which they lie."""
    places = [part.place for chat in chats for part in chat.parts]
    if len(places) > 1:
        places.sort(key=lambda one: (one.segment, one.start))
        found = dict(zip(places, read_all(segments, places), strict=True))
        for chat in chats:
            yield [part.payload(found[part.place]) for part in chat.parts]
    else:
        for chat in chats:
            yield [part.payload(raw) for part, raw in zip(chat.parts, read_all(segments, places), strict=True)]


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
