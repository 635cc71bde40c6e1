"""A zip that has lost its list of files: what can be found by walking from one file's header to the next."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Callable, Iterator
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import IO, Any

_HEADER = struct.Struct("<4sHHHHHIIIHH")
_MAGIC = b"PK\x03\x04"
_LINK = 0o120000
_STORED, _DEFLATED = 0, 8
_CHUNK = 1 << 16
_AT_ONCE = 1 << 20

Found = tuple[str, int, Callable[[], IO[bytes]]]
"""A name, a packed size, and how to open it."""


def unsafe(name: str, flags: int, mode: int) -> str:
    """Return why an entry of a zip is not opened, or nothing.

    >>> unsafe("../../etc/passwd", 0, 0), unsafe("chats/a.json", 0, 0)
    ('its path leads out of the archive', '')
    """
    if name.startswith(("/", "\\")) or ".." in re.split(r"[/\\]", name) or re.match(r"[A-Za-z]:", name) or "\0" in name:
        return "its path leads out of the archive"
    if mode & 0o170000 == _LINK:
        return "a link, which may lead out of the archive; only plain files are read"
    if flags & 0x1:
        return "encrypted; unpack it with its password and hand in the folder"
    return ""


def found_in(path: Path) -> Iterator[Found]:
    """Yield the files whose headers are still there, in order; the last one may be cut short.

    A header is where the one before says it ends, or, where it does not say, the next place that looks like one.
    """
    end = path.stat().st_size
    with path.open("rb") as stream:
        at = 0
        while (header := _header(stream, at)) is not None:
            name, flags, method, packed, start = header
            streamed = bool(flags & 0x8) and not packed
            stop = _next(stream, start) if streamed else start + packed
            if not unsafe(name, flags, 0) and not name.endswith("/") and method in (_STORED, _DEFLATED):
                yield name, min(stop, end) - start, _opener(path, start, min(stop, end), method)
            at = stop if streamed or _header(stream, stop) is not None else _next(stream, start)


def _header(stream: IO[bytes], at: int) -> tuple[str, int, int, int, int] | None:
    stream.seek(at)
    raw = stream.read(_HEADER.size)
    if len(raw) < _HEADER.size or not raw.startswith(_MAGIC):
        return None
    _, _, flags, method, _, _, _, packed, _, name_length, extra = _HEADER.unpack(raw)
    name = stream.read(name_length).decode("utf-8" if flags & 0x800 else "cp437", "replace")
    return name, flags, method, packed, at + _HEADER.size + name_length + extra


def _next(stream: IO[bytes], at: int) -> int:
    """Return where the next header stands, or the end of the file."""
    stream.seek(at)
    before = b""
    while chunk := stream.read(_AT_ONCE):
        if (found := (before + chunk).find(_MAGIC)) >= 0:
            return at - len(before) + found
        at += len(chunk)
        before = chunk[-3:]
    return at


def _opener(path: Path, start: int, stop: int, method: int) -> Callable[[], IO[bytes]]:
    return lambda: BufferedReader(_Entry(path, start, stop, method), _CHUNK)


class _Entry(RawIOBase):
    """The unpacked bytes between two places of a file; a stream that stops before its own end says so with `EOFError`."""

    def __init__(self, path: Path, start: int, stop: int, method: int) -> None:
        self._file = path.open("rb")
        self._file.seek(start)
        self._rest = stop - start
        self._engine = zlib.decompressobj(-15) if method == _DEFLATED else None
        self._packed = b""

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()

    def readinto(self, into: Any) -> int:  # a writable buffer, which has no name in typing before 3.12
        room = len(into)
        out = self._take(room)
        while not out and not self._ended():
            out = self._take(room)
        into[: len(out)] = out
        return len(out)

    def _take(self, room: int) -> bytes:
        if not self._packed:
            self._packed = self._file.read(min(_CHUNK, self._rest))
            self._rest -= len(self._packed)
        if self._engine is None:
            out, self._packed = self._packed[:room], self._packed[room:]
            return out
        out = self._engine.decompress(self._packed, room)
        self._packed = self._engine.unconsumed_tail
        return out

    def _ended(self) -> bool:
        if self._engine is not None and self._engine.eof:
            return True
        if self._packed or self._rest > 0:
            return False
        if self._engine is not None:
            raise EOFError
        return True
