"""Epochs turn over: every account goes under a new master key, so that destroying the old one kills what older copies hold.

A backup holds a shredded conversation's key wrapped by its account's key, and that wrapped by the master key of then. So the
old master key must go, and an account that lost something must not take its old key along into the new epoch.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, select, update

from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import AccountId, ConversationId, Digest
from sayso.vault import directory
from sayso.vault.keys import fresh, purpose, unlock
from sayso.vault.ring import Ring
from sayso.vault.sealing import key_of
from sayso.vault.tables import (
    ACCOUNTS,
    CONVERSATIONS,
    EPOCHS,
    INSTANCE,
    KEYS,
    WORN,
    Row,
    account_digest,
    row_digest,
    sound,
    summed,
    take_turn,
)
from sayso.vault.values import Epoch, Turned

ENOUGH = 1000
"""Conversation keys after which a batch ends, so that no other writer waits long; one account is never split."""

_CHANGE_ACCOUNT = update(ACCOUNTS).where(ACCOUNTS.c.account == bindparam("one"))
_CHANGE_KEY = update(KEYS).where(KEYS.c.conversation == bindparam("one"))
_OF_ACCOUNT = select(CONVERSATIONS.c.conversation).where(
    CONVERSATIONS.c.account == bindparam("one"), CONVERSATIONS.c.state != "shredded"
)
_KEYS = select(KEYS).where(KEYS.c.conversation.in_(_OF_ACCOUNT)).order_by(KEYS.c.conversation)

_Digests = list[tuple[ConversationId, Digest]]


def turn(conn: Connection, ring: Ring, epoch: str, *, limit: int, everybody: bool) -> Turned:
    """Return what one batch of the turn to *epoch* rewrapped; what goes wrong leaves all of the batch as it was."""
    if limit < 1:
        raise Unfit(f"a batch has at least one account; `{limit}` is no such number")
    take_turn(conn)
    with conn.begin_nested():
        previous = ring.move(conn, epoch)
        earlier = select(ACCOUNTS).where(ACCOUNTS.c.epoch != epoch)
        rows = conn.execute(earlier.order_by(ACCOUNTS.c.account).limit(limit)).mappings().all()
        worn = _worn(conn, (row["account"] for row in rows))
        accounts: list[tuple[AccountId, Digest]] = []
        keys: _Digests = []
        rekeyed: list[AccountId] = []
        for row in rows:
            account = AccountId(row["account"])
            new = everybody or account in worn
            accounts.append((account, _rewrap(conn, ring, epoch, row, keys if new else None)))
            if new:
                rekeyed.append(account)
            if len(keys) >= ENOUGH:
                break
        left = conn.execute(select(func.count()).select_from(ACCOUNTS).where(ACCOUNTS.c.epoch != epoch)).scalar_one()
    return Turned(
        epoch=epoch, previous=previous, accounts=tuple(accounts), keys=tuple(keys), rekeyed=tuple(rekeyed), left=int(left)
    )


def listed(conn: Connection) -> list[Epoch]:
    """Return every epoch that was begun, in the order of their numbers."""
    counted = select(ACCOUNTS.c.epoch, func.count()).group_by(ACCOUNTS.c.epoch)
    under = {row[0]: int(row[1]) for row in conn.execute(counted)}
    current = conn.execute(select(INSTANCE.c.epoch)).scalar()
    names = sorted(conn.execute(select(EPOCHS.c.epoch)).scalars(), key=lambda name: (len(name), name))
    return [Epoch(epoch=name, accounts=under.get(name, 0), current=name == current) for name in names]


def _worn(conn: Connection, accounts: Iterable[str]) -> set[str]:
    """Return those of *accounts* that something was shredded of since they got their key."""
    names, found = list(accounts), set[str]()
    for at in range(0, len(names), 500):
        rows = conn.execute(select(WORN).where(WORN.c.account.in_(names[at : at + 500]))).mappings()
        found.update(row["account"] for row in rows if sound(WORN, row))
    return found


def _rewrap(conn: Connection, ring: Ring, epoch: str, row: Row, keys: _Digests | None) -> Digest:
    """Put one account under *epoch*; with *keys* under a new account key, its conversations' digests added to them."""
    account = row["account"]
    changed: dict[str, Any] = dict(sound(ACCOUNTS, row) or {})
    key = directory.key_of(conn, ring, row)
    if keys is not None:
        new = fresh(ring.entropy, 32)
        for kind, column in (("name", "name"), ("person", "secret")):
            bound, what = purpose(kind, account), f"the {column} of account `{account}`"
            changed[column] = ring.lock(new, unlock(key, row[column], bound, what), bound)
        keys += _rekey(conn, ring, account, key, new)
        conn.execute(delete(WORN).where(WORN.c.account == account))
        key = new
    changed |= {"wrapped": ring.lock(ring.wrapping(conn, epoch), key, purpose("account", account, epoch)), "epoch": epoch}
    conn.execute(_CHANGE_ACCOUNT, summed(ACCOUNTS, changed) | {"one": account})
    return account_digest(changed)


def _rekey(conn: Connection, ring: Ring, account: str, old: bytes, new: bytes) -> _Digests:
    """Wrap the keys of all of an account's conversations, shown, hidden and held, under its *new* key."""
    rows = conn.execute(_KEYS, {"one": account}).mappings().all()
    wanted = conn.execute(select(func.count()).select_from(_OF_ACCOUNT.subquery()), {"one": account}).scalar_one()
    if wanted != len(rows):
        raise Broken(f"account `{account}` has {wanted} conversations and {len(rows)} keys of them; run `sayso audit`")
    changed = []
    for row in rows:
        one = row["conversation"]
        key = key_of(one, account, old, sound(KEYS, row))
        wrapped = ring.lock(new, key, purpose("conversation", account, one))
        changed.append(summed(KEYS, {"conversation": one, "account": account, "wrapped": wrapped}) | {"one": one})
    if changed:
        conn.execute(_CHANGE_KEY, changed)
    return [(ConversationId(row["conversation"]), row_digest(KEYS, row)) for row in changed]
