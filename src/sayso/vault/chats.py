"""Conversations that were opened a moment ago: what the index said of them, checked, and the ciphers of their blocks; no words.

It saves checking the same rows and opening the same key at every reading. Nothing is found here but for the very rows it was made
from: those of the account, the conversation, its key and each of its blocks, every one with its sum. Where the database says that
nothing at all was committed since they were compared, they are the same, and are not asked for.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from msgspec import Struct

from sayso.facts.errors import Broken, Unfit
from sayso.vault.asking import Mark
from sayso.vault.ciphers import NONCE, cipher
from sayso.vault.frames import HEADER, MAGIC, Frame, assert_fits, unseal
from sayso.vault.names import policy_digest
from sayso.vault.tables import BLOCKS, CONVERSATIONS, KEYS

MOST = 12_288
"""Blocks that are remembered, some 5 kB each; the conversation remembered longest ago goes first."""
NAMES = 65_536
"""Names of conversations that are remembered as all that somebody is shown."""
Values = tuple[Any, ...]
BLOCK_AT = len(CONVERSATIONS.columns) + len(KEYS.columns)
"""A row is that of the conversation, with that of its key and that of one of its blocks behind it."""
_SEALED = HEADER + NONCE
_NUMBER, _TURNS, _POLICY, _SEGMENT, _START, _LENGTH = (
    BLOCK_AT + list(BLOCKS.columns.keys()).index(name) for name in ("block", "turns", "policy", "segment", "start", "length")
)
_known_policy = lru_cache(64)(policy_digest)


class Part:
    """One block: where it lies, and what opens it. Its cipher is known once it was opened, since only the block names it."""

    __slots__ = ("_account", "_decrypt", "_header", "_key", "_row", "length", "segment", "start")

    def __init__(self, row: Values, account: str, key: bytes) -> None:
        """Take its *row*, checked, the pseudonym of its account, and the *key* of its conversation."""
        self.segment, self.start, self.length = row[_SEGMENT], row[_START], row[_LENGTH]
        self._row, self._account, self._key = row, account, key
        self._header: bytes | None = None
        self._decrypt: Callable[[bytes, bytes, bytes], bytes] | None = None

    def payload(self, raw: bytes, at: int = 0) -> bytes:
        """Return what *raw*, the stored bytes from *at* on, holds; `Broken` where it is not exactly this block."""
        header, decrypt, end = self._header, self._decrypt, at + self.length
        if header is not None and decrypt is not None and len(raw) >= end and raw.startswith(header, at):
            begin = at + _SEALED
            try:
                return decrypt(raw[at + HEADER : begin], raw[begin:end], header)
            except InvalidTag:
                pass  # said below in the words it is always said in
        return self._first(raw[at:end])

    def _first(self, raw: bytes) -> bytes:
        """Return what *raw* holds, and remember its header and cipher."""
        frame = self._frame()
        header = assert_fits(frame, raw)
        decrypt = cipher(header[len(MAGIC)], self._key).decrypt
        try:
            found = decrypt(raw[HEADER:_SEALED], raw[_SEALED:], header)
        except (InvalidTag, ValueError):
            return unseal(self._key, frame, raw)
        self._header, self._decrypt = header, decrypt
        return found

    def _frame(self) -> Frame:
        """Return the header that the block must have."""
        row = self._row
        conversation, number = row[0], row[_NUMBER]
        try:
            policy = _known_policy(row[_POLICY])
        except (Unfit, TypeError):
            raise Broken(f"conversation `{conversation}` block {number} is listed wrongly; run `sayso audit`") from None
        return Frame(
            account=self._account,
            conversation=conversation,
            block=number,
            turns=row[_TURNS],
            policy=policy,
            length=self.length,
        )


class Chat:
    """A conversation that is shown: the rows of the index it was opened by, and its blocks in order."""

    __slots__ = ("account", "bytes", "mark", "name", "owner", "parts", "rows", "turns")

    def __init__(self, rows: list[Values], owner: Values, parts: list[Part], *, name: str, account: str, turns: int) -> None:
        """Take the *rows* of the conversation, its key and its blocks, and that of its *owner*, the account, all checked."""
        self.rows, self.owner, self.parts = rows, owner, parts
        self.name, self.account, self.turns = name, account, turns
        self.bytes = sum([one.length for one in parts])
        self.mark: Mark | None = None
        """Of the database, as of which its rows were last compared with those that are there."""


class Shown(Struct, frozen=True):
    """The names of all that an account is shown, the newest sealed first, as of a *mark* of the database; `None`: as of none."""

    mark: Mark | None
    names: tuple[str, ...]


class Chats:
    """What is remembered, by conversation, and for an account what it is shown."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._known: OrderedDict[str, Chat] = OrderedDict()  # whose first one is found at once, however many went before it
        self._of: dict[str, set[str]] = {}
        self._shown: dict[str, Shown] = {}
        self._blocks = self._names = 0
        self._one = threading.Lock()

    def find(self, conversation: str, rows: list[Values], owner: Values, mark: Mark | None) -> Chat | None:
        """Return what is remembered of *conversation*, where the index says of it and its *owner* exactly what it said then.

        They were asked for behind *mark*.
        """
        found = self._known.get(conversation)
        if found is None or found.rows != rows or found.owner != owner:
            return None
        if mark is not None:
            found.mark = mark
        return found

    def same(self, conversation: str, mark: Mark | None) -> Chat | None:
        """Return what is remembered of *conversation*, where nothing was committed since its rows were compared."""
        found = self._known.get(conversation)
        return found if found is not None and mark is not None and found.mark == mark else None

    def keep(self, *chats: Chat) -> None:
        """Remember *chats*; one of more blocks than are remembered at all is not."""
        with self._one:
            for chat in chats:
                self._take_out(chat.name)
                if len(chat.rows) > self._most:
                    continue
                self._known[chat.name] = chat
                theirs = self._of.get(chat.account)
                if theirs is None:
                    theirs = self._of[chat.account] = set()
                theirs.add(chat.name)
                self._blocks += len(chat.rows)
                while self._blocks > self._most:
                    self._take_out(next(iter(self._known)))

    def size(self, account: str) -> int:
        """Return how many conversations *account* was shown when that was last remembered, 0 where it is not."""
        found = self._shown.get(account)
        return 0 if found is None else len(found.names)

    def shown(self, account: str, mark: Mark | None) -> tuple[str, ...] | None:
        """Return the names of all that *account* is shown, where nothing was committed since they were asked for."""
        found = self._shown.get(account)
        return found.names if found is not None and mark is not None and found.mark == mark else None

    def all_of(self, account: str, mark: Mark | None) -> list[Chat] | None:
        """Return all that *account* is shown, where nothing was committed since it was asked for and nothing of it is forgotten."""
        names = self.shown(account, mark)
        if names is None:
            return None
        known = self._known.get
        found = [chat for name in names if (chat := known(name)) is not None]
        return found if len(found) == len(names) else None

    def keep_shown(self, account: str, mark: Mark | None, names: Iterable[str]) -> None:
        """Remember the *names* of all that *account* is shown at *mark*; without one, how many, where nothing is remembered."""
        if mark is None and account in self._shown:
            return
        shown = Shown(mark, tuple(names))
        with self._one:
            self._forget_shown(account)
            if len(shown.names) <= NAMES:
                self._shown[account] = shown
                self._names += len(shown.names) + 1
                while self._names > NAMES + 1:
                    self._forget_shown(next(iter(self._shown)))

    def drop(self, conversation: str) -> None:
        """Forget *conversation*: it is hidden or destroyed."""
        with self._one:
            found = self._take_out(conversation)
            if found is not None:
                self._forget_shown(found.account)

    def drop_account(self, account: str) -> None:
        """Forget all of *account*."""
        with self._one:
            self._forget_shown(account)
            for one in list(self._of.get(account, ())):
                self._take_out(one)

    def clear(self) -> None:
        """Forget everything."""
        with self._one:
            self._known.clear()
            self._of.clear()
            self._shown.clear()
            self._blocks = self._names = 0

    def __len__(self) -> int:
        return len(self._known)

    def __repr__(self) -> str:
        """Return how many are remembered; never a key."""
        return f"Chats({len(self._known)} conversations)"

    def _take_out(self, conversation: str) -> Chat | None:
        found = self._known.pop(conversation, None)
        if found is None:
            return None
        self._blocks -= len(found.rows)
        theirs = self._of.get(found.account, set())
        theirs.discard(conversation)
        if not theirs:
            self._of.pop(found.account, None)
        return found

    def _forget_shown(self, account: str) -> None:
        found = self._shown.pop(account, None)
        if found is not None:
            self._names -= len(found.names) + 1
