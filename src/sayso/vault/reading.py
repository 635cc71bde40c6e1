"""Reading: a conversation, or all that a person is shown, opened with one question to the index and each segment opened once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from operator import attrgetter

from sqlalchemy import BigInteger, ColumnElement, Connection, Integer, and_, bindparam, func, select

from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.words import AccountId, ConversationId
from sayso.vault import asking, directory, holds
from sayso.vault.asking import Mark, Question
from sayso.vault.blocks import SPAN, Blocks, read_near
from sayso.vault.chats import BLOCK_AT, Chat, Chats, Part, Values
from sayso.vault.keys import purpose, unlocker
from sayso.vault.names import account_id, conversation_id
from sayso.vault.ring import Ring
from sayso.vault.tables import ACCOUNTS, BLOCKS, CONVERSATIONS, KEYS, Row, sounding
from sayso.vault.values import Unsealed

PAGE = 1000
"""Conversations that are asked for at a time. They are opened in portions, as many as lie in 8 MiB."""
WORTH = 32
"""On a server, how many conversations are worth a trip to ask whether anything was committed since they were read."""

_A, _C, _K, _B = (tuple(table.columns.keys()) for table in (ACCOUNTS, CONVERSATIONS, KEYS, BLOCKS))
_KEY_AT, _OWNER_AT = len(_C), BLOCK_AT + len(_B)
_NAME, _ACCOUNT, _SEQ, _COUNT, _ALL_TURNS = (_C.index(name) for name in ("conversation", "account", "seq", "blocks", "turns"))
_KEY_NAME, _WRAPPED = _KEY_AT + _K.index("conversation"), _KEY_AT + _K.index("wrapped")
_NUMBER, _TURNS = BLOCK_AT + _B.index("block"), BLOCK_AT + _B.index("turns")
_LEAVING = _OWNER_AT + _A.index("leaving")

_ONE = Question(
    select(CONVERSATIONS, KEYS, BLOCKS, ACCOUNTS)
    .select_from(
        CONVERSATIONS.outerjoin(ACCOUNTS, ACCOUNTS.c.account == CONVERSATIONS.c.account)
        .outerjoin(KEYS, KEYS.c.conversation == CONVERSATIONS.c.conversation)
        .outerjoin(BLOCKS, BLOCKS.c.conversation == CONVERSATIONS.c.conversation)
    )
    .where(CONVERSATIONS.c.conversation == bindparam("one"))
    .order_by(BLOCKS.c.block)
)


def _shown_below(table: object) -> ColumnElement[bool]:
    """Return what is asked of a conversation of *table*: that account `one` is shown it, and it was sealed before `below`."""
    columns = table.c  # type: ignore[attr-defined]  # a table or its alias, which have no type in common that has columns
    return and_(columns.account == bindparam("one"), columns.state == "live", columns.seq < bindparam("below", type_=BigInteger))


_NEXT = (
    select(CONVERSATIONS)
    .where(_shown_below(CONVERSATIONS))
    .order_by(CONVERSATIONS.c.seq.desc())
    .limit(bindparam("most", type_=Integer))
    .subquery()
)
_OTHER = CONVERSATIONS.alias()
_NEWEST = select(func.max(_OTHER.c.seq)).where(_shown_below(_OTHER)).correlate(None).scalar_subquery()
_MINE = Question(
    select(_NEXT, KEYS, BLOCKS, ACCOUNTS).select_from(
        _NEXT.outerjoin(ACCOUNTS, and_(ACCOUNTS.c.account == _NEXT.c.account, _NEXT.c.seq == _NEWEST))
        .outerjoin(KEYS, KEYS.c.conversation == _NEXT.c.conversation)
        .outerjoin(BLOCKS, BLOCKS.c.conversation == _NEXT.c.conversation)
    )
)
"""The account stands beside the newest alone: it is the same for all of them, and to carry it along costs as much as they do.

So one question tells whether it is here, and whose key opens what it has.
"""
LAST = 2**63 - 1
"""No conversation is sealed after this one."""

_check_account = sounding(ACCOUNTS)
_check_conversation, _check_key, _check_block = (sounding(one, remember=False) for one in (CONVERSATIONS, KEYS, BLOCKS))


def open_all(conn: Connection, ring: Ring, segments: Blocks, conversation: str, *, hold: str | None) -> list[bytes]:
    """Return the payloads of *conversation* in order; a hidden one only under a *hold* that reaches it."""
    chats = ring.opened.chats
    mark = asking.mark(conn) if conn.dialect.name == "sqlite" else None  # on a server it takes as long as the question itself
    same = chats.same(conversation, mark)
    if same is not None:
        return next(_opened([same], segments))
    found = _ONE.rows(conn, one=conversation_id(conversation))
    if not found:
        raise Unfit(f"conversation `{conversation}` was never sealed here; look it up among its account's conversations")
    rows, own = [values[:_OWNER_AT] for values in found], found[0][_OWNER_AT:]
    chat = chats.find(conversation, rows, own, mark)
    if chat is None:
        _check(rows)
        row = dict(zip(_C, rows[0], strict=False))
        if row["state"] == "shredded":
            raise Refused(f"conversation `{conversation}` is shredded; nobody can open it")
        owner = directory.row_of(conn, row["account"]) if own[0] is None else _owner(own)
        shown = row["state"] == "live" and owner["leaving"] != directory.DELETED
        if not shown:
            chats.drop(conversation)
            if hold is None or hold not in [name for name, _ in holds.holding(conn, row)]:
                raise Refused(f"conversation `{conversation}` was deleted and is not shown; only a hold that reaches it opens it")
        chat = _chat(rows, own, unlocker(directory.key_of(conn, ring, owner)))
        if shown:
            chat.mark = mark
            chats.keep(chat)
    return next(_opened([chat], segments))


def open_account(conn: Connection, ring: Ring, segments: Blocks, account: str) -> Iterator[Unsealed]:
    """Yield what *account* has and is shown, opened, the newest sealed first; nothing of one that was deleted or forgotten."""
    below: int | None = LAST
    mark = mark_for(conn, ring.opened.chats, account)
    while below is not None:
        page, below = open_page(conn, ring, segments, account, below, mark)
        yield from page


def open_page(
    conn: Connection, ring: Ring, segments: Blocks, account: str, below: int = LAST, mark: Mark | None = None
) -> tuple[Iterator[Unsealed], int | None]:
    """Return the conversations of one page, opened as they are taken, and below which place the next begins.

    *mark* is the one asked for before the first page.
    """
    chats = ring.opened.chats
    same = chats.all_of(account, mark) if below == LAST else None
    if same is not None:
        return _taken(same, segments), None
    found = _MINE.rows(conn, one=account_id(account), below=below, most=PAGE + 1)
    rows = _of_each(found)
    owner = next((values for values in found if values[_OWNER_AT] is not None), None)
    if owner is None or owner[_LEAVING] == directory.DELETED:
        return iter(()), None
    page = _known(conn, ring, rows[:PAGE], owner[_OWNER_AT:], mark)
    if len(rows) > PAGE:
        chats.keep_shown(account, None, (one.name for one in page))
        return _taken(page, segments), page[-1].rows[0][_SEQ]
    if below == LAST:
        chats.keep_shown(account, mark, (one.name for one in page))
    return _taken(page, segments), None


def mark_for(conn: Connection, chats: Chats, account: str) -> Mark | None:
    """Return the mark of the database, where asking for it costs less than it may save of reading what *account* has."""
    return asking.mark(conn) if conn.dialect.name == "sqlite" or chats.size(account) >= WORTH else None


def _of_each(found: list[Values]) -> list[list[Values]]:
    """Return the rows of each conversation, those of its blocks in order, the newest first; a database sorts slower."""
    by_name: dict[str, list[Values]] = {}
    for values in found:
        by_name.setdefault(values[_NAME], []).append(values[:_OWNER_AT])
    rows = list(by_name.values())
    for some in rows:
        if len(some) > 1:
            some.sort(key=_number)
    rows.sort(key=_sequence, reverse=True)
    return rows


def _number(values: Values) -> int:
    return -1 if values[_NUMBER] is None else values[_NUMBER]


def _sequence(rows: list[Values]) -> int:
    number: int = rows[0][_SEQ]
    return number


def _known(conn: Connection, ring: Ring, page: list[list[Values]], own: Values, mark: Mark | None) -> list[Chat]:
    """Return a conversation for each of the rows of *page*, all of the account whose row is *own*: known, or made and kept."""
    owner, chats = _owner(own), ring.opened.chats
    unlocked = unlocker(directory.key_of(conn, ring, owner))
    found, made = [], []
    for rows in page:
        chat = chats.find(rows[0][_NAME], rows, own, mark)
        if chat is None:
            _check(rows)
            chat = _chat(rows, own, unlocked)
            chat.mark = mark
            made.append(chat)
        found.append(chat)
    if made:
        chats.keep(*made)
    return found


def _owner(own: Values) -> Row:
    """Return the row of the account, checked."""
    _check_account(own)
    return dict(zip(_A, own, strict=True))


def _check(rows: list[Values]) -> None:
    """Return only where every row that the index has of a conversation is as it was written."""
    first = rows[0]
    _check_conversation(first[:_KEY_AT])
    if first[_KEY_NAME] is not None:
        _check_key(first[_KEY_AT:BLOCK_AT])
    for values in rows:
        if values[BLOCK_AT] is not None:
            _check_block(values[BLOCK_AT:_OWNER_AT])


def _chat(rows: list[Values], own: Values, unlocked: Callable[[bytes, bytes, str], bytes]) -> Chat:
    """Return a conversation whose *rows* were checked, ready to be opened; its account's key is what *unlocked* opens by."""
    first = rows[0]
    conversation, account, turns = first[_NAME], first[_ACCOUNT], first[_ALL_TURNS]
    placed = rows if first[BLOCK_AT] is not None else []
    if [one[_NUMBER] for one in placed] != list(range(first[_COUNT])) or sum([one[_TURNS] for one in placed]) != turns:
        what = f"conversation `{conversation}` lacks blocks"
        raise Broken(f"{what}: {len(placed)} of {first[_COUNT]} are listed; run `sayso audit`")
    what = f"the key of conversation `{conversation}`"
    if first[_WRAPPED] is None:
        raise Broken(f"{what} is missing though nothing shredded it; run `sayso audit`")
    key = unlocked(first[_WRAPPED], purpose("conversation", account, conversation), what)
    parts = [Part(one, account, key) for one in placed]
    return Chat(rows, own, parts, name=conversation, account=account, turns=turns)


def _taken(chats: list[Chat], segments: Blocks) -> Iterator[Unsealed]:
    for chat, payloads in zip(chats, _opened(chats, segments), strict=True):
        yield Unsealed(conversation=ConversationId(chat.name), account=AccountId(chat.account), payloads=payloads, turns=chat.turns)


def _opened(chats: list[Chat], segments: Blocks) -> Iterator[list[bytes]]:
    """Yield the payloads of each of *chats*; those of a portion are fetched in the order in which they lie."""
    for portion in _portions(chats):
        parts = [part for chat in portion for part in chat.parts]
        parts.sort(key=_place)
        words = {}
        for raw, group in read_near(segments, parts):
            begin = group[0].start
            for part in group:
                words[part] = part.payload(raw, part.start - begin)
        for chat in portion:
            yield [words[part] for part in chat.parts]


def _portions(chats: list[Chat]) -> Iterator[list[Chat]]:
    """Yield *chats* in their order, as many at a time as may be in memory."""
    portion: list[Chat] = []
    size = 0
    for chat in chats:
        if portion and size + chat.bytes > SPAN:
            yield portion
            portion, size = [], 0
        portion.append(chat)
        size += chat.bytes
    yield portion


_place = attrgetter("segment", "start")
