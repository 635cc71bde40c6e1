"""Files that are there whole or not at all: written, synced, then named."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import Digest

_CHUNK = 1 << 20
_NUMBER = re.compile(r"[0-9]{6,}")


def sha256_of(path: Path) -> Digest:
    """Return the SHA-256 of the file at *path*, read in pieces."""
    seen = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            seen.update(piece)
    return Digest(seen.hexdigest())


def sync(path: Path) -> None:
    """Return once the file or folder at *path* is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(folder: Path) -> None:
    """Return once every file and folder below *folder*, and itself, is on the disk."""
    for here, _, names in os.walk(folder, topdown=False):
        for name in names:
            sync(Path(here, name))
        sync(Path(here))


def put(path: Path, raw: bytes) -> None:
    """Write *raw* to *path* so that a reader, or a crash, sees all of it or nothing."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(raw)
    sync(partial)
    partial.replace(path)
    sync(path.parent)


def numbered(where: Path, what: str) -> int:
    """Return how many records `000001.json`, `000002.json` ... lie in the folder *where*; none if it is not there.

    Refuses (broken) a gap, which means that one was taken away, and anything but a folder: what cannot be listed is not empty.
    """
    try:
        try:
            where.lstat()  # os.path.lexists would call a failing disk "not there", and the next record would be the first again
        except FileNotFoundError:
            return 0
        found = sorted(int(path.stem) for path in where.iterdir() if path.suffix == ".json" and _NUMBER.fullmatch(path.stem))
    except OSError:
        raise Broken(
            f"the {what}s of release `{where.parent.name}` cannot be listed; restore them and serve nothing until then"
        ) from None
    if found != list(range(1, len(found) + 1)):
        raise Broken(f"release `{where.parent.name}` misses {what} {_missing(found)}; restore it and serve nothing until then")
    return len(found)


def _missing(found: list[int]) -> int:
    return next(number for number in range(1, max(found) + 1) if number not in found)


@contextmanager
def sole_writer(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold the file or folder at *path* for one writer at a time; a second one waits, or is refused at once."""
    handle = os.open(path, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise Unfit(f"something else is writing in `{path.name}` just now; try again when it is done") from None
        yield
    finally:
        os.close(handle)  # closing lets go of the lock, also when the process dies


@contextmanager
def plainly(what: str) -> Iterator[None]:
    """Turn a failing disk into one line for the operator."""
    try:
        yield
    except OSError as error:
        raise Broken(f"{what} could not be written ({why(error)}); nothing was published, mend it and try again") from error


@contextmanager
def readable(release: str) -> Iterator[None]:
    """Turn a disk that fails under the files of *release* into one line for the operator."""
    try:
        yield
    except OSError as error:
        raise Broken(f"the files of release `{release}` cannot be read ({why(error)}); look at the disk first") from None


def why(error: OSError) -> str:
    """Return in a few words what the system says, and no path."""
    return (error.strerror or "the disk failed").lower()
