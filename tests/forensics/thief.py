"""The search for keys: what somebody could open who has every file and every key that the installation still has.

The thief needs no index and no luck: every position of every file is taken for a nonce with a ciphertext behind it, and opened with
every key in hand, without asking for the tag. What comes out is compared with every key and every beginning of a text that there
ever was (the test wrote them down when they were made). Each key found this way is used in turn, until nothing new is found.
"""

from __future__ import annotations

import base64
import contextlib
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from msgspec import Struct

from sayso.vault.keys import derive, purpose

CHUNK = 1 << 18
NONCE = 12
PIECE = 16
EPOCHS = 4


class Remembered:
    """Randomness as the house draws it; every 32 bytes of it are written down under what is going on: any key is among them.

    Salts of the ledger's lines have that length as well. They lie in the ledger plainly, as they should, and are left out.
    """

    def __init__(self, real: Callable[[int], bytes]) -> None:
        self._real = real
        self.now = "the beginning"
        self.drawn: list[tuple[str, bytes]] = []

    def __call__(self, count: int) -> bytes:
        drawn = self._real(count)
        if count == 32 and not sys._getframe(1).f_globals["__name__"].startswith("sayso.ledger"):
            self.drawn.append((self.now, drawn))
        return drawn

    def of(self, *names: str) -> dict[str, bytes]:
        """What was drawn while one of *names* went on, numbered."""
        return {f"{name}, draw {number}": key for number, (name, key) in enumerate(self.drawn) if name in names}


class Target(Struct, frozen=True):
    """What could be opened: a piece of 16 bytes, in which block of the opened text it stands, and the whole where it is a key."""

    name: str
    piece: bytes
    block: int = 0
    key: bytes | None = None


def keys_as_targets(drawn: Iterable[tuple[str, bytes]]) -> list[Target]:
    return [Target(name=f"key of {name}", piece=key[:PIECE], key=key) for name, key in drawn]


def masters(key: bytes) -> list[bytes]:
    """*key*, and what follows from it if it is a master key, by rules that anybody can read in the source."""
    return [key, *(derive(key, purpose("wrap", str(epoch))) for epoch in range(1, EPOCHS))]


class Thief:
    """Has files, and keys to begin with; `open_all` says what can be had with them."""

    def __init__(self, files: Iterable[bytes], keys: Iterable[bytes], targets: Iterable[Target]) -> None:
        self.files = [one for one in dict.fromkeys(files) if len(one) >= NONCE + 2 * PIECE]
        self.hand = [one for key in dict.fromkeys(keys) for one in masters(key)]
        self.targets = {(one.block, one.piece): one for one in targets}
        self._begins = {block: np.zeros(1 << 24, dtype=bool) for block, _ in self.targets}
        for block, piece in self.targets:
            self._begins[block][piece[0] | piece[1] << 8 | piece[2] << 16] = True
        self.tried = 0

    def open_all(self) -> set[str]:
        """The names of all targets that can be reached: lying there plainly, or opened by a key in hand or found on the way."""
        plain = [one for one in self.targets.values() if any(one.piece in raw for raw in self.files)]
        reached = {one.name for one in plain}
        queue = list(dict.fromkeys([*self.hand, *(one.key for one in plain if one.key)]))
        while self.tried < len(queue):
            for one in self._opened(queue[self.tried]):
                reached.add(one.name)
                if one.key is not None and one.key not in queue:
                    queue += masters(one.key) if "turn" in one.name else [one.key]
            self.tried += 1
        return reached

    def _opened(self, key: bytes) -> Iterator[Target]:
        """Everything that *key* opens at any position of any file."""
        for raw in self.files:
            for start in range(0, len(raw), CHUNK):
                part = np.frombuffer(raw, np.uint8, min(CHUNK + NONCE + 2 * PIECE - 1, len(raw) - start), start)
                if len(part) >= NONCE + 2 * PIECE and part.any():
                    yield from self._opened_in(key, part)

    def _opened_in(self, key: bytes, part: np.ndarray) -> Iterator[Target]:
        count = len(part) - NONCE - 2 * PIECE + 1
        counters = np.zeros((count, 16), np.uint8)
        counters[:, :NONCE] = np.lib.stride_tricks.sliding_window_view(part, NONCE)[:count]
        for block, begins in self._begins.items():
            counters[:, 15] = 2 + block  # GCM encrypts the text from its second counter on
            cipher = Cipher(
                algorithms.AES(key), modes.ECB()
            ).encryptor()  # the raw block function, to try without asking for the tag
            stream = np.frombuffer(cipher.update(counters.tobytes()), np.uint8).reshape(-1, 16)
            ahead = NONCE + block * PIECE
            first = [(stream[:, n] ^ part[ahead + n : ahead + n + count]).astype(np.uint32) for n in range(3)]
            for at in np.flatnonzero(begins[first[0] | first[1] << 8 | first[2] << 16]):
                found = self.targets.get((block, bytes(stream[at] ^ part[at + ahead : at + ahead + PIECE])))
                if found is not None:
                    yield found


def bytes_of(*folders: Path) -> list[bytes]:
    """The bytes of every file below *folders*."""
    return [path.read_bytes() for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def keys_in(folder: Path) -> list[bytes]:
    """Every 32 bytes that the files of a folder of keys spell: raw, in hex, or in base64."""
    found = []
    for path in sorted(folder.rglob("*")):
        raw = path.read_bytes() if path.is_file() else b""
        found.append(raw)
        for word in re.split(rb"[\s+]+", raw):
            with contextlib.suppress(ValueError):
                found.append(bytes.fromhex(word.decode()))
            with contextlib.suppress(ValueError):
                found.append(base64.b64decode(word + b"=" * (-len(word) % 4))[-32:])
    return [one for one in dict.fromkeys(found) if len(one) == 32]
