"""Kinds: what stands in a column with its name at the head: of commas, semicolons, tabs or bars, as people paste their tables."""

# ruff: noqa: E501 - a pattern and its examples are read in one piece

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import lru_cache

from sayso.scrub import phones
from sayso.scrub.row import DIGIT, Check, Found, Row, bare
from sayso.scrub.wording import bytes_of, number

_SIGNS = (b"|", b"\t", b";", b",")
_CELLS, _WIDE, _DEEP = 24, 400, 3800
"""How many columns, how long a line and how much of the table above a cell are looked at."""


@lru_cache(4)
def _heads(words: re.Pattern[bytes], buffer: bytes) -> Mapping[tuple[bytes, int], Sequence[int]]:
    """Return for each sign, and number of a column that it parts from others, where the lines begin that head it with such a word."""
    heads: dict[tuple[bytes, int], list[int]] = {}
    for word in words.finditer(buffer):
        low = buffer.rfind(b"\n", max(0, word.start() - _WIDE), word.start()) + 1
        if low == 0 and word.start() > _WIDE:
            continue  # a line too long for the head of a table
        before = buffer[low : word.start()]
        for sign in _SIGNS:
            heads.setdefault((sign, before.count(sign)), []).append(low)
    return heads


def under(heads: str, check: Check) -> Check:
    """Return a check that takes a whole cell where the head of its column has one of these words, and the other check takes it."""
    head_of = re.compile(heads.encode("latin-1"), re.IGNORECASE)

    def column(buffer: bytes, start: int, end: int) -> Found:
        after = buffer[end : end + 4].lstrip(b"\"' ")[:1]
        if after not in (b"", b"\n", b"\r", *_SIGNS) and end < len(buffer):
            return None
        low = buffer.rfind(b"\n", max(0, start - _WIDE), start) + 1
        if low == 0 and start > _WIDE:
            return None  # a line too long for one of a table
        columns = _heads(head_of, buffer)
        line = buffer[low:start]
        for sign in _SIGNS:
            place = line.count(sign)
            if place > _CELLS or (place == 0 and after != sign):
                continue
            lines = columns.get((sign, place), ())
            nearest = bisect_left(lines, low) - 1
            if nearest < 0 or low - lines[nearest] > _DEEP:
                continue
            above = buffer[lines[nearest] : low].split(b"\n")[:-1]
            if all(one.count(sign) >= place and len(one) <= _WIDE for one in above):
                return check(buffer, start, end)
        return None

    return column


def _any(_buffer: bytes, start: int, end: int) -> Found:
    return start, end


def _digits(buffer: bytes, start: int, end: int) -> Found:
    return (start, end) if phones.phone_in_context(buffer[start:end]) else None


_BEFORE = r"[,;|\t\n][\"' ]{0,3}"
_AT_HEAD = r"[a-z_ .]{0,10}[\"' ]{0,3}[,;|\t\n]"
_BORN = r"(?:\bdob|_dob|birth_?da(?:te|y)|birth da(?:te|y)|date[ _]of[ _]birth|geburtsdatum|geboortedatum|date[ _]de[ _]naissance|fecha[ _](?:de[ _])?nac|data[ _]di[ _]nascita|data[ _](?:de[ _])?nasc|data[ _]urodzenia|f\xc3\xb8dselsdato|f\xc3\xb6delsedatum)"
_CALLED = bytes_of(r"(?:phone|mobile|telefon|celular|\btel\b|телефон|电话|手机|電話|전화)")
_NUMBERED = bytes_of(
    r"(?:\bssn|_ssn|passport|pesel|\bcpf|\bcurp|\biban|national_?id|licen[cs]e_?n|tax_?id|account_?n|\bmrn\b|_mrn|member_?id|policy_?n|\bdni\b|паспорт|身份证|주민)"
)

ROWS = (
    Row(
        kind="date-of-birth-in-column",
        mark="BIRTH",
        trigger=r"(?i)" + _BORN + _AT_HEAD,
        confirm=_BEFORE + r"(\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2} [A-Za-z]{3,9} \d{4})\b",
        check=under(_BORN, _any),
        confirmed_by="context",
        canon=str.lower,
        needs=DIGIT,
        reach=3600,
        yes=(
            "name,birthdate\nBo,«1990-05-03»\n",
            "| name | dob |\n|---|---|\n| Bo | «1990-05-03» |",
            "id;dob;n\n1;«12.08.1983»;Bo\n2;«03.01.1990»;Cy",
        ),
        no=("dob,joined\nx,2019-05-03\n", "dob,joined,x\n"),
    ),
    Row(
        kind="phone-in-column",
        mark="PHONE",
        trigger=r"(?i)" + _CALLED + _AT_HEAD,
        confirm=_BEFORE + r"(\+?\(?\d[\d ().\-/]{5,18}\d)\b",
        check=under(_CALLED, _digits),
        confirmed_by="context",
        canon=lambda value: "".join(char for char in value if char.isdigit())[-10:],
        needs=DIGIT,
        reach=3600,
        yes=("customer_phone,amount\n«2015579186»,12\n«4155579112»,9\n", "| name | phone |\n|--|--|\n| Bo | «7700 900 123» |"),
        no=("phone,stock\nPixel 8,1234567\n",),
    ),
    Row(
        kind="number-in-column",
        mark="NATIONAL_ID",
        trigger=r"(?i)" + _NUMBERED + _AT_HEAD,
        confirm=_BEFORE + r"([A-Z]{0,4}\d[A-Z0-9-]{4,30})\b",
        check=under(_NUMBERED, number(6, 26)),
        confirmed_by="context",
        canon=bare,
        needs=DIGIT,
        reach=3600,
        yes=("name,passport,city\nBo,«X1234567»,Oslo\nCy,«K7654321»,Bonn\n",),
        no=("passport,stamps\nred,1234567\n",),
    ),
)
