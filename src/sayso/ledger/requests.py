"""Requests that may be sent twice: the same key gives the same lines, once, however often and whenever it comes again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, Row, delete, insert, inspect, select

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import Digest
from sayso.ledger import tables
from sayso.ledger.entries import spell

KEY = 32
PART = 500
"""Keys asked for at a time, which every database takes."""


class Request(Struct, frozen=True, kw_only=True):
    """A request as its sender names it: *key* is 32 bytes that say nothing alone, *asked* the digest of what it asks for."""

    key: bytes
    asked: Digest

    def clash(self) -> Unfit:
        """Return what is said where the key was used for another request."""
        return Unfit(
            "this request key was used for another request; nothing was recorded, send each request under a key of its own"
        )


def became(conn: Connection, request: Request) -> range | None:
    """Return the numbers of the lines *request* became, `None` where it is new; Unfit where its key asked for something else."""
    found = known(conn, [request]).get(request)
    if isinstance(found, Unfit):
        raise found
    return found


def known(conn: Connection, asked: Sequence[Request]) -> dict[Request, range | Unfit]:
    """Return the numbers of the lines that those of *asked* became which came before; an Unfit where the key asked otherwise."""
    if any(len(one.key) != KEY for one in asked):
        raise Unfit(f"a request's key has {KEY} bytes; hash what the sender gave")
    table, rows = tables.requests, dict[bytes, Row[tuple[object, ...]]]()
    keys = list({one.key for one in asked})
    for start in range(0, len(keys), PART):
        rows |= {row.key: row for row in conn.execute(select(table).where(table.c.key.in_(keys[start : start + PART])))}
    if any(row.sum != _sum(row) for row in rows.values()):
        raise Broken("what is kept of a request was changed; nothing was recorded, run `sayso audit`")
    found = ((one, rows[one.key]) for one in asked if one.key in rows)
    return {one: range(row.first, row.first + row.lines) if row.asked == one.asked else one.clash() for one, row in found}


def keep(conn: Connection, made: Sequence[tuple[Request, int, int, datetime]]) -> None:
    """Keep that each request became so many lines from that one on; a key that is there already breaks the transaction."""
    rows = []
    for request, first, lines, recorded in made:
        at = spell(recorded)
        whole = _digest(key=request.key, asked=request.asked, first=first, lines=lines, recorded=at)
        rows.append({"key": request.key, "asked": request.asked, "first": first, "lines": lines, "recorded": at, "sum": whole})
    conn.execute(insert(tables.requests), rows)


def expire(conn: Connection, before: datetime) -> int:
    """Take out what is kept of requests recorded before that instant; return how many there were."""
    return conn.execute(delete(tables.requests).where(tables.requests.c.recorded < spell(before))).rowcount


def check(conn: Connection, size: int) -> Iterator[str]:
    """Yield a line for each request whose row was changed, or names lines that are not there."""
    if not inspect(conn).has_table(tables.requests.name):
        return  # a folder of an earlier version, until it is opened for writing
    for row in conn.execute(select(tables.requests).order_by(tables.requests.c.first)):
        if row.sum != _sum(row):
            yield f"request at line {row.first}: what is kept of it was changed"
        elif row.first < 1 or row.lines < 1 or row.first + row.lines - 1 > size:
            yield f"request at line {row.first}: it names lines that are not there"


def _sum(row: Row[tuple[object, ...]]) -> str:
    key = row.key if isinstance(row.key, bytes) else b""
    return _digest(key=key, asked=row.asked, first=row.first, lines=row.lines, recorded=row.recorded)


def _digest(*, key: bytes, asked: object, first: object, lines: object, recorded: object) -> str:
    return digest({"key": key.hex(), "asked": str(asked), "first": str(first), "count": str(lines), "recorded": str(recorded)})
