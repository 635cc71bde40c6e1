"""A zip written as it is read: no file of it ever exists here, and no more of it is in memory than one piece."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime

PIECE = 64 * 1024
"""Bytes that are gathered before they are handed on."""

Entry = tuple[str, Iterable[bytes]]
"""A name inside the zip, and its bytes in parts."""


class _Sink:
    """What the zip is written to: it cannot be sought in, and gives back what it was given."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self.size = 0

    def write(self, data: bytes, /) -> int:
        self._parts.append(bytes(data))
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        """Do nothing: what is there is handed on by `drain`."""

    def close(self) -> None:
        """Do nothing: it holds no file."""

    def drain(self) -> bytes:
        parts, self._parts, self.size = self._parts, [], 0
        return b"".join(parts)


def zipped(entries: Iterable[Entry], at: datetime) -> Iterator[bytes]:
    """Yield the bytes of a zip of *entries*, all dated *at*; the same entries give the same bytes.

    A reader that stops early stops the entries with it. What breaks off has no directory at its end, and opens in no program.
    """
    sink = _Sink()
    moment = (max(1980, at.year), at.month, at.day, at.hour, at.minute, at.second)
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, parts in entries:
            info = zipfile.ZipInfo(name, moment)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            info.create_system = 3
            # How long an entry gets is not known when it begins, so each may be longer than 4 GB.
            with archive.open(info, "w", force_zip64=True) as entry:
                for part in parts:
                    for start in range(0, len(part), PIECE):
                        entry.write(part[start : start + PIECE])
                        if sink.size >= PIECE:
                            yield sink.drain()
            yield sink.drain()
    yield sink.drain()
