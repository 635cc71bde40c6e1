"""Which addresses of machines may point at somebody."""

from __future__ import annotations

import ipaddress
import re
from functools import lru_cache

from sayso.scrub.row import Found, sees

_QUIET_V4 = {b"8.8.8.8", b"8.8.4.4", b"1.1.1.1", b"1.0.0.1", b"9.9.9.9", b"192.168.0.1", b"192.168.1.1", b"10.0.0.1"}
_NO_HEX = bytes(c for c in range(256) if c not in b"0123456789abcdef")
_QUIET_HEADS = (b"192.0.0.", b"192.0.2.", b"198.51.100.", b"203.0.113.", b"127.", b"0.")
_VERSION = re.compile(
    rb"(?i)(?:\bv|version|\bver\.?|release|sections?|\xc2\xa7|\boid|chapter|build|assembly\w*|[\w\"'-]+==?|[>~^])[ :='\"_]{0,6}$"
)
_OBJECT = re.compile(rb"(?:1\.3\.(?:6|101|132|14)|1\.2\.840|2\.5\.(?:4|8|29)|2\.16\.840|0\.9\.2342)\.")
"""How most object ids begin that are in use (X.500, PKIX, SNMP)."""
_NAMED = re.compile(rb"(?i)(?:ip|addr\w*|host\w*|server|client)[\"']?[ :='\"]{0,4}$")
_ADDRESSED = re.compile(rb"(?i)\bip\b|ipv4|addr|host|server|client|from|peer|dns|gateway|subnet|ping|ssh|remote|inet|route")


@sees(48)
def ipv4(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of an IPv4 address that may point at somebody.

    Not loopback, multicast, masks, documentation (RFC 5737) or well-known resolvers; not versions, sections and object ids.
    """
    value = buffer[start:end]
    after = buffer[end : end + 2]
    if (buffer[start - 1 : start] in (b".", b"-", b"_") and start) or (after[:1] == b"." and after[1:].isdigit()):
        return None
    if value in _QUIET_V4 or (value.endswith(b".0") and after[:1] == b"/"):
        return None
    before = buffer[max(0, start - 24) : start]
    if _drawn(before, buffer[end : end + 8]):
        return None
    if _OBJECT.match(value) and not _NAMED.search(before):
        return None
    kind = _sort(value)
    turned = (
        after[:1] == b"."
        and buffer[end : end + 13].lower() == b".in-addr.arpa"
        and _sort(b".".join(value.split(b".")[::-1])) == _QUIET
    )
    if kind == _QUIET or turned:
        return None
    if not _behind_a_number(before) and _VERSION.search(before) and not _NAMED.search(before):
        return None
    if kind == _LIKE_VERSION:
        return (start, end) if _ADDRESSED.search(buffer, max(0, start - 40), start) else None
    return start, end


def _drawn(before: bytes, after: bytes) -> bool:
    """Return whether fractions stand on both sides, as in a drawing's path, or a build follows (`-5a1e7`)."""
    if before[-1:] in b" ,-" and _FRACTION_BEFORE.search(before) and _FRACTION_AFTER.match(after):
        return True
    return after[:1] == b"-" and _BUILD.match(after) is not None


_FRACTION_BEFORE = re.compile(rb"(?:^|[^.\d])\d*\.\d+[ ,-]\Z")
_FRACTION_AFTER = re.compile(rb"[ ,-]?-?\d*\.\d")
_BUILD = re.compile(rb"-[0-9]*[a-z]")


def _behind_a_number(before: bytes) -> bool:
    """Return whether a number stands before it, as in a list of addresses, so that no word such as `version` does."""
    tail = before.rstrip(b" :='\"")
    return tail[-1:].isdigit() and b"=" not in before[len(tail) :] and b"ssembl" not in before.lower()


_PLAIN, _QUIET, _LIKE_VERSION = range(3)


@lru_cache(256)
def _sort(value: bytes) -> int:
    """Return whether an address points at nobody, may as well be a version, or neither."""
    parts = value.split(b".")
    if value.startswith(_QUIET_HEADS) or int(parts[0]) >= 224:
        return _QUIET
    return _LIKE_VERSION if max(map(int, parts)) <= 30 and parts[0] != b"10" else _PLAIN


def ipv6(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of an IPv6 address that may point at somebody; not loopback, documentation (RFC 3849) or `a::b`."""
    value = buffer[start:end].rstrip(b":") if not buffer[start:end].endswith(b"::") else buffer[start:end]
    if value.lower().count(b"ffff") >= 5:
        return None  # a mask
    if len(value) - value.count(b":") < 6 or buffer[start - 1 : start] in (b":", b"_"):
        return None
    if buffer[start + len(value) : start + len(value) + 1] in (b":", b"_", b"(", b"<"):
        return None
    return (start, start + len(value)) if _somebodys(value) else None


@lru_cache(256)
def _somebodys(value: bytes) -> bool:
    try:
        address = ipaddress.IPv6Address(value.decode())
    except ValueError:
        return False
    if address.is_loopback or address.is_unspecified or address.is_multicast or not re.search(rb"\d", value):
        return False
    return address not in _DOCUMENTED


_DOCUMENTED = ipaddress.ip_network("2001:db8::/32")


def mac(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a hardware address; not broadcast, zero, or a piece of a longer fingerprint."""
    value = digits_and_hex(buffer[start:end])
    joined = (buffer[start - 1 : start] in (b":", b"-") and start) or (
        buffer[end : end + 1] in (b":", b"-") and buffer[end + 1 : end + 2].isalnum()
    )
    return None if joined or len(set(value)) == 1 else (start, end)


def digits_and_hex(value: bytes) -> bytes:
    """Return the hexadecimal digits, in small letters."""
    return value.lower().translate(None, _NO_HEX)
