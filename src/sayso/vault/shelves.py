"""The shelves: conversations sealed block by block, opened in order, hidden, and shredded by destroying their key."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, select, update

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.words import AccountId, ConversationId
from sayso.vault import directory, frames, holds
from sayso.vault.keys import fresh, lock, purpose, unlock
from sayso.vault.names import account_id, conversation_id, instant, micros, policy_digest
from sayso.vault.ring import Ring
from sayso.vault.segments import Segments
from sayso.vault.tables import BLOCKS, CONVERSATIONS, KEYS, Row, row_digest, summed, take_turn
from sayso.vault.values import Block, SealedBlock, State, Stored

Added = tuple[int, int, int | None, int | None]
"""What a block adds: turns, bytes, and the instants of its first and last turn."""


def seal_all(conn: Connection, ring: Ring, segments: Segments, blocks: Iterable[Block]) -> list[SealedBlock]:
    """Seal *blocks* each as the next of its conversation: on the disk first, in the index after; all of them or none."""
    checked = [(block, *_checked(block)) for block in blocks]
    take_turn(conn)
    segments.begin()
    with conn.begin_nested():
        sealed = [_seal(conn, ring, segments, block, policy, added) for block, policy, added in checked]
        # One wait for the disk, before the caller can commit: an index row must never point at bytes a crash could take away.
        segments.sync()
    return sealed


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


def _seal(conn: Connection, ring: Ring, segments: Segments, block: Block, policy: bytes, added: Added) -> SealedBlock:
    account, conversation, (turns, length, _, _) = block.account, block.conversation, added
    owner = directory.row_of(conn, account)
    if owner["leaving"]:
        raise Refused(f"account `{account}` was deleted; nothing more is sealed for it")
    row = _row(conn, conversation)
    _may_grow(row, account, conversation)
    account_key = directory.key_of(conn, ring, owner)
    if row is None:
        key_row, key = _new_key(ring, account_key, account, conversation)
    else:
        key_row, key = _key(conn, account_key, conversation, account)
    number = 0 if row is None else int(row["blocks"])
    frame = frames.Frame(account=account, conversation=conversation, block=number, turns=turns, policy=policy, length=length)
    stored = frames.seal(key, frame, block.payload, ring.entropy)
    segment, start = segments.append(stored)
    if row is None:
        conn.execute(KEYS.insert().values(summed(KEYS, key_row)))
    placed = {"conversation": conversation, "block": number, "turns": turns, "policy": block.policy, "segment": segment}
    placed |= {"start": start, "length": length, "digest": digest(stored)}
    conn.execute(BLOCKS.insert().values(summed(BLOCKS, placed)))
    _count(conn, row, account, conversation, added)
    return SealedBlock(
        conversation=ConversationId(conversation),
        account=AccountId(account),
        block=number,
        turns=turns,
        digest=digest(stored),
        key_digest=row_digest(KEYS, key_row),
        bytes=length,
    )


def open_all(conn: Connection, ring: Ring, segments: Segments, conversation: str, *, hold: str | None) -> list[bytes]:
    """Return the payloads of *conversation* in order; a hidden one only under a *hold* that reaches it."""
    row = _known(conn, conversation)
    if row["state"] == "shredded":
        raise Refused(f"conversation `{conversation}` is shredded; nobody can open it")
    if row["state"] != "live" and (hold is None or hold not in [name for name, _ in holds.holding(conn, row)]):
        raise Refused(f"conversation `{conversation}` was deleted and is not shown; only a hold that reaches it opens it")
    owner = directory.row_of(conn, row["account"])
    _, key = _key(conn, directory.key_of(conn, ring, owner), conversation, row["account"])
    placed = conn.execute(select(BLOCKS).where(BLOCKS.c.conversation == conversation).order_by(BLOCKS.c.block)).mappings().all()
    if [one["block"] for one in placed] != list(range(row["blocks"])) or sum(one["turns"] for one in placed) != row["turns"]:
        raise Broken(f"conversation `{conversation}` lacks blocks: {len(placed)} of {row['blocks']} are listed; run `sayso audit`")
    return [_unseal(segments, key, row["account"], one) for one in placed]


def _unseal(segments: Segments, key: bytes, account: str, placed: Row) -> bytes:
    return frames.unseal(key, frame_of(placed, account), segments.read(placed["segment"], placed["start"], placed["length"]))


def hide(conn: Connection, conversation: str, at: datetime | None) -> bool:
    """Hide *conversation*; say whether it was shown until now."""
    conversation_id(conversation)
    take_turn(conn)
    row = _known(conn, conversation)
    if row["state"] != "live":
        return False
    _write(conn, dict(row) | {"state": "hidden", "hidden_at": micros(at)})
    return True


def shred(conn: Connection, conversation: str) -> bool:
    """Destroy the key of *conversation*, unless a hold reaches it; say whether there was one to destroy."""
    conversation_id(conversation)
    take_turn(conn)
    row = _known(conn, conversation)
    if row["state"] == "shredded":
        return False
    held = holds.holding(conn, row)
    if held:
        named = ", ".join(f"`{hold}` (matter `{matter}`)" if matter else f"`{hold}`" for hold, matter in held)
        raise Refused(f"conversation `{conversation}` is held by {named}; it can be shredded when no hold reaches it", holds=held)
    conn.execute(delete(KEYS).where(KEYS.c.conversation == conversation))
    conn.execute(delete(BLOCKS).where(BLOCKS.c.conversation == conversation))
    gone = {"state": "shredded", "turns": 0, "blocks": 0, "bytes": 0, "began_at": None, "ended_at": None, "next_change_at": None}
    _write(conn, dict(row) | gone)
    return True


def schedule(conn: Connection, changes: Iterable[tuple[str, datetime | None]]) -> int:
    """Write when each conversation's ruling changes next; return how many that are not shredded were found."""
    take_turn(conn)
    done = 0
    for conversation, at in changes:
        row = _row(conn, conversation_id(conversation))
        if row is not None and row["state"] != "shredded":
            done += 1
            if row["next_change_at"] != micros(at):
                _write(conn, dict(row) | {"next_change_at": micros(at)})
    return done


def due(conn: Connection, at: datetime, limit: int) -> list[ConversationId]:
    """Return the conversations whose ruling changes at *at* or before, the longest overdue first."""
    when = CONVERSATIONS.c.next_change_at
    wanted = (
        select(CONVERSATIONS.c.conversation).where(when <= micros(at)).order_by(when, CONVERSATIONS.c.conversation).limit(limit)
    )
    return [ConversationId(one) for one in conn.execute(wanted).scalars()]


def stored(
    conn: Connection, *, account: str | None, states: Collection[State], offset: int = 0, limit: int | None = None
) -> Iterator[Stored]:
    """Yield what the index knows of the conversations in *states*, the newest sealed first."""
    wanted = select(CONVERSATIONS).where(CONVERSATIONS.c.state.in_(list(states))).order_by(CONVERSATIONS.c.seq.desc())
    if account is not None:
        wanted = wanted.where(CONVERSATIONS.c.account == account_id(account))
    if offset < 0 or (limit is not None and limit < 0):
        raise Unfit("an offset and a limit count from 0; give no negative ones")
    rows = conn.execute(wanted.offset(offset).limit(limit)).mappings().all()
    held = holds.all_held(conn, [row["conversation"] for row in rows])
    for row in rows:
        yield _stored(row, held.get(row["conversation"], ()))


def look(conn: Connection, conversation: str) -> Stored | None:
    """Return what the index knows of *conversation*, or `None` where it was never sealed."""
    row = _row(conn, conversation_id(conversation))
    return None if row is None else _stored(row, holds.all_held(conn, [conversation]).get(conversation, ()))


def frame_of(placed: Row, account: str) -> frames.Frame:
    """Return the header that the block of an index row must have."""
    try:
        policy = policy_digest(placed["policy"])
    except Unfit:
        what = f"conversation `{placed['conversation']}` block {placed['block']}"
        raise Broken(f"{what} is listed wrongly; run `sayso audit`") from None
    return frames.Frame(
        account=account,
        conversation=placed["conversation"],
        block=placed["block"],
        turns=placed["turns"],
        policy=policy,
        length=placed["length"],
    )


def _row(conn: Connection, conversation: str) -> Row | None:
    return conn.execute(select(CONVERSATIONS).where(CONVERSATIONS.c.conversation == conversation)).mappings().first()


def _known(conn: Connection, conversation: str) -> Row:
    row = _row(conn, conversation_id(conversation))
    if row is None:
        raise Unfit(f"conversation `{conversation}` was never sealed here; look it up among its account's conversations")
    return row


def _may_grow(row: Row | None, account: str, conversation: str) -> None:
    if row is None:
        return
    if row["account"] != account:
        raise Unfit(f"conversation `{conversation}` belongs to another account; identify it under its own")
    if row["state"] != "live":
        raise Refused(f"conversation `{conversation}` was deleted; a deleted conversation takes no more turns")


def _new_key(ring: Ring, account_key: bytes, account: str, conversation: str) -> tuple[dict[str, Any], bytes]:
    key = fresh(ring.entropy, 32)
    wrapped = lock(account_key, key, purpose("conversation", account, conversation), ring.entropy)
    return {"conversation": conversation, "account": account, "wrapped": wrapped}, key


def _key(conn: Connection, account_key: bytes, conversation: str, account: str) -> tuple[dict[str, Any], bytes]:
    row = conn.execute(select(KEYS).where(KEYS.c.conversation == conversation)).mappings().first()
    if row is None:
        raise Broken(f"the key of conversation `{conversation}` is missing though nothing shredded it; run `sayso audit`")
    what = f"the key of conversation `{conversation}`"
    return dict(row), unlock(account_key, row["wrapped"], purpose("conversation", account, conversation), what)


def _count(conn: Connection, row: Row | None, account: str, conversation: str, added: Added) -> None:
    """Write the conversation's row after a block; unknown times, once in, stay unknown, so that a hold by time keeps it."""
    turns, length, began, ended = added
    seq = int(conn.execute(select(func.coalesce(func.max(CONVERSATIONS.c.seq), 0))).scalar_one()) + 1
    if row is None:
        fresh_row = {"conversation": conversation, "account": account, "seq": seq, "state": "live", "turns": turns, "blocks": 1}
        fresh_row |= {"bytes": length, "began_at": began, "ended_at": ended, "hidden_at": None, "next_change_at": None}
        conn.execute(CONVERSATIONS.insert().values(summed(CONVERSATIONS, fresh_row)))
        return
    first = None if began is None or row["began_at"] is None else min(began, row["began_at"])
    last = None if ended is None or row["ended_at"] is None else max(ended, row["ended_at"])
    grown = {"seq": seq, "turns": row["turns"] + turns, "blocks": row["blocks"] + 1, "bytes": row["bytes"] + length}
    _write(conn, dict(row) | grown | {"began_at": first, "ended_at": last})


def _write(conn: Connection, row: dict[str, Any]) -> None:
    done = update(CONVERSATIONS).where(CONVERSATIONS.c.conversation == row["conversation"]).values(summed(CONVERSATIONS, row))
    conn.execute(done)


def _stored(row: Row, held: tuple[str, ...]) -> Stored:
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
        held=held,
    )
