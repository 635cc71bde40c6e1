"""Rows in any order in, rows by blinded id out, with no more than an index of them in memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType

import msgspec

from sayso.facts.errors import Unfit
from sayso.release.rows import Row, checked

_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(Row)


class Spill:
    """A nameless file of rows and an index by id; about 150 bytes of memory a row, whatever the rows hold.

    The file has no name where the system allows it, so that a killed process leaves nothing behind.
    """

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115  # closed by `close`
        self._index: dict[str, tuple[int, int]] = {}
        self._end = 0

    def __enter__(self) -> Spill:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._file.close()

    def __len__(self) -> int:
        return len(self._index)

    def add(self, row: Row) -> None:
        """Take *row*; refuses one that is not fit for a release, or whose id came before."""
        row = checked(row)
        if row.id in self._index:
            raise Unfit(f"row `{row.id}` came twice; one conversation is one row of a release")
        raw = _ENCODER.encode(row)
        self._file.write(raw)
        self._index[row.id] = (self._end, len(raw))
        self._end += len(raw)

    def ids(self) -> list[str]:
        """Return all ids in order."""
        return sorted(self._index)

    def leave_out(self, ids: Iterable[str]) -> None:
        """Have the rows *ids* out of what is written."""
        for one in ids:
            del self._index[one]

    def size(self, row: str) -> int:
        """Return how many bytes the row with the id *row* takes as JSON."""
        return self._index[row][1]

    def row(self, row: str) -> Row:
        """Return the row with the id *row*."""
        start, length = self._index[row]
        self._file.seek(start)
        return _DECODER.decode(self._file.read(length))

    def rows(self) -> Iterator[Row]:
        """Yield all rows by id."""
        return (self.row(one) for one in self.ids())
