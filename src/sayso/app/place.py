"""The place of the one writer: held as long as a house is open, or taken for each work and given up after it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from sayso.app import shelf
from sayso.facts.errors import Unfit

PATIENCE = 60
"""Seconds that one who shares the place waits for the others."""


class Place:
    """The place of the writer of one folder, and of its database. Who holds it all along keeps out those who share it."""

    def __init__(self, folder: Path, *, write: bool, sharing: bool) -> None:
        self._folder, self.sharing = folder, sharing and write
        self._lock = shelf.Lock(folder) if write and not sharing else None
        self._within = 0

    @property
    def patience(self) -> int:
        """Return for how many seconds the database is asked for its place."""
        return PATIENCE if self.sharing else 3

    @contextmanager
    def taken(self, engine: Engine) -> Iterator[None]:
        """Have the place until the block ends; refuses where the house was opened for reading, or somebody keeps it."""
        if self._lock is None and not self.sharing:
            raise Unfit("the data folder is open for reading only")
        if not self.sharing or self._within:
            yield
            return
        lock = shelf.Lock(self._folder, patience=PATIENCE)
        self._within += 1
        try:
            yield
        finally:
            self._within -= 1
            engine.dispose()  # on a server the place goes with the connection
            lock.release()

    def release(self) -> None:
        """Let the next writer in."""
        if self._lock is not None:
            self._lock.release()
