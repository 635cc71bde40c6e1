"""Questions to the index, put into words once and asked of the database's driver itself: reading is what is done most."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import Connection, Select

_Spelled: TypeAlias = tuple[str, tuple[str, ...] | None, dict[str, object]]
"""The words for one kind of database, the names of its parameters where they go by place, and what is always the same."""


class Question:
    """A SELECT with named parameters, whose answer is plain tuples in the order of its columns.

    Building and running a statement through SQLAlchemy costs more than the database takes to answer it. So it is spelled
    once per kind of database; what fails is asked again the long way, which names the failure as everywhere else.
    """

    def __init__(self, statement: Select[Any]) -> None:
        self._statement = statement
        self._spelled: dict[str, _Spelled] = {}

    def rows(self, conn: Connection, **given: object) -> list[tuple[Any, ...]]:
        """Return all rows for the parameters *given*, as this transaction sees them."""
        if conn.in_transaction():  # else nothing has begun yet, and the long way begins it
            sql, order, constants = self._spelled.get(conn.dialect.name) or self._spell(conn)
            named = constants | given
            try:
                cursor = conn.connection.cursor()
                try:
                    cursor.execute(sql, named if order is None else [named[name] for name in order])
                    return list(cursor.fetchall())
                finally:
                    cursor.close()
            except conn.dialect.loaded_dbapi.Error:
                pass
        return [tuple(row) for row in conn.execute(self._statement, given)]

    def _spell(self, conn: Connection) -> _Spelled:
        compiled = self._statement.compile(dialect=conn.dialect)
        order = getattr(compiled, "positiontup", None)
        constants = {name: value for name, value in compiled.params.items() if value is not None}
        spelled = self._spelled[conn.dialect.name] = (str(compiled), None if order is None else tuple(order), constants)
        return spelled
