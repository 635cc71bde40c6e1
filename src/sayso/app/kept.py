"""What is kept between two starts and follows from the ledger: counts, and recalls that are owed. No pseudonym is in them."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import BigInteger, Column, Connection, LargeBinary, MetaData, String, Table, Text, delete, insert, select

METADATA = MetaData()
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
COUNTS = Table(
    "console_counts",
    METADATA,
    Column("name", _TEXT, primary_key=True),
    Column("upto", BigInteger, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sum", String(64), nullable=False),
)


def create(conn: Connection) -> None:
    """Create the table, where it is missing."""
    METADATA.create_all(conn)


def kept(conn: Connection, name: str) -> tuple[int, bytes] | None:
    """Return up to which line *name* was counted, and what it came to; `None` for what is not there or was changed since."""
    row = conn.execute(select(COUNTS).where(COUNTS.c.name == name)).one_or_none()
    # A row that was changed is as good as none: it is counted anew, and nothing wrong is shown.
    return None if row is None or row.sum != _sum(row.name, row.upto, row.body) else (row.upto, row.body)


def names(conn: Connection, prefix: str, limit: int) -> list[str]:
    """Return the last *limit* names that begin with *prefix*, in order."""
    query = select(COUNTS.c.name).where(COUNTS.c.name >= prefix, COUNTS.c.name < prefix + "~")
    return sorted(conn.execute(query.order_by(COUNTS.c.name.desc()).limit(limit)).scalars())


def keep(conn: Connection, name: str, upto: int, body: bytes) -> None:
    """Keep what *name* came to; it takes the place of what was kept before. In the transaction of the one writer."""
    row = {"name": name, "upto": upto, "body": body, "sum": _sum(name, upto, body)}
    conn.execute(delete(COUNTS).where(COUNTS.c.name == name))
    conn.execute(insert(COUNTS).values(row))


def drop(conn: Connection, name: str) -> None:
    """Keep nothing under *name* any more. In the transaction of the one writer."""
    conn.execute(delete(COUNTS).where(COUNTS.c.name == name))


def _sum(name: str, upto: int, body: bytes) -> str:
    return sha256(b"%b %d " % (name.encode(), upto) + bytes(body)).hexdigest()
