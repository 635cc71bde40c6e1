"""The directory: who is behind a pseudonym, found by a keyed hash and sealed otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from itertools import islice

from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, delete, select, update

from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.words import AccountId, ConversationId
from sayso.vault import stale
from sayso.vault.asking import Question, changing, inserting
from sayso.vault.keys import derive, fresh, keyed_hash, padded, pseudonym, purpose, unlock, unlocker, unpadded
from sayso.vault.names import account_id, spelled
from sayso.vault.ring import Ring
from sayso.vault.tables import ACCOUNTS, WORN, Row, account_digest, sounding, summed, take_turn
from sayso.vault.values import Enrolled

TOGETHER = 500
"""Accounts asked for at a time, which every database takes."""
LEAVING, DELETED = 1, 2
"""What `leaving` says of an account that is not simply here: to be forgotten when no hold keeps it, or deleted by its person."""

_ACCOUNT = Question(select(ACCOUNTS).where(ACCOUNTS.c.account == bindparam("one")))
_LOOKUP = Question(select(ACCOUNTS).where(ACCOUNTS.c.lookup == bindparam("one")))
_COLUMNS = tuple(ACCOUNTS.columns.keys())
_check = sounding(ACCOUNTS)
_CHANGE = changing(ACCOUNTS, "account")
_INSERT = inserting(ACCOUNTS)


def enrol(conn: Connection, ring: Ring, name: str) -> Enrolled:
    """Return the account of *name*, made now where there is none."""
    return enrol_all(conn, ring, [name])[0]


def enrol_all(conn: Connection, ring: Ring, names: Iterable[str]) -> list[Enrolled]:
    """Return the account of each of *names*, in order, made now where there was none, all together."""
    raws = [spelled(name, "the name") for name in names]
    take_turn(conn)
    found: dict[bytes, Enrolled] = {}
    new: list[Row] = []
    for raw in dict.fromkeys(raws):
        row = _by_name(conn, ring, raw)
        if row is None:
            new.append(row := _new(conn, ring, raw))
            found[raw] = Enrolled(account=AccountId(row["account"]), digest=account_digest(row), created=True)
        else:
            found[raw] = Enrolled(account=AccountId(row["account"]), digest=account_digest(row), created=False)
    _INSERT.make(conn, new)
    told, seen = [], set()
    for raw in raws:
        # Named twice, somebody is made once: the second time they are there already.
        told.append(replace(found[raw], created=False) if raw in seen else found[raw])
        seen.add(raw)
    return told


def _new(conn: Connection, ring: Ring, raw: bytes) -> Row:
    """Return the row of a new account whose name is *raw*, not written yet."""
    account = pseudonym("a", fresh(ring.entropy, 32))
    epoch, wrapping = ring.current(conn)
    key = fresh(ring.entropy, 32)
    lookup = keyed_hash(ring.lookup_key(conn), raw)
    made = {
        "account": account,
        "lookup": lookup,
        "lookup_digest": lookup_digest(account, lookup),
        "wrapped": ring.lock(wrapping, key, purpose("account", account, epoch)),
        "name": ring.lock(key, padded(raw), purpose("name", account)),
        "secret": ring.lock(key, fresh(ring.entropy, 32), purpose("person", account)),
        "epoch": epoch,
        "leaving": 0,
    }
    return summed(ACCOUNTS, made)


def find(conn: Connection, ring: Ring, name: str) -> AccountId | None:
    """Return the account of *name*, or `None`; letter case counts."""
    row = _by_name(conn, ring, spelled(name, "the name"))
    return None if row is None else AccountId(row["account"])


def name_of(conn: Connection, ring: Ring, account: str) -> str:
    """Return the name behind *account*; `Refused` once it is forgotten."""
    row = row_of(conn, account)
    return _name(key_of(conn, ring, row), row).decode()


def row_of(conn: Connection, account: str) -> Row:
    """Return the directory row of *account*; `Refused` where there is none, forgotten or never enrolled."""
    row = _row(conn, account)
    if row is None:
        raise Refused(f"account `{account}` is forgotten or was never enrolled; nothing links it to a person")
    return row


def look(conn: Connection, account: str) -> Row | None:
    """Return the directory row of *account*, `None` where it is forgotten or was never enrolled."""
    return _row(conn, account)


def key_of(conn: Connection, ring: Ring, row: Row) -> bytes:
    """Return the account's key, opened with the master key of its epoch."""
    account, epoch = row["account"], row["epoch"]

    def opening() -> bytes:
        what = f"the key of account `{account}`"
        return unlock(ring.wrapping(conn, epoch), row["wrapped"], purpose("account", account, epoch), what)

    return ring.opened.key(row, opening)


def identify(conn: Connection, ring: Ring, account: str, source: str, external: str) -> ConversationId:
    """Return the pseudonym of what *source* calls *external*: the same as long as the account lives."""
    message = _called(source, external)
    row = row_of(conn, account)
    naming = ring.opened.naming(row, lambda: derive(_secret(conn, ring, row), purpose("conversations")))
    return ConversationId(pseudonym("c", keyed_hash(naming, message)))


def remembered(ring: Ring, account: str, source: str, external: str) -> ConversationId | None:
    """Return what `identify` does, without asking; `None` where nothing of *account* is remembered. It may be gone since."""
    naming = ring.opened.named(account)
    return None if naming is None else ConversationId(pseudonym("c", keyed_hash(naming, _called(source, external))))


def _called(source: str, external: str) -> bytes:
    spelled_source = spelled(source, "the source")
    if b"\0" in spelled_source:
        raise Unfit("the name of a source holds a NUL character; name it in plain letters")
    return spelled_source + b"\0" + spelled(external, "the identifier of the conversation")


def blinding(conn: Connection, ring: Ring, account: str) -> bytes:
    """Return the 32 bytes with which this person's conversations are blinded in releases."""
    return derive(_secret(conn, ring, row_of(conn, account)), purpose("blinding"))


def blindings(conn: Connection, ring: Ring, accounts: Iterable[str]) -> dict[str, bytes]:
    """Return what `blinding` does for each of *accounts* that is not forgotten, asked together; remembers none of their keys."""
    found: dict[str, bytes] = {}
    openers: dict[str, Callable[[bytes, bytes, str], bytes]] = {}
    left = iter(accounts)
    while part := [account_id(one) for one in islice(left, TOGETHER)]:
        for plain in conn.execute(select(ACCOUNTS).where(ACCOUNTS.c.account.in_(part))):
            _check(tuple(plain))
            row: Row = dict(zip(_COLUMNS, plain, strict=True))
            account, epoch = row["account"], row["epoch"]
            if epoch not in openers:
                openers[epoch] = unlocker(ring.wrapping(conn, epoch))
            key = openers[epoch](row["wrapped"], purpose("account", account, epoch), f"the key of account `{account}`")
            secret = unlock(key, row["secret"], purpose("person", account), f"the secret of account `{account}`")
            found[account] = derive(secret, purpose("blinding"))
    return found


def surrogates(conn: Connection, ring: Ring, account: str, release: str, conversation: str) -> bytes:
    """Return the 32 bytes from which stand-ins for values in one conversation of one release are drawn."""
    secret = derive(_secret(conn, ring, row_of(conn, account)), purpose("surrogates"))
    told = hashlib.sha256(spelled(release, "the name of the release")).digest()
    return keyed_hash(secret, told + spelled(conversation, "the conversation"))


def put_away(conn: Connection, account: str) -> bool:
    """Mark *account* as deleted by its person: one row, however much it has. Say whether it was here until now."""
    row = _row(conn, account)
    if row is None or row["leaving"]:
        return False
    _mark(conn, row, DELETED)
    return True


def bring_back(conn: Connection, account: str) -> bool:
    """Take back that *account* was deleted; say whether it was. One that is being forgotten stays so."""
    row = _row(conn, account)
    if row is None or row["leaving"] != DELETED:
        return False
    _mark(conn, row, 0)
    return True


def is_away(conn: Connection, account: str) -> bool:
    """Return whether all that *account* has is hidden because its person deleted it, whatever each row says by itself."""
    row = _row(conn, account)
    return row is not None and row["leaving"] == DELETED


def here(conn: Connection, account: str) -> Row | None:
    """Return the directory row of *account*; `None` where it was deleted by its person, forgotten, or never enrolled."""
    row = _row(conn, account)
    return None if row is None or row["leaving"] == DELETED else row


def leave(conn: Connection, account: str) -> None:
    """Make *account* impossible to find by name, where a hold keeps some of it; who comes again comes as somebody new."""
    row = dict(row_of(conn, account)) | {"lookup": None, "leaving": LEAVING}
    conn.execute(update(ACCOUNTS).where(ACCOUNTS.c.account == account).values(summed(ACCOUNTS, row)))


def destroy(conn: Connection, account: str) -> bool:
    """Destroy the directory row of *account*; say whether there was one."""
    conn.execute(delete(WORN).where(WORN.c.account == account))
    stale.forget(conn, account)
    return conn.execute(delete(ACCOUNTS).where(ACCOUNTS.c.account == account)).rowcount == 1


def lookup_digest(account: str, lookup: bytes) -> str:
    """Return what ties a look-up value to its account, also for those without keys."""
    return hashlib.sha256(purpose("directory", account) + b"\0" + lookup).hexdigest()


def _row(conn: Connection, account: str) -> Row | None:
    rows = _ACCOUNT.rows(conn, one=account_id(account))
    if not rows:
        return None
    _check(rows[0])
    return dict(zip(_COLUMNS, rows[0], strict=True))


def _mark(conn: Connection, row: Row, leaving: int) -> None:
    _CHANGE.make(conn, [summed(ACCOUNTS, dict(row) | {"leaving": leaving})])


def _by_name(conn: Connection, ring: Ring, raw: bytes) -> Row | None:
    lookup = keyed_hash(ring.lookup_key(conn), raw)
    rows = _LOOKUP.rows(conn, one=lookup)
    if not rows:
        return None
    _check(rows[0])
    row: Row = dict(zip(_COLUMNS, rows[0], strict=True))
    # Whoever can write the table could point Ana's look-up at Bo's row; the sealed name cannot be moved, so it decides.
    if _name(key_of(conn, ring, row), row) != raw:
        raise Broken(f"account `{row['account']}` is listed under another name than its own; run `sayso audit`")
    return row


def _name(key: bytes, row: Row) -> bytes:
    account = row["account"]
    return unpadded(unlock(key, row["name"], purpose("name", account), f"the name of account `{account}`"))


def _secret(conn: Connection, ring: Ring, row: Row) -> bytes:
    account = row["account"]
    return unlock(key_of(conn, ring, row), row["secret"], purpose("person", account), f"the secret of account `{account}`")
