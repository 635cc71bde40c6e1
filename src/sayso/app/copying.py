"""A whole database of ledger and index, copied row by row into an empty one of either kind, compared, and taken away again.

Both hold the same tables, so a row is read as what it means and written as what it means. Nothing is opened on the way: what is
sealed or wrapped stays so, and no key is needed.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection, Engine, Table, inspect, select

from sayso import ledger as ledger_room
from sayso import vault as vault_room
from sayso.app import answered, kept, migrations, shelf, stores
from sayso.facts.deeds import Opened
from sayso.facts.errors import Broken, Unfit

BATCH = 2_000
"""Rows held in memory at a time."""
_WRAP = 1 << 256
_FENCES = ("ledger_events", "ledger_nodes", "ledger_head", "ledger_checkpoints")
ENDS = ("", "-wal", "-shm", "-journal")
"""What SQLite puts behind the name of its file."""


class Sum(Struct, frozen=True):
    """How many rows a table has, and the sum of the digests of each, which no order changes."""

    rows: int
    sum: str


def tables() -> list[Table]:
    """Return every table of both rooms, of kept counts and answers; that of the version comes with the database."""
    rooms = (ledger_room.metadata, vault_room.METADATA, kept.METADATA, answered.METADATA)
    found = [table for metadata in rooms for table in metadata.sorted_tables]
    known = {store.name for store in stores.TABLES} - {migrations.TABLE}
    if {table.name for table in found} != known:
        raise Broken("the tables of the rooms are not those that are listed as stores; nothing was copied")
    return found


def there(conn: Connection) -> list[str]:
    """Return which of our tables the database of *conn* has, in the order of their names."""
    ours = {store.name for store in stores.TABLES}
    return sorted(ours.intersection(inspect(conn).get_table_names()))


def copy(source: Engine, target: Engine, progress: Callable[[int], None]) -> None:
    """Copy everything from *source* into the empty database *target*, in one transaction: all of it is there, or nothing."""
    with shelf.transaction(source) as reading, shelf.transaction(target) as conn:
        if there(conn):
            raise Unfit("the database to move to holds tables of sayso already; name an empty one, nothing was copied")
        here = migrations.version(reading)
        if here != migrations.NEWEST:
            raise Unfit(f"the database is of version {here}; run `sayso upgrade` first, nothing was copied")
        migrations.begin(conn)
        for table in tables():
            if not table.name.startswith("ledger_"):
                conn.execute(table.delete())  # what a version puts into an empty database is not what was there
            for batch in _batches(reading, table):
                conn.execute(table.insert(), batch)
                progress(len(batch))


def sums(engine: Engine) -> dict[str, Sum]:
    """Return count and sum of each table as it can be read now, by its name."""
    with shelf.transaction(engine) as conn:
        return {table.name: _sum(conn, table) for table in tables()}


def assert_same(source: Engine, target: Engine) -> int:
    """Return how many rows both hold; refuses (broken) where any table does not read back as it was."""
    one, other = sums(source), sums(target)
    wrong = sorted(name for name in one if one[name] != other[name])
    if wrong:
        raise Broken(
            f"table `{wrong[0]}` does not read back as it was ({len(wrong)} differ); the old place goes on, look at the new"
        )
    return sum(each.rows for each in one.values())


def assert_of(engine: Engine, instance: str, ledger: ledger_room.Ledger) -> None:
    """Return only where the database of *engine* holds nothing of ours, or the ledger of *instance*."""
    with shelf.transaction(engine) as conn:
        if "ledger_events" not in there(conn):
            return
        first = next((one.line for one in ledger.of_kind(conn, Opened)), None)
        if not isinstance(first, Opened) or first.instance != instance:
            raise Broken("the database there is of another installation; nothing of it was removed")


def drop(engine: Engine) -> None:
    """Take everything of ours out of the database of *engine*, tables and fences, in one transaction."""
    with shelf.transaction(engine) as conn:
        for name in there(conn):
            conn.exec_driver_sql(f"DROP TABLE {name}")
        if conn.dialect.name == "postgresql":
            for name in _FENCES:
                conn.exec_driver_sql(f"DROP FUNCTION IF EXISTS {name}_only_grows()")


def burn(folder: Path) -> None:
    """Overwrite and remove the SQLite file in *folder* and what lies beside it."""
    with shelf.plainly(f"`{shelf.DATABASE}` cannot be removed"):
        for path in (folder / f"{shelf.DATABASE}{end}" for end in ENDS):
            if path.exists():
                _overwrite(path)
                path.unlink()


def _overwrite(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    with os.fdopen(handle, "wb") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(os.urandom(min(left, 1 << 20)))
        file.flush()
        os.fsync(file.fileno())


def _batches(conn: Connection, table: Table) -> Iterator[list[dict[str, object]]]:
    wanted = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
    for part in conn.execute(wanted).mappings().partitions(BATCH):
        yield [dict(row) for row in part]


def _sum(conn: Connection, table: Table) -> Sum:
    rows = total = 0
    for row in conn.execute(select(table).execution_options(yield_per=BATCH)):
        rows += 1
        total += int.from_bytes(sha256(repr(tuple(row)).encode("utf-8", "surrogatepass")).digest())
    return Sum(rows, f"{total % _WRAP:064x}")
