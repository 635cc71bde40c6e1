"""What is asked of the index, and written to it, again and again: put into words once, then handed to the database's driver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias

from sqlalchemy import Connection, Insert, Select, Table, TextClause, Update, bindparam, insert, update
from sqlalchemy.exc import DBAPIError

Words: TypeAlias = tuple[str, tuple[str, ...] | None, dict[str, object]]
"""The words for one kind of database, the names of its parameters where they go by place, and what is always the same."""


Mark: TypeAlias = tuple[object, ...]
"""What is the same as long as nothing was committed to the database, as one connection sees it."""
_SNAPSHOT = "SELECT pg_current_snapshot()::text"


def mark(conn: Connection) -> Mark | None:
    """Return the mark of what is committed now, for this connection alone; `None` inside a transaction, or where none is known.

    Whatever is asked after it is at least as new. So what was read behind a mark is still so where the mark is the same.
    """
    if conn.engine.dispatch.before_cursor_execute or not conn.in_transaction():
        return None  # somebody wants to hear all that is asked; or nothing has begun, and the connection may be another next time
    own: Any = conn.connection.dbapi_connection
    one = conn.info.setdefault(_OF_ONE, object())  # it goes with the connection: another counts for itself
    if conn.dialect.name == "sqlite":
        if own.in_transaction:
            return None
        # The first tells what others committed, the second what was changed by this very connection.
        return one, own.execute("PRAGMA data_version").fetchone()[0], own.total_changes
    if conn.dialect.name == "postgresql":
        try:
            if not own.autocommit or own.info.transaction_status:
                return None
            with own.cursor() as cursor:
                return one, cursor.execute(_SNAPSHOT).fetchone()[0]
        except conn.dialect.loaded_dbapi.Error:
            return None  # asked again by the next question, where a failure gets its name
    return None


_OF_ONE = "sayso_mark"


class _Spoken:
    """A statement with named parameters. Building and running it through SQLAlchemy costs more than the database takes for it."""

    def __init__(self, statement: Select[Any] | Update | Insert | TextClause) -> None:
        self._statement = statement
        self._words: dict[str, Words] = {}

    def _for(self, conn: Connection) -> Words | None:
        """Return the words for this database; `None` where it must go the long way: nothing has begun yet, or somebody listens."""
        if not conn.in_transaction() or conn.engine.dispatch.before_cursor_execute:
            return None
        return self._words.get(conn.dialect.name) or self._spell(conn)

    def _spell(self, conn: Connection) -> Words:
        compiled = self._statement.compile(dialect=conn.dialect)
        order = getattr(compiled, "positiontup", None)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        words = self._words[conn.dialect.name] = (str(compiled), None if order is None else tuple(order), constants)
        return words


class Question(_Spoken):
    """A SELECT, whose answer is plain tuples in the order of its columns."""

    def rows(self, conn: Connection, **given: object) -> list[tuple[Any, ...]]:
        """Return all rows for the parameters *given*, as this transaction sees them."""
        words = self._for(conn)
        if words is not None:
            sql, order, constants = words
            named = constants | given
            try:
                cursor = conn.connection.cursor()
                try:
                    cursor.execute(sql, named if order is None else [named[name] for name in order])
                    return list(cursor.fetchall())
                finally:
                    cursor.close()
            except conn.dialect.loaded_dbapi.Error:
                pass  # asked again below, where a failure gets its name and a lost connection is given up
        return [tuple(row) for row in conn.execute(self._statement, given)]


class Change(_Spoken):
    """An INSERT or UPDATE of whole rows of one table; its parameters are named as the columns, with *after* behind them."""

    def __init__(self, statement: Update | Insert | TextClause, *, after: str = "") -> None:
        super().__init__(statement)
        self._after = after

    def make(self, conn: Connection, rows: Sequence[Mapping[str, object]]) -> None:
        """Write *rows*; what fails has the same name as everywhere else."""
        if not rows:
            return
        named = [{f"{name}{self._after}": value for name, value in row.items()} for row in rows] if self._after else rows
        words = self._for(conn)
        if words is None:
            conn.execute(self._statement, list(named))
            return
        sql, order, _ = words
        error_kind = conn.dialect.loaded_dbapi.Error
        cursor = conn.connection.cursor()
        try:
            cursor.executemany(sql, named if order is None else [[row[name] for name in order] for row in named])
        except error_kind as error:
            lost = conn.dialect.is_disconnect(error, conn.connection.dbapi_connection, cursor)
            if lost:
                conn.invalidate(error)
            raise DBAPIError.instance(sql, None, error, error_kind, connection_invalidated=lost, dialect=conn.dialect) from error
        finally:
            cursor.close()


@contextmanager
def savepoint(conn: Connection) -> Iterator[None]:
    """Write all that is written inside the block, or none of it where that fails."""
    if conn.engine.dispatch.before_cursor_execute:
        with conn.begin_nested():
            yield
        return
    # One inside another has the same name: the inner one is meant until it is released.
    cursor = conn.connection.cursor()
    try:
        cursor.execute("SAVEPOINT sayso_all")
        try:
            yield
        except BaseException:
            conn.info.pop("turn", None)  # on a server, what was locked since goes with what is taken back
            cursor.execute("ROLLBACK TO SAVEPOINT sayso_all")
            raise
        finally:
            cursor.execute("RELEASE SAVEPOINT sayso_all")
    except conn.dialect.loaded_dbapi.Error as error:
        kind, lost = conn.dialect.loaded_dbapi.Error, conn.dialect.is_disconnect(error, conn.connection.dbapi_connection, cursor)
        if lost:
            conn.invalidate(error)
        raise DBAPIError.instance("SAVEPOINT", None, error, kind, connection_invalidated=lost, dialect=conn.dialect) from error
    finally:
        cursor.close()


@contextmanager
def written_at_once(conn: Connection) -> Iterator[None]:
    """Do what `savepoint` does for a block that only writes: on a server in one trip, and what fails is told at its end."""
    if conn.dialect.name != "postgresql" or conn.engine.dispatch.before_cursor_execute:
        with savepoint(conn):
            yield
        return
    own: Any = conn.connection.dbapi_connection
    kind = conn.dialect.loaded_dbapi.Error
    try:
        try:
            with own.pipeline(), own.cursor() as cursor:
                cursor.execute("SAVEPOINT sayso_all")
                yield
                cursor.execute("RELEASE SAVEPOINT sayso_all")
        except BaseException as error:
            if not (isinstance(error, kind) and conn.dialect.is_disconnect(error, own, None)):
                own.execute("ROLLBACK TO SAVEPOINT sayso_all")
                own.execute("RELEASE SAVEPOINT sayso_all")
            raise
    except kind as error:
        lost = conn.dialect.is_disconnect(error, own, None)
        if lost:
            conn.invalidate(error)
        raise DBAPIError.instance("several", None, error, kind, connection_invalidated=lost, dialect=conn.dialect) from error


def inserting(table: Table) -> Change:
    """Return the change that adds rows to *table*, all columns given."""
    return Change(insert(table).values({name: bindparam(name) for name in names(table)}))


def changing(table: Table, key: str) -> Change:
    """Return the change that writes rows of *table* anew, all columns given, each where *key* is what it was."""
    values: dict[str, Any] = {name: bindparam(f"{name}_") for name in names(table) if name != key}
    return Change(update(table).where(table.c[key] == bindparam(f"{key}_")).values(values), after="_")


def names(table: Table) -> list[str]:
    """Return the names of the columns of *table*, in their order."""
    return [column.name for column in table.columns]
