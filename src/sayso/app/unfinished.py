"""What an act under way may leave in a store of objects if it is killed: numbers of objects, in a small file of the data folder.

So the next start asks the store about these and no other. Nothing hangs on the file: what is lost with it stays as ciphertext that
no row names until a sweep lists the store. It is replaced whole, and not waited for; a kill of this process does not tear it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from sayso.app.shelf import plainly

NAME = "unfinished.json"


class _Named(Struct, forbid_unknown_fields=True):
    begun: list[int] = []
    left: list[int] = []


class UnfinishedObjects:
    """The file in *folder*; who writes it holds the one writer's place."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME

    def begin(self, segments: Iterable[int]) -> None:
        """Name what one transaction may store, in place of what the one before it did."""
        self._write(_Named(begun=list(segments), left=self._read().left))

    def leave(self, segments: Iterable[int]) -> None:
        """Name, besides, what everything was moved out of."""
        found = self._read()
        if more := [one for one in segments if one not in found.left]:
            self._write(_Named(begun=found.begun, left=found.left + more))

    def left(self) -> set[int]:
        """Return what was named; nothing where the file is missing or torn."""
        found = self._read()
        return {*found.begun, *found.left}

    def end(self, segments: Iterable[int]) -> None:
        """Forget *segments*, and the file with the last of them."""
        found, over = self._read(), set(segments)
        kept = _Named(*([one for one in those if one not in over] for those in (found.begun, found.left)))
        if kept.begun or kept.left:
            self._write(kept)
        else:
            with plainly("what was unfinished cannot be forgotten"):
                self._path.unlink(missing_ok=True)

    def _read(self) -> _Named:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=_Named)
        except (OSError, msgspec.DecodeError):
            return _Named()

    def _write(self, named: _Named) -> None:
        partial = self._path.with_name(f"{NAME}.new")
        with plainly("what is begun cannot be written down"):
            self._path.parent.mkdir(exist_ok=True)
            partial.write_bytes(msgspec.json.encode(named))
            os.replace(partial, self._path)
