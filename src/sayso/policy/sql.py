"""The SQL engines' language: expression trees become one SELECT over flat rows. DuckDB's is here, the others in `dialects`."""

from __future__ import annotations

from sayso.policy import clock
from sayso.policy.compiled import Compiled, ending
from sayso.policy.tree import Node, Value, walk

DAY = 86_400_000_000
"""Microseconds of a day."""


class Sql:
    """Adapter from tree to DuckDB SQL. Instants are BIGINT microseconds, moved as TIMESTAMP without a zone."""

    def col(self, name: str) -> str:
        return f'"{name}"'

    def lit(self, value: Value) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int):
            return f"CAST({value} AS BIGINT)"
        return "'" + value.replace("'", "''") + "'"

    def isin(self, column: str, values: tuple[Value, ...]) -> str:
        return f"{column} IN ({', '.join(self.lit(value) for value in values)})"

    def known(self, column: str) -> str:
        return f"{column} IS NOT NULL"

    def at_least(self, left: str, right: str) -> str:
        return f"({left} >= {right})"

    def every(self, terms: list[str]) -> str:
        return f"({' AND '.join(terms)})" if terms else "TRUE"

    def some(self, terms: list[str]) -> str:
        return f"({' OR '.join(terms)})" if terms else "FALSE"

    def case(self, branches: list[tuple[str, str]], otherwise: str) -> str:
        if not branches:
            return otherwise
        arms = " ".join(f"WHEN {when} THEN {then}" for when, then in branches)
        return f"CASE {arms} ELSE {otherwise} END"

    def greatest(self, terms: list[str]) -> str:
        return f"GREATEST({', '.join(terms)})"

    def least(self, terms: list[str]) -> str:
        return f"LEAST({', '.join(terms)})"

    def later(self, instant: str, months: int, days: int) -> str:
        moved = f"{instant} + {days * DAY}"
        if months:
            by_days = f" + INTERVAL '{days} days'" if days else ""
            moved = f"epoch_us(make_timestamp({instant}) + INTERVAL '{months} months'{by_days})"
        return f"CASE WHEN {instant} IS NULL THEN NULL ELSE LEAST({moved}, {clock.END}) END"


def sql(node: Node, dialect: Sql | None = None) -> str:
    """Return *node* as an expression of *dialect*, of DuckDB where none is given.

    >>> from sayso.policy.tree import Col, In
    >>> print(sql(In(Col("tier"), ("pro", "o'max"))))
    "tier" IN ('pro', 'o''max')
    """
    return walk(node, dialect or Sql())


def query(terms: Compiled, dialect: Sql | None = None, table: str = "flat") -> str:
    """Return the one SELECT that works out a version's outcome of every flat row in *table*, by their column `row`.

    Its columns: `row`, then per purpose the position of the deciding row, then the ends of reasons, then those of caps.
    """
    named = (dialect or Sql()).col
    facts = ", ".join(f"{sql(node, dialect)} AS {named(name)}" for name, node in terms.facts)
    says = ", ".join(f"{sql(node, dialect)} AS {named(name)}" for name, node in terms.says)
    ends = [ending(*pair) for pair in (*terms.keep, *terms.cap)]
    outcomes = [sql(node, dialect) for node in (*terms.use, *ends)]
    listed = ", ".join(f"{one} AS o{position}" for position, one in enumerate(outcomes))
    known = f"(SELECT *, {facts} FROM {table}) AS known"  # noqa: S608  # names and values are quoted by the adapter
    return f"SELECT {named('row')}, {listed} FROM (SELECT *, {says} FROM {known}) AS said"  # noqa: S608  # as above
