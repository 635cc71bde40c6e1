"""The same SELECT in the words of other databases. Where one counts months or skips absent values differently, it says so here."""

from __future__ import annotations

import re

from sayso.policy import clock
from sayso.policy.sql import DAY, Sql
from sayso.policy.tree import Value


class Postgres(Sql):
    """Adapter from tree to PostgreSQL SQL; the columns are as for DuckDB.

    Days and the rest of the day are added apart: as one product of an interval they would pass through a float.
    """

    def later(self, instant: str, months: int, days: int) -> str:
        parts = f"({instant} / {DAY}) * INTERVAL '1 day' + ({instant} % {DAY}) * INTERVAL '1 microsecond'"
        start = f"TIMESTAMP '1970-01-01' + {parts}"
        moved = f"{start} + INTERVAL '{months} months' + INTERVAL '{days} days'"
        count = f"CAST(EXTRACT(EPOCH FROM ({moved})) * 1000000 AS BIGINT)"
        return f"CASE WHEN {instant} IS NULL THEN NULL ELSE LEAST({count}, {clock.END}) END"


class Sqlite(Sql):
    """Adapter from tree to SQLite SQL; truths are 0 and 1, and instants INTEGER.

    SQLite lets 31 January plus a month run into March, so the last day of the month is worked out here.
    """

    def lit(self, value: Value) -> str:
        return str(value) if isinstance(value, int) and not isinstance(value, bool) else super().lit(value)

    def greatest(self, terms: list[str]) -> str:
        return self._skipping("MAX", terms)

    def least(self, terms: list[str]) -> str:
        return self._skipping("MIN", terms)

    def _skipping(self, name: str, terms: list[str]) -> str:
        """Return the scalar `MAX` or `MIN`, which is absent as soon as one of its terms is, over the terms that are known."""
        if len(terms) == 1:
            return terms[0]
        known = [f"COALESCE({', '.join((term, *terms[:place], *terms[place + 1 :]))})" for place, term in enumerate(terms)]
        return f"{name}({', '.join(known)})"

    def later(self, instant: str, months: int, days: int) -> str:
        if not months:
            return f"MIN({instant} + {days * DAY}, {clock.END})"
        rest = f"(SELECT x, ((x % {DAY}) + {DAY}) % {DAY} AS rest FROM (SELECT {instant} AS x))"  # noqa: S608  # as below
        second = f"(SELECT (x - rest) / 1000000 AS s, rest FROM {rest})"  # noqa: S608  # numbers and what this adapter wrote
        parts = ", ".join(f"CAST(strftime('%{one}', s, 'unixepoch') AS INTEGER) AS {one.lower()}_" for one in "Ymd")
        month = f"(SELECT y_ * 12 + m_ - 1 + {months} AS m, d_, rest FROM (SELECT {parts}, rest FROM {second}))"  # noqa: S608  # as above
        first = "CAST(strftime('%s', printf('%04d-%02d-01', m / 12, m % 12 + 1)) AS INTEGER) / 86400"
        leap = "((m / 12) % 4 = 0 AND ((m / 12) % 100 <> 0 OR (m / 12) % 400 = 0))"
        last = f"CASE WHEN m % 12 = 1 THEN 28 + {leap} WHEN m % 12 IN (3, 5, 8, 10) THEN 30 ELSE 31 END"
        moved = f"MIN(({first} + MIN(d_, {last}) - 1 + {days}) * {DAY} + rest, {clock.END})"
        there = f"(SELECT CASE WHEN m / 12 > 9999 THEN {clock.END} ELSE {moved} END FROM {month})"  # noqa: S608  # as above
        return f"CASE WHEN {instant} IS NULL THEN NULL ELSE {there} END"


_PLAIN = re.compile(r"[A-Za-z0-9 _.-]*")


class Spark(Sql):
    """Adapter from tree to Spark SQL, in words that mean the same whatever a session's settings are.

    Days are dates, never timestamps, so no session time zone moves them. Backslashes, doubled quotes and `${...}` in a string mean
    what settings say; so what is not plain is written as bytes. Under ANSI mode, Spark's own default and the one to keep, what
    overflows fails; without it the same rows come out, since nothing here can overflow.
    """

    def col(self, name: str) -> str:
        return "`" + name.replace("`", "``") + "`"

    def lit(self, value: Value) -> str:
        if isinstance(value, str):
            return f"'{value}'" if _PLAIN.fullmatch(value) else f"CAST(X'{value.encode().hex()}' AS STRING)"
        return super().lit(value)

    def greatest(self, terms: list[str]) -> str:
        return super().greatest(terms) if len(terms) > 1 else terms[0]

    def least(self, terms: list[str]) -> str:
        return super().least(terms) if len(terms) > 1 else terms[0]

    def later(self, instant: str, months: int, days: int) -> str:
        moved = f"{instant} + CAST({days * DAY} AS BIGINT)"
        if months:
            rest = f"PMOD({instant}, CAST({DAY} AS BIGINT))"
            day = f"DATE_FROM_UNIX_DATE(CAST(({instant} - {rest}) DIV {DAY} AS INT))"
            moved = f"CAST(UNIX_DATE(DATE_ADD(ADD_MONTHS({day}, {months}), {days})) AS BIGINT) * {DAY} + {rest}"
        return f"CASE WHEN {instant} IS NULL THEN NULL ELSE LEAST({moved}, {clock.END}) END"
