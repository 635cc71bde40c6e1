"""The ciphers by version, so that what is sealed names its own and another one can follow while both are read.

Version 2, AES-256-GCM-SIV (RFC 8452), loses less where a machine repeats its randomness: a nonce that comes twice tells only
whether the same text was sealed twice. Each version but the first works under a key derived for it, so that no key is ever
used by two ciphers.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESGCMSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sayso.facts.errors import Broken, Unfit

CIPHERS = {1: "aes-256-gcm", 2: "aes-256-gcm-siv"}
"""By the version that blocks and wrapped keys name."""
FIRST = 1
NONCE = 12
TAG = 16


def numbered(name: str) -> int:
    """Return the version of the cipher *name*, once it is known to work on this machine.

    >>> numbered("aes-256-gcm")
    1
    """
    for version, known in CIPHERS.items():
        if known == name:
            encrypt(version, bytes(32), bytes(NONCE), b"", b"")
            return version
    raise Unfit(f"no cipher `{name}`; choose one of {', '.join(CIPHERS.values())}")


def encrypt(version: int, key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    """Return the ciphertext of *plain* and its tag."""
    return cipher(version, key).encrypt(nonce, plain, bound)


def decrypt(version: int, key: bytes, nonce: bytes, sealed: bytes, bound: bytes) -> bytes | None:
    """Return what was encrypted, `None` where a single bit differs."""
    try:
        return cipher(version, key).decrypt(nonce, sealed, bound)
    except (InvalidTag, ValueError, TypeError, OverflowError):
        return None


def cipher(version: int, key: bytes) -> AESGCM | AESGCMSIV:
    """Return the cipher of *version* under *key*."""
    if version == FIRST:
        return AESGCM(key)
    name = CIPHERS.get(version)
    if name is None:
        raise Broken(f"something was sealed with cipher version {version}, which this program does not know; use a later one")
    try:
        return AESGCMSIV(HKDF(hashes.SHA256(), 32, salt=None, info=f"sayso/vault/v{version}/cipher".encode()).derive(key))
    except UnsupportedAlgorithm:
        raise Broken(f"this machine's OpenSSL does not know `{name}`; install cryptography from its wheel") from None


def shut(key: bytes, nonce: bytes, plain: bytes, bound: bytes) -> bytes:
    """Return *plain* sealed under a *key* of 32 bytes that seals nothing else, *nonce* first; for what other tables keep."""
    return nonce + encrypt(FIRST, key, nonce, plain, bound)


def unshut(key: bytes, sealed: bytes, bound: bytes) -> bytes | None:
    """Return what `shut` was given, `None` where a single bit differs."""
    return decrypt(FIRST, key, sealed[:NONCE], sealed[NONCE:], bound)
