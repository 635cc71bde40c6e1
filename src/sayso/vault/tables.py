"""The vault's tables, beside the ledger's in one database; every row carries the sum of its own columns."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Index, Integer, LargeBinary, MetaData, Table, Text, inspect, select, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import Digest

VERSION = 1
Row = Mapping[Any, Any]
"""A row by column name, read or made."""

METADATA = MetaData()


def _table(name: str, *columns: Column[Any] | Index) -> Table:
    """Return a vault table: what is given, and `sum`, which any changed column contradicts."""
    return Table(f"vault_{name}", METADATA, *columns, Column("sum", Text, nullable=False))


def _needed(name: str, kind: Any) -> Column[Any]:
    return Column(name, kind, nullable=False)


INSTANCE = _table(
    "instance",
    Column("id", Integer, primary_key=True, autoincrement=False),
    _needed("version", Integer),
    _needed("epoch", Text),
    _needed("wrapped", LargeBinary),
)
EPOCHS = _table("epochs", Column("epoch", Text, primary_key=True), _needed("check_value", LargeBinary))
ACCOUNTS = _table(
    "accounts",
    Column("account", Text, primary_key=True),
    Column("lookup", LargeBinary, unique=True),
    _needed("lookup_digest", Text),
    _needed("wrapped", LargeBinary),
    _needed("name", LargeBinary),
    _needed("secret", LargeBinary),
    _needed("epoch", Text),
    _needed("leaving", Integer),
)
CONVERSATIONS = _table(
    "conversations",
    Column("conversation", Text, primary_key=True),
    _needed("account", Text),
    _needed("seq", BigInteger),
    _needed("state", Text),
    _needed("turns", BigInteger),
    _needed("blocks", Integer),
    _needed("bytes", BigInteger),
    Column("began_at", BigInteger),
    Column("ended_at", BigInteger),
    Column("hidden_at", BigInteger),
    Column("next_change_at", BigInteger),
    Index("vault_by_account", "account", "seq"),
    Index("vault_by_seq", "seq"),
    Index("vault_due", "next_change_at"),
)
KEYS = _table("keys", Column("conversation", Text, primary_key=True), _needed("account", Text), _needed("wrapped", LargeBinary))
BLOCKS = _table(
    "blocks",
    Column("conversation", Text, primary_key=True),
    Column("block", Integer, primary_key=True, autoincrement=False),
    _needed("turns", Integer),
    _needed("policy", Text),
    _needed("segment", BigInteger),
    _needed("start", BigInteger),
    _needed("length", Integer),
    _needed("digest", Text),
    Index("vault_by_place", "segment", "start", unique=True),
)
HOLDS = _table("holds", Column("hold", Text, primary_key=True), _needed("matter", Text))
HELD = _table(
    "held",
    Column("hold", Text, primary_key=True),
    Column("line", Integer, primary_key=True, autoincrement=False),
    Column("conversation", Text),
    Column("account", Text),
    Column("since", BigInteger),
    Column("until", BigInteger),
    Index("vault_held_by", "conversation", "account"),
)
WORN = _table("worn", Column("account", Text, primary_key=True))
"""Accounts something was shredded of since they got their key: they get a new one when the epoch turns."""
ALL = (INSTANCE, EPOCHS, ACCOUNTS, CONVERSATIONS, KEYS, BLOCKS, HOLDS, HELD, WORN)


def row_digest(table: Table, row: Row, *, without: tuple[str, ...] = ()) -> Digest:
    """Return the SHA-256 of the canonical JSON of *row*: bytes as hex, numbers as decimal text, `sum` left out."""
    plain: dict[str, str | None] = {"table": str(table.name)}
    for column in table.columns:
        if column.name != "sum" and column.name not in without:
            value = row[column.name]
            plain[str(column.name)] = value.hex() if isinstance(value, bytes) else None if value is None else str(value)
    try:
        # Names and texts alone: Python's own encoder gives the canonical bytes of those, at a fraction of the cost.
        return digest(json.dumps(plain, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode())
    except UnicodeEncodeError:
        raise Unfit("a row holds half a character; it has no canonical bytes") from None


def summed(table: Table, row: Row) -> dict[str, Any]:
    """Return *row* with its sum, ready to be written."""
    return {**row, "sum": row_digest(table, row)}


def sound(table: Table, row: Row | None) -> Row | None:
    """Return *row* as it was written; `Broken` where any of its columns was changed since, so that nothing is done upon it."""
    if row is None:
        return None
    try:
        whole = row["sum"] == row_digest(table, row)
    except Unfit:
        whole = False
    if not whole:
        names = " ".join(str(row[column.name])[:40] for column in table.primary_key.columns)
        raise Broken(f"table `{table.name}` row `{names}` was changed; nothing is done upon it, run `sayso audit`")
    return row


def account_digest(row: Row) -> Digest:
    """Return the digest of an account row that stays the same from its enrolment to its last day."""
    return row_digest(ACCOUNTS, row, without=("lookup", "leaving"))


def worn(conn: Connection) -> list[str]:
    """Return the accounts that are to get a new key; in a folder made before epochs turned, all that ever lost anything."""
    if inspect(conn).has_table(WORN.name):
        return list(conn.execute(select(WORN.c.account).order_by(WORN.c.account)).scalars())
    lost = select(CONVERSATIONS.c.account).where(CONVERSATIONS.c.state == "shredded").distinct()
    return list(conn.execute(select(ACCOUNTS.c.account).where(ACCOUNTS.c.account.in_(lost)).order_by(ACCOUNTS.c.account)).scalars())


def migrate(conn: Connection) -> None:
    """Add what folders made before epochs turned lack: the list of worn accounts, with every account that ever lost something."""
    if inspect(conn).has_table(WORN.name):
        return
    living = worn(conn)
    WORN.create(conn)
    if living:
        conn.execute(WORN.insert(), [summed(WORN, {"account": one}) for one in living])


_TURN = INSTANCE.update().where(INSTANCE.c.id == 1).values(id=1)
_OVERWRITES, _WAITS = text("PRAGMA secure_delete"), text("PRAGMA synchronous")


def take_turn(conn: Connection) -> None:
    """Make this transaction the vault's only writer until it ends; refuses a database that keeps what it deletes.

    Files are appended to, and removed, only by whoever holds this turn, so no index row can come to point at a file
    that another transaction has just removed.
    """
    assert_safe(conn)
    try:
        done = conn.execute(_TURN)
    except (OperationalError, ProgrammingError) as error:
        if "no such table" in str(error) or "does not exist" in str(error):
            raise Broken("this database holds no vault; run `sayso init`") from None
        raise Broken("another writer holds the vault's database; try again in a moment") from None
    if done.rowcount != 1:
        raise Broken("the vault was never begun in this database; run `sayso init`")


def assert_safe(conn: Connection) -> None:
    """Return only where SQLite overwrites what it deletes and waits for the disk; other databases pass.

    A key deleted from a page that is not overwritten can be read back from the file, so `secure_delete` must be fully on
    (`fast` keeps overflow pages); a commit that does not wait could lose what was acknowledged.
    """
    if conn.dialect.name != "sqlite":
        return
    if conn.execute(_OVERWRITES).scalar() != 1:
        raise Broken("this database keeps what it deletes; set `PRAGMA secure_delete = ON` on every connection")
    if int(conn.execute(_WAITS).scalar() or 0) < 2:
        raise Broken("this database does not wait for the disk; set `PRAGMA synchronous = FULL` on every connection")
