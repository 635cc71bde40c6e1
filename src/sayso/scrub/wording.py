"""Words in any letters that stand before a number, and what may be the number behind them."""

from __future__ import annotations

import re
from collections.abc import Callable

from sayso.scrub.checks import digits
from sayso.scrub.row import DIGIT, Check, Found, Row, bare

GAP = r"(?:[^0-9]{0,24}?[^0-9A-Za-z])??"
"""What may stand between a label and its number: some words, quotes, the cell of a table, but no digit."""
NUMBER = r"(?:[A-Za-z]{1,4}[ -]?)?\d[0-9A-Za-z]{0,19}(?:[ ./-](?:\d[0-9A-Z]{0,11}|[A-Z]{1,2}\b)){0,5}(?:\(\d\))?"
"""A number as offices write them: letters before it, in groups or not, a check digit in brackets."""

_CLASS = re.compile(r"\[([^\[\]\\^-]*[^\x00-\x7f][^\[\]\\^-]*)\]")
"""Letters of which one is meant; a byte for each would not do."""
_DATE = re.compile(
    rb"(?<!\d)\d{1,2}[./-]\d{1,2}[./-](?:\d{2}|\d{4})\b|(?:19|20)\d\d[./-]\d{1,2}[./-]\d{1,2}|(?:19|20)\d\d ?- ?(?:19|20)\d\d\b"
)
_HANGS_BEFORE = re.compile(rb"[\w@]\Z|[A-Za-z0-9][./_:$=%+-]\Z|[A-Za-z0-9]://?\Z")
_HANGS_AFTER = re.compile(rb"[\w@%]|[./_:+-][A-Za-z0-9]|\(\w")
_MEASURE = re.compile(
    rb"(?i)(?:[^\d]|^)\d{1,6} ?(?:%|px|ms|mm|cm|km|kg|gb|mb|kb|usd|eur|years?|days?|hours?|minutes?|people|times|pages?)\b"
)


def bytes_of(words: str) -> str:
    r"""Return a pattern written in any letters as a pattern over UTF-8; of a letter with two cases either is taken.

    >>> bytes_of("id|né"), bytes_of("号")
    ('id|n(?:\\xc3\\xa9|\\xc3\\x89)', '\\xe5\\x8f\\xb7')
    """
    words = _CLASS.sub(lambda found: f"(?:{'|'.join(found[1])})", words)
    return "".join(char if char.isascii() else _either(char) for char in words).replace(r"\w", r"[A-Za-z\x80-\xff]")


def begun(words: str) -> str:
    r"""Return the pattern with each plain word at its beginning: a gate follows fewer words through a text so.

    >>> begun("pass(?:nr|port)|né|id")
    '\\bpass(?:nr|port)|\\bné|\\bid'
    """
    depth, out, fresh = 0, [], True
    for char in words:
        if fresh and depth == 0 and char.isascii() and char.isalpha():
            out.append(r"\b")
        fresh = char == "|" and depth == 0
        depth += (char == "(") - (char == ")")
        out.append(char)
    return "".join(out)


def _either(char: str) -> str:
    cases = dict.fromkeys(case for case in (char, char.lower(), char.upper()) if len(case) == 1)
    spelled = ["".join(f"\\x{byte:02x}" for byte in case.encode()) for case in cases]
    return spelled[0] if len(spelled) == 1 else f"(?:{'|'.join(spelled)})"


def number(least: int, most: int = 30) -> Check:
    """Return a check that takes a number of so many digits: no date, no measure, nothing that is part of a longer word or path."""

    def check(buffer: bytes, start: int, end: int) -> Found:
        value = buffer[start:end]
        date = _DATE.search(value)
        if date and date.start() <= 1:
            return None
        if date:
            end = start + date.start()
            value = buffer[start:end].rstrip()
            end = start + len(value)
        count = digits(value)
        if not least <= len(count) <= most or len(set(count)) == 1:
            return None
        if _HANGS_BEFORE.search(buffer[max(0, start - 3) : start]) or _HANGS_AFTER.match(buffer, end, end + 2):
            return None
        return None if _MEASURE.search(buffer[start : end + 10]) else (start, end)

    return check


def told(
    kind: str,
    mark: str,
    words: str,
    shape: str,
    check: Check | None,
    *,
    yes: tuple[str, ...],
    no: tuple[str, ...] = (),
    between: str = GAP,
    trigger: str = "",
    canon: Callable[[str], str] = bare,
) -> Row:
    """Return a row for what stands behind one of these words, written in their own letters.

    `trigger` wakes the row where not each of the words may, such as one of two letters that a digit must follow.
    """
    label = bytes_of(words)
    return Row(
        kind=kind,
        mark=mark,
        trigger=rf"(?i)(?:{bytes_of(begun(trigger or words))})",
        confirm=rf"(?i:{label}){between}({bytes_of(shape)})",
        check=check,
        confirmed_by="context",
        canon=canon,
        needs=DIGIT,
        reach=96,
        yes=yes,
        no=no,
    )
