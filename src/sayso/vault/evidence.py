"""What can be said of the vault without a key: fingerprints for the audit, contradictions, and counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Table, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from sayso.facts.canonical import digest
from sayso.vault import frames
from sayso.vault.blocks import Blocks, Place, read_all
from sayso.vault.dead import DEAD
from sayso.vault.directory import DELETED, LEAVING, lookup_digest
from sayso.vault.leases import LEASES
from sayso.vault.remarks import REMARKS, remark_digest
from sayso.vault.stale import STALE
from sayso.vault.tables import (
    ACCOUNTS,
    ALL,
    BLOCKS,
    CONVERSATIONS,
    EPOCHS,
    HELD,
    HOLDS,
    INSTANCE,
    KEYS,
    WORN,
    Row,
    account_digest,
    row_digest,
    worn,
)
from sayso.vault.values import Fingerprint, Stats


def fingerprints(conn: Connection, segments: Blocks) -> Iterator[Fingerprint]:
    """Yield the digest of every account row, wrapped key row and block, the last over the bytes on the disk, and every mark."""
    for row in conn.execute(select(ACCOUNTS).order_by(ACCOUNTS.c.account)).mappings():
        yield Fingerprint("account", row["account"], account_digest(row))
    for row in conn.execute(select(KEYS).order_by(KEYS.c.conversation)).mappings():
        yield Fingerprint("key", row["conversation"], row_digest(KEYS, row))
    placed = conn.execute(select(BLOCKS).order_by(BLOCKS.c.segment, BLOCKS.c.start)).mappings()
    for block, stored in _stored(segments, placed):
        yield Fingerprint("block", f"{block['conversation']}/{block['block']}", digest(stored))
    if REMARKS in _tables(conn):
        for row in conn.execute(select(REMARKS).order_by(REMARKS.c.conversation, REMARKS.c.number)).mappings():
            yield Fingerprint("remark", f"{row['conversation']}/{row['number']}", remark_digest(row))
    for account in worn(conn):
        yield Fingerprint("worn", account, row_digest(WORN, {"account": account}))


def check(conn: Connection, segments: Blocks) -> list[str]:
    """Return one line for each thing stored in the vault that contradicts another; needs no key."""
    parts: dict[str, Callable[[], Iterator[str]]] = {
        "rows": lambda: _sums(conn),
        "database": lambda: _database(conn),
        "directory": lambda: _directory(conn),
        "conversations": lambda: _conversations(conn),
        "blocks": lambda: _blocks(conn, segments),
        "holds": lambda: _holds(conn),
    }
    found: list[str] = []
    for part, look in parts.items():
        try:
            found.extend(look())
        except (DBAPIError, TypeError, ValueError, OverflowError):
            # A column that holds another kind of value than it was made for: what it says cannot be compared.
            found.append(f"the {part} of the vault hold values that cannot be read; restore the database or look at it by hand")
    return found


def stats(conn: Connection, segments: Blocks) -> Stats:
    """Return how much is stored."""
    by_state = select(CONVERSATIONS.c.state, func.count()).group_by(CONVERSATIONS.c.state)
    states = {row[0]: int(row[1]) for row in conn.execute(by_state)}
    of_deleted = CONVERSATIONS.c.account.in_(select(ACCOUNTS.c.account).where(ACCOUNTS.c.leaving == DELETED))
    unwritten = _count(conn, select(func.count()).select_from(CONVERSATIONS).where(CONVERSATIONS.c.state == "live", of_deleted))
    sums = select(func.count(), func.sum(BLOCKS.c.length), func.sum(BLOCKS.c.turns)).select_from(BLOCKS)
    blocks, length, turns = conn.execute(sums).one()
    sizes = segments.sizes()
    return Stats(
        accounts=_count(conn, select(func.count()).select_from(ACCOUNTS)),
        leaving=_count(conn, select(func.count()).select_from(ACCOUNTS).where(ACCOUNTS.c.leaving == LEAVING)),
        live=states.get("live", 0) - unwritten,
        hidden=states.get("hidden", 0) + unwritten,
        shredded=states.get("shredded", 0),
        blocks=int(blocks),
        turns=int(turns or 0),
        live_bytes=int(length or 0),
        dead_bytes=max(0, sum(sizes.values()) - int(length or 0)),
        segments=len(sizes),
        holds=_count(conn, select(func.count()).select_from(HOLDS)),
    )


def _count(conn: Connection, wanted: Any) -> int:
    return int(conn.execute(wanted).scalar_one())


def _stored(segments: Blocks, rows: Iterable[Row]) -> Iterator[tuple[Row, bytes]]:
    """Yield each block row with the bytes it points at; none where its numbers are no numbers."""
    left = iter(rows)
    while some := list(islice(left, 1000)):
        sane = [row for row in some if _is_place(row)]
        places = (Place(row["segment"], row["start"], row["length"]) for row in sane)
        yield from zip(sane, read_all(segments, places), strict=True)
        yield from ((row, b"") for row in some if not _is_place(row))


def _is_place(row: Row) -> bool:
    return all(isinstance(row[one], int) for one in ("segment", "start", "length")) and 0 <= row["length"] <= frames.LARGEST


def _sums(conn: Connection) -> Iterator[str]:
    for table in _tables(conn):
        keys = [column.name for column in table.primary_key.columns]
        for row in conn.execute(select(table)).mappings():
            if row["sum"] != row_digest(table, row):
                yield f"table `{table.name}` row `{' '.join(str(row[key]) for key in keys)}` was changed"


def _tables(conn: Connection) -> list[Table]:
    """Return the tables that are there: a folder made before epochs turned lacks some until it is opened for writing."""
    there = set(inspect(conn).get_table_names())
    later = (WORN, DEAD, LEASES, REMARKS, STALE)
    return [table for table in (*ALL, DEAD, LEASES, REMARKS, STALE) if table not in later or table.name in there]


def _database(conn: Connection) -> Iterator[str]:
    """Yield what SQLite itself finds wrong, such as an index that lacks a row and so would hide what is due."""
    if conn.dialect.name == "sqlite":
        for table in _tables(conn):
            lines = conn.execute(text(f"PRAGMA integrity_check('{table.name}')")).scalars().all()
            if lines != ["ok"]:
                yield f"table `{table.name}` and its indexes disagree ({len(lines)} places)"


def _directory(conn: Connection) -> Iterator[str]:
    if _count(conn, select(func.count()).select_from(INSTANCE)) != 1:
        yield "the vault has not exactly one instance row"
    epochs = set(conn.execute(select(EPOCHS.c.epoch)).scalars())
    for row in conn.execute(select(INSTANCE)).mappings():
        if row["epoch"] not in epochs:
            yield f"the instance is of epoch `{row['epoch']}`, which was never begun"
    for row in conn.execute(select(ACCOUNTS)).mappings():
        account, lookup = row["account"], row["lookup"]
        if row["epoch"] not in epochs:
            yield f"account `{account}` is of epoch `{row['epoch']}`, which was never begun"
        if (lookup is None) != (row["leaving"] == LEAVING) or row["leaving"] not in (0, LEAVING, DELETED):
            yield f"account `{account}` cannot be found by its name though it is not leaving, or the other way round"
        if lookup is not None and (not isinstance(lookup, bytes) or lookup_digest(account, lookup) != row["lookup_digest"]):
            yield f"account `{account}` is listed under another name than it was enrolled with"
    if WORN in _tables(conn):
        for one in conn.execute(select(WORN.c.account).where(WORN.c.account.not_in(select(ACCOUNTS.c.account)))).scalars():
            yield f"account `{one}` is to get a new key though it is not in the directory"


def _conversations(conn: Connection) -> Iterator[str]:
    accounts = set(conn.execute(select(ACCOUNTS.c.account)).scalars())
    keys: dict[str, str] = {row[0]: row[1] for row in conn.execute(select(KEYS.c.conversation, KEYS.c.account))}
    counted = select(
        BLOCKS.c.conversation,
        func.count(),
        func.sum(BLOCKS.c.turns),
        func.sum(BLOCKS.c.length),
        func.min(BLOCKS.c.block),
        func.max(BLOCKS.c.block),
    ).group_by(BLOCKS.c.conversation)
    placed = {row[0]: tuple(row[1:]) for row in conn.execute(counted)}
    for row in conn.execute(select(CONVERSATIONS)).mappings():
        one, state = row["conversation"], row["state"]
        blocks = placed.pop(one, None)
        owner = keys.pop(one, None)
        if state == "shredded":
            if owner is not None or blocks is not None:
                yield f"conversation `{one}` is shredded but still has a key or blocks"
            continue
        if state not in ("live", "hidden"):
            yield f"conversation `{one}` is in no state the vault knows"
        if owner is None:
            yield f"conversation `{one}` has no key though nothing shredded it"
        elif owner != row["account"]:
            yield f"conversation `{one}` and its key belong to different accounts"
        if row["account"] not in accounts:
            yield f"conversation `{one}` is stored though its account is not in the directory"
        if blocks != (row["blocks"], row["turns"], row["bytes"], 0, row["blocks"] - 1):
            yield f"conversation `{one}` does not have the blocks, turns and bytes it is listed with"
    if REMARKS in _tables(conn):
        kept = select(CONVERSATIONS.c.conversation).where(CONVERSATIONS.c.state != "shredded")
        for one in conn.execute(select(REMARKS.c.conversation).distinct().where(REMARKS.c.conversation.not_in(kept))).scalars():
            yield f"conversation `{one}` is shredded, or was never here, and still has remarks"
    yield from (f"the key of conversation `{one}` belongs to no conversation" for one in keys)
    yield from (f"blocks of conversation `{one}` belong to no conversation" for one in placed)


def _blocks(conn: Connection, segments: Blocks) -> Iterator[str]:
    owners: dict[str, str] = {row[0]: row[1] for row in conn.execute(select(CONVERSATIONS.c.conversation, CONVERSATIONS.c.account))}
    listed, end, anything = segments.sizes(), (0, 0), None
    for row, stored in _stored(segments, conn.execute(select(BLOCKS).order_by(BLOCKS.c.segment, BLOCKS.c.start)).mappings()):
        what = f"conversation `{row['conversation']}` block {row['block']}"
        anything = bool(anything or stored)
        if not stored and row["segment"] not in listed:  # a listing may be late: what can be read is there
            yield f"{what}: segment {row['segment']} is missing"
        elif len(stored) != row["length"]:
            yield f"{what}: only {len(stored)} of its {row['length']} bytes are there"
        elif digest(stored) != row["digest"]:
            yield f"{what}: its bytes are not those that were sealed"
        elif not _as_listed(frames.unpack(stored), row, owners.get(row["conversation"])):
            yield f"{what}: it is listed as another block than it is"
        if (row["segment"], row["start"]) < end:
            yield f"{what}: it lies across another block"
        end = (row["segment"], row["start"] + row["length"])
    if anything is False and not listed:
        yield "the folder of segments is empty though blocks are listed"


def _as_listed(frame: frames.Frame | None, row: Row, owner: str | None) -> bool:
    if frame is None:
        return False
    listed = owner, *(row[name] for name in ("conversation", "block", "turns", "policy", "length"))
    return listed == (frame.account, frame.conversation, frame.block, frame.turns, frame.policy.hex(), frame.length)


def _holds(conn: Connection) -> Iterator[str]:
    named = set(conn.execute(select(HOLDS.c.hold)).scalars())
    for hold in conn.execute(select(HELD.c.hold).distinct()).scalars():
        if hold not in named:
            yield f"lines of hold `{hold}` stand though it is not listed"
