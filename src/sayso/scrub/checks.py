"""What numbers must satisfy: check digits, lengths, ranges. Each answers for bytes or for a place in the buffer."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import date
from functools import lru_cache
from importlib import import_module

from sayso.scrub.row import Found, sees, whole

_NO_DIGITS = bytes(c for c in range(256) if not 48 <= c <= 57)
_DOUBLED = bytes.maketrans(b"0123456789", b"0246813579")
_PAIRS = """
AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18
FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20
LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31
SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
"""
_IBAN_LENGTHS = {pair[:2].encode(): int(pair[2:]) for pair in _PAIRS.split()}


def digits(value: bytes) -> bytes:
    """Return only the ASCII digits.

    >>> digits(b"4111-1111")
    b'41111111'
    """
    return value.translate(None, _NO_DIGITS)


@lru_cache(256)
def luhn(number: bytes) -> bool:
    """Return whether ASCII digits end in their Luhn check digit, and are not all the same.

    >>> luhn(b"4111111111111111"), luhn(b"4111111111111112")
    (True, False)
    """
    total = sum(number[::-1][::2]) + sum(number[-2::-2].translate(_DOUBLED)) - 48 * len(number)
    return total % 10 == 0 and number.count(number[:1]) != len(number)


@lru_cache(10_000)  # as many as four digits can say
def _issuer_lengths(number: bytes) -> tuple[int, ...]:
    """Return the lengths a card number with these first digits may have (ISO/IEC 7812 issuer ranges)."""
    two, three, four = int(number[:2]), int(number[:3]), int(number[:4])
    if number[:1] == b"4":
        return (16, 13, 19)
    if 51 <= two <= 55 or 2221 <= four <= 2720 or 2200 <= four <= 2204 or four == 9792:
        return (16,)
    if two in (34, 37) or four in (1800, 2131):
        return (15,)
    if two in (36, 38, 39) or 300 <= three <= 305:
        return (14, 16, 19)
    if two in (35, 60, 62, 64, 65, 81):
        return (16, 19, 17, 18, 12) if two != 35 else (16,)
    return (16, 12, 13, 14, 15, 17, 18, 19) if two in (50, 56, 57, 58, 61, 63, 66, 67, 68, 69) else ()


_CARD_WORDS = re.compile(
    rb"(?i)card|credit|debit|visa|master|amex|american express|maestro|diners|jcb|\bcc\b|\bpan\b|karte|carte|tarjeta"
)

_ONE_BY_ONE = re.compile(rb"(?:\d[ -]){8}")


_BARE = (b"2", b"4", b"5", b"6011", b"65")
"""Sixteen digits that need no word beside them: Mastercard, Visa, Discover. Of such numbers at random one in thirty-six passes."""


@sees(96)
def card(buffer: bytes, start: int, end: int) -> Found:
    """Return a payment card number's place: issuer range, its lengths and Luhn; unusual lengths need a word such as `card`."""
    number = digits(buffer[start:end])
    lengths = _issuer_lengths(number[:4])
    if not lengths:
        return None
    if re.search(rb"(?i)text\d* ?= ?\Z", buffer[max(0, start - 12) : start]):
        return None  # a vector of a cipher's test
    grouped = end - start > len(number)
    if grouped and _ONE_BY_ONE.match(buffer, start, start + 16) and not _CARD_WORDS.search(buffer, max(0, start - 80), start):
        return None  # a row of single digits
    if not grouped and buffer[max(0, start - 2) : start].rstrip(b"0123456789").endswith((b".", b",")):
        return None  # the tail of a decimal fraction
    if buffer[start - 1 : start] == b"." and buffer[start - 2 : start - 1].isdigit() and start > 1:
        return None  # the same, in a sum
    for length in lengths:
        if len(number) < length:
            continue
        if len(number) > length and not grouped:
            continue
        usual = (length == 16 and number.startswith(_BARE)) or (length == 15 and number[:2] in (b"34", b"37"))
        if not luhn(number[:length]) or not (usual or grouped or _CARD_WORDS.search(buffer, max(0, start - 80), start)):
            continue
        stop = end if len(number) == length else _after(buffer, start, length) if grouped else start + length
        if stop >= end or not 48 <= buffer[stop] <= 57:
            return start, stop
    return None


_COUNTED = {count: re.compile(rb"(?:[^0-9]{0,64}[0-9]){%d}" % count) for count in range(12, 20)}


def _after(buffer: bytes, start: int, count: int) -> int:
    """Return the place behind so many digits."""
    match = _COUNTED[count].match(buffer, start)
    return match.end() if match else len(buffer)


def iban(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of an IBAN: country, its length, ISO 7064 mod 97; what follows it is left out."""
    length = _IBAN_LENGTHS.get(buffer[start : start + 2].upper())
    if length is None:
        return None
    value = buffer[start:end].translate(None, b" -")[:length]
    if len(value) < length or not _mod_97(value):
        return None
    stop = start + length
    while (left := length - len(buffer[start:stop].translate(None, b" -"))) > 0:
        stop += left
    return None if buffer[stop : stop + 1].isalnum() else (start, stop)


@lru_cache(256)
def _mod_97(value: bytes) -> bool:
    """Return whether ISO 7064 mod 97-10 agrees, letters counted as 10 to 35 (ISO 13616)."""
    turned = (value[4:] + value[:4]).decode().upper()
    return int("".join(str(int(char, 36)) for char in turned)) % 97 == 1


def ssn(value: bytes) -> bool:
    """Return whether nine digits may be a US social security number (area not 000 or 666, group and serial not zero)."""
    number = digits(value)
    return len(number) == 9 and number[:3] not in (b"000", b"666") and number[3:5] != b"00" and number[5:] != b"0000"


@lru_cache(1024)
def _module(name: str) -> Callable[[str], bool]:
    valid: Callable[[str], bool] = import_module(f"stdnum.{name}").is_valid
    return chinese if name == "cn.ric" else valid


def apart(test: Callable[[bytes], bool]) -> Callable[[bytes, int, int], Found]:
    """Return a check that takes what passes the test, unless it is the end of a fraction."""

    @sees(2)
    def check(buffer: bytes, start: int, end: int) -> Found:
        fraction = start > 1 and buffer[start - 1 : start] == b"." and buffer[start - 2 : start - 1].isdigit()
        return None if fraction or not test(buffer[start:end]) else (start, end)

    return check


def standard(*names: str) -> Callable[[bytes], bool]:
    """Return a test that one of these python-stdnum modules takes the value.

    >>> standard("gb.nhs")(b"943 476 5919")
    True
    """

    @lru_cache(256)  # what is refused is met again when the text is searched again
    def test(value: bytes) -> bool:
        text = value.decode("ascii", "ignore").replace(".", "")
        return any(_module(name)(text) for name in names)

    return test


def chinese(text: str) -> bool:
    """Return what `stdnum.cn.ric` says of 18 characters; whether a place was, in a year, is looked up once, as that takes long.

    >>> chinese("360426199101010071"), chinese("360426199101010072")
    (True, False)
    """
    text = text.upper()
    if len(text) != 18 or not text[:-1].isdigit() or text[-1] not in "0123456789X":
        return False
    if (1 - 2 * int(text[:-1], 13)) % 11 != (10 if text[-1] == "X" else int(text[-1])):
        return False
    try:
        date(int(text[6:10]), int(text[10:12]), int(text[12:14]))
    except ValueError:
        return False
    return _chinese_place(text[:10])


@lru_cache(8192)
def _chinese_place(place_and_year: str) -> bool:
    ric = import_module("stdnum.cn.ric")
    try:
        return bool(ric.get_birth_place(f"{place_and_year}01010000"))
    except ric.InvalidComponent:
        return False
    except KeyError:  # the list knows the province and not the county: all else agreed, so it is hidden
        return True


_BASE58 = {c: n for n, c in enumerate(b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz")}
_BECH32 = {c: n for n, c in enumerate(b"qpzry9x8gf2tvdw0s3jn54khce6mua7l")}


def base58check(value: bytes) -> bool:
    """Return whether the last four bytes are the double SHA-256 of the rest (Bitcoin base58check)."""
    number = 0
    for char in value:
        if char not in _BASE58:
            return False
        number = number * 58 + _BASE58[char]
    raw = b"\0" * (len(value) - len(value.lstrip(b"1"))) + number.to_bytes((number.bit_length() + 7) // 8, "big")
    return len(raw) > 8 and hashlib.sha256(hashlib.sha256(raw[:-4]).digest()).digest()[:4] == raw[-4:]


def bech32(value: bytes) -> bool:
    """Return whether a Bitcoin segwit address has its checksum (BIP 173, BIP 350)."""
    prefix, _, data = value.lower().rpartition(b"1")
    if not prefix or any(char not in _BECH32 for char in data):
        return False
    values = [c >> 5 for c in prefix] + [0] + [c & 31 for c in prefix] + [_BECH32[c] for c in data]
    check = 1
    for item in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ item
        for n, generator in enumerate((0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)):
            check ^= generator if top >> n & 1 else 0
    return check in (1, 0x2BC830A3)


_ROW_BEFORE = re.compile(rb"(?:[\dA]|nan).?[\])\s]*,[\s+>*#]*\Z")
_ROW_AFTER = re.compile(rb"\s*,[\s+>*#]*[-\[(]*(?:\d|NA)")
_WHERE = re.compile(
    rb"(?i)\blat|l[au]tl|latitude|l(?:on|ng)\b|longitude|coord|locat|gps|geo|map|place|positi|point|marker|center|centre|city|address|home|route"
)


def geo_pair(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a latitude and longitude.

    Not a pair out of a longer row of numbers, one in the open sea at zero, or one in brackets where no word such as `center` tells.
    """
    if _ROW_BEFORE.search(buffer, max(0, start - 80), start) or _ROW_AFTER.match(buffer, end, end + 80):
        return None
    if re.match(rb"[+-]\d", buffer[end : end + 2]):
        return None  # complex numbers
    if buffer[max(0, start - 4) : start].rstrip(b" ").endswith((b"(", b"[")) and not _WHERE.search(
        buffer, max(0, start - 80), start
    ):
        return None
    latitude, longitude = (float(part) for part in re.findall(rb"-?\d+\.\d+", buffer[start:end]))
    at_zero = abs(latitude) < 2.5 and abs(longitude) < 2.5  # nobody lives there, and small numbers in code are no place
    return (start, end) if abs(latitude) <= 90 and abs(longitude) <= 180 and not at_zero else None


_VIN = {char: int(value) for char, value in zip("ABCDEFGHJKLMNPRSTUVWXYZ", "12345678123457923456789", strict=True)}


def vin(value: bytes) -> bool:
    """Return whether 17 characters carry the check digit of a vehicle identification number (49 CFR 565)."""
    text = value.decode().upper()
    weights = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
    total = sum(weight * (int(char) if char.isdigit() else _VIN[char]) for weight, char in zip(weights, text, strict=True))
    return "0123456789X"[total % 11] == text[8] and any(char.isalpha() for char in text) and len(set(text)) > 5


def has_digit(value: bytes) -> bool:
    """Return whether at least one ASCII digit is there."""
    return any(48 <= c <= 57 for c in value)


holds_digit = whole(has_digit)
