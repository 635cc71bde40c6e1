"""Kinds: one per issuer whose keys begin in their own way, and one for keys that only the issuer's name gives away."""

from __future__ import annotations

import re

from sayso.scrub import secrecy
from sayso.scrub.gates import Re2
from sayso.scrub.providers import ALPHABETS, NAMED, SHAPED, Issued
from sayso.scrub.row import DIGIT, Check, Found, Row

_SHAPES: dict[bytes, list[re.Pattern[bytes]]] = {}
for _issued in NAMED:
    _shape = rf"[{ALPHABETS[_issued.alphabet]}]{{{_issued.least},{_issued.most}}}"
    _SHAPES.setdefault(_issued.issuer.encode(), []).append(re.compile(_shape.encode()))
_NAMES = "|".join(sorted((name.decode() for name in _SHAPES), key=lambda name: (-len(name), name)))
_WITHIN = {"lob": "bcgs", "etsy": "b", "cisco": "n", "looker": "n"}
"""Names that stand in words, and behind which letters: `global`, `Betsy`, `Francisco`, `onlooker`."""
_BESIDE = "|".join(rf"(?:\b|[^{_WITHIN[name]}]){name}" if name in _WITHIN else name for name in _NAMES.split("|"))
_NAME = Re2().search(rf"(?i)(?:{_NAMES})")


def _drawn(issued: Issued) -> Check:
    least = len(issued.prefix)

    def check(buffer: bytes, start: int, end: int) -> Found:
        rest = buffer[start + least : end]
        low = rest.lower()
        if b"xxxx" in low or b"example" in low or b"your" in low[:8] or len(set(rest)) < 6:
            return None
        drawn = re.search(rb"\d", rest) and re.search(rb"[A-Za-z]", rest) and not re.search(rb"[a-z]{12}", rest)
        return (start, end) if drawn else None

    return check


def named_key(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a key after an issuer's name, where it has the alphabet and length of that issuer's keys."""
    value = buffer[start:end]
    if not secrecy.has_digit_and_letter(value) or secrecy.placeholder(value) or secrecy.entropy(value) < 2.5:
        return None
    low, high = 0, max(0, start - 96)
    while places := _NAME(buffer, high, start):  # the last one counts
        low, high = places[0]
    if b"." in value and buffer[end : end + 2] == b")(":
        return None  # a call in code that a bundler wrote
    fits = low < high and any(shape.fullmatch(value) for shape in _SHAPES.get(buffer[low:high].lower(), ()))
    return (start, end) if fits else None


def _row(issued: Issued) -> Row:
    tail = ALPHABETS[issued.alphabet]
    return Row(
        kind=f"issued-{issued.issuer}",
        mark="SECRET",
        trigger=rf"\b{re.escape(issued.prefix)}[{tail}]{{4}}" if issued.prefix[0].isalnum() else re.escape(issued.prefix),
        confirm=rf"{chr(92)}b({issued.pattern})(?:[^{tail}]|$)"
        if issued.prefix[0].isalnum()
        else rf"({issued.pattern})(?:[^{tail}]|$)",
        check=_drawn(issued),
        confirmed_by="shape",
        source=issued.said_by,
        back=8,
        reach=issued.most + 64 if issued.most < 900 else 1024,
        specific=1000 * len(issued.prefix) - min(issued.most - issued.least, 999),
        yes=(f"«{issued.example()}» x",),
    )


ROWS = (
    *(_row(issued) for issued in SHAPED),
    Row(
        kind="issued-named",
        mark="SECRET",
        wake=rf"(?i)(?:{_BESIDE})",
        trigger=rf"(?i)(?:{_BESIDE})[^\n]{{0,24}}(?:key|token|secret|pass|auth|pat\b|sid\b|dsn|credential|[:=])",
        confirm=rf"(?i)(?:{_BESIDE})[^\n]{{0,60}}?[ \t\"'`:=>(]([A-Za-z0-9_.=+/-]{{14,128}})(?:[\s\"'`,;)<]|$)",
        check=named_key,
        confirmed_by="context and entropy",
        source="sayso/scrub/providers.py",
        back=48,
        reach=256,
        needs=DIGIT,
        yes=(
            'datadog_key = "«0a1b2c3d4e5f60718293a4b5c6d7e8f9»"',
            "our mailjet secret 0a1b is not it, «0a1b2c3d4e5f60718293a4b5c6d7e8f9» is",
        ),
        no=("the Twitter token is a string", "asana key 12345678901234567890123456789012"),
    ),
)
