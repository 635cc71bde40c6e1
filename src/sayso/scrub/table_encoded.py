"""One kind: base64 that holds personal data or a secret, decoded once, and never more of it than a bound."""

from __future__ import annotations

import base64
import binascii
from functools import cache, lru_cache

from sayso.scrub import table_contact, table_money, table_numbers, table_secrets, table_tokens
from sayso.scrub.engine import Engine
from sayso.scrub.row import Found, Row

_MOST = 262_144
"""How many characters of one piece are decoded; what lies beyond is not read."""
_TASTE = 16
_OFTEN = 256
"""Shorter ones are remembered: a text in which something was found is searched again."""
_USUAL = bytes.maketrans(b"-_", b"+/")
_CONTROLS = bytes(c for c in range(32) if c not in b"\t\n\r") + b"\x7f"


@cache
def _inside() -> Engine:
    """Return the engine for what was decoded. It does not know this kind, so nothing is decoded twice."""
    return Engine((*table_tokens.ROWS, *table_money.ROWS, *table_numbers.ROWS, *table_contact.ROWS, *table_secrets.ROWS))


def decoded(value: bytes) -> bytes | None:
    """Return what base64 (RFC 4648, either alphabet) says, where that is text; None where it is a picture or nothing.

    >>> decoded(b"YW5hQGV4YW1wbGUub3Jn"), decoded(b"iVBORw0KGgoAAAANSUhEUg")
    (b'ana@example.org', None)
    """
    if not _text(value[:_TASTE].rstrip(b"=").translate(_USUAL)):
        return None
    value = value[:_MOST].rstrip(b"=").translate(_USUAL)
    return _text(value[: len(value) - (len(value) % 4 == 1)])


def _text(value: bytes) -> bytes | None:
    try:
        plain = base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    if plain.translate(None, _CONTROLS) != plain:
        return None
    try:
        plain[:-3].decode("utf-8")  # a cut may go through the last character
    except UnicodeDecodeError as problem:
        return plain if problem.start >= len(plain) - 6 else None
    return plain


def holds(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of base64 in which something is found once it is decoded."""
    return (start, end) if (_tells if end - start <= _OFTEN else _told)(buffer[start:end]) else None


def _told(value: bytes) -> bool:
    plain = decoded(value)
    return bool(plain and _inside().spans(plain))


_tells = lru_cache(256)(_told)

_BEGINS = (
    r"[CDI-Za-f](?:[A-HQ-Xg-nw-z0-3][ABDEFHIJLMNPQRTUVXYZbcdfghjklnoprstvwxz01345789/_]"  # ASCII, then none from inside a character
    r"|[M-Pc-fs-v89+/_-][CGKOSWaeimquy26+-])"  # ASCII, and a character of several bytes begins
    r"|[w-z0-9+/_-][I-LYZabo-r4-7][A-Za-z0-9+/_-]"  # such a character first
)
"""How text in UTF-8 begins once it is encoded: few words and names in code do."""


ROWS = (
    Row(
        kind="encoded-personal-data",
        mark="ENCODED",
        unspaced=r"[A-Za-z0-9+/_-]{16}",
        wake=r"[A-Za-z]\d[A-Za-z0-9]{6}|[A-Z][a-z]?[A-Z][A-Za-z0-9+/_-]{8}",
        trigger=r"[A-Za-z]\d[A-Za-z0-9]{6}|[A-Z][a-z]?[A-Z][A-Za-z0-9+/_-]{12}",
        confirm=rf"(?:^|[^A-Za-z0-9+/_=-])((?:{_BEGINS})[A-Za-z0-9+/_-]{{13,}}={{0,2}})",
        check=holds,
        confirmed_by="what it says when decoded",
        source="RFC 4648",
        yes=(
            '{"data": "«YW5hQGV4YW1wbGUub3Jn»"}',
            "echo «TXkgY2FyZCBpcyA0MTExIDExMTEgMTExMSAxMTExLCB0aGFua3M=» | base64 -d",
        ),
        no=(
            "SG93IGRvIG1hZ25ldHMgd29yaz8= is a question",
            "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
            "commit 0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d",
        ),
        back=256,
        reach=256,
        blobs=True,
    ),
)
