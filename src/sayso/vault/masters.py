"""Master keys: what opens everything, handed in by whoever may read it, one per epoch."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Protocol

from sayso.facts.errors import Broken, Unfit


class Masters(Protocol):
    """The master keys by epoch. Trusted with everything; what it forgets can never be opened again."""

    def current(self) -> tuple[str, bytes]:
        """Return the epoch a new vault begins with, and its 32 bytes; afterwards the vault itself says which is current."""
        ...

    def key(self, epoch: str) -> bytes:
        """Return the 32 bytes of *epoch*; `Broken` where it is not at hand."""
        ...


class MasterKeys:
    """Master keys held in memory; the last one given is current unless *current* names another.

    >>> MasterKeys({"1": bytes(range(32))}).current()[0]
    '1'
    """

    def __init__(self, keys: Mapping[str, bytes], *, current: str | None = None) -> None:
        if not keys:
            raise Unfit("no master key was given; make one with `sayso init`")
        self._keys = {named(epoch): _strong(epoch, key) for epoch, key in keys.items()}
        self._current = current if current is not None else list(self._keys)[-1]
        if self._current not in self._keys:
            raise Unfit(f"no master key was given for the current epoch `{self._current}`")

    @classmethod
    def of(cls, key: bytes, epoch: str = "1") -> MasterKeys:
        """Return a holder of one master key."""
        return cls({epoch: key})

    def current(self) -> tuple[str, bytes]:
        """Return the current epoch and its key."""
        return self._current, self._keys[self._current]

    def key(self, epoch: str) -> bytes:
        """Return the key of *epoch*."""
        if epoch not in self._keys:
            raise Broken(f"no master key is at hand for epoch `{epoch}`; hand over the one it was begun with")
        return self._keys[epoch]

    def __repr__(self) -> str:
        """Return the epochs; never a key."""
        return f"MasterKeys({', '.join(self._keys)})"


def parse_master(raw: bytes) -> bytes:
    """Return the 32 bytes that a key file or a setting holds: 64 hex digits, base64, or the bytes themselves.

    >>> parse_master(b"00" * 31 + b"ff\\n")[-1]
    255
    """
    if len(raw) == 32:
        return raw
    words = raw.strip()
    try:
        key = bytes.fromhex(words.decode("ascii")) if len(words) == 64 else base64.b64decode(words, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error, UnicodeDecodeError):
        key = b""
    if len(key) != 32:
        raise Unfit("a master key is 32 random bytes, as 64 hex digits or base64; this is something else")
    return key


def named(epoch: object) -> str:
    """Return *epoch* where it can name one."""
    if not (isinstance(epoch, str) and epoch.isascii() and epoch.isprintable() and 0 < len(epoch) <= 64):
        raise Unfit("the name of an epoch is 1 to 64 plain characters, such as `1` or `2025-10-08`")
    return epoch


def _strong(epoch: str, key: bytes) -> bytes:
    if not isinstance(key, bytes) or len(key) != 32:
        raise Unfit(f"the master key of epoch `{epoch}` does not have 32 bytes; make one with `sayso init`")
    if len(set(key)) < 8:
        # 32 random bytes have fewer than 8 different values about once in 10^34 tries; zeros and patterns always do.
        raise Unfit(f"the master key of epoch `{epoch}` is no random key; make one with `sayso init`")
    return key
