"""The ledger's tables, the same on SQLite and PostgreSQL; `fences` lets them only grow."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Dialect, Index, Integer, LargeBinary, MetaData, String, Table, Text, text
from sqlalchemy.types import TypeDecorator

from sayso.ledger import fences

metadata = MetaData()

# Text is compared byte by byte: an order that follows a language changes with the system's library, and an index with it.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
_COUNT = BigInteger().with_variant(Integer(), "sqlite")
"""Whole numbers of 64 bits; SQLite's INTEGER has them anyway, and only under that name is a key the row's own number."""


class Spelled(TypeDecorator[str]):
    """Text as it is, whatever is in it: PostgreSQL takes no NUL, so there it and the backslash are written as `\\0` and `\\\\`."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Return the type of the column."""
        return dialect.type_descriptor(_TEXT)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what is stored."""
        return value if dialect.name == "sqlite" else spelled(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Return what was meant."""
        if value is None or dialect.name == "sqlite" or "\\" not in value:
            return value
        return "\\".join(part.replace("\\0", "\0") for part in value.split("\\\\"))


def spelled(value: object) -> str | None:
    """Return *value* as a database writes it that takes no NUL."""
    return None if value is None else str(value).replace("\\", "\\\\").replace("\0", "\\0")


_NAMED = text("conversation IS NOT NULL")
OWN = Index("ledger_events_own", "account", "conversation")
"""Both together: an account's own lines are found without its turns, so who has ten thousand conversations costs no more."""


events = Table(
    "ledger_events",
    metadata,
    Column("seq", _COUNT, primary_key=True, autoincrement=False),
    Column("recorded", String(27), nullable=False),
    Column("at", String(27), nullable=False),
    Column("type", String(40), nullable=False),
    Column("account", Spelled),
    Column("conversation", Spelled),
    Column("body", LargeBinary, nullable=False),
    Column("salt", LargeBinary(32), nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    Index("ledger_events_at", "at"),
    # With the number behind the kind, so that PostgreSQL finds the next lines of a kind among millions of others.
    Index("ledger_events_type", "type", "seq"),
    OWN,
    # Without the lines of no conversation, or a database might look for an account's own lines among all of those.
    Index("ledger_events_conversation", "conversation", sqlite_where=_NAMED, postgresql_where=_NAMED),
)
"""One row per line. `at`, `type`, `account` and `conversation` repeat what `body` says, to be found by."""

nodes = Table(
    "ledger_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", _COUNT, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)
"""Roots of whole subtrees of 256, 65,536 ... leaves, so that a proof reads hundreds of rows and not all of them."""

head = Table(
    "ledger_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("size", _COUNT, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("behind", Integer, nullable=False),
)
"""One row: the right edge of the tree. It is made anew by each append, and may only grow."""

checkpoints = Table(
    "ledger_checkpoints",
    metadata,
    Column("size", _COUNT, primary_key=True, autoincrement=False),
    Column("signer", _TEXT, primary_key=True),
    Column("root", LargeBinary(32), nullable=False),
    Column("note", _TEXT, nullable=False),
)
"""What was signed: one note per size and key."""

requests = Table(
    "ledger_requests",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),
    Column("asked", String(64), nullable=False),
    Column("first", _COUNT, nullable=False),
    Column("lines", Integer, nullable=False),
    Column("recorded", String(27), nullable=False),
    Column("sum", String(64), nullable=False),
    Index("ledger_requests_recorded", "recorded"),
)
"""Which lines a request became, so that one that is sent again becomes none. Not part of the past: old rows are taken out."""


def create(conn: Connection) -> None:
    """Create what is missing, tables and fences."""
    metadata.create_all(conn)
    fences.raise_up(conn)
