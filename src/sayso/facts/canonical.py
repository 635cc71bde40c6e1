"""Canonical bytes: one spelling per value, so that a hash means the same on every machine (RFC 8785)."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec
import rfc8785

from sayso.facts.errors import Unfit
from sayso.facts.words import Digest

_FLAT = frozenset({str, bool, type(None)})
"""What msgspec spells as RFC 8785 asks for, whatever is in it."""
_LARGEST = 2**53 - 1


def canonical(value: object) -> bytes:
    """Return the RFC 8785 JSON bytes of *value* (a struct, or plain JSON data); refuses what JSON cannot say exactly.

    >>> canonical({"b": 1, "a": "é"})
    b'{"a":"\\xc3\\xa9","b":1}'
    """
    try:
        plain: Any = msgspec.to_builtins(value)
        if _easy(plain):
            # Nearly all there is: names in ASCII, and no number whose spelling could differ. Said several times faster.
            return msgspec.json.encode(plain, order="sorted")
        return rfc8785.dumps(plain)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, TypeError, ValueError, RecursionError):
        raise Unfit(
            "a value has no canonical JSON: a lone surrogate, a number it cannot hold exactly, or endless nesting"
        ) from None


def _easy(value: object) -> bool:
    """Return whether msgspec spells *value* as RFC 8785 asks for: no fraction, no huge number, and names that sort alike."""
    kind = type(value)
    if isinstance(value, dict):
        return all(type(name) is str and name.isascii() and (type(one) in _FLAT or _easy(one)) for name, one in value.items())
    if isinstance(value, list | tuple):
        return all(type(one) in _FLAT or _easy(one) for one in value)
    return kind in _FLAT or (kind is int and -_LARGEST <= value <= _LARGEST)  # type: ignore[operator]  # an int, by its kind


def digest(value: object) -> Digest:
    """Return the SHA-256 of the canonical bytes of *value* (raw bytes are hashed as they are), in hex.

    >>> digest(b"")[:8]
    'e3b0c442'
    """
    raw = value if isinstance(value, bytes) else canonical(value)
    return Digest(hashlib.sha256(raw).hexdigest())
