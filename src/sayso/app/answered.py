"""What requests over the API were answered: sealed, for a day, so that one sent twice gets the same answer and does nothing twice.

An answer is sealed under a key that comes of the session secret and of the request key its sender chose. The sender's key is kept
nowhere, so a copy of the database with all keys of the installation still opens none of them.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Literal

from msgspec import Struct
from sqlalchemy import Column, Connection, Integer, LargeBinary, MetaData, String, Table, Text, delete, insert, select

from sayso import vault
from sayso.app.keyring import entropy
from sayso.facts.canonical import digest
from sayso.facts.errors import Broken

METADATA = MetaData()
KEPT = timedelta(days=1)
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
ANSWERS = Table(
    "api_answers",
    METADATA,
    Column("key", LargeBinary, primary_key=True),
    Column("asked", String(64), nullable=False),
    Column("recorded", _TEXT, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sum", String(64), nullable=False),
)


class Asked(Struct, frozen=True, kw_only=True):
    """A request as its sender named it: *key* finds its answer, *asked* says what it asked for, *opens* opens the answer."""

    key: bytes
    asked: str
    opens: bytes


class Answered(Struct, frozen=True, kw_only=True):
    """What was answered: the status, and the body, `None` for an answer that held a secret and was not kept."""

    status: int
    body: bytes | None


def asked(secret: bytes, sender: str, key: str, what: bytes) -> Asked:
    """Return the request that *sender* sent under *key* for *what*; one sender's key is not another's."""
    name = b"\0".join((sender.encode(), key.encode()))
    return Asked(
        key=_mac(secret, b"sayso/answer/key/v1", name),
        asked=_mac(secret, b"sayso/answer/asked/v1", name + b"\0" + hashlib.sha256(what).digest()).hex(),
        opens=_mac(secret, b"sayso/answer/seal/v1", name),
    )


def known(conn: Connection, request: Asked, at: datetime) -> Answered | Literal["other"] | None:
    """Return what was answered to *request* within a day, `None` where it is new, `other` where its key was another's."""
    row = conn.execute(select(ANSWERS).where(ANSWERS.c.key == request.key)).one_or_none()
    if row is None or row.recorded < _spelled(at - KEPT):
        return None
    if row.sum != _sum(bytes(row.key), row.asked, row.recorded, row.status, bytes(row.body)):
        raise Broken("what is kept of a request was changed; nothing was done, send it under another key")
    if row.asked != request.asked:
        return "other"
    if not row.body:
        return Answered(status=row.status, body=None)
    opened = vault.unshut(request.opens, bytes(row.body), request.key)
    if opened is None:
        raise Broken("the answer that is kept of a request does not open; nothing was done, send it under another key")
    return Answered(status=row.status, body=opened)


def keep(conn: Connection, request: Asked, answer: Answered, at: datetime) -> None:
    """Keep what was answered, and take out what is older than a day; in the transaction of the one writer."""
    expire(conn, at)
    body = b"" if answer.body is None else vault.shut(request.opens, entropy(12), answer.body, request.key)
    row = {"key": request.key, "asked": request.asked, "recorded": _spelled(at), "status": answer.status, "body": body}
    conn.execute(delete(ANSWERS).where(ANSWERS.c.key == request.key))
    conn.execute(insert(ANSWERS).values(row | {"sum": _sum(request.key, request.asked, _spelled(at), answer.status, body)}))


def expire(conn: Connection, at: datetime) -> int:
    """Take out what is older than a day; return how many there were."""
    return conn.execute(delete(ANSWERS).where(ANSWERS.c.recorded < _spelled(at - KEPT))).rowcount


def create(conn: Connection) -> None:
    """Create the table, where it is missing."""
    METADATA.create_all(conn)


def _mac(secret: bytes, use: bytes, text: bytes) -> bytes:
    return hmac.new(secret, use + b"\0" + text, hashlib.sha256).digest()


def _sum(key: bytes, what: str, recorded: str, status: int, body: bytes) -> str:
    return digest({"key": key.hex(), "asked": what, "recorded": recorded, "status": status, "body": body.hex()})


def _spelled(at: datetime) -> str:
    """Return *at* so that texts are in the order of instants."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
