"""A PostgreSQL cluster as somebody sees it who reads its disk: what a house wrote into it, without what was there before."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.postgres import Server

PAGE = 8192
STREAM = "the write-ahead log as one stream"
_SHORT, _LONG = 24, 40
"""Bytes of the header of a page of the write-ahead log; the first page of each file has the long one."""
FIRST_OF_OURS = 16384
"""Files of relations that somebody made are numbered from here on; those of the server itself are below."""
_RELATION = re.compile(r"data/(?:base/[0-9]+|global)/(?:([0-9]+)(?:[._].*)?|pg_[a-z_.]+)")
_WAL = re.compile(r"data/pg_wal/[0-9A-F]{24}")


class Cluster:
    """Every byte of a server's folder: `base`, `global`, `pg_wal`, `pg_stat`, `pg_xact`, its log, its temporary files."""

    def __init__(self, server: Server, database: str) -> None:
        self.server = server
        self._before = {_sum(page) for _, raw in server.every_byte() for page in _pages(raw)} | {_sum(bytes(PAGE))}

        toast = "(SELECT reltoastrelid FROM pg_class WHERE relname = 'pg_statistic')"
        rows = server.admin(f"SELECT relfilenode FROM pg_class WHERE relname = 'pg_statistic' OR oid = {toast}", database)
        self._statistics = {int(row[0]) for row in rows}
        self._ever: dict[bytes, bytes] = {}
        self._streams: dict[bytes, bytes] = {}
        """By how it begins: a later stream goes on from an earlier one, unless files of it were taken away in between."""

    def fresh(self) -> dict[str, bytes]:
        """Each file's pages that nobody had written before the house came, in their order.

        Where a record of the write-ahead log goes on over the end of a page, a header stands in between: the log is given
        without them as well, in one stream, so that a key that was cut in two is found.
        """
        return self._fresh(self.server.every_byte())

    def copied(self, *folders: Path) -> list[bytes]:
        """What a thief must try of copies: of base backups, a replica's data, an archive of the log; each page and the log once."""
        pages: dict[bytes, bytes] = {}
        streams: list[bytes] = []
        for folder in folders:
            files = ((path.relative_to(folder).as_posix(), path) for path in sorted(folder.rglob("*")) if path.is_file())
            fresh = self._fresh((f"data/{'' if '/' in name else 'pg_wal/'}{name}", path.read_bytes()) for name, path in files)
            streams.append(fresh.pop(STREAM))
            for name, raw in fresh.items():
                if not _WAL.fullmatch(name) and not self._catalogue(name):
                    pages |= {_sum(page): page for page in _pages(raw)}
        streams.sort(key=len, reverse=True)
        whole = [one for number, one in enumerate(streams) if not any(one in longer for longer in streams[:number])]
        return [b"".join(pages.values()), *whole]

    def _fresh(self, files: Iterable[tuple[str, bytes]]) -> dict[str, bytes]:
        found = {}
        stream = b""
        for name, raw in files:
            found[name] = b"".join(page for page in _pages(raw) if _sum(page) not in self._before)
            if _WAL.fullmatch(name):
                stream += b"".join(
                    page[_SHORT if at else _LONG :]
                    for at, page in enumerate(_pages(raw))
                    if page[:2] != b"\0\0" and _sum(page) not in self._before
                )
        return {name: raw for name, raw in found.items() if raw} | {STREAM: stream}

    def pieces(self) -> list[bytes]:
        """What a thief must try: each page of tables and statistics that was ever seen here, once, and the log as the one stream.

        Left out are the server's own catalogues but `pg_statistic`: no value of a row comes to lie in those.
        """
        fresh = self.fresh()
        for name, raw in fresh.items():
            if name != STREAM and not _WAL.fullmatch(name) and not self._catalogue(name):
                self._ever |= {_sum(page): page for page in _pages(raw)}
        self._streams[fresh[STREAM][:PAGE]] = fresh[STREAM]
        return [b"".join(self._ever.values()), *self._streams.values()]

    def _catalogue(self, name: str) -> bool:
        found = _RELATION.fullmatch(name)
        return found is not None and (found[1] is None or (int(found[1]) < FIRST_OF_OURS and int(found[1]) not in self._statistics))

    def unpacked(self) -> list[bytes]:
        """What comes out of every value that PostgreSQL may have compressed, anywhere in its fresh bytes."""
        return [inner for raw in self.fresh().values() for inner in toasted(raw)]


def _pages(raw: bytes) -> Iterator[bytes]:
    for at in range(0, len(raw), PAGE):
        yield raw[at : at + PAGE]


def _sum(page: bytes) -> bytes:
    return hashlib.blake2b(page, digest_size=16).digest()


_HEAD = re.compile(rb"(?=(..[\0-\x3f]\0))", re.S)
"""Where four bytes could say how long a compressed value is when it is not: less than 4 MB, by the method `pglz`."""


def toasted(raw: bytes) -> Iterator[bytes]:
    """Yield what comes out of every `pglz` stream that begins anywhere in *raw*: compressed values, whole or the first of their parts."""
    for match in _HEAD.finditer(raw):
        size = int.from_bytes(match[1], "little")
        if 64 <= size <= 1 << 20:
            inner = pglz(raw, match.start() + 4, size)
            if inner is not None:
                yield inner


def pglz(raw: bytes, at: int, size: int, *, enough: int = 256) -> bytes | None:
    """Return *size* bytes unpacked from *at* on, fewer where the stream breaks off after *enough*; `None` where it is no stream."""
    out = bytearray()
    end = len(raw)
    packed = False
    while at < end and len(out) < size:
        control, at = raw[at], at + 1
        for _ in range(8):
            if at >= end or len(out) >= size:
                break
            if control & 1:
                if at + 1 >= end:
                    return bytes(out) if len(out) >= enough else None
                length, back = (raw[at] & 15) + 3, (raw[at] & 0xF0) << 4 | raw[at + 1]
                at += 2
                if length == 18:
                    if at >= end:
                        break
                    length += raw[at]
                    at += 1
                if back == 0 or back > len(out):
                    return bytes(out) if len(out) >= enough else None
                packed = True
                for _ in range(min(length, size - len(out))):
                    out.append(out[-back])
            else:
                out.append(raw[at])
                at += 1
            control >>= 1
    return bytes(out) if packed else None
