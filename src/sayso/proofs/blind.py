"""Blinded ids: what a release shows of a conversation. Only who holds the person's secret can tell which one it is."""

from __future__ import annotations

import hashlib

from sayso.facts.errors import Unfit

PREFIX = b"sayso/blind/v1"


def blind(secret: bytes, release: str, conversation: str) -> str:
    """Return the id of *conversation* in *release*, in hex.

    SHA-256 over, in this order and with nothing between: the 14 bytes `sayso/blind/v1`; the person's *secret*, 32 bytes; SHA-256
    of the release's name in UTF-8, 32 bytes; the conversation's id in UTF-8, to the end. Three fixed lengths before the
    only free one, so no two inputs share their bytes. Two releases show unlinkable ids of one conversation.

    >>> blind(bytes(32), "r1", "c1")[:16]
    '8e6405cf9b828ce7'
    """
    if len(secret) != 32:
        raise Unfit("a blinding secret has 32 bytes; take it from the person's receipt or the vault")
    try:
        named, told = release.encode(), conversation.encode()
    except UnicodeEncodeError:
        raise Unfit("the name of a release or conversation is no valid text; it holds half a character") from None
    return hashlib.sha256(PREFIX + secret + hashlib.sha256(named).digest() + told).hexdigest()
