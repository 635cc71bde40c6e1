"""Master keys that a token seals: a file by itself opens nothing, and an epoch is over when the token destroys its key.

Each epoch has a key of its own in the token, which leaves it never and seals one thing: the epoch's master key, kept as
`masters/<epoch>.token` in the folder of keys. So the token is asked once per epoch and start, not once per account, and
to destroy the key in the token is to destroy every copy of that file.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from sayso.app import masters as files
from sayso.app.shelf import plainly
from sayso.facts.errors import Broken
from sayso.vault import MasterKeys

ADDRESS = "master.uri"
"""The file in the folder of keys that says which token; no PIN is in it."""


class KeyService(Protocol):
    """Whatever keeps keys that never leave it, by ids of 16 bytes: a PKCS#11 token here, or anything with these four deeds."""

    def make(self, key: bytes, label: str) -> None:
        """Have a new key under the id *key*."""
        ...

    def seal(self, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
        """Return *plain* sealed under *key* and bound to *bound*."""
        ...

    def unseal(self, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes | None:
        """Return what was sealed, `None` where there is no such key any more; `Broken` where a bit differs."""
        ...

    def destroy(self, key: bytes) -> None:
        """Destroy *key* for ever; one that is not there is destroyed already."""
        ...


class Sealed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A master key as the token sealed it (AES-256-GCM in the token): `key` is the id of the token's key, all in hex."""

    v: int = 1
    epoch: str
    key: str
    nonce: str = ""
    sealed: str = ""

    def bound(self) -> bytes:
        """Return what the sealing is bound to."""
        return "\0".join((f"sayso/master/v{self.v}", self.epoch, self.key)).encode()


class TokenMasters:
    """Master keys sealed by a token, beside those of earlier epochs that still lie in files until the next turn is over."""

    def __init__(self, folder: Path, token: KeyService, draw: Callable[[int], bytes], *, none_yet: bool = False) -> None:
        self._folder, self._token, self._draw = folder, token, draw
        self._later = folder / "masters"
        self._keys: dict[str, bytes] = {}
        self._files = files.FileMasters(folder) if files.is_there(folder) else None
        if self._files is None and not self._names("token") and not none_yet:
            raise Broken(f"no sealed master key in `{folder.name}`; restore the keys, or begin anew with `sayso init`")

    @classmethod
    def begin(cls, folder: Path, token: KeyService, draw: Callable[[int], bytes]) -> TokenMasters:
        """Return the master keys of a new installation, the first of them made and sealed."""
        _seal(folder / "masters", token, files.FIRST, draw(32), draw)
        return cls(folder, token, draw)

    def in_files(self) -> bool:
        """Return whether a master key still lies in a plain file."""
        return files.is_there(self._folder)

    def current(self) -> tuple[str, bytes]:
        """Return the first epoch there is and its key: what a new vault begins with."""
        sealed = self._names("token")
        if not sealed and self._files is not None:
            return self._files.current()
        epoch = min(sealed, key=lambda name: (len(name), name))
        return epoch, self.key(epoch)

    def key(self, epoch: str) -> bytes:
        """Return the key of *epoch*; `Broken` where the token has destroyed or lost what opens it."""
        if epoch not in self._keys:
            path = self._path(epoch)
            if not path.exists() and self._files is not None:
                return self._files.key(epoch)
            self._keys[epoch] = _open(path, self._token, epoch, self._folder.name)
            MasterKeys({epoch: self._keys[epoch]})  # refuses a key that is not random
        return self._keys[epoch]

    def bind(self, epoch_of: Callable[[bytes], str | None]) -> None:
        """Do nothing: the names of the files say which epoch each key is of."""

    def prepare(self, epoch: str, draw: Callable[[int], bytes]) -> None:
        """Have a sealed key for *epoch*, durable before anything is wrapped with it; one that lies there already is taken."""
        known, path = self._keys.get(epoch), self._path(epoch)
        there = _open(path, self._token, epoch, self._folder.name) if path.exists() else None
        if there is None or (known is not None and there != known):
            # One that this process works with and that vanished or changed is sealed again: all may hang on it already.
            _seal(self._later, self._token, epoch, known or draw(32), draw)
            there = _open(path, self._token, epoch, self._folder.name)
        elif (self._later / f"{epoch}.new").exists():
            _tidy(self._later, self._token, epoch)
        self._keys[epoch] = there

    def over(self, current: str) -> list[str]:
        """Return the epochs before *current* of which something lies here."""
        names = {*self._names("token"), *self._names("gone.token")}
        older = self._files.over(current) if self._files is not None else []
        return sorted({*older, *(one for one in names if (len(one), one) < (len(current), current))})

    def destroy(self, epoch: str) -> bool:
        """Destroy the token's key of *epoch*, then the file that it sealed; return that it is gone. May be called again."""
        path, gone = self._path(epoch), self._later / f"{epoch}.gone.token"
        try:
            with contextlib.suppress(FileNotFoundError):
                path.rename(gone)
                files.keep(self._later)
            if gone.exists():
                self._token.destroy(bytes.fromhex(_read(gone).key))
                gone.unlink()
                files.keep(self._later)
        except OSError:
            raise Broken(
                f"the sealed key of epoch `{epoch}` cannot be removed from `{self._folder.name}`; look at the disk"
            ) from None
        files.destroy(self._folder, epoch)
        self._keys.pop(epoch, None)
        return True

    def _path(self, epoch: str) -> Path:
        return self._later / f"{epoch}.token"

    def _names(self, suffix: str) -> list[str]:
        with plainly("the folder of keys cannot be looked through"):
            found = [path.name.removesuffix(f".{suffix}") for path in self._later.glob(f"*.{suffix}")]
        return sorted(one for one in found if "." not in one)


def _seal(folder: Path, token: KeyService, epoch: str, master: bytes, draw: Callable[[int], bytes]) -> None:
    """Put *master* down as the token seals it under a key made for it alone; a crash at any point leaves no key unnamed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path, partial, whole = (folder / f"{epoch}.{suffix}" for suffix in ("token", "new", "whole"))
    before = _tidy(folder, token, epoch)
    begun = Sealed(epoch=epoch, key=draw(16).hex())
    _write(partial, begun)  # (1) the name of the key, (2) the key, (3) what it seals: so that a key without a file is never left
    files.keep(folder)
    token.make(bytes.fromhex(begun.key), f"sayso epoch {epoch}")
    nonce = draw(12)
    sealed = token.seal(bytes.fromhex(begun.key), nonce, master, begun.bound())
    _write(whole, Sealed(epoch=epoch, key=begun.key, nonce=nonce.hex(), sealed=sealed.hex()))
    whole.rename(path)
    files.keep(folder)
    partial.unlink()
    files.keep(folder)
    if before is not None:
        token.destroy(bytes.fromhex(before))


def _tidy(folder: Path, token: KeyService, epoch: str) -> str | None:
    """Clear away what a sealing left that died before its end, in the token too; return the id of the key that is in use."""
    used = _read(folder / f"{epoch}.token").key if (folder / f"{epoch}.token").exists() else None
    (folder / f"{epoch}.whole").unlink(missing_ok=True)
    partial = folder / f"{epoch}.new"
    if partial.exists():
        with contextlib.suppress(Broken):  # half written: then no key was made yet
            left = _read(partial).key
            if left != used:
                token.destroy(bytes.fromhex(left))
        partial.unlink()
    return used


def _open(path: Path, token: KeyService, epoch: str, where: str) -> bytes:
    """Return the master key that *path* holds, opened by the token."""
    if not path.exists():
        raise Broken(
            f"no master key of epoch `{epoch}` is in `{where}`: epochs turned and it was destroyed, or it is "
            "lost; use a copy of the data made since, or restore the key"
        )
    found = _read(path)
    if found.epoch != epoch:
        raise Broken(f"{path.name} holds the key of another epoch; restore it from your copy of the keys")
    master = token.unseal(bytes.fromhex(found.key), bytes.fromhex(found.nonce), bytes.fromhex(found.sealed), found.bound())
    if master is None:
        raise Broken(
            f"the token has no key for epoch `{epoch}`: epochs turned and it was destroyed, it is lost, or this is another token; "
            "use a copy of the data made since, or the token it was sealed by"
        )
    if len(master) != 32:
        raise Broken(f"{path.name} holds no master key; restore it from your copy of the keys")
    return master


def _read(path: Path) -> Sealed:
    try:
        found = msgspec.json.decode(files.read_text(path), type=Sealed)
        whole = found.v == 1 and all(bytes.fromhex(one) is not None for one in (found.key, found.nonce, found.sealed))
    except (msgspec.DecodeError, ValueError):
        whole = False
    if not whole or not found.key:
        raise Broken(f"{path.name} is damaged, or of a later version; restore it from your copy of the keys")
    return found


def _write(path: Path, sealed: Sealed) -> None:
    files.write(path, msgspec.json.encode(sealed).decode())
