"""How often: who shows wrong keys and links is locked out for a while, and who asks too much is asked to wait."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from fastapi import HTTPException, Request

WRONG, WITHIN, LOCKED = 20, timedelta(minutes=10), timedelta(minutes=15)
"""So many wrong keys or links from one address within that time lock it out for so long."""
A_MINUTE = 600
"""Requests of one key a minute."""
MOST = 20_000
"""Addresses remembered; past that the oldest are forgotten."""


def address(request: Request) -> str:
    """Return where *request* comes from, as the server knows it; behind a proxy it must be one that uvicorn trusts."""
    return request.client.host if request.client is not None else ""


class Strikes:
    """Wrong tries by address, in memory only.

    >>> strikes, at = Strikes(), datetime(2026, 11, 1)
    >>> for _ in range(WRONG):
    ...     strikes.count("10.0.0.1", at)
    >>> strikes.locked("10.0.0.1", at), strikes.locked("10.0.0.2", at), strikes.locked("10.0.0.1", at + LOCKED)
    (True, False, False)
    """

    def __init__(self) -> None:
        self._tries: dict[str, list[datetime]] = {}
        self._until: dict[str, datetime] = {}
        self._guard = threading.Lock()

    def locked(self, where: str, at: datetime) -> bool:
        """Return whether *where* is locked out at *at*."""
        return self._until.get(where, at) > at

    def count(self, where: str, at: datetime) -> None:
        """Remember a wrong try, and lock *where* out once it made too many."""
        with self._guard:
            for kept in (self._tries, self._until):
                while len(kept) >= MOST:
                    kept.pop(next(iter(kept)))
            tries = [one for one in self._tries.pop(where, []) if one > at - WITHIN] + [at]
            self._tries[where] = tries
            if len(tries) >= WRONG:
                del self._tries[where]
                self._until[where] = at + LOCKED

    def assert_open(self, request: Request, at: datetime) -> None:
        """Refuse whoever is locked out with 429, before anything they show is looked at."""
        if self.locked(address(request), at):
            raise HTTPException(429, headers={"retry-after": str(int(LOCKED.total_seconds()))})


class Pace:
    """How many requests each key made in the running minute."""

    def __init__(self, most: int = A_MINUTE) -> None:
        self._most = most
        self._minute: tuple[int, dict[str, int]] = 0, {}
        self._guard = threading.Lock()

    def assert_slow(self, name: str, at: datetime) -> None:
        """Refuse with 429 what goes past the limit of this minute."""
        with self._guard:
            now = int(at.timestamp() // 60)
            if self._minute[0] != now:
                self._minute = now, {}
            counts = self._minute[1]
            counts[name] = counts.get(name, 0) + 1
            if counts[name] > self._most:
                raise HTTPException(429, headers={"retry-after": str(60 - int(at.timestamp() % 60))})
