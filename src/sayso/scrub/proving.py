"""What a pattern shows of itself: whether whatever it matches holds a digit, and what of it can stand in ASCII."""

from __future__ import annotations

import re
from re import _constants as codes  # type: ignore[attr-defined]  # the parser of `re`, which typeshed does not know
from re import _parser as parser  # type: ignore[attr-defined]  # as above
from typing import Any

from sayso.scrub.gates import spelled

_DIGITS = frozenset(range(ord("0"), ord("9") + 1))
_COUNT = re.compile(r"(?:[*+?]|\{\d+(?:,\d*)?\})?\??")
_OPENED = re.compile(r"\((?:\?[a-z-]*:)?")
_ATOM = re.compile(r"(?s)\\x[0-9a-f]{2}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.")
_HIGH = re.compile(r"\\x[89a-f][0-9a-f]|\[(?:\\x[89a-f][0-9a-f]-?)+\]")
_MAY_LACK = re.compile(r"[*?]|\{0[,}]")


def holds_digit(source: str) -> bool:
    r"""Return whether a digit stands in whatever a pattern matches, as far as its parts show.

    >>> holds_digit(r"a(?:b\d|[0-4]{2})"), holds_digit(r"a\d?"), holds_digit(r"a|\d")
    (True, False, False)
    """
    return _holds(parser.parse(spelled(source).encode("latin-1")))


def _holds(parts: Any) -> bool:
    for code, value in parts:
        if code is codes.LITERAL:
            found = value in _DIGITS
        elif code is codes.IN:
            found = all(_digits(*one) for one in value)
        elif code is codes.SUBPATTERN:
            found = _holds(value[-1])
        elif code in (codes.MAX_REPEAT, codes.MIN_REPEAT):
            found = value[0] > 0 and _holds(value[2])
        else:
            found = code is codes.BRANCH and all(_holds(one) for one in value[1])
        if found:
            return True
    return False


def _digits(code: Any, value: Any) -> bool:
    if code is codes.RANGE:
        return value[0] in _DIGITS and value[1] in _DIGITS
    return value in _DIGITS if code is codes.LITERAL else value is codes.CATEGORY_DIGIT


def plain(source: str) -> str | None:
    r"""Return a pattern that stands in a text of ASCII where this one does, without what is never there; None if it never is.

    >>> plain(r"(?i)\bid|n(?:\xc3\xa9|e)|\xe5\x8f\xb7"), plain(r"ab\xc3?"), plain(r"\xe5\x8f\xb7")
    ('(?i)\\bid|n(?:e)', 'ab', None)
    """
    flags = re.match(r"\(\?[a-z]+\)", source)
    head = flags[0] if flags else ""
    branches, _ = _branches(source, len(head))
    return head + "|".join(branches) if branches else None


def _branches(source: str, at: int) -> tuple[list[str], int]:
    """Return the alternatives from a place on that ASCII can match, and where they end: at a bracket, or with the pattern."""
    kept: list[str] = []
    parts: list[str] = []
    dead = False
    while at < len(source) and source[at] != ")":
        if source[at] == "|":
            kept += [] if dead else ["".join(parts)]
            parts, dead = [], False
            at += 1
            continue
        atom, at = _atom(source, at)
        count = _next(_COUNT, source, at)
        at += len(count)
        if atom is not None:
            parts.append(atom + count)
        else:
            dead = dead or not _MAY_LACK.match(count)
    return kept + ([] if dead else ["".join(parts)]), at


def _atom(source: str, at: int) -> tuple[str | None, int]:
    """Return what stands at a place, without what ASCII cannot match, or None if all of it is that; and where it ends."""
    opened = _next(_OPENED, source, at)
    if opened:
        branches, end = _branches(source, at + len(opened))
        return (f"{opened}{'|'.join(branches)})" if branches else None), end + 1
    atom = _next(_ATOM, source, at)
    return (None if _HIGH.fullmatch(atom) else atom), at + len(atom)


def _next(pattern: re.Pattern[str], source: str, at: int) -> str:
    match = pattern.match(source, at)
    return match[0] if match else ""
