"""Sealing: blocks written to the disk first and made durable with one wait, their rows inserted after."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import BigInteger, Connection, Table, bindparam, func, select

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.words import AccountId, ConversationId
from sayso.vault import directory, frames
from sayso.vault.asking import Question, changing, inserting, written_at_once
from sayso.vault.blocks import SPAN, Blocks, Place
from sayso.vault.keys import fresh, purpose, unlock
from sayso.vault.names import account_id, conversation_id, micros, policy_digest
from sayso.vault.ring import Ring
from sayso.vault.tables import BLOCKS, CONVERSATIONS, KEYS, Row, row_digest, sounding, summed, take_turn
from sayso.vault.values import Block, SealedBlock

Added = tuple[int, int, int | None, int | None]
"""What a block adds: turns, bytes, and the instants of its first and last turn."""


def seal_all(conn: Connection, ring: Ring, segments: Blocks, blocks: Iterable[Block], *, wait: bool = True) -> list[SealedBlock]:
    """Seal *blocks*, each as the next of its conversation: all of them or none.

    Without *wait* whoever calls has begun, and lets `segments` sync before the transaction commits.
    """
    checked = [(block, *_checked(block)) for block in blocks]
    take_turn(conn)
    if wait:
        segments.begin()
    if checked:
        segments.assert_there(lambda: _last(conn, segments))
    batch = _Batch(conn, ring, segments)
    batch.fetch({block.conversation for block, _, _ in checked})
    # (1) Every block is on the disk, (2) then its row is committed: no row may ever point at bytes a crash could take away.
    sealed = [batch.add(block, policy, added) for block, policy, added in checked]
    if wait:
        segments.sync()
    with written_at_once(conn):
        batch.list_all()
    return sealed


class Sealer:
    """Seals into *segments*; each call waits for the disk by itself, or all of a transaction do together."""

    def __init__(self, segments: Blocks) -> None:
        self._segments = segments
        self._behind: int | None = None

    def seal_all(self, conn: Connection, ring: Ring, blocks: Iterable[Block]) -> list[SealedBlock]:
        """Return *blocks* as they were sealed, all of them or none."""
        sealed = seal_all(conn, ring, self._segments, blocks, wait=self._behind is None)
        if self._behind is not None:
            self._behind += sum(one.bytes for one in sealed)
            if self._behind > SPAN:  # what a store of objects has not taken yet is held in memory
                self._segments.sync()
                self._behind = 0
        return sealed

    @contextmanager
    def waiting_once(self) -> Iterator[None]:
        """Have all that is sealed inside the block wait for the disk together, at its end."""
        self._segments.begin()
        self._behind = 0
        try:
            yield
            self._segments.sync()
        finally:
            self._behind = None


def key_of(conversation: str, account: str, account_key: bytes, row: Row | None) -> bytes:
    """Return the conversation's key, opened from its wrapped *row*."""
    if row is None:
        raise Broken(f"the key of conversation `{conversation}` is missing though nothing shredded it; run `sayso audit`")
    what = f"the key of conversation `{conversation}`"
    return unlock(account_key, row["wrapped"], purpose("conversation", account, conversation), what)


class _Batch:
    """Blocks of one call, and the rows they will have; nothing is written to the database before `list_all`."""

    def __init__(self, conn: Connection, ring: Ring, segments: Blocks) -> None:
        self._conn, self._ring, self._segments = conn, ring, segments
        self._account_keys: dict[str, bytes] = {}
        self._rows: dict[str, dict[str, Any]] = {}
        self._key_rows: dict[str, dict[str, Any]] = {}
        self._known: set[str] = set()
        self._touched: set[str] = set()
        self._placed: list[dict[str, Any]] = []
        self._seq = int(_NEWEST.rows(conn)[0][0])

    def fetch(self, conversations: Collection[str]) -> None:
        """Read what is known of *conversations*."""
        self._rows = known(self._conn, conversations)
        self._known = set(self._rows)
        self._key_rows = _by(self._conn, _FEW_KEYS, KEYS, self._known)

    def add(self, block: Block, policy: bytes, added: Added) -> SealedBlock:
        """Append *block* to the segments; durable once they are synced."""
        account, conversation, (turns, length, _, _) = block.account, block.conversation, added
        account_key = self._account_key(account)
        row = self._rows.get(conversation)
        _may_grow(row, account, conversation)
        if row is None:
            key = fresh(self._ring.entropy, 32)
            wrapped = self._ring.lock(account_key, key, purpose("conversation", account, conversation))
            self._key_rows[conversation] = {"conversation": conversation, "account": account, "wrapped": wrapped}
        else:
            key = key_of(conversation, account, account_key, self._key_rows.get(conversation))
        number = 0 if row is None else int(row["blocks"])
        frame = frames.Frame(
            account=account,
            conversation=conversation,
            block=number,
            turns=turns,
            policy=policy,
            length=length,
            version=self._ring.version,
        )
        stored = frames.seal(key, frame, block.payload, self._ring.entropy)
        segment, start = self._segments.append(stored)
        sealed = SealedBlock(
            conversation=ConversationId(conversation),
            account=AccountId(account),
            block=number,
            turns=turns,
            digest=digest(stored),
            key_digest=row_digest(KEYS, self._key_rows[conversation]),
            bytes=length,
        )
        placed = {"conversation": conversation, "block": number, "turns": turns, "policy": block.policy, "segment": segment}
        self._placed.append(placed | {"start": start, "length": length, "digest": sealed.digest})
        self._seq += 1
        self._rows[conversation] = _grown(row, account, conversation, added) | {"seq": self._seq}
        self._touched.add(conversation)
        return sealed

    def list_all(self) -> None:
        """Write the rows of everything that was added."""
        new = sorted(self._touched - self._known, key=lambda one: int(self._rows[one]["seq"]))
        grown = sorted(self._touched & self._known)
        for table, rows in (
            (KEYS, [self._key_rows[one] for one in new]),
            (CONVERSATIONS, [self._rows[one] for one in new]),
            (BLOCKS, self._placed),
        ):
            _INSERT[table].make(self._conn, [summed(table, row) for row in rows])
        _GROW.make(self._conn, [summed(CONVERSATIONS, self._rows[one]) for one in grown])

    def _account_key(self, account: str) -> bytes:
        key = self._account_keys.get(account)
        if key is None:
            owner = directory.row_of(self._conn, account)
            if owner["leaving"]:
                raise Refused(f"account `{account}` was deleted; nothing more is sealed for it")
            key = self._account_keys[account] = directory.key_of(self._conn, self._ring, owner)
        return key


def _last(conn: Connection, segments: Blocks) -> Place | None:
    """Return where the last block lies that is listed, but for those that are held apart; `None` where none is."""
    rows = _LAST.rows(conn, below=segments.held_from)
    return Place(*rows[0]) if rows else None


def _checked(block: Block) -> tuple[bytes, Added]:
    """Return the policy's bytes and what *block* adds; refuses what could not be listed, before anything is written."""
    account_id(block.account)
    conversation_id(block.conversation)
    if not isinstance(block.turns, int) or not 0 <= block.turns < 2**31:
        raise Unfit(f"a block counts its turns; `{block.turns}` is no such number")
    if not isinstance(block.payload, bytes):
        raise Unfit("a payload is bytes; encode the turns first")
    length = len(block.payload) + frames.OVERHEAD
    if length > frames.LARGEST:
        raise Unfit(f"a block of {len(block.payload)} bytes is too large; seal it as several of at most 60 MB")
    return policy_digest(block.policy), (block.turns, length, micros(block.began), micros(block.ended))


def _may_grow(row: Row | None, account: str, conversation: str) -> None:
    if row is None:
        return
    if row["account"] != account:
        raise Unfit(f"conversation `{conversation}` belongs to another account; identify it under its own")
    if row["state"] != "live":
        raise Refused(f"conversation `{conversation}` was deleted; a deleted conversation takes no more turns")


def _grown(row: Row | None, account: str, conversation: str, added: Added) -> dict[str, Any]:
    """Return the conversation's row after a block; unknown times, once in, stay unknown, so that a hold by time keeps it."""
    turns, length, began, ended = added
    if row is None:
        made = {"conversation": conversation, "account": account, "state": "live", "turns": turns, "blocks": 1, "bytes": length}
        return made | {"began_at": began, "ended_at": ended, "hidden_at": None, "next_change_at": None}
    first = None if began is None or row["began_at"] is None else min(began, row["began_at"])
    last = None if ended is None or row["ended_at"] is None else max(ended, row["ended_at"])
    grown = {"turns": row["turns"] + turns, "blocks": row["blocks"] + 1, "bytes": row["bytes"] + length}
    return dict(row) | grown | {"began_at": first, "ended_at": last}


_ASKED = 10
_FEW_ROWS, _FEW_KEYS = (
    Question(select(table).where(table.c.conversation.in_([bindparam(f"one{at}") for at in range(_ASKED)])))
    for table in (CONVERSATIONS, KEYS)
)
_NEWEST = Question(select(func.coalesce(func.max(CONVERSATIONS.c.seq), 0)))
_LAST = Question(
    select(BLOCKS.c.segment, BLOCKS.c.start, BLOCKS.c.length)
    .where(BLOCKS.c.segment < bindparam("below", type_=BigInteger))
    .order_by(BLOCKS.c.segment.desc(), BLOCKS.c.start.desc())
    .limit(1)
)
_INSERT = {table: inserting(table) for table in (KEYS, CONVERSATIONS, BLOCKS)}
_GROW = changing(CONVERSATIONS, "conversation")


def known(conn: Connection, conversations: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of *conversations*, those that there are, by their names."""
    return _by(conn, _FEW_ROWS, CONVERSATIONS, conversations)


def _by(conn: Connection, few: Question, table: Table, wanted: Collection[str]) -> dict[str, dict[str, Any]]:
    """Return the rows of *table* for the conversations *wanted*, asked for in parts of one size, in the same words."""
    names, found = sorted(wanted), dict[str, dict[str, Any]]()
    columns, check = table.columns.keys(), sounding(table)
    for at in range(0, len(names), _ASKED):
        some = names[at : at + _ASKED]
        some += some[-1:] * (_ASKED - len(some))
        for values in few.rows(conn, **{f"one{number}": name for number, name in enumerate(some)}):
            check(values)
            found[values[0]] = dict(zip(columns, values, strict=True))
    return found
