"""Which digits are a telephone number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain, pairwise

import phonenumbers

from sayso.scrub.checks import digits
from sayso.scrub.row import Found

_REGIONS = (
    "US",
    "GB",
    "DE",
    "FR",
    "IT",
    "ES",
    "NL",
    "BE",
    "CH",
    "AT",
    "PL",
    "SE",
    "NO",
    "DK",
    "FI",
    "PT",
    "IE",
    "AU",
    "NZ",
    "IN",
    "JP",
    "BR",
    "ZA",
)


_SOME_NUMBER = re.compile(
    rb"[a-z](?<!phone)(?<!mobile)(?<!tel)(?<!fax)(?<!cell)(?<!contact)(?<!national)"
    rb"(?<!home)(?<!work)[Nn]umber[\"']?[ :=]{1,3}[\"']?\Z|version(?: number)? \(?\Z|(?i:plaintext) ?= ?\Z|-ph/\Z"
)
"""A number of something else, its name written in one word: `ordernumber`."""
_MIXED = re.compile(rb"\d\.\d{3}-|\d-\d{3}\.")
"""Clauses of the law: 252.227-7014."""
_GOES_ON = {True: re.compile(rb"\d\Z"), False: re.compile(rb"\d[.-]\Z|[.+]\Z")}
"""What before a `+`, and before `00`, makes the digits behind it part of another number."""
_DATE = re.compile(
    rb"(?:\d{3,4}([-/])(?:0\d|1[0-2])\1[0-3]\d|\d{1,2}([-/ .])\d{1,2}\2(?:19|20)\d\d|\d\d-(?:19|20)\d\d-\d\d"
    rb"|\d\d \d{1,2}/\d{1,2}/\d\d)(?: \d\d)?\Z"
)
_IN_FRACTION = re.compile(rb"\d[.,]\d{1,3} (?:\d{3} ){0,3}\Z")
"""Before a group of digits that goes on with a fraction, as tables of constants have it: 6.626 070 15."""
_MIXED_SIGNS = re.compile(rb"(?:1 ?)?\d{1,3}\.\d{3} |\d{3}\.\d{3} \d{4}|1\.\d{3} ")
_SECONDS = re.compile(rb"1[67]\d{8}(?:\d{3})?")
"""A time of these years, in seconds or milliseconds since 1970."""
_YEARS = re.compile(rb"1[0-9]\d\d ?- ?(?:1[0-9]|20)\d\d")
_NO_PHONE = re.compile(rb"[1-9]0{5,}|\(?\d{1,3}(?:\.\d{1,3}){3}")
"""Millions, and addresses of machines."""


@lru_cache(16384)
def _phone(text: str, loose: bool) -> bool:
    try:
        number = phonenumbers.parse("+" + text.removeprefix("+").removeprefix("00") if text.startswith(("+", "00")) else text, None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number) or (loose and phonenumbers.is_possible_number(number))


@lru_cache(1024)
def _national(text: str) -> bool:
    number = digits(text.encode()).decode()
    anywhere, plans = _plans()
    return anywhere.fullmatch(number) is not None and any(
        plan.fullmatch(number) and _valid_in(region, text) for region, plan in plans
    )


def _valid_in(region: str, text: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(text, region))
    except phonenumbers.NumberParseException:
        return False


@cache
def _plans() -> tuple[re.Pattern[str], tuple[tuple[str, re.Pattern[str]], ...]]:
    """Return what takes digits that may be valid somewhere, and what takes them for each country.

    A country's digits are those of one of its sorts of numbers, or of a country that shares its code, with or without what is
    dialled before them; or any behind what is dialled to leave it. `phonenumbers` has the last word, and takes far longer.
    """
    plans = [(region, _plan(region)) for region in _REGIONS]
    return re.compile("|".join(plan for _, plan in plans)), tuple((region, re.compile(plan)) for region, plan in plans)


def _plan(region: str) -> str:
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if plan is None or plan.country_code is None:
        return "[0-9]*"
    known = "|".join(dict.fromkeys(chain.from_iterable(map(_sorts, phonenumbers.COUNTRY_CODE_TO_REGION_CODE[plan.country_code]))))
    before = plan.national_prefix_for_parsing
    lead = f"(?:{before})?" if before else ""
    if plan.national_prefix_transform_rule:
        lead = f"(?:{lead}|[0-9]{{1,6}})"  # what is dialled may say the carrier too
    return f"(?:{plan.international_prefix})[0-9]*|{lead}(?:{known})"


_SORTS = (
    *("fixed_line", "mobile", "toll_free", "premium_rate", "shared_cost"),
    *("voip", "personal_number", "pager", "uan", "voicemail"),
)


def _sorts(region: str) -> Iterator[str]:
    """Yield the patterns of a country's sorts of numbers."""
    plan = phonenumbers.PhoneMetadata.metadata_for_region(region)
    for name in _SORTS:
        sort = getattr(plan, name, None)
        if sort and sort.national_number_pattern:
            yield f"(?:{sort.national_number_pattern})"


def phone_international(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a number with its country code, as phonenumbers knows it; groups that do not belong are left out."""
    while True:
        value = buffer[start:end]
        if _GOES_ON[value[:1] == b"+"].search(buffer, max(0, start - 2), start) or _DATE.match(value):
            return None  # a sum, the end of a fraction or of a longer number, a date
        count = len(digits(value))
        if (
            buffer[end : end + 1] in (b"j", b"*")
            or re.match(rb"\.\d", buffer[end : end + 2])
            or re.search(rb"\d\.\d[\d)]* ?/", value)
        ):
            return None  # a complex number, a factor, a fraction
        if _DATE.match(value[1:]):
            return None  # a year with its sign
        if count < 7 or re.fullmatch(rb"\+ ?(?:\d\.\d{1,8}|\d+\.\d{1,3})", value):
            return None  # too short, or a fraction with its sign
        if value.startswith(b"+ ") and re.search(rb"[\d)] \Z", buffer[max(0, start - 2) : start]):
            return None  # a sum
        if count <= 15 and _phone(value.decode("ascii", "ignore"), value[:1] == b"+" and (len(value) > count + 1 or count > 10)):
            return start, end
        cut = max(value.rfind(b" "), value.rfind(b"-"), value.rfind(b"."), value.rfind(b"/"))
        if cut < 6:
            return None
        end = start + len(value[:cut].rstrip(b" -./("))


def phone_national(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a number with a leading zero that is valid in one of the larger countries."""
    value = buffer[start:end]
    if not _lone(buffer, start, end) or re.fullmatch(rb"\d{1,2}([-/ ])\d{1,2}\1(?:19|20)?\d\d|\d{3}-\d{2}-\d{4}", value):
        return None  # a date, a US social security number
    if b"  " in value or _IN_FRACTION.search(buffer, max(0, start - 16), start):
        return None  # columns of numbers, the groups of a fraction
    if _of_time(buffer, start, end) or _in_bytes(buffer, start, end):
        return None
    if re.fullmatch(rb"\d{5}-\d{4}", value) and re.search(rb"\b[A-Z]{2}[\s#*/]{1,8}$", buffer[max(0, start - 12) : start]):
        return None  # a US postcode behind its state
    if re.fullmatch(rb"0?\d{2,3}(?: \d{3})+", value) and re.search(rb"(?:^|\D)\d{1,3} \Z", buffer[max(0, start - 6) : start]):
        return None  # thousands: 1 073 741 824
    if re.fullmatch(rb"0\d{3}-(?:19|20)\d\d", value):
        return None  # a standard and its year
    number = digits(value)
    if not number.strip(b"01") or value.endswith(b" 00 00 00"):
        return None  # bits, bytes
    return (start, end) if _national(value.decode()) else None


def _of_time(buffer: bytes, start: int, end: int) -> bool:
    """Return whether these are a date, the seconds of a time, a range of digits in a pattern, or the number of a journal."""
    value, before = buffer[start:end], buffer[max(0, start - 6) : start]
    return bool(
        _DATE.match(value)
        or (before[-1:] == b":" and before[-2:-1].isdigit())
        or re.match(rb":\d\d", buffer[end : end + 3])
        or (b" " not in value and (before[-1:] == b"[" or buffer[end : end + 1] == b"]"))
        or before.endswith((b"ISSN ", b"ISSN: ", b"ISSN:"))
    )


def _in_bytes(buffer: bytes, start: int, end: int) -> bool:
    """Return whether pairs stand in a longer row of hexadecimal pairs, or of groups of digits."""
    before, after = buffer[max(0, start - 6) : start], buffer[end : end + 6]
    pairs = re.fullmatch(rb"(?:\d\d )+\d\d", buffer[start:end])
    return bool(
        re.search(rb"(?:^|\D)\d\d \Z", before)
        or (
            pairs
            and (
                re.search(rb"(?:^|\s)(?:[0-9A-Fa-f]{2} ){2}\Z", before)
                or re.match(rb" (?:[0-9][0-9A-Fa-f]|[A-F][0-9]|[0-9A-Fa-f]{2} [0-9A-Fa-f]{2})\b", after)
            )
        )
    )


def phone_after_its_label(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of digits after a word such as `mobile` that may be a telephone number; a colour is none."""
    value = buffer[start:end]
    colour = len(value) in (6, 8) and value.isdigit() and re.search(rb"[:=(,] ?[\"']?#\Z", buffer[max(0, start - 4) : start])
    named = _SOME_NUMBER.search(buffer, max(0, start - 40), start)
    when = _DATE.match(value) or _YEARS.fullmatch(value) or _SECONDS.fullmatch(value) or buffer[end : end + 1] in (b"%", b"_", b"@")
    return (start, end) if not colour and not named and not when and phone_in_context(value) else None


def phone_in_context(value: bytes) -> bool:
    """Return whether there are as many digits as a telephone has (ITU-T E.164: at most 15), which vary and are no million."""
    number = digits(value)
    return 7 <= len(number) <= 15 and len(set(number)) > 1 and not _NO_PHONE.fullmatch(value)


def phone_before_its_label(value: bytes) -> bool:
    """Return whether this may be a telephone number with `office` or `fax` behind it; two years or whole thousands are none."""
    return phone_in_context(value) and not re.fullmatch(rb"(?:19|20)\d\d ?- ?(?:19|20)\d\d|\d{1,3}(?: \d{3})+", value)


def short(value: bytes) -> bool:
    """Return whether there are five or six digits, as telephones of small places have."""
    return len(digits(value)) in (5, 6) and len(set(digits(value))) > 1


def spelled(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of digits said one by one, unless somebody counts."""
    said = re.findall(rb"\d|[a-z]+", buffer[start:end].lower())
    steps = [_SAID.get(word, -1) for word in said if word != b"double"]
    counted = sum(later == now + 1 for now, later in pairwise(steps))
    return (start, end) if counted < len(steps) - 3 and len(set(steps)) > 2 else None


_SAID = {word: n for n, word in enumerate(b"zero one two three four five six seven eight nine".split())} | {
    b"oh": 0,
    **{b"%d" % n: n for n in range(10)},
}


def _lone(buffer: bytes, start: int, end: int) -> bool:
    """Return whether no further digit group hangs on either side by a dot or dash."""
    before, after = buffer[max(0, start - 2) : start], buffer[end : end + 2]
    hangs_before = (before[-1:] in (b"-", b".", b"/", b"_") and before[:1].isalnum()) or before[-1:].isalnum()
    hangs_after = (after[:1] in (b"-", b".", b"/", b"_") and after[1:].isdigit()) or after[:1].isalnum()
    return not hangs_before and not hangs_after


def phone_us(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a ten-digit North American number; loosely written ones must fit the numbering plan."""
    value = buffer[start:end]
    number = digits(value)[-10:]
    if _MIXED_SIGNS.match(value) or _IN_FRACTION.search(buffer, max(0, start - 16), start):
        return None
    if not _lone(buffer, start, end) or number == b"0" * 10 or _MIXED.search(value):
        return None
    planned = number[0] in b"23456789" and number[3] in b"23456789"
    return (start, end) if planned or b"(" in value or (b"-" in value and number[0] not in b"01") else None
