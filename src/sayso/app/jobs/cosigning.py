"""The log's own key of ML-DSA-44: keyring -> ledger. Named by a line of the log before anything is signed with it."""

from __future__ import annotations

import os
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection

from sayso.app.house import House
from sayso.app.jobs.logs import settle
from sayso.app.keyring import COSIGNING, Keyring, cosigning, entropy
from sayso.app.masters import write
from sayso.facts.deeds import CosigningKeySet, Opened
from sayso.facts.errors import Broken
from sayso.proofs import CosigningKey, WitnessKey
from sayso.proofs.cosign import ML_DSA_44


class Named(Struct, frozen=True, kw_only=True):
    """A cosigning key as the log names it: the public key, and the number of the line."""

    key: str
    line: int


def named(house: House, conn: Connection) -> list[Named]:
    """Return every cosigning key the log ever named, oldest first; the last one is in use."""
    found = []
    for entry in house.ledger.of_kind(conn, Opened, CosigningKeySet):
        key = entry.line.cosigning_key if isinstance(entry.line, Opened) else getattr(entry.line, "key", None)
        if key is not None:
            found.append(Named(key=key, line=entry.seq))
    return found


def renew(house: House) -> Named:
    """Return the new cosigning key: put away first, then named by the log, then in the place of the one before.

    Whoever stops it in between leaves what `settle_key` ends: the key that the log names is the one in use.
    """
    folder = house.settings.keys
    new = CosigningKey(house.keys.signing.name, entropy(32), ML_DSA_44.byte)
    _later(folder).unlink(missing_ok=True)
    write(_later(folder), new.text())
    settle(folder)
    with house.writing() as work:
        entry = work.record([CosigningKeySet(at=work.at, key=new.public.text())])[0]
    settle_key(house)
    return Named(key=new.public.text(), line=entry.seq)


def settle_key(house: House) -> None:
    """Put the key that the log named last into use where a stop left it waiting; one that was never named goes."""
    later = _later(house.settings.keys)
    if not later.exists():
        return
    with house.reading() as conn:
        known = named(house, conn)
    new = cosigning(later)
    if new is not None and known and known[-1].key == new.public.text():
        os.replace(later, house.settings.keys / COSIGNING)
        settle(house.settings.keys)
        house.keys.cosigning = new
    else:
        later.unlink()


def signer(house: House, conn: Connection, keys: Keyring) -> CosigningKey | None:
    """Return what cosigns the published log: `None` before `sayso upgrade` made one. Broken where the log names another."""
    known, key = named(house, conn), keys.cosigning
    if not known:
        return None
    if key is None or known[-1].key != key.public.text():
        where = f"line {known[-1].line} of the log"
        raise Broken(f"{COSIGNING} is not the key that {where} names; restore it, or take another: `sayso log key --new`")
    return key


def in_force(house: House) -> WitnessKey | None:
    """Return the public key that cosigns the log now, `None` where none was ever named."""
    with house.reading() as conn:
        known = named(house, conn)
    return WitnessKey.parse(known[-1].key) if known else None


def _later(folder: Path) -> Path:
    return folder / f"{COSIGNING}.new"
