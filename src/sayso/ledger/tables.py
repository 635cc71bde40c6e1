"""The ledger's tables, and the triggers that let them only grow."""

from __future__ import annotations

from sqlalchemy import Column, Connection, Index, Integer, LargeBinary, MetaData, String, Table, Text

from sayso.facts.errors import Unfit

metadata = MetaData()

OWN = Index("ledger_events_own", "account", "conversation")
"""Both together: an account's own lines are found without its turns, so that who has ten thousand conversations costs no more."""

events = Table(
    "ledger_events",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("recorded", String(27), nullable=False),
    Column("at", String(27), nullable=False),
    Column("type", String(40), nullable=False),
    Column("account", Text),
    Column("conversation", Text),
    Column("body", LargeBinary, nullable=False),
    Column("salt", LargeBinary(32), nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    Index("ledger_events_at", "at"),
    Index("ledger_events_type", "type"),
    OWN,
    Index("ledger_events_conversation", "conversation"),
)
"""One row per line. `at`, `type`, `account` and `conversation` repeat what `body` says, to be found by."""

nodes = Table(
    "ledger_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)
"""Roots of whole subtrees of 256, 65,536 ... leaves, so that a proof reads hundreds of rows and not all of them."""

head = Table(
    "ledger_head",
    metadata,
    Column("one", Integer, primary_key=True, autoincrement=False),
    Column("size", Integer, nullable=False),
    Column("frontier", LargeBinary, nullable=False),
    Column("behind", Integer, nullable=False),
)
"""One row: the right edge of the tree. It is made anew by each append, and may only grow."""

checkpoints = Table(
    "ledger_checkpoints",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("signer", Text, primary_key=True),
    Column("root", LargeBinary(32), nullable=False),
    Column("note", Text, nullable=False),
)
"""What was signed: one note per size and key."""

# SQLite's REPLACE deletes a row without asking the DELETE trigger, so the INSERT triggers refuse a key that is there already.
_TAKEN = {
    "ledger_events": "NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM ledger_events)",
    "ledger_nodes": "EXISTS (SELECT 1 FROM ledger_nodes WHERE level = NEW.level AND number = NEW.number)",
    "ledger_head": "NEW.one <> 1 OR EXISTS (SELECT 1 FROM ledger_head)",
    "ledger_checkpoints": "EXISTS (SELECT 1 FROM ledger_checkpoints WHERE size = NEW.size AND signer = NEW.signer)",
}


def create(conn: Connection) -> None:
    """Create what is missing; refuses a database whose triggers are not written yet."""
    if conn.dialect.name != "sqlite":
        raise Unfit(f"the ledger's append-only triggers are written for sqlite, not `{conn.dialect.name}`; use a sqlite file")
    metadata.create_all(conn)
    for sql in triggers().values():
        conn.exec_driver_sql(sql.replace("CREATE TRIGGER ", "CREATE TRIGGER IF NOT EXISTS ", 1))


def triggers() -> dict[str, str]:
    """Return the SQL of each trigger by its name, as SQLite keeps it."""
    made: dict[str, str] = {}
    for table, taken in _TAKEN.items():
        growing = " WHEN NEW.one <> 1 OR NEW.size <= OLD.size" if table == head.name else ""
        for verb, when in (("UPDATE", growing), ("DELETE", ""), ("INSERT", f" WHEN {taken}")):
            name = f"{table}_no_{verb.lower()}"
            made[name] = (
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table}{when} "
                "BEGIN SELECT RAISE(ABORT, 'the ledger only grows: append a line that says what changed'); END"
            )
    return made
