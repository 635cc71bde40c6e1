"""How a SQLite file is opened so that what is acknowledged is durable, and what is deleted is gone."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection

from sayso.facts.errors import Broken

WAIT = 30.0
"""Seconds a writer waits for the one before it."""


def sqlite_engine(path: Path | None) -> Engine:
    """Return an engine on the SQLite file *path* (`None`: in memory, for trying out), set up as the ledger and vault need it.

    WAL with full syncs; `secure_delete` on, and asserted, since many builds leave it off; and every transaction begins as a
    writer (BEGIN IMMEDIATE), so that nobody reads a head, waits, and then writes after another's.
    """
    engine = create_engine("sqlite://" if path is None else f"sqlite:///{path}", connect_args={"timeout": WAIT})
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _set_up(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None  # leave BEGIN to us
    cursor = connection.cursor()
    try:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "trusted_schema=OFF"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.execute("PRAGMA secure_delete")
        if cursor.fetchone() != (1,):
            raise Broken("this SQLite does not overwrite what it deletes; install one with `secure_delete`")
    finally:
        cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
