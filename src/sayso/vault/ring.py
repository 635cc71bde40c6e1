"""The key ring: master keys checked against the epochs they began, and the instance's own secret."""

from __future__ import annotations

import hmac
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.exc import OperationalError, ProgrammingError

from sayso.facts.errors import Broken, Unfit
from sayso.vault.ciphers import FIRST
from sayso.vault.keys import Entropy, derive, fresh, keyed_hash, lock, purpose, unlock
from sayso.vault.masters import Masters, named
from sayso.vault.opened import Opened
from sayso.vault.tables import EPOCHS, INSTANCE, VERSION, sound, summed


class Ring:
    """Wraps and opens the keys of accounts; every master key is checked before its first use."""

    def __init__(self, masters: Masters, entropy: Entropy, version: int = FIRST) -> None:
        self._masters = masters
        self.entropy = entropy
        self.version = version
        """The cipher that everything new is sealed with; what is there is read by the one it names."""
        self._wrapping: dict[str, bytes] = {}
        self.opened = Opened()
        self._lookup: bytes | None = None

    def lock(self, key: bytes, plain: bytes, bound: bytes) -> bytes:
        """Return *plain* locked with the present cipher."""
        return lock(key, plain, bound, self.entropy, self.version)

    def begin(self, conn: Connection) -> None:
        """Begin the instance, or check that the master keys open the one that is there."""
        epoch, master = self._masters.current()
        begun = conn.execute(select(EPOCHS.c.epoch)).scalars().all()
        instance = conn.execute(select(INSTANCE)).mappings().first()
        if instance is None:
            if begun:
                raise Broken("the vault has epochs but no instance row; restore the database or run `sayso audit`")
            self._add_epoch(conn, epoch, master)
            secret = fresh(self.entropy, 32)
            wrapped = self.lock(self.wrapping(conn, epoch), secret, purpose("instance", epoch))
            row = {"id": 1, "version": VERSION, "epoch": epoch, "wrapped": wrapped}
            conn.execute(INSTANCE.insert().values(summed(INSTANCE, row)))
        self.lookup_key(conn)
        self.current(conn)

    def current(self, conn: Connection) -> tuple[str, bytes]:
        """Return the current epoch, which is the instance's own, and the key that wraps accounts in it."""
        epoch = self._instance(conn)["epoch"]
        return epoch, self.wrapping(conn, epoch)

    def move(self, conn: Connection, epoch: str) -> str | None:
        """Make *epoch* the current one, its master key being at hand; return the one before, or `None` where it was already."""
        row = self._instance(conn)
        previous = row["epoch"]
        if previous == named(epoch):
            return None
        if conn.execute(select(EPOCHS.c.epoch).where(EPOCHS.c.epoch == epoch)).first() is not None:
            raise Unfit(f"epoch `{epoch}` was begun before; name the new one otherwise, nothing was changed")
        secret = self._secret(conn, row)
        self.opened.clear()
        self._add_epoch(conn, epoch, self._masters.key(epoch))
        self._wrapping.pop(epoch, None)
        wrapped = self.lock(self.wrapping(conn, epoch), secret, purpose("instance", epoch))
        changed = {"id": 1, "version": VERSION, "epoch": epoch, "wrapped": wrapped}
        conn.execute(update(INSTANCE).where(INSTANCE.c.id == 1).values(summed(INSTANCE, changed)))
        return str(previous)

    def drop(self, epoch: str) -> None:
        """Forget what this process still remembers of *epoch*'s master key, and every key that it opened."""
        self.opened.clear()
        self._wrapping.pop(epoch, None)

    def epoch_of(self, conn: Connection, master: bytes) -> str | None:
        """Return the epoch that was begun with *master*, or `None`."""
        for row in conn.execute(select(EPOCHS)).mappings():
            if isinstance(row["check_value"], bytes) and hmac.compare_digest(row["check_value"], _check(row["epoch"], master)):
                return str(row["epoch"])
        return None

    def wrapping(self, conn: Connection, epoch: str) -> bytes:
        """Return the key that wraps accounts of *epoch*; `Broken` where the master key is another than it was begun with."""
        known = self._wrapping.get(epoch)
        if known is not None:
            return known
        master = self._masters.key(epoch)
        row = conn.execute(select(EPOCHS.c.check_value).where(EPOCHS.c.epoch == epoch)).scalar()
        if row is None:
            raise Broken(f"epoch `{epoch}` was never begun in this vault; open it with the master key it was begun with")
        if not isinstance(row, bytes) or not hmac.compare_digest(row, _check(epoch, master)):
            raise Broken(f"master key does not open epoch `{epoch}`; hand over the key this vault was begun with")
        self._wrapping[epoch] = derive(master, purpose("wrap", epoch))
        return self._wrapping[epoch]

    def lookup_key(self, conn: Connection) -> bytes:
        """Return the key under which names are looked up: it comes from the instance's secret and outlives master keys."""
        if self._lookup is None:
            self._lookup = derive(self._secret(conn, self._instance(conn)), purpose("lookup"))
        return self._lookup

    def _instance(self, conn: Connection) -> Any:
        """Return the instance row."""
        try:
            row: Any = sound(INSTANCE, conn.execute(select(INSTANCE)).mappings().first())
        except (OperationalError, ProgrammingError):
            raise Broken("this database holds no vault; run `sayso init`") from None
        if row is None:
            raise Broken("the vault was never begun in this database; run `sayso init`")
        if row["version"] != VERSION:
            raise Broken(f"this vault is of version {row['version']}, this program reads {VERSION}; use the one it was made with")
        return row

    def _secret(self, conn: Connection, row: Any) -> bytes:
        """Return the instance's secret, which stays the same in every epoch."""
        epoch = row["epoch"]
        return unlock(self.wrapping(conn, epoch), row["wrapped"], purpose("instance", epoch), "the instance's secret")

    def _add_epoch(self, conn: Connection, epoch: str, master: bytes) -> None:
        conn.execute(EPOCHS.insert().values(summed(EPOCHS, {"epoch": epoch, "check_value": _check(epoch, master)})))


def _check(epoch: str, master: bytes) -> bytes:
    """Return the value by which a wrong master key is found at once; it opens nothing and tells nothing of the key."""
    return keyed_hash(derive(master, purpose("check")), epoch.encode())
