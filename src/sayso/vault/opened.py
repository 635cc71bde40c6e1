"""Keys of accounts that were opened a moment ago, so that who reads ten conversations of one person opens one key."""

from __future__ import annotations

import threading
from collections.abc import Callable

from sayso.vault.chats import Chats
from sayso.vault.tables import Row

MOST = 8192
"""Accounts whose key is remembered; the one asked for longest ago goes first."""


class Opened:
    """Opened keys by account. Nothing is found here but for the very row it was opened from, of the same epoch.

    So a row that was changed, swapped or is gone finds nothing. All are of one epoch: the first key of another drops them.
    It is the memory of a process that could open all of them anyway; docs/trust.md says how long a key stays in it.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._epoch: str | None = None
        self._keys: dict[str, tuple[bytes, bytes]] = {}
        self._naming: dict[str, tuple[bytes, bytes, bytes]] = {}
        self.chats = Chats()
        self._one = threading.Lock()

    def key(self, row: Row, opening: Callable[[], bytes]) -> bytes:
        """Return the key of the account in *row*, opened by *opening* where it is not remembered."""
        account, epoch, wrapped = row["account"], row["epoch"], row["wrapped"]
        with self._one:
            if epoch != self._epoch:
                self._forget_all()
                self._epoch = epoch
            found = self._keys.pop(account, None)
            if found is not None and found[0] == wrapped:
                self._keys[account] = found
                return found[1]
        key = opening()
        with self._one:
            if self._epoch == epoch:
                self._keys[account] = (wrapped, key)
                self._shorten()
        return key

    def naming(self, row: Row, opening: Callable[[], bytes]) -> bytes:
        """Return the key by which conversations of the account in *row* get their pseudonyms, made by *opening* where it is new."""
        account, wrapped, secret = row["account"], row["wrapped"], row["secret"]
        with self._one:
            found = self._naming.get(account) if self._epoch == row["epoch"] else None
        if found is not None and found[:2] == (wrapped, secret):
            return found[2]
        key = opening()
        with self._one:
            if account in self._keys:
                self._naming[account] = (wrapped, secret, key)
        return key

    def named(self, account: str) -> bytes | None:
        """Return the key of `naming` where it is remembered: an account has the same one as long as it lives."""
        found = self._naming.get(account)
        return None if found is None else found[2]

    def drop(self, account: str) -> None:
        """Forget what is remembered of *account*: it is hidden, forgotten, or gets another key."""
        with self._one:
            self._keys.pop(account, None)
            self._naming.pop(account, None)
        self.chats.drop_account(account)

    def clear(self) -> None:
        """Forget every key."""
        with self._one:
            self._forget_all()

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        """Return how many are remembered; never a key."""
        return f"Opened({len(self._keys)} accounts)"

    def _forget_all(self) -> None:
        self._keys.clear()
        self._naming.clear()
        self.chats.clear()

    def _shorten(self) -> None:
        while len(self._keys) > self._most:
            oldest = next(iter(self._keys))
            del self._keys[oldest]
            self._naming.pop(oldest, None)
