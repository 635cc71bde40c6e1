"""A log as static files (C2SP tlog-tiles): where each hash lies, and every root and proof worked out from these files alone.

A tile holds up to 256 hashes; one of level L + 1 holds the roots of full tiles of level L. An entry of ours is the 32 bytes that
commit to a ledger line, so the RFC 6962 hash of the entry is the ledger's leaf. Reading is a function from path to bytes: from a
folder, over HTTP, or from a dictionary in a test.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from sayso.facts.errors import Unfit
from sayso.proofs.checkpoint import Checkpoint
from sayso.proofs.merkle import EMPTY, Range, consistency_path, inclusion_path, leaf_hash, range_root, root

WIDTH = 256
"""Hashes in a full tile."""
HASH = 32
COMMITMENT = 32
"""Bytes of an entry."""
CHECKPOINT = "checkpoint"
MINIMUM = "minimum"
RESOURCE = re.compile(r"checkpoint|minimum|tile/(entries|[0-9]|[1-5][0-9]|6[0-3])/(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?")
"""What a log serves; nothing else under its folder is anybody's."""

Read = Callable[[str], bytes]
"""Return what lies at a path such as `tile/0/000`; raises Unfit or OSError where nothing does."""


def number_path(number: int) -> str:
    """Return *number* in path elements of three digits.

    >>> number_path(1234067), number_path(7)
    ('x001/x234/067', '007')
    """
    parts = [f"{number % 1000:03d}"]
    while number := number // 1000:
        parts.append(f"x{number % 1000:03d}")
    return "/".join(reversed(parts))


def tile_path(level: int | str, number: int, width: int = WIDTH) -> str:
    """Return where a tile lies, or with the level `entries` a bundle of entries; one that is not full says its width.

    >>> tile_path(0, 273, 112), tile_path("entries", 1)
    ('tile/0/273.p/112', 'tile/entries/001')
    """
    return f"tile/{level}/{number_path(number)}" + ("" if width == WIDTH else f".p/{width}")


def tiles(size: int, old: int = 0) -> Iterator[tuple[int, int, int]]:
    """Yield the tiles of a tree of *size* that one of *old* leaves does not have, as (level, number, width), lowest level first.

    >>> [(level, number, width) for level, number, width in tiles(70_000) if width < WIDTH]
    [(0, 273, 112), (1, 1, 17), (2, 0, 1)]
    """
    level = 0
    while size:
        for number in range(old // WIDTH, size // WIDTH):
            yield level, number, WIDTH
        if size % WIDTH and size != old:
            yield level, size // WIDTH, size % WIDTH
        level, size, old = level + 1, size // WIDTH, old // WIDTH


def bundle(entries: Sequence[bytes]) -> bytes:
    """Return the bytes of a bundle: each entry after its length in two bytes, big-endian."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundle(raw: bytes, count: int) -> list[bytes]:
    """Return the *count* entries of a bundle; Unfit where it does not hold exactly these, each a commitment."""
    step = 2 + COMMITMENT
    head = COMMITMENT.to_bytes(2, "big")
    if len(raw) != count * step or any(raw[at : at + 2] != head for at in range(0, len(raw), step)):
        raise Unfit(f"a bundle does not hold {count} entries of {COMMITMENT} bytes")
    return [raw[at + 2 : at + step] for at in range(0, len(raw), step)]


class Tiles:
    """The tree of *size* leaves behind *read*: its root, older roots, and proofs, each from a handful of tiles.

    What is read is not trusted: a root or a proof from here is compared with a signed checkpoint by whoever asked.
    """

    def __init__(self, read: Read, size: int) -> None:
        self._read = read
        self._kept: dict[tuple[int, int], bytes] = {}
        self.size = size

    def root(self, size: int | None = None) -> bytes:
        """Return the root over the first *size* leaves (all, if not named)."""
        size = self.size if size is None else size
        if not 0 <= size <= self.size:
            raise Unfit(f"the files hold {self.size} leaves, not {size}")
        return range_root((0, size), self.perfect) if size else EMPTY

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """Return the hashes that prove leaf *index* (from 0) among the first *size* leaves."""
        return self._proof(inclusion_path(index, self.size if size is None else size))

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """Return the hashes that prove that the tree of *size* leaves begins with that of *old*."""
        return self._proof(consistency_path(old, self.size if size is None else size))

    def entry(self, index: int) -> bytes:
        """Return entry *index*, from 0; Unfit where its bundle does not lead to its leaf in the tile."""
        if not 0 <= index < self.size:
            raise Unfit(f"no entry {index} in a log of {self.size}; entries are counted from 0")
        number, width = index // WIDTH, self._width(0, index // WIDTH)
        found = unbundle(self.resource("entries", number), width)[index % WIDTH]
        if leaf_hash(found) != self.perfect(0, index):
            raise Unfit(f"entry {index} is not what its tile says; a file was altered")
        return found

    def perfect(self, level: int, number: int) -> bytes:
        """Return the root over the 2^*level* leaves from *number* x 2^*level* on."""
        stored, rest = divmod(level, 8)
        first, count = (number << rest), 1 << rest
        raw = self._tile(stored, first // WIDTH)
        at = first % WIDTH * HASH
        hashes = [raw[place : place + HASH] for place in range(at, at + count * HASH, HASH)]
        if len(hashes[-1]) != HASH:
            raise Unfit(f"`{tile_path(stored, first // WIDTH)}` is too short for a log of {self.size}")
        return root(hashes)

    def resource(self, level: int | str, number: int) -> bytes:
        """Return the bytes of a tile or bundle of this tree; a partial one may meanwhile have become full."""
        width = self._width(0 if level == "entries" else int(level), number)
        if not 0 < width <= WIDTH:
            raise Unfit(f"a log of {self.size} has no `{tile_path(level, number)}`")
        try:
            return self._read(tile_path(level, number, width))
        except (Unfit, OSError):
            if width == WIDTH:
                raise Unfit(f"`{tile_path(level, number)}` is missing; fetch the log anew, or have it written again") from None
        try:
            raw = self._read(tile_path(level, number))
        except (Unfit, OSError):
            raise Unfit(f"`{tile_path(level, number, width)}` is missing; fetch the log anew, or have it written again") from None
        return raw[: width * (2 + COMMITMENT if level == "entries" else HASH)]

    def _tile(self, level: int, number: int) -> bytes:
        if (level, number) not in self._kept:
            if len(self._kept) > WIDTH:
                self._kept.clear()
            raw = self.resource(level, number)
            if len(raw) != self._width(level, number) * HASH:
                raise Unfit(f"`{tile_path(level, number, self._width(level, number))}` has the wrong length; a file was altered")
            self._kept[level, number] = raw
        return self._kept[level, number]

    def _width(self, level: int, number: int) -> int:
        return min(WIDTH, (self.size >> (8 * level)) - number * WIDTH)

    def _proof(self, path: Sequence[Range]) -> list[bytes]:
        if path and max(high for _, high in path) > self.size:
            raise Unfit(f"the files hold {self.size} leaves only")
        return [range_root(run, self.perfect) for run in path]


def check_files(read: Read, checkpoint: Checkpoint, minimum: int = 0) -> Iterator[str]:
    """Yield one line per file that does not agree with *checkpoint*, whose signature the caller has checked; reads each once.

    Every entry is hashed into its tile, every full tile into the one above, and what is at the right edge into the root. Full tiles
    that end at or below *minimum* were pruned: the tile above is taken at its word for them, and the root still binds it.
    """
    tree = Tiles(read, checkpoint.size)
    for level, number, width in tiles(checkpoint.size):
        where = tile_path(level, number, width)
        if width == WIDTH and (number + 1) << 8 * (level + 1) <= minimum:
            continue
        try:
            raw = tree.resource(level, number)
            if level == 0:
                made = b"".join(map(leaf_hash, unbundle(tree.resource("entries", number), width)))
            else:
                gone = min(width, max(0, (minimum >> 8 * level) - number * WIDTH))
                below = range(number * WIDTH + gone, number * WIDTH + width)
                made = raw[: gone * HASH] + b"".join(_root_of(tree.resource(level - 1, one)) for one in below)
        except Unfit as error:
            yield str(error)
            continue
        if raw != made:
            yield f"`{where}` is not what the {'entries' if level == 0 else 'tiles'} below it give; a file was altered"
    try:
        if tree.root() != checkpoint.root:
            yield f"the files of {checkpoint.size} entries do not give the root of the checkpoint"
    except Unfit as error:
        yield str(error)


def _root_of(tile: bytes) -> bytes:
    if len(tile) != WIDTH * HASH:
        raise Unfit("a full tile has the wrong length; a file was altered")
    return root([tile[at : at + HASH] for at in range(0, len(tile), HASH)])
