"""Requests that may be sent twice: the same key gives the same lines, once, however often and whenever it comes again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct
from sqlalchemy import Connection, Row, delete, insert, inspect, select

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import Digest
from sayso.ledger import tables
from sayso.ledger.entries import spell

KEY = 32


class Request(Struct, frozen=True, kw_only=True):
    """A request as its sender names it: *key* is 32 bytes that say nothing alone, *asked* the digest of what it asks for."""

    key: bytes
    asked: Digest


def became(conn: Connection, request: Request) -> range | None:
    """Return the numbers of the lines *request* became, `None` where it is new; Unfit where its key asked for something else."""
    if len(request.key) != KEY:
        raise Unfit(f"a request's key has {KEY} bytes; hash what the sender gave")
    table = tables.requests
    row = conn.execute(select(table).where(table.c.key == request.key)).one_or_none()
    if row is None:
        return None
    if row.sum != _sum(row):
        raise Broken("what is kept of a request was changed; nothing was recorded, run `sayso audit`")
    if row.asked != request.asked:
        raise Unfit("this request key was used for another request; nothing was recorded, send each request under a key of its own")
    return range(row.first, row.first + row.lines)


def keep(conn: Connection, request: Request, first: int, lines: int, recorded: datetime) -> None:
    """Keep that *request* became as many lines from *first* on; a key that is there already breaks the transaction."""
    at = spell(recorded)
    whole = _digest(key=request.key, asked=request.asked, first=first, lines=lines, recorded=at)
    row = {"key": request.key, "asked": request.asked, "first": first, "lines": lines, "recorded": at, "sum": whole}
    conn.execute(insert(tables.requests), row)


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
