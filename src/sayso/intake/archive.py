"""What was handed in, as named members: a file, a folder, a zip, or a folder of zips. Nothing is unpacked to disk.

Not trusted: names may lead out of the archive, sizes may lie, bytes may be cut or never end. What cannot be read leaves
as one line, and the rest is read.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO

from sayso.facts.errors import Unfit
from sayso.facts.lines import Left
from sayso.intake.limits import Limits
from sayso.intake.salvage import found_in, unsafe

CHUNK = 1 << 20
ZIP, GZIP = b"PK", b"\x1f\x8b"
_TOO_MUCH = "it unpacks to more than is allowed; reading stopped there"
_TOO_MUCH_TO_HOLD = "larger than can be held, and this format is only understood as a whole; reading stopped there"
_BATCH = re.compile(r"(.*-batch-)\d+\.zip", re.IGNORECASE | re.DOTALL)


class Member:
    """One file of what was handed in. `chunks` ends early on damage, and `trouble` then says which."""

    def __init__(
        self, archive: Archive, source: str, name: str, size: int, start: Callable[[], IO[bytes]], *, zipped: bool
    ) -> None:
        self.archive, self.source, self.name, self.size = archive, source, name, size
        self._start, self._zipped, self._furthest = start, zipped, 0
        self.trouble = ""

    def left(self, record: str, why: str) -> Left:
        """Return the line that says why *record* of this member did not go on."""
        name = self.name if self._zipped or self.archive.folder else ""
        place = name + record if record.startswith("[") else ": ".join(filter(None, (name, record)))
        return Left(source=self.source, record=place, why=why)

    def head(self, count: int = CHUNK) -> bytes:
        """Return the first bytes, unpacked where they are gzip."""
        return b"".join(self.chunks(stop=count))[:count]

    def chunks(self, stop: int | None = None, most: int | None = None) -> Iterator[bytes]:
        """Yield the bytes in order; with *stop* about that many, with *most* no more than the reader can hold."""
        self.trouble = ""
        try:
            with self._start() as stream:
                yield from self._counted(stream, stop, most)
        except (OSError, EOFError, zipfile.BadZipFile, zlib.error, ValueError, NotImplementedError, RuntimeError) as wrong:
            self.trouble = self.trouble or _damage(wrong)

    def _counted(self, stream: IO[bytes], stop: int | None, most: int | None) -> Iterator[bytes]:
        first = stream.read(CHUNK if stop is None else min(CHUNK, stop))
        if first.startswith(GZIP) and self._zipped:
            self.trouble = "packed inside an archive; unpack it and hand it in by itself"
            return
        seen, limits = 0, self.archive.limits
        left_of_all = limits.total - self.archive.unpacked + self._furthest
        room = min(limits.entry, left_of_all, max(limits.ratio_from, self.size * limits.ratio))
        for chunk in _inflated(first, stream) if first.startswith(GZIP) else _plain(first, stream):
            fits = chunk[: max(0, min(room, room if most is None else most) - seen)]
            seen += len(fits)
            # A file that is read twice unpacks to no more than once its size.
            self.archive.unpacked += max(0, seen - self._furthest)
            self._furthest = max(seen, self._furthest)
            yield fits
            if len(fits) < len(chunk):
                self.trouble = _TOO_MUCH if most is None or room < most else _TOO_MUCH_TO_HOLD
            if self.trouble or (stop is not None and seen >= stop):
                return


class Archive:
    """All members of what was handed in, and the lines for those that cannot be read. Close it when done."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.limits, self.path, self.source = limits, path, _shown(path.name) or "import"
        self.members: list[Member] = []
        self.lefts: list[Left] = []
        self.unpacked = 0
        self.folder = False
        self._stack = ExitStack()
        try:
            self.folder = path.is_dir()
            if self.folder:
                self._add_folder(path)
            elif path.is_file():
                for batch in batches(path):
                    self._add_file(batch, _shown(batch.name))
            else:
                raise Unfit(f"there is no file or folder `{self.source}`; hand in an export")
        except (OSError, ValueError):
            raise Unfit(f"`{self.source}` cannot be opened; check its name and that this user may read it") from None

    def close(self) -> None:
        """Let go of every open file."""
        self._stack.close()

    def _add_folder(self, folder: Path) -> None:
        for path in sorted(folder.rglob("*")):
            name = _shown(path.relative_to(folder).as_posix())
            if path.is_symlink():
                self._leave(self.source, name, "a link, which may lead out of the folder; only plain files are read")
            elif path.is_file():
                self._add_file(path, name)
            elif not path.is_dir():
                self._leave(self.source, name, "neither a file nor a folder")

    def _add_file(self, path: Path, name: str) -> None:
        if self._full(name):
            return
        try:
            size = path.stat().st_size
            with path.open("rb") as stream:
                start = stream.read(4)
        except OSError:
            self._leave(self.source, name, "may not be read; give this user the right to read it")
            return
        if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            self._add_zip(path, name)
        else:
            self.members.append(Member(self, self.source, name, size, lambda: path.open("rb"), zipped=False))

    def _add_zip(self, path: Path, source: str) -> None:
        try:
            packed = self._stack.enter_context(zipfile.ZipFile(path))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, RuntimeError, EOFError):
            self._leave(source, "", "a damaged zip that has lost its list of files; download it again. What is whole in it is read")
            for name, size, start in found_in(path):
                if not self._full(name):
                    self.members.append(Member(self, source, _shown(name), size, start, zipped=True))
            return
        for info in packed.infolist():
            name = _shown(info.filename)
            if self._full(name):
                return
            if why := unsafe(info.orig_filename or name, info.flag_bits, info.external_attr >> 16):
                self._leave(source, name, why)
            elif not info.is_dir():
                self.members.append(Member(self, source, name, info.compress_size, _opener(packed, info), zipped=True))

    def _full(self, name: str) -> bool:
        if len(self.members) < self.limits.entries:
            return False
        if not self.lefts or not self.lefts[-1].why.startswith("more than"):
            self._leave(self.source, name, f"more than {self.limits.entries} files; this one and those after it are not read")
        return True

    def _leave(self, source: str, name: str, why: str) -> None:
        self.lefts.append(Left(source=source, record=name, why=why))


def batches(path: Path) -> list[Path]:
    """Return *path* and the other batches of the same export beside it, in order.

    >>> batches(Path("chats.json"))
    [PosixPath('chats.json')]
    """
    found = _BATCH.fullmatch(path.name)
    if found is None:
        return [path]
    stem = found.group(1)
    beside = [one for one in path.parent.iterdir() if one.is_file() and not one.is_symlink() and one != path]
    return sorted([path, *(one for one in beside if (other := _BATCH.fullmatch(one.name)) and other.group(1) == stem)])


def _opener(packed: zipfile.ZipFile, info: zipfile.ZipInfo) -> Callable[[], IO[bytes]]:
    return lambda: packed.open(info)


def _plain(first: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    while first:
        yield first
        first = stream.read(CHUNK)


def _inflated(first: bytes, stream: IO[bytes]) -> Iterator[bytes]:
    """Yield the unpacked bytes of one or several gzip members, never more than a chunk at a time."""
    packed = first
    while packed:
        engine = zlib.decompressobj(31)
        while not engine.eof:
            if out := engine.decompress(packed, CHUNK):
                yield out
            packed = engine.unconsumed_tail or (b"" if engine.eof else stream.read(CHUNK))
            if not packed and not engine.eof:
                raise EOFError
        packed = engine.unused_data or stream.read(CHUNK)


def _damage(wrong: Exception) -> str:
    if isinstance(wrong, EOFError):
        return "the packed file is cut short"
    if isinstance(wrong, NotImplementedError):
        return "packed in a way that is not known here; unpack it and hand in the folder"
    if isinstance(wrong, PermissionError):
        return "may not be read; give this user the right to read it"
    return "the packed file is damaged"


def _shown(name: str) -> str:
    """Return *name* fit for one line: no control characters, no half surrogates."""
    whole = name.encode("utf-8", "replace").decode()[:300]
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in whole)
