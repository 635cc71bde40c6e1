"""What officers remarked on the words of a conversation, sealed like the words: it opens with their key, and goes with it.

A remark says where in a text something was missed or wrongly found. It points at somebody's personal data, so it is kept as
strictly as that: nobody opens it once its conversation was deleted, and shredding the conversation removes it.
"""

from __future__ import annotations

from sqlalchemy import Column, Connection, Integer, LargeBinary, Table, bindparam, delete, inspect, select

from sayso.facts.errors import Refused, Unfit
from sayso.facts.words import ConversationId, Digest
from sayso.vault import directory
from sayso.vault.keys import derive, padded, purpose, unlock, unpadded
from sayso.vault.names import conversation_id
from sayso.vault.ring import Ring
from sayso.vault.sealing import key_of, known
from sayso.vault.tables import KEYS, METADATA, Row, Text, row_digest, sound, summed, take_turn

REMARKS = Table(
    "vault_remarks",
    METADATA,
    Column("conversation", Text, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("sum", Text, nullable=False),
)
MOST = 1_000
"""Remarks on one conversation; nobody needs more, and a form that is sent over and over fills no disk."""
LARGEST = 4_096
_DROP = delete(REMARKS).where(REMARKS.c.conversation == bindparam("one"))
_OF = select(REMARKS).where(REMARKS.c.conversation == bindparam("one")).order_by(REMARKS.c.number)


class Remarks:
    """The remarks of a vault, part of its door: each method works inside the transaction of the `conn` it is given."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring

    def add(self, conn: Connection, conversation: str, remark: bytes) -> Digest | None:
        """Seal *remark* (4,096 bytes at most) beside the words of *conversation*, with which it goes. Return its digest if new.

        `Refused` where the conversation was deleted.
        """
        return _add(conn, self._ring, conversation, remark)

    def of(self, conn: Connection, conversation: str) -> list[bytes]:
        """Return what was remarked on *conversation*, in order; `Refused` when hidden or shredded, `Broken` when changed."""
        account, key = _key(conn, self._ring, conversation)
        return [_opened(key, account, row) for row in _rows(conn, conversation)]

    def conversations(self, conn: Connection) -> list[ConversationId]:
        """Return the conversations that have remarks, deleted ones among them as long as they are not shredded."""
        if not inspect(conn).has_table(REMARKS.name):
            return []  # one of an older version has no place for them until it is opened for writing
        found = conn.execute(select(REMARKS.c.conversation).distinct().order_by(REMARKS.c.conversation)).scalars()
        return [ConversationId(one) for one in found]


def remark_digest(row: Row) -> Digest:
    """Return the digest of a remark as it lies in the vault, which the ledger keeps."""
    return row_digest(REMARKS, row)


def _add(conn: Connection, ring: Ring, conversation: str, remark: bytes) -> Digest | None:
    if not remark or len(remark) > LARGEST:
        raise Unfit(f"a remark has 1 to {LARGEST} bytes; it holds places, not words")
    take_turn(conn)
    account, key = _key(conn, ring, conversation)
    rows = _rows(conn, conversation)
    if remark in (_opened(key, account, row) for row in rows):
        return None
    if len(rows) >= MOST:
        raise Unfit(f"conversation `{conversation}` has {MOST} remarks; export them and look at another")
    number = max((int(row["number"]) for row in rows), default=-1) + 1
    sealed = ring.lock(key, padded(remark), purpose("remark", account, conversation, str(number)))
    row = summed(REMARKS, {"conversation": conversation, "number": number, "sealed": sealed})
    conn.execute(REMARKS.insert().values(row))
    return remark_digest(row)


def drop(conn: Connection, conversation: str) -> None:
    """Remove the remarks on *conversation*, in the transaction that destroys its key."""
    conn.execute(_DROP, {"one": conversation})


def _key(conn: Connection, ring: Ring, conversation: str) -> tuple[str, bytes]:
    """Return the account of *conversation* and the key of its remarks, where its words are shown."""
    row = known(conn, [conversation_id(conversation)]).get(conversation)
    if row is None:
        raise Unfit(f"conversation `{conversation}` was never sealed here; look it up among its account's conversations")
    owner = directory.row_of(conn, row["account"])
    if row["state"] != "live" or owner["leaving"]:
        raise Refused(f"conversation `{conversation}` was deleted and is not shown; nothing is remarked on it any more")
    wrapped = sound(KEYS, conn.execute(select(KEYS).where(KEYS.c.conversation == conversation)).mappings().first())
    key = key_of(conversation, row["account"], directory.key_of(conn, ring, owner), wrapped)
    return row["account"], derive(key, purpose("remarks"))


def _rows(conn: Connection, conversation: str) -> list[Row]:
    rows = conn.execute(_OF, {"one": conversation}).mappings().all()
    return [row for row in rows if sound(REMARKS, row)]


def _opened(key: bytes, account: str, row: Row) -> bytes:
    what = f"remark {row['number']} on conversation `{row['conversation']}`"
    bound = purpose("remark", account, row["conversation"], str(row["number"]))
    return unpadded(unlock(key, row["sealed"], bound, what))
