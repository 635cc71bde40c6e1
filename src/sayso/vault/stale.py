"""Whose next looks are stale: accounts of which something changed that may rule all their conversations otherwise.

What a person says, or their plan or place, reaches every conversation they have. To write down for each of them when to look again
would make one answer cost what the person has. So one row says that all of it is to be looked at, and whoever asks for what is due
brings it up to date first, some at a time. It is no truth about anything: rulings are computed from the facts, at every use.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import Column, Connection, Table, bindparam, delete, func, inspect, select, text

from sayso.facts.words import AccountId
from sayso.vault.asking import Change
from sayso.vault.names import account_id, conversation_id
from sayso.vault.tables import METADATA, Text, sound, summed, take_turn

STALE = Table(
    "vault_stale",
    METADATA,
    Column("account", Text, primary_key=True),
    Column("upto", Text, nullable=False),
    Column("sum", Text, nullable=False),
)
"""One row an account: up to which conversation, in the order of their names, the looks are right again; empty, none are."""

_MARK = Change(
    text(
        "INSERT INTO vault_stale (account, upto, sum) VALUES (:account, :upto, :sum) "
        "ON CONFLICT (account) DO UPDATE SET upto = excluded.upto, sum = excluded.sum"
    ).bindparams(bindparam("account"), bindparam("upto"), bindparam("sum"))
)
_THERE = "stale_there"


class Waiting(NamedTuple):
    """An account whose looks are stale, and the conversation up to which they are right again."""

    account: AccountId
    upto: str


class Stale:
    """The accounts whose next looks are stale; each call works in the caller's transaction."""

    def mark(self, conn: Connection, accounts: Collection[str]) -> None:
        """Say that every next look of *accounts* is stale; one row each, however much they have."""
        take_turn(conn)
        _MARK.make(conn, [summed(STALE, {"account": account_id(one), "upto": ""}) for one in sorted(accounts)])

    def listed(self, conn: Connection, limit: int = 1000) -> list[Waiting]:
        """Return at most *limit* of them, by name."""
        if not _there(conn):
            return []
        rows = conn.execute(select(STALE).order_by(STALE.c.account).limit(limit)).mappings()
        return [Waiting(AccountId(row["account"]), row["upto"]) for row in rows if sound(STALE, row)]

    def settled(self, conn: Connection, account: str, upto: str | None) -> None:
        """Say up to which conversation the looks of *account* are right again; `None`: all of them."""
        take_turn(conn)
        if upto is None:
            forget(conn, account)
        else:
            _MARK.make(conn, [summed(STALE, {"account": account_id(account), "upto": conversation_id(upto)})])

    def count(self, conn: Connection) -> int:
        """Return how many there are."""
        return int(conn.execute(select(func.count()).select_from(STALE)).scalar_one()) if _there(conn) else 0


def forget(conn: Connection, account: str) -> None:
    """Take out the row of *account*: its looks are right, or there is nothing left to look at."""
    conn.execute(delete(STALE).where(STALE.c.account == account))


def _there(conn: Connection) -> bool:
    """Return whether the table is there: a database of the version before, opened for reading only, lacks it."""
    if not conn.info.get(_THERE):
        conn.info[_THERE] = inspect(conn).has_table(STALE.name)
    return bool(conn.info[_THERE])
