"""Sealing, wrapping and deriving: ciphers by version, HKDF-SHA256 and HMAC-SHA256, each bound to what it is for."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sayso.facts.errors import Broken
from sayso.vault.ciphers import FIRST, NONCE, cipher, decrypt, encrypt

Entropy = Callable[[int], bytes]
_NAMED = b"sayso\0k"
"""Begins what was locked by a later cipher than the first, whose version is the byte behind it."""


def purpose(kind: str, *names: str) -> bytes:
    """Return the bytes that bind a ciphertext to what it is: format version, kind and whose.

    >>> purpose("name", "a_1")
    b'sayso/vault/v1/name\\x00a_1'
    """
    return "\0".join((f"sayso/vault/v1/{kind}", *names)).encode()


def derive(secret: bytes, what: bytes) -> bytes:
    """Return a 32-byte key for *what* that tells nothing of *secret* or of its other keys."""
    return HKDF(hashes.SHA256(), 32, salt=None, info=what).derive(secret)


def keyed_hash(secret: bytes, message: bytes) -> bytes:
    """Return the HMAC-SHA256 of *message*."""
    return hmac.digest(secret, message, hashlib.sha256)


def lock(key: bytes, plain: bytes, bound: bytes, entropy: Entropy, version: int = FIRST) -> bytes:
    """Return *plain* locked with a fresh nonce: it opens only with the same key and *bound* bytes, and names its cipher."""
    if version == FIRST:
        nonce = fresh(entropy, NONCE)
        while nonce.startswith(_NAMED):  # once in 2^56, and it would be taken for a later version
            nonce = fresh(entropy, NONCE)
        return nonce + encrypt(version, key, nonce, plain, bound)
    mark = _NAMED + bytes([version])
    return mark + close(key, plain, mark + bound, entropy, version)


def unlock(key: bytes, sealed: bytes, bound: bytes, what: str) -> bytes:
    """Return what was locked, by whichever cipher it names; `Broken` names *what* where a single bit differs."""
    if isinstance(sealed, bytes) and sealed.startswith(_NAMED) and len(sealed) > len(_NAMED):
        at = len(_NAMED) + 1
        return disclose(key, sealed[at:], sealed[:at] + bound, what, sealed[at - 1])
    return disclose(key, sealed, bound, what, FIRST)


def unlocker(key: bytes) -> Callable[[bytes, bytes, str], bytes]:
    """Return `unlock` under *key* for several that it locked, put together once; it lives no longer than it is used."""
    first = cipher(FIRST, key)

    def unlocked(sealed: bytes, bound: bytes, what: str) -> bytes:
        try:
            if not sealed.startswith(_NAMED):
                return first.decrypt(sealed[:NONCE], sealed[NONCE:], bound)
        except (InvalidTag, ValueError, TypeError, OverflowError, AttributeError):
            pass
        return unlock(key, sealed, bound, what)

    return unlocked


def close(key: bytes, plain: bytes, bound: bytes, entropy: Entropy, version: int) -> bytes:
    """Return a fresh nonce and the ciphertext of *plain*; *bound* must name the *version*."""
    nonce = fresh(entropy, NONCE)
    return nonce + encrypt(version, key, nonce, plain, bound)


def disclose(key: bytes, sealed: bytes, bound: bytes, what: str, version: int) -> bytes:
    """Return what was closed; `Broken` names *what*."""
    try:
        found = decrypt(version, key, sealed[:NONCE], sealed[NONCE:], bound)
    except TypeError:  # a column that holds no bytes
        found = None
    if found is None:
        raise Broken(f"{what} does not open: it was altered or belongs elsewhere; run `sayso audit`")
    return found


def fresh(entropy: Entropy, count: int) -> bytes:
    """Return *count* random bytes; `Broken` where the source gives another number of them."""
    drawn = entropy(count)
    if len(drawn) != count:
        raise Broken(f"the source of randomness gave {len(drawn)} bytes instead of {count}; nothing was sealed")
    return drawn


def pseudonym(letter: str, raw: bytes) -> str:
    """Return *letter*, an underline and 26 base32 characters (130 bits) of *raw*.

    >>> pseudonym("c", bytes(32))
    'c_aaaaaaaaaaaaaaaaaaaaaaaaaa'
    """
    return f"{letter}_{base64.b32encode(raw).decode().lower()[:26]}"


def padded(raw: bytes, step: int = 64) -> bytes:
    """Return *raw* with an end mark, filled up to a multiple of *step*, so that its length tells little."""
    marked = raw + b"\x80"
    return marked + bytes(-len(marked) % step)


def unpadded(raw: bytes) -> bytes:
    """Return what `padded` was given."""
    return raw.rstrip(b"\0")[:-1]
