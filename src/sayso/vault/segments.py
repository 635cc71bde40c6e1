"""Segment files: sealed blocks one after another, appended and made durable before any index row names them."""

from __future__ import annotations

import contextlib
import errno
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from sayso.facts.errors import Broken
from sayso.vault.blocks import FILES_END, FILES_HELD, Place, is_held

ROLL = 64 * 1024 * 1024
HELD = FILES_HELD
"""Segments from this number on hold what is held and deleted; they lie in a folder of their own."""
_NAME = re.compile(r"(\d{6,9})\.seg|([0-9a-f]{16})\.seg")


class Segments:
    """The segment files of one folder. Not trusted: whoever controls it can make reads fail, and nothing worse.

    The `Blocks` of a folder of this machine. Appending continues after a file's real end, whatever lies there: bytes no
    index row names are dead ciphertext.
    """

    alone = True
    held_from = HELD

    def __init__(self, folder: Path, *, roll: int = ROLL) -> None:
        self.folder = folder / "segments"
        self.apart = folder / "held"
        self._folder, self._apart = (
            str(self.folder),
            str(self.apart),
        )  # as text, since a path takes longer to join than a file to open
        self.roll = roll
        self._unsynced: set[int] = set()
        # The segment that grows and its size, from the first block of a transaction until it is synced: nobody else writes then.
        self._grows: tuple[int, int] | None = None
        # Names are made durable once per file and process, new or not: whoever made the file may have died before it did so.
        self._named: set[int] = set()

    def create(self) -> None:
        """Make the folder, for its owner only."""
        self._make(self.folder)

    def path(self, segment: int) -> Path:
        """Return where *segment* lies."""
        return Path(self._name(segment))

    def _name(self, segment: int) -> str:
        # One that came from a store of objects keeps the number, and the name, that it had there.
        name = f"{segment:06d}.seg" if segment < FILES_END else f"{segment:016x}.seg"
        return f"{self._apart if is_held(segment) else self._folder}{os.sep}{name}"

    def sizes(self) -> dict[int, int]:
        """Return the bytes of each segment file that exists, by number."""
        return {
            one: size
            for folder, held in ((self.folder, False), (self.apart, True))
            for one, size in _listed(folder).items()
            if is_held(one) == held
        }

    def begin(self) -> None:
        """Forget what an earlier transaction left unsynced: it failed, so nothing lists those bytes."""
        self._unsynced.clear()
        self._grows = None

    def assert_there(self, last: Callable[[], Place | None]) -> None:
        """Refuse to append where the *last* block that is listed is not, as in a folder whose disk is not mounted.

        What was appended there would lie under numbers that are in use, and be lost once the disk is back.
        """
        if self._grows is not None or (place := last()) is None:
            return
        try:
            size = self.path(place.segment).stat().st_size
        except FileNotFoundError:
            size = 0
        except OSError as error:
            raise _broken(f"cannot look at segment {place.segment:06d}", error) from None
        if size < (end := place.start + place.length):
            raise Broken(
                f"segment {place.segment:06d} has {size} bytes and had {end}; put its folder back, or look at its disk: "
                "nothing was acknowledged"
            )

    def append(self, stored: bytes) -> tuple[int, int]:
        """Return the segment and offset where *stored* now lies; durable once `sync` returned."""
        if self._grows is None:
            sizes = self.sizes()
            last = max((one for one in sizes if one < HELD), default=0)
            self._grows = last, sizes.get(last, 0)
        newest, size = self._grows
        if newest == 0 or size >= self.roll:
            newest += 1
        self._grows = None  # what is not known after a failure is looked up
        start = self._write(newest, [stored])[0]
        self._grows = newest, start + len(stored)
        return newest, start

    def write_new(self, blocks: Iterable[bytes], *, after: int, held: bool = False) -> tuple[int, list[int]]:
        """Return a new segment (numbered past *after* and all of its class) that holds *blocks*, and their offsets, durable."""
        begin, self._grows = HELD if held else 0, None
        segment = max([begin, after, *(one for one in self.sizes() if one < FILES_END and is_held(one) == held)]) + 1
        if held and not self.apart.exists():
            self._make(self.apart)
        starts = self._write(segment, blocks)
        self.sync()
        return segment, starts

    def take_in(self, segment: int, parts: Iterable[bytes]) -> None:
        """Have *segment*, made of *parts* and durable, in the place of one of that number."""
        path = self.path(segment)
        if not path.parent.exists():
            self._make(path.parent)
        try:
            with open(path, "wb", opener=lambda name, flags: os.open(name, flags | os.O_CLOEXEC, 0o600)) as file:
                for part in parts:
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            _keep_names(path.parent)
        except OSError as error:
            raise _broken(f"cannot write segment {path.stem}", error) from None

    def empty(self) -> None:
        """Remove every segment and the folders they lie in, where nothing else lies there."""
        for segment in self.sizes():
            self.remove(segment)
        for folder in (self.apart, self.folder, self.folder.parent):
            with contextlib.suppress(OSError):
                folder.rmdir()

    def sync(self) -> None:
        """Wait until everything appended so far is on the disk."""
        self._grows = None
        while self._unsynced:
            segment = max(self._unsynced)
            try:
                handle = os.open(self.path(segment), os.O_RDONLY | os.O_CLOEXEC)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)
                if segment not in self._named:
                    _keep_names(self.path(segment).parent)
                    self._named.add(segment)
            except OSError as error:
                raise _broken(f"cannot make segment {segment:06d} durable", error) from None
            self._unsynced.discard(segment)

    def read(self, segment: int, start: int, length: int) -> bytes:
        """Return up to *length* bytes at *start*: fewer where the file ends, none where it is missing."""
        return next(self.spans(segment, [(start, length)]))

    def spans(self, segment: int, wanted: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """Yield what `read` returns for each (start, length) of *wanted*, the file being opened once.

        It is not kept open longer: what is removed must not stay on the disk because somebody might read it again.
        """
        handle = self._open(segment)
        try:
            size = os.fstat(handle).st_size if handle is not None else 0
            for start, length in wanted:
                if handle is None or start < 0 or length < 0:
                    yield b""
                else:
                    yield os.pread(handle, max(0, min(length, size - start)), start)
        except OSError as error:
            raise _broken(f"cannot read segment {segment:06d}", error) from None
        finally:
            if handle is not None:
                os.close(handle)

    def _open(self, segment: int) -> int | None:
        """Return a descriptor to read *segment* by, `None` where it is missing."""
        try:
            return os.open(self._name(segment), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _broken(f"cannot open segment {segment:06d}", error) from None

    def assert_own(self) -> None:
        """Return always: a folder is its vault's own."""

    def left(self, segments: Iterable[int]) -> None:
        """Do nothing: to list a folder costs little."""

    def paths(self, segments: Iterable[int]) -> list[Path]:
        """Return where *segments* lie."""
        return [self.path(one) for one in segments]

    def remove(self, segment: int) -> None:
        """Remove the file of *segment*; one that is not there is removed already."""
        try:
            self.path(segment).unlink(missing_ok=True)
        except OSError as error:
            raise _broken(f"cannot remove segment {segment:06d}", error) from None

    def _make(self, folder: Path) -> None:
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            _keep_names(folder.parent)
        except OSError as error:
            raise _broken("cannot make the folder of segments", error) from None

    def _write(self, segment: int, blocks: Iterable[bytes]) -> list[int]:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        path = self.path(segment)
        if segment not in self._unsynced and not path.exists():
            self._named.discard(segment)
        self._unsynced.add(segment)
        try:
            handle = os.open(path, flags, 0o600)
            try:
                return [_append(handle, stored) for stored in blocks]
            finally:
                os.close(handle)
        except OSError as error:
            raise _broken(f"cannot write segment {segment:06d}", error) from None


def _listed(folder: Path) -> dict[int, int]:
    """Return the bytes of each segment file in *folder*, by number; none where there is no folder."""
    try:
        with os.scandir(folder) as found:
            named = [(_NAME.fullmatch(entry.name), entry) for entry in found]
            return {int(match[1] or match[2], 10 if match[1] else 16): entry.stat().st_size for match, entry in named if match}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise _broken("cannot list the segments", error) from None


def _keep_names(folder: Path) -> None:
    """Make the names in *folder* durable: without this a crash can lose a file though its bytes were synced."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _append(handle: int, stored: bytes) -> int:
    """Return the offset at which *stored* was written in one piece.

    A short write means that the disk is full or a limit was hit; the rest is not written behind it, since another
    process might have appended in between. What was written is dead and stays so.
    """
    written = os.write(handle, stored)
    if written != len(stored):
        raise OSError(errno.ENOSPC, "short write")
    return os.lseek(handle, 0, os.SEEK_CUR) - written


def _broken(what: str, error: OSError) -> Broken:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return Broken(f"{what}: the disk is full; free space and try again, nothing was acknowledged")
    return Broken(f"{what}: {(error.strerror or 'unknown cause').lower()}; look at the disk, nothing was acknowledged")
