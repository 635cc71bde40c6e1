"""The search for words: every byte of every file, for every 16 bytes of what was planted, in each form it could have been written in."""

from __future__ import annotations

import base64
import bz2
import json
import lzma
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

WINDOW = 16
CHUNK = 1 << 20


class Hunt:
    """Looks for any *window* consecutive bytes of what was planted, in plain or encoded, and inside compressed streams."""

    def __init__(self, planted: dict[str, str | bytes], *, window: int = WINDOW) -> None:
        self.window = window
        self._labels: dict[bytes, list[tuple[bytes, str]]] = {}
        for place, value in planted.items():
            for form, raw in forms(value):
                # As many signs in wide letters; 16 bytes would be four of them, and lists of small numbers look like that.
                wide = window * {"utf-16": 2, "utf-32": 4}.get(form[:6], 1)
                for at in range(len(raw) - wide + 1):
                    piece = raw[at : at + wide]
                    self._labels.setdefault(piece[:window], []).append((piece, f"{place} ({form})"))
        # Of every place in a file the first three bytes are looked up in a table; the few that fit are compared whole.
        self._begins = np.zeros(1 << 24, dtype=bool)
        for piece in self._labels:
            self._begins[piece[0] | piece[1] << 8 | piece[2] << 16] = True

    def found(self, raw: bytes) -> set[str]:
        """What of the planted is in *raw*, or in anything in it that can be unpacked."""
        hits = self._plainly(raw)
        for inner in unpacked(raw):
            hits |= {f"{one}, compressed" for one in self._plainly(inner)}
        return hits

    def _plainly(self, raw: bytes) -> set[str]:
        hits: set[str] = set()
        for start in range(0, len(raw), CHUNK):
            part = np.frombuffer(raw, dtype=np.uint8, count=min(CHUNK + self.window - 1, len(raw) - start), offset=start)
            if len(part) < self.window or not part.any():
                continue
            ends = len(part) - self.window + 1
            first = (
                part[:ends].astype(np.uint32)
                | part[1 : ends + 1].astype(np.uint32) << 8
                | part[2 : ends + 2].astype(np.uint32) << 16
            )
            for at in np.flatnonzero(self._begins[first]):
                piece = raw[start + int(at) : start + int(at) + self.window]
                for whole, label in self._labels.get(piece, ()):
                    if raw.startswith(whole, start + int(at)):
                        hits.add(label)
        return hits

    def in_files(self, *folders: Path) -> list[str]:
        """Where anything planted is, in names as well as in bytes."""
        hits = []
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                raw = str(path.relative_to(folder)).encode()
                if path.is_file() and not path.is_symlink():
                    raw += b"\n" + path.read_bytes()
                hits += [f"{one} in {path.relative_to(folder)}" for one in sorted(self.found(raw))]
        return hits


def forms(value: str | bytes) -> Iterator[tuple[str, bytes]]:
    """Yield *value* as somebody might have written it down."""
    raw = value.encode() if isinstance(value, str) else value
    yield "as it is", raw
    yield "hex", raw.hex().encode()
    yield "HEX", raw.hex().upper().encode()
    yield "reversed", raw[::-1]
    for skip in range(3):
        yield "base64", base64.b64encode(b"\0" * skip + raw)[4 if skip else 0 :].rstrip(b"=")
        yield "base64 for addresses", base64.urlsafe_b64encode(b"\0" * skip + raw)[4 if skip else 0 :].rstrip(b"=")
    if isinstance(value, str):
        yield "utf-16", value.encode("utf-16-le")
        yield "utf-16 the other way", value.encode("utf-16-be")
        yield "utf-32", value.encode("utf-32-le")
        yield "json", json.dumps(value)[1:-1].encode()
        yield "percent", "".join(f"%{one:02X}" for one in raw).encode()
        yield "upper case", value.upper().encode()
        yield "rot13", value.translate(_ROT).encode()


_ROT = str.maketrans("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", "nopqrstuvwxyzabcdefghijklmNOPQRSTUVWXYZABCDEFGHIJKLM")
_STREAMS = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08|\x28\xb5\x2f\xfd|BZh[1-9]|\xfd7zXZ\x00|PK\x03\x04")


def unpacked(raw: bytes, *, most: int = 1 << 22) -> Iterable[bytes]:
    """Yield what comes out of every zlib, gzip, zip, zstd, bzip2 or xz stream that begins anywhere in *raw*."""
    for match in _STREAMS.finditer(raw):
        at, head = match.start(), match[0]
        inner = b""
        try:
            if head[:1] == b"\x78":
                inner = zlib.decompressobj().decompress(raw[at : at + most], most)
            elif head[:2] == b"\x1f\x8b":
                inner = zlib.decompressobj(31).decompress(raw[at : at + most], most)
            elif head[:2] == b"PK":
                names = int.from_bytes(raw[at + 26 : at + 28], "little") + int.from_bytes(raw[at + 28 : at + 30], "little")
                inner = zlib.decompressobj(-15).decompress(raw[at + 30 + names : at + most], most)
            elif head[:3] == b"BZh":
                inner = bz2.BZ2Decompressor().decompress(raw[at : at + most], most)
            elif head[:4] == b"\xfd7zX":
                inner = lzma.LZMADecompressor().decompress(raw[at : at + most], most)
            else:
                inner = pa.CompressedInputStream(pa.BufferReader(raw[at : at + most]), "zstd").read(most)
        except (zlib.error, OSError, lzma.LZMAError, EOFError, ValueError, pa.ArrowException):
            continue
        if len(inner) >= WINDOW:
            yield inner
