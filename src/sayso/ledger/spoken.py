"""What every change asks and writes, handed to the database's driver: SQLAlchemy takes longer over a row than both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

Values = Sequence[Any]


def rows(conn: Connection, sql: str, *given: object) -> list[tuple[Any, ...]]:
    """Return the rows that *sql* asks for, its parameters marked by `?`; what fails has the name it has everywhere."""
    cursor = _asked(conn, sql, given)
    try:
        return list(cursor.fetchall())
    finally:
        cursor.close()


def later(conn: Connection, sql: str, *given: object) -> Callable[[], list[tuple[Any, ...]]]:
    """Ask what *sql* asks for, and return what gives the rows: inside `at_once` others are asked in the meantime."""
    cursor = _asked(conn, sql, given)

    def found() -> list[tuple[Any, ...]]:
        try:
            return list(cursor.fetchall())
        finally:
            cursor.close()

    return found


def write(conn: Connection, sql: str, values: Sequence[Values]) -> None:
    """Write each of *values* by *sql*."""
    if len(values) == 1:
        _asked(conn, sql, values[0]).close()
    elif values:
        _asked(conn, sql, values, many=True).close()


@contextmanager
def at_once(conn: Connection) -> Iterator[None]:
    """Send what is written and asked inside the block in one trip to a server; what fails is told at its end.

    Answers are there only behind the block.
    """
    if conn.dialect.name != "postgresql" or conn.engine.dispatch.before_cursor_execute or not conn.in_transaction():
        yield
        return
    kind = conn.dialect.loaded_dbapi.Error
    try:
        with cast(Any, conn.connection.dbapi_connection).pipeline():
            yield
    except kind as error:
        lost = conn.dialect.is_disconnect(error, conn.connection.dbapi_connection, None)
        if lost:
            conn.invalidate(error)
        raise DBAPIError.instance("several", None, error, kind, connection_invalidated=lost, dialect=conn.dialect) from error


def _asked(conn: Connection, sql: str, given: Any, *, many: bool = False) -> Any:
    if conn.engine.dispatch.before_cursor_execute or not conn.in_transaction():
        # Somebody listens to statements, or nothing has begun: then it goes the way on which both are told.
        found = conn.exec_driver_sql(_marked(sql, conn.dialect.name), [tuple(one) for one in given] if many else tuple(given))
        return found if found.returns_rows else found.cursor or _Nothing()
    kind = conn.dialect.loaded_dbapi.Error
    cursor = conn.connection.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(_marked(sql, conn.dialect.name), given)
    except kind as error:
        lost = conn.dialect.is_disconnect(error, conn.connection.dbapi_connection, cursor)
        cursor.close()
        if lost:
            conn.invalidate(error)
        raise DBAPIError.instance(sql, None, error, kind, connection_invalidated=lost, dialect=conn.dialect) from error
    return cursor


@lru_cache(maxsize=64)
def _marked(sql: str, dialect: str) -> str:
    """Return *sql* with its parameters marked as the driver wants them."""
    return sql if dialect == "sqlite" else sql.replace("?", "%s")


class _Nothing:
    """What a statement without rows leaves to close."""

    def close(self) -> None:
        """Do nothing."""
