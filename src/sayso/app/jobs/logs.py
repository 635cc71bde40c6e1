"""The log as files: ledger -> tiles. Written so that whoever stops it, and whenever, leaves a log that holds."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Self

from msgspec import Struct
from sqlalchemy import Connection

from sayso import ledger as ledger_room
from sayso.app.house import House
from sayso.app.mark import read_mark
from sayso.facts.errors import Broken, Unfit
from sayso.proofs import Checkpoint, CosigningKey, Tiles, VerifierKey, merkle, open_note, witnessed
from sayso.proofs.cosign import with_line
from sayso.proofs.misread import note_text
from sayso.proofs.pruning import minimum_note, minimum_of, prunable
from sayso.proofs.tiles import CHECKPOINT, HASH, MINIMUM, WIDTH, Read, bundle, tile_path

WRITERS = 8
"""Files written at once."""
LARGEST = 1 << 20
"""Bytes of a file of a log we are ready to read: a checkpoint with many signatures; tiles are far smaller."""


class Published(Struct, frozen=True, kw_only=True):
    """What one writing did: how many lines the files show now, how many before, and how many files were written."""

    size: int
    before: int
    files: int


def publish(house: House, folder: Path, cosigner: CosigningKey | None = None, *, prune_before: int | None = None) -> Published:
    """Return what was added to the log's files in *folder*: everything up to the newest signed checkpoint.

    With *cosigner*, the log's own key of another kind, a line of it stands below the log's signature, with the instant.
    With *prune_before*, entries below that index (from 0) are shown no more; the ledger keeps them, and an empty folder gets all.
    Broken, with nothing published, where the files show another past than the ledger.
    """
    if folder.resolve().is_relative_to(house.folder.resolve()):
        raise Unfit("the log's files lie outside the data folder; strangers read the one, nobody the other")
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder), house.reading() as conn:
        # (1) What is there must be this log, and the ledger must continue it.
        key = VerifierKey.parse(str(read_mark(house.folder).get("log_key", "")))
        note = house.ledger.checkpoint(conn)
        if note is None:
            raise Unfit("no checkpoint was signed yet; any command that records signs one")
        new = Checkpoint.parse(open_note(note, [key]).text)
        old = _continued(house, conn, folder, key, new)
        if cosigner is not None:
            note = with_line(note, cosigner.cosign(new.body(), int(house.now().timestamp())), cosigner.public)
        pruned = _minimum(house, folder, key, prune_before, new.size)
        if old == new.size:
            _prune(folder, *pruned)
            return Published(size=old, before=old, files=_cosign_again(folder, note, cosigner))
        # (2) Tiles and entries first, on the disk to the last byte; nobody looks for them before a checkpoint counts them.
        with Shelf(folder) as shelf:
            leaves = ledger_room.leaves(conn, after=old - old % WIDTH, upto=new.size)
            for path, raw in tile_files(leaves, reader(folder), old, new.size):
                shelf.put(path, raw)
            shelf.settle()
            if Tiles(reader(folder), new.size).root() != new.root:
                raise Broken("the files do not give the root that was signed; remove the folder of the log and write it again")
            # (3) Then the checkpoint, in one step; after that, partial tiles that became full.
            shelf.put(CHECKPOINT, note.encode())
            shelf.settle()
        for made in shelf.full:
            shutil.rmtree(f"{made}.p", ignore_errors=True)
        _prune(folder, *pruned)
    return Published(size=new.size, before=old, files=shelf.count)


def _minimum(house: House, folder: Path, key: VerifierKey, wanted: int | None, size: int) -> tuple[int, int]:
    """Return the minimum index that holds after this writing, and the one that was stated before; stated anew where it rises.

    It is stated before anything goes: a reader who misses a tile can look why.
    """
    there = minimum_of(reader(folder), key)
    if wanted is None or wanted == there:
        return there, 0 if wanted is not None else there
    if not there < wanted <= size:
        raise Unfit(
            f"the log shows entries from {there} on and has {size}; a minimum lies between the two. "
            "To show older ones again, write the log into an empty folder"
        )
    put(folder / MINIMUM, minimum_note(wanted, house.keys.signing).encode())
    settle(folder)
    return wanted, there


def _prune(folder: Path, minimum: int, before: int) -> None:
    for path in prunable(minimum, before):
        (folder / path).unlink(missing_ok=True)


def _cosign_again(folder: Path, note: str, cosigner: CosigningKey | None) -> int:
    """Put *cosigner*'s line on a checkpoint that was published without one, beside those of witnesses; return files written."""
    there = checkpoint_in(folder)
    if cosigner is None or cosigner.public.name in witnessed(there, [cosigner.public]):
        return 0
    line = note.rpartition("\n\n")[2].splitlines(keepends=True)[-1]
    put(folder / CHECKPOINT, with_line(there, line, cosigner.public).encode())
    settle(folder)
    return 1


def reader(folder: Path) -> Read:
    """Return what reads the files of the log in *folder*, for `Tiles` and `check_files`."""

    base = os.fspath(folder)

    def read(path: str) -> bytes:
        # Opened once and looked at when open: what is no plain file is not read, and nobody can swap it in between.
        try:
            handle = os.open(f"{base}/{path}", os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            if error.errno == errno.ELOOP:
                raise Unfit(f"`{path}` is no plain file") from None
            raise
        try:
            told = os.fstat(handle)
            if not stat.S_ISREG(told.st_mode):
                raise Unfit(f"`{path}` is no plain file")
            return os.read(handle, min(told.st_size, LARGEST))
        finally:
            os.close(handle)

    return read


def checkpoint_in(folder: Path) -> str:
    """Return the checkpoint of the log in *folder*, unchecked; Unfit where there is none."""
    try:
        raw = reader(folder)(CHECKPOINT)
    except FileNotFoundError:
        raise Unfit(f"no log in `{folder.name}`: there is no checkpoint; write one with `sayso log write {folder.name}`") from None
    except OSError:
        raise Unfit(f"the checkpoint in `{folder.name}` cannot be read; look at who may read it") from None
    return note_text(raw, f"the checkpoint in `{folder.name}`")


def put(path: Path, raw: bytes) -> None:
    """Put *raw* at *path* so that a reader sees the old file or the new one, and a crash leaves one of them."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def settle(folder: Path) -> None:
    """Return once the names in *folder* are on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Yield while no other process writes into *folder*; the lock goes with the process."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


class Shelf:
    """Files put into a folder, each whole or not at all; they are on the disk once `settle` returned.

    Several are written at once, since each waits for the disk and a file system takes many waits together.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._touched: set[Path] = set()
        self._writers = ThreadPoolExecutor(WRITERS)
        self._waiting: deque[Future[None]] = deque()
        self.count = 0
        self.full: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writers.shutdown(cancel_futures=True)

    def put(self, path: str, raw: bytes) -> None:
        place = self._folder / path
        if place.parent not in self._touched:
            place.parent.mkdir(parents=True, exist_ok=True)
            self._touched |= {place.parent, *(up for up in place.parents if up.is_relative_to(self._folder))}
        if len(self._waiting) >= 4 * WRITERS:
            self._waiting.popleft().result()
        self._waiting.append(self._writers.submit(put, place, raw))
        self.count += 1
        if path != CHECKPOINT and ".p/" not in path:
            self.full.append(place)

    def settle(self) -> None:
        while self._waiting:
            self._waiting.popleft().result()
        for folder in self._touched:
            settle(folder)


def _continued(house: House, conn: Connection, folder: Path, key: VerifierKey, new: Checkpoint) -> int:
    """Return how many lines the files in *folder* show; Broken unless *new* continues them."""
    if not (folder / CHECKPOINT).exists():
        strange = sorted(one.name for one in folder.iterdir() if one.name != "tile" and not one.name.startswith(f".{CHECKPOINT}."))
        if strange:
            raise Unfit(f"folder `{folder.name}` holds other things, such as `{strange[0][:60]}`; name an empty or new one")
        return 0
    old = Checkpoint.parse(open_note(checkpoint_in(folder), [key]).text)
    if old.size == 0:
        return 0
    held = old.size <= new.size and merkle.check_consistency(
        old.size, new.size, old.root, new.root, house.ledger.consistency(conn, old.size, size=new.size)
    )
    if not held:
        raise Broken(
            f"the ledger does not continue the {old.size} lines shown in `{folder.name}`; run `sayso audit`, nothing was written"
        )
    return old.size


def tile_files(leaves: Iterator[bytes], read: Read, old: int, size: int) -> Iterator[tuple[str, bytes]]:
    """Yield each file that a tree of *size* has and one of *old* has not, entries before their tile, tiles from below.

    *leaves* are the commitments from the first of the last tile of *old* that was not full; *read* reads the files of *old*.
    """
    # (1) Take up the tiles at the right edge; the last one of entries is made anew.
    before, start = Tiles(read, old), old - old % WIDTH
    edges: list[list[bytes]] = [[]]
    while count := start >> (8 * len(edges)):
        raw = before.resource(len(edges), count // WIDTH) if count % WIDTH else b""
        edges.append([raw[at : at + HASH] for at in range(0, len(raw), HASH)])
    # (2) Each full tile goes out, and its root into the tile above.
    done = start
    while entries := list(islice(leaves, WIDTH)):
        yield tile_path("entries", done // WIDTH, len(entries)), bundle(entries)
        edges[0] = [merkle.leaf_hash(one) for one in entries]
        done += len(entries)
        level = 0
        while len(edges[level]) == WIDTH:
            yield tile_path(level, (done >> (8 * level)) // WIDTH - 1), b"".join(edges[level])
            if level + 1 == len(edges):
                edges.append([])
            edges[level + 1].append(merkle.root(edges[level]))
            edges[level] = []
            level += 1
    # (3) What is left at the edge is partial.
    for level, hashes in enumerate(edges):
        if hashes:
            yield tile_path(level, (size >> (8 * level)) // WIDTH, len(hashes)), b"".join(hashes)
