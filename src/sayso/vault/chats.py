"""Conversations that were opened a moment ago: what the index said of them, checked, and the ciphers of their blocks; no words.

It saves checking the same rows and opening the same key at every reading. Nothing is found here but for the very rows it was made
from: those of the account, the conversation, its key and each of its blocks, every one with its sum.
"""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV

from sayso.vault.blocks import Place
from sayso.vault.ciphers import NONCE, cipher
from sayso.vault.frames import HEADER, MAGIC, Frame, unseal

MOST = 8192
"""Blocks that are remembered; the conversation remembered longest ago goes first."""
Values = tuple[Any, ...]
_SEALED = HEADER + NONCE


class Part:
    """One block: where it lies, and what opens it. Its cipher is known once it was opened, since only the block names it."""

    __slots__ = ("_cipher", "_frame", "_header", "_key", "place")

    def __init__(self, place: Place, frame: Frame, key: bytes) -> None:
        self.place = place
        self._frame, self._key = frame, key
        self._header: bytes | None = None
        self._cipher: AESGCM | AESGCMSIV | None = None

    def payload(self, raw: bytes) -> bytes:
        """Return what *raw*, the stored bytes, holds; `Broken` where it is not exactly this block."""
        header = self._header
        if header is not None and self._cipher is not None and len(raw) == self._frame.length and raw.startswith(header):
            try:
                return self._cipher.decrypt(raw[HEADER:_SEALED], raw[_SEALED:], header)
            except InvalidTag:
                pass  # said below in the words it is always said in
        found = unseal(self._key, self._frame, raw)
        self._header, self._cipher = raw[:HEADER], cipher(raw[len(MAGIC)], self._key)
        return found


class Chat(NamedTuple):
    """A conversation that is shown: the rows of the index it was opened by, and its blocks in order."""

    rows: list[Values]
    account: str
    parts: list[Part]


class Chats:
    """What is remembered, by conversation."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: dict[str, Chat] = {}
        self._of: dict[str, set[str]] = {}
        self._blocks = 0
        self._one = threading.Lock()

    def find(self, conversation: str, rows: list[Values]) -> Chat | None:
        """Return what is remembered of *conversation*, where the index says of it exactly what it said then."""
        found = self._known.get(conversation)
        return found if found is not None and found.rows == rows else None

    def keep(self, conversation: str, chat: Chat) -> None:
        """Remember *chat*; one of more blocks than are remembered at all is not."""
        with self._one:
            self._take_out(conversation)
            if len(chat.rows) > self._most:
                return
            self._known[conversation] = chat
            self._of.setdefault(chat.account, set()).add(conversation)
            self._blocks += len(chat.rows)
            while self._blocks > self._most:
                self._take_out(next(iter(self._known)))

    def drop(self, conversation: str) -> None:
        """Forget *conversation*: it is hidden or destroyed."""
        with self._one:
            self._take_out(conversation)

    def drop_account(self, account: str) -> None:
        """Forget all of *account*."""
        with self._one:
            for one in list(self._of.get(account, ())):
                self._take_out(one)

    def clear(self) -> None:
        """Forget everything."""
        with self._one:
            self._known.clear()
            self._of.clear()
            self._blocks = 0

    def __len__(self) -> int:
        return len(self._known)

    def __repr__(self) -> str:
        """Return how many are remembered; never a key."""
        return f"Chats({len(self._known)} conversations)"

    def _take_out(self, conversation: str) -> None:
        found = self._known.pop(conversation, None)
        if found is None:
            return
        self._blocks -= len(found.rows)
        theirs = self._of.get(found.account, set())
        theirs.discard(conversation)
        if not theirs:
            self._of.pop(found.account, None)
