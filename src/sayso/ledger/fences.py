"""The fences of the ledger: triggers, in the database itself, that let its tables only grow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sqlalchemy import Connection

from sayso.facts.errors import Unfit

SAID = "the ledger only grows: append a line that says what changed"

# What may not be inserted. SQLite's REPLACE deletes a row without asking the DELETE trigger, so a key that is there is refused too.
_TAKEN = {
    "ledger_events": "NEW.seq <> 1 + (SELECT coalesce(max(seq), 0) FROM ledger_events)",
    "ledger_nodes": "EXISTS (SELECT 1 FROM ledger_nodes WHERE level = NEW.level AND number = NEW.number)",
    "ledger_head": "NEW.one <> 1 OR EXISTS (SELECT 1 FROM ledger_head)",
    "ledger_checkpoints": "EXISTS (SELECT 1 FROM ledger_checkpoints WHERE size = NEW.size AND signer = NEW.signer)",
}
# What may not be changed. The head is the one row that is written anew; it counts up. Of the lines, one that is about somebody and
# was named by a later line may lose its text and its salt, and everything that was found by; its leaf and its place stay.
_SHRINKING = "NEW.one <> 1 OR NEW.size <= OLD.size"
_EMPTIED = (
    "(NEW.seq = OLD.seq AND NEW.recorded = OLD.recorded AND NEW.leaf = OLD.leaf "
    "AND NEW.at = OLD.recorded AND NEW.type = 'destroyed' AND NEW.account IS NULL AND NEW.conversation IS NULL "
    "AND length(NEW.body) = 0 AND length(NEW.salt) = 0 "
    "AND coalesce(OLD.account, OLD.conversation) IS NOT NULL AND OLD.type NOT IN ('forgotten', 'held_read', 'merged') "
    "AND EXISTS (SELECT 1 FROM ledger_events WHERE type = 'openings_destroyed' AND seq > OLD.seq)) IS NOT TRUE"
)
_CHANGED = {"ledger_events": _EMPTIED, "ledger_head": _SHRINKING}
_BEFORE = {"ledger_head": _SHRINKING}
"""Until openings could be destroyed: a database that nobody has written to since still has these, and they let less through."""

_ROWS, _WHOLE = 31, 34
"""PostgreSQL's own bits for: each row, before insert, update and delete; the statement, before truncate."""


def raise_up(conn: Connection) -> None:
    """Raise the fences that are missing; refuses a database whose fences are not written."""
    if conn.dialect.name == "sqlite":
        for sql in of_sqlite().values():
            conn.exec_driver_sql(sql.replace("CREATE TRIGGER ", "CREATE TRIGGER IF NOT EXISTS ", 1))
    elif conn.dialect.name == "postgresql":
        for sql in of_postgresql():
            conn.exec_driver_sql(sql)
    else:
        raise Unfit(f"the ledger's fences are not written for `{conn.dialect.name}`; use SQLite or PostgreSQL")


def fallen(conn: Connection) -> Iterator[str]:
    """Yield a line for each fence that is gone, is switched off, or reads otherwise."""
    names = _fallen_sqlite(conn) if conn.dialect.name == "sqlite" else _fallen_postgresql(conn)
    return (f"trigger {name}: missing or altered, so lines could be changed" for name in names)


def of_sqlite(changed: Mapping[str, str] = _CHANGED) -> dict[str, str]:
    """Return the SQL of each trigger by its name, as SQLite keeps it."""
    made: dict[str, str] = {}
    for table, taken in _TAKEN.items():
        growing = f" WHEN {changed[table]}" if table in changed else ""
        for verb, when in (("UPDATE", growing), ("DELETE", ""), ("INSERT", f" WHEN {taken}")):
            name = f"{table}_no_{verb.lower()}"
            made[name] = f"CREATE TRIGGER {name} BEFORE {verb} ON {table}{when} BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
    return made


def of_postgresql() -> list[str]:
    """Return the statements that raise the fences in PostgreSQL; each can be run again.

    They stand also where a session calls itself a replica, which switches ordinary triggers off.
    """
    made = []
    for table in _TAKEN:
        name = f"{table}_only_grows"
        made += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $fence${_body(table)}$fence$",
            f"CREATE OR REPLACE TRIGGER {name} BEFORE INSERT OR UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            f"CREATE OR REPLACE TRIGGER {table}_stays BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stays",
        ]
    return made


def _body(table: str, changed: Mapping[str, str] = _CHANGED) -> str:
    """Return what the fence of *table* does; it runs for TRUNCATE too, where there is no row to look at."""
    grown = f"IF TG_OP = 'UPDATE' THEN IF NOT ({changed[table]}) THEN RETURN NEW; END IF; END IF; " if table in changed else ""
    return (
        f" BEGIN IF TG_OP = 'INSERT' THEN IF NOT ({_TAKEN[table]}) THEN RETURN NEW; END IF; END IF; {grown}"
        f"RAISE EXCEPTION '{SAID}' USING ERRCODE = 'integrity_constraint_violation'; END "
    )


def _fallen_sqlite(conn: Connection) -> Iterator[str]:
    rows = conn.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    present = {str(name): str(sql) for name, sql in rows}
    earlier = of_sqlite(_BEFORE)
    return (name for name, sql in of_sqlite().items() if present.get(name) not in (sql, earlier[name]))


def _fallen_postgresql(conn: Connection) -> Iterator[str]:
    rows = conn.exec_driver_sql(
        "SELECT t.tgname, t.tgrelid::regclass::text, t.tgenabled::text, t.tgtype::int, t.tgqual IS NULL, p.prosrc, l.lanname "
        "FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid JOIN pg_language l ON l.oid = p.prolang "
        "JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
    ).all()
    present = {(row[0], row[1].split(".")[-1]): tuple(row[2:]) for row in rows}
    for table in _TAKEN:
        for name, kind in ((f"{table}_only_grows", _ROWS), (f"{table}_stays", _WHOLE)):
            bodies = _body(table), _body(table, _BEFORE)
            if present.get((name, table)) not in [("A", kind, True, body, "plpgsql") for body in bodies]:
                yield name
