"""One line of the ledger: its values, its bytes in the table, and the leaf that commits to it."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from sayso.facts.canonical import canonical
from sayso.facts.deeds import AnyLine, Destroyed
from sayso.facts.errors import Broken
from sayso.facts.events import HoldPlaced, Scope
from sayso.facts.instants import iso, parse_instant
from sayso.facts.words import Digest

SALT = 32
_READ = msgspec.json.Decoder(AnyLine)


class Entry(Struct, frozen=True):
    """A line as it stands: its number, when the server took it, what it says, and what commits to it.

    `leaf` is SHA-256(salt || opening(seq, recorded, body)); the tree's leaf hash is RFC 6962's over these 32 bytes.
    """

    seq: int
    recorded: datetime
    line: AnyLine
    salt: bytes
    leaf: bytes


class Written(NamedTuple):
    """A line as it lies there, unread: its number, when the server took it, its kind, its canonical JSON; none where destroyed."""

    seq: int
    recorded: str
    kind: str
    body: bytes


class Head(Struct, frozen=True, kw_only=True):
    """The ledger's end: how many lines, the root over them in hex, and the last instant recorded."""

    size: int
    root: Digest
    at: datetime | None = None
    behind: bool = False
    """Whether the last append named an instant before one already recorded, and was lifted to it: look at the clock."""


def spell(at: datetime) -> str:
    """Return *at* as text of one width, so that text order is time order.

    >>> spell(datetime(2025, 10, 8, tzinfo=UTC))
    '2025-10-08T00:00:00.000000Z'
    """
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def placed(line: AnyLine) -> AnyLine:
    """Return *line* with its instants in UTC; Unfit where one has no zone, since nobody could say later when that was."""
    at = parse_instant(line.at, what="at")
    if isinstance(line, HoldPlaced):
        line = replace(line, scope=_scope(line.scope))
    return line if line.at.tzinfo is UTC else replace(line, at=at)


def _scope(scope: Scope) -> Scope:
    since = None if scope.since is None else parse_instant(scope.since, what="scope.from")
    until = None if scope.until is None else parse_instant(scope.until, what="scope.to")
    inner = scope.exempt
    exempt = inner if inner is None else _scope(inner) if isinstance(inner, Scope) else tuple(_scope(one) for one in inner)
    return replace(scope, since=since, until=until, exempt=exempt)


def body_of(line: AnyLine) -> bytes:
    """Return the canonical JSON of *line*, as the table keeps it."""
    return canonical(line)


def line_of(body: bytes, seq: int) -> AnyLine:
    """Return the line that *body* spells; Broken where it is of no kind known here."""
    try:
        line: AnyLine = _READ.decode(body)
    except (msgspec.DecodeError, ValueError):
        raise Broken(f"ledger line {seq} cannot be read; run `sayso audit`, or a newer sayso") from None
    if isinstance(line, Destroyed):
        raise Broken(f"ledger line {seq} spells what only a destroyed line is read as; run `sayso audit`")
    return line


def opening(seq: int, recorded: datetime, body: bytes) -> bytes:
    """Return the bytes a leaf commits to: the canonical JSON of the line, when it was recorded, and its number.

    Joined by hand, since *body* is canonical already and the three names are in canonical order.

    >>> opening(7, datetime(2025, 10, 8, tzinfo=UTC), b'{}')
    b'{"line":{},"recorded":"2025-10-08T00:00:00Z","seq":7}'
    """
    return b'{"line":%b,"recorded":"%b","seq":%d}' % (body, iso(recorded).encode(), seq)


def leaf_of(salt: bytes, seq: int, recorded: datetime, body: bytes) -> bytes:
    """Return the 32 bytes that commit to a line and, without the salt, say nothing of it."""
    return hashlib.sha256(salt + opening(seq, recorded, body)).digest()


def columns_of(line: AnyLine) -> dict[str, str | None]:
    """Return what the table repeats of *line* in columns of its own, to be found by."""
    return {
        "at": spell(line.at),
        "type": str(type(line).__struct_config__.tag),
        "account": getattr(line, "account", None),
        "conversation": getattr(line, "conversation", None),
    }
