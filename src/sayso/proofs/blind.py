"""Blinded ids: what a release shows of a conversation. Only who holds the person's secret can tell which one it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from sayso.facts.errors import Unfit

PREFIX = b"sayso/blind/v1"
ACCOUNT = b"sayso/account/v1"
HALF = "the name of a release or conversation is no valid text; it holds half a character"


class Blinding:
    """The ids of one release. What is the same for all of its ids, or for all of one person's, is hashed once.

    Holds the secret it was last asked with, for as long as it is held itself.
    """

    __slots__ = ("_last", "_release", "_start")

    def __init__(self, release: str) -> None:
        self._release = hashlib.sha256(_text(release)).digest()
        self._last, self._start = b"", hashlib.sha256()

    def of(self, secret: bytes, conversation: str) -> str:
        """Return the id of *conversation*; see `blind`."""
        if secret != self._last:
            self._start, self._last = hashlib.sha256(PREFIX + _secret(secret) + self._release), secret
        made = self._start.copy()
        try:
            made.update(conversation.encode())
        except UnicodeEncodeError:
            raise Unfit(HALF) from None
        return made.hexdigest()

    def all_of(self, secret: bytes, conversations: Iterable[str]) -> list[str]:
        """Return the ids of one person's *conversations*, in their order."""
        begun = hashlib.sha256(PREFIX + _secret(secret) + self._release).copy
        made = []
        try:
            for one in conversations:
                each = begun()
                each.update(one.encode())
                made.append(each.hexdigest())
        except UnicodeEncodeError:
            raise Unfit(HALF) from None
        return made

    def account(self, secret: bytes) -> str:
        """Return the id of the account whose secret this is; see `blind_account`."""
        return hashlib.sha256(ACCOUNT + _secret(secret) + self._release).hexdigest()


def blind(secret: bytes, release: str, conversation: str) -> str:
    """Return the id of *conversation* in *release*, in hex.

    SHA-256 over, in this order and with nothing between: the 14 bytes `sayso/blind/v1`; the person's *secret*, 32 bytes; SHA-256
    of the release's name in UTF-8, 32 bytes; the conversation's id in UTF-8, to the end. Three fixed lengths before the
    only free one, so no two inputs share their bytes. Two releases show unlinkable ids of one conversation. `Blinding` makes many.

    >>> blind(bytes(32), "r1", "c1")[:16]
    '8e6405cf9b828ce7'
    """
    return Blinding(release).of(secret, conversation)


def blind_account(secret: bytes, release: str) -> str:
    """Return the id in *release* of the account whose secret this is, in hex: what the second tree of a release is over.

    SHA-256 over the 16 bytes `sayso/account/v1`, the person's *secret*, 32 bytes, and SHA-256 of the release's name in UTF-8. Its
    first bytes are those of no conversation's id, so nobody's conversation can pass for somebody's account.

    >>> blind_account(bytes(32), "r1")[:16]
    '6653f8b779fa1a6c'
    """
    return Blinding(release).account(secret)


def _secret(secret: bytes) -> bytes:
    if len(secret) != 32:
        raise Unfit("a blinding secret has 32 bytes; take it from the person's receipt or the vault")
    return secret


def _text(name: str) -> bytes:
    try:
        return name.encode()
    except UnicodeEncodeError:
        raise Unfit(HALF) from None
