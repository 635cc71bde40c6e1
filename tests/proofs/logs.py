"""Logs as dictionaries of files, for tests: one that grows, and one that parts from it."""

from __future__ import annotations

import hashlib

from sayso.facts.errors import Unfit
from sayso.proofs import Checkpoint, SigningKey, merkle
from sayso.proofs.merkle import leaf_hash
from sayso.proofs.tiles import CHECKPOINT, bundle, tile_path, tiles

KEY = SigningKey("example.com/log", bytes(range(32)))


class Files(dict[str, bytes]):
    """The files of a log of *size* lines; from line *parted* on its past is another one."""

    def __init__(self, size: int, parted: int | None = None) -> None:
        entries = [
            hashlib.sha256(f"{'other ' if parted is not None and at >= parted else ''}line {at}".encode()).digest()
            for at in range(size)
        ]
        self.leaves = [leaf_hash(entry) for entry in entries]
        self.size, self.root = size, merkle.root(self.leaves)
        levels = [self.leaves]
        for level, number, width in tiles(size):
            while len(levels) <= level:
                below = levels[-1]
                levels.append([merkle.root(below[at : at + 256]) for at in range(0, len(below) // 256 * 256, 256)])
            low, high = number * 256, number * 256 + width
            self[tile_path(level, number, width)] = b"".join(levels[level][low:high])
            if level == 0:
                self[tile_path("entries", number, width)] = bundle(entries[low:high])
        self.checkpoint = Checkpoint(KEY.name, size, self.root)
        self.note = KEY.sign(self.checkpoint.body())
        self[CHECKPOINT] = self.note.encode()

    def read(self, path: str) -> bytes:
        if path not in self:
            raise Unfit(f"no {path}")
        return self[path]
