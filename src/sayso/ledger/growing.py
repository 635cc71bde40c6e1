"""How the ledger grows: the edge it stands at, and the rows that further lines become."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from sayso.facts.deeds import AnyLine
from sayso.facts.errors import Broken
from sayso.facts.instants import parse_instant
from sayso.ledger import requests, spoken
from sayso.ledger.entries import SALT, Entry, body_of, columns_of, leaf_of, line_of, placed, spell
from sayso.ledger.requests import Request
from sayso.ledger.tables import spelled
from sayso.proofs.merkle import Frontier, leaf_hash

BATCH = 2_000
"""Rows written at a time."""

# One question, since every change asks it: the stored edge, and whether it is that of the lines that are there.
EDGE = (
    "SELECT last.seq AS stored, last.recorded AS recorded, h.size AS size, h.frontier AS frontier, h.behind AS behind "
    "FROM (SELECT 1 AS one) AS o LEFT JOIN ledger_head AS h ON h.one = o.one "
    "LEFT JOIN ledger_events AS last ON last.seq = (SELECT max(seq) FROM ledger_events)"
)
_BEGIN = "INSERT INTO ledger_head (size, frontier, behind, one) VALUES (?, ?, ?, 1)"
_MOVE = "UPDATE ledger_head SET size = ?, frontier = ?, behind = ? WHERE one = 1"
_LINES = (
    "INSERT INTO ledger_events (seq, recorded, at, type, account, conversation, body, salt, leaf) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_NODES = "INSERT INTO ledger_nodes (level, number, hash) VALUES (?, ?, ?)"
Values = tuple[object, ...]


class Part(Struct, frozen=True, kw_only=True):
    """Lines that belong together, when the server took them, and the request they came by."""

    lines: Sequence[AnyLine]
    recorded: datetime
    request: Request | None = None


class Edge(Struct, kw_only=True):
    """Where the ledger ends: the right edge of its tree, when its last line was recorded, whether the clock was behind then."""

    frontier: Frontier
    last: datetime | None
    behind: bool
    signed: tuple[int, bytes] | None = None
    """Size and root of the newest checkpoint, where they are known."""


def edge(conn: Connection) -> Edge:
    """Return where the ledger ends; Broken where its head and its lines do not agree."""
    return edge_of(spoken.rows(conn, EDGE))


def edge_of(rows: list[tuple[Any, ...]]) -> Edge:
    """Return what `edge` does, from the answer to `EDGE`."""
    ((found, recorded, size, kept, behind),) = rows
    stored = found or 0
    frontier = Frontier() if size is None else Frontier.load(kept if isinstance(kept, bytes) else b"")
    if frontier.size != stored or (size is not None and size != stored):
        raise Broken(f"the ledger has {stored} lines, its head says {frontier.size}; run `sayso audit`, nothing was written")
    last = None if recorded is None else parse_instant(recorded, what="the last line: recorded")
    return Edge(frontier=frontier, last=last, behind=bool(behind))


def grow(conn: Connection, at: Edge, parts: Sequence[Part], entropy: Callable[[int], bytes]) -> list[list[Entry]]:
    """Return the entries that the lines of each of *parts* became, numbered on from *at*, which is moved on to the new end.

    The edge, the lines and the subtrees are written together: the caller's commit makes all of them true, or none.
    """
    before, made, rows, nodes = at.frontier.size, [], list[Values](), list[Values]()
    for part in parts:
        recorded = parse_instant(part.recorded, what="recorded")
        at.behind = at.last is not None and recorded < at.last
        at.last = recorded if at.last is None else max(recorded, at.last)
        made.append([_entry(at, line, entropy, rows, nodes) for line in part.lines])
    if conn.dialect.name != "sqlite":
        rows = [(*row[:4], spelled(row[4]), spelled(row[5]), *row[6:]) for row in rows]
    with spoken.at_once(conn):
        spoken.write(conn, _MOVE if before else _BEGIN, [(at.frontier.size, at.frontier.state(), int(at.behind))])
        for start in range(0, len(rows), BATCH):
            spoken.write(conn, _LINES, rows[start : start + BATCH])
        spoken.write(conn, _NODES, nodes)
    asked = [(part.request, became) for part, became in zip(parts, made, strict=True) if part.request is not None and became]
    if asked:
        requests.keep(conn, [(request, became[0].seq, len(became), became[0].recorded) for request, became in asked])
    return made


def _entry(at: Edge, line: AnyLine, entropy: Callable[[int], bytes], rows: list[Values], nodes: list[Values]) -> Entry:
    """Return the entry *line* becomes; a line without canonical bytes refuses all of them."""
    line = placed(line)
    recorded = at.last
    seq, body, salt = at.frontier.size + 1, body_of(line), entropy(SALT)
    if len(salt) != SALT or recorded is None:
        raise Broken("the source of randomness gave too few bytes; nothing was written")
    line_of(body, seq)  # what could not be read back must not be written
    leaf = leaf_of(salt, seq, recorded, body)
    done = at.frontier.append(leaf_hash(leaf))
    nodes += [(level, number, top) for level, number, top in done if level % 8 == 0]
    named = columns_of(line)
    found = (named["at"], named["type"], named["account"], named["conversation"])
    rows.append((seq, spell(recorded), *found, body, salt, leaf))
    return Entry(seq, recorded, line, salt, leaf)
