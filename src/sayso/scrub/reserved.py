"""Values that nobody has: ranges and numbers set aside for tests, documentation and fiction, by family.

A family is a numbered pool of values, each told apart from every other; `dress` writes one the way the original was written.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

Core = Callable[[int], str]
Dress = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Family:
    """A pool of reserved values: how many there are, the value at a number, and how it is written in place of an original."""

    name: str
    size: int
    core: Core
    dress: Dress
    source: str


def family(kind: str, value: str) -> Family | None:
    """Return the family that can stand for *value* of *kind*; none where nothing of that kind is set aside.

    >>> family("ipv4", "86.1.1.7").core(0), family("passport", "X1")
    ('198.18.0.1', None)
    """
    if kind.startswith("phone-"):
        return _phones(kind, value)
    return _FAMILIES.get(kind)


def written_plainly(kind: str, value: str) -> tuple[str, str]:
    """Return kind and value of what an address encoded in a URL, or spelled out, stands for; anything else as it is.

    >>> written_plainly("email-spoken", "ana [at] example [dot] org"), written_plainly("email-encoded", "ana%40example.org")
    (('email', 'ana@example.org'), ('email', 'ana@example.org'))
    """
    if kind == "email-encoded":
        return "email", value.replace("%40", "@")
    if kind == "email-spoken":
        said = re.sub(r"[ \[({]+at[ \])}]+", "@", value, count=1, flags=re.IGNORECASE)
        return "email", re.sub(r"[ \[({]+dot[ \])}]+", ".", said, flags=re.IGNORECASE)
    return kind, value


# -- telephones

_AREAS: tuple[int, ...] = (
    201,
    202,
    203,
    206,
    212,
    213,
    214,
    215,
    216,
    224,
    239,
    248,
    267,
    281,
    301,
    302,
    303,
    305,
    310,
    312,
    313,
    314,
    315,
    317,
)
_AREAS += (323, 330, 347, 352, 386, 401, 402, 404, 405, 407, 408, 410, 412, 415, 416, 419, 425, 434, 440, 443, 469, 478, 501, 502)
_COUNTRIES = ("44", "49", "33", "61")


def _phones(kind: str, value: str) -> Family:
    digits = _digits(value)
    if kind == "phone-international":
        number = digits.removeprefix("00") if digits.startswith("00") else digits
        country = next((code for code in _COUNTRIES if number.startswith(code)), "1")
        return _INTERNATIONAL[country]
    if kind == "phone-national":
        return _UK_HOME if len(digits) == 11 else _DE_HOME
    return _US


def _digits(value: str) -> str:
    return "".join(char for char in value if char.isdecimal())


def _us(index: int) -> str:
    return f"{_AREAS[index // 100]}55501{index % 100:02d}"


def _us_dress(value: str, core: str) -> str:
    """Return the ten digits in the places of the original's where it has ten, or eleven with the 1 before them."""
    digits = _digits(value)
    if len(digits) == 10 or (len(digits) == 11 and digits[0] == "1"):
        filled = _filled(value, core.rjust(len(digits), "1"))
        if any(not char.isdecimal() for char in filled.strip()):
            return filled
    return f"{core[:3]}-{core[3:6]}-{core[6:]}"


def _abroad(code: str) -> Dress:
    """Return how a number with its country code is written: with spaces where the original had anything but digits inside."""

    def dress(value: str, core: str) -> str:
        lead = "00" if _digits(value).startswith("00") and not value.lstrip("(").startswith("+") else "+"
        joined = value.lstrip("+").isdecimal()
        number = core.replace(" ", "") if joined else core
        return f"{lead}{code}{'' if joined else ' '}{number}"

    return dress


def _us_abroad(value: str, core: str) -> str:
    return _abroad("1")(value, f"{core[:3]} {core[3:6]} {core[6:]}")


def _filled(value: str, digits: str) -> str:
    given = iter(digits)
    return "".join(next(given) if char.isdecimal() else char for char in value)


_NANP = "North American numbering plan: 555-0100 to 555-0199 are for fiction"
_US = Family("us", len(_AREAS) * 100, _us, _us_dress, _NANP)
_UK_HOME = Family("uk", 1000, lambda i: f"20 7946 0{i:03d}", lambda _, core: f"0{core}", "Ofcom: numbers for drama")
_DE_HOME = Family("de", 1000, lambda i: f"30 23125{i:03d}", lambda _, core: f"0{core}", "Bundesnetzagentur: Drama Numbers")
_INTERNATIONAL = {
    "1": Family("us", _US.size, _us, _us_abroad, _NANP),
    "44": Family("uk", 1000, _UK_HOME.core, _abroad("44"), "Ofcom: numbers for drama"),
    "49": Family("de", 1000, _DE_HOME.core, _abroad("49"), "Bundesnetzagentur: Drama Numbers"),
    "33": Family("fr", 10_000, lambda i: f"1 99 00 {i // 100:02d} {i % 100:02d}", _abroad("33"), "ARCEP: numbers for fiction"),
    "61": Family("au", 10_000, lambda i: f"2 5550 {i:04d}", _abroad("61"), "ACMA: numbers for fiction"),
}

# -- mail, machines

_SAID = (
    "acorn amber anchor arbour aspen autumn basil beacon birch bramble breeze brook cedar cinder clover copper coral "
    "cove dawn delta drift dune ember fennel fern fjord flint garnet glade grove harbour hazel heath heron indigo iris "
    "ivy juniper kelp lagoon larch laurel lichen linden lotus maple marsh meadow mesa mint moss oak olive onyx opal "
    "orchard pebble pine plum poplar quartz reed ridge"
)
_WORDS = _SAID.split()
_DOMAINS = ("example.com", "example.net", "example.org")


def _mail(index: int) -> str:
    rest, domain = divmod(index, len(_DOMAINS))
    number, word = divmod(rest, len(_WORDS))
    return f"{_WORDS[word]}{number + 10}@{_DOMAINS[domain]}"


def _spoken(value: str, core: str) -> str:
    local, _, domain = core.partition("@")
    at, dot = ("[at]", "[dot]") if "[" in value else ("at", "dot")
    return f"{local} {at} {domain.replace('.', f' {dot} ')}"


def _v4(index: int) -> str:
    return f"198.{18 + index // 65024}.{index // 254 % 256}.{index % 254 + 1}"


def _v6(index: int) -> str:
    low = f"{index:012x}"
    return f"2001:2:0:1a2b:3c4d:{':'.join(str(low[at : at + 4]) for at in (0, 4, 8))}"


def _mac_dress(value: str, core: str) -> str:
    joiner = next((char for char in value if not char.isalnum()), "")
    pairs = [core[at : at + 2] for at in range(0, 12, 2)]
    if joiner == "." or not joiner:
        pairs, joiner = [core[at : at + 4] for at in range(0, 12, 4)], joiner or ":"
        pairs = pairs if joiner == "." else [core[at : at + 2] for at in range(0, 12, 2)]
    return joiner.join(pairs).upper() if value.isupper() else joiner.join(pairs)


# -- money, persons

_PUBLISHED = (
    "4242424242424242 4000056655665556 4012888888881881 4111111111111111 5555555555554444 2223003122003222 5200828282828210 "
    "5105105105105100 378282246310005 371449635398431 4000002500003155 4000002760003184 4000000000003220 4000000000000002 "
    "4000000000009995 4000000000009987 4000000000009979 4000000000000069 4000000000000127 4000000000000119"
)
_TEST_CARDS = _PUBLISHED.split()


def _card_dress(value: str, core: str) -> str:
    joiner = next((char for char in value if char in " -"), "")
    groups = [core[:4], core[4:10], core[10:]] if len(core) == 15 else [core[at : at + 4] for at in range(0, 16, 4)]
    return joiner.join(groups)


def _iban(index: int) -> str:
    number = f"00000000{index:010d}"
    return f"DE{98 - int(f'{number}131400') % 97:02d}{number}"


def _iban_dress(value: str, core: str) -> str:
    joiner = next((char for char in value if char in " -"), "")
    return joiner.join(core[at : at + 4] for at in range(0, len(core), 4))


def _ssn(index: int) -> str:
    area, rest = divmod(index, 49 * 9999)
    group, serial = divmod(rest, 9999)
    return f"{900 + area}{group + 1:02d}{serial + 1:04d}"


def _ssn_dress(value: str, core: str) -> str:
    return _filled(value, core) if len(_digits(value)) == 9 else f"{core[:3]}-{core[3:5]}-{core[5:]}"


_SSN = "areas 900 to 999 are no SSN, and with a group below 50 no taxpayer's number"
_NHS = "NHS number 999 is the prefix of test records"


def _nhs(index: int) -> str:
    """Return the number at *index*: 999, 0 or 1, then digits of which the last is the check digit modulo 11.

    Where the check digit would be 10 there is no such number; two digits make room for a next one that has one.
    """
    for last in range(10):
        body = f"9990{index:04d}{last}"
        check = 11 - sum(int(digit) * weight for digit, weight in zip(body, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return f"{body}{check % 11}"
    raise AssertionError("ten digits in a row never all want a check digit of ten")


_MAIL = Family("mail", len(_WORDS) * len(_DOMAINS) * 9990, _mail, lambda _, core: core, "RFC 2606")
_FAMILIES = {
    "email": _MAIL,
    "email-encoded": Family("mail", _MAIL.size, _mail, lambda _, core: core.replace("@", "%40"), "RFC 2606"),
    "email-spoken": Family("mail", _MAIL.size, _mail, _spoken, "RFC 2606"),
    "ipv4": Family("ipv4", 2 * 256 * 254, _v4, lambda _, core: core, "RFC 2544"),
    "ipv6": Family("ipv6", 1 << 48, _v6, lambda _, core: core, "RFC 5180"),
    "mac": Family("mac", 256, lambda i: f"00005e0053{i:02x}", _mac_dress, "RFC 7042"),
    "card": Family("card", len(_TEST_CARDS), lambda i: _TEST_CARDS[i], _card_dress, "test numbers that payment services publish"),
    "iban": Family("iban", 10**10, _iban, _iban_dress, "German bank codes begin with 1 to 8"),
    "us-ssn": Family("ssn", 100 * 49 * 9999, _ssn, _ssn_dress, _SSN),
    "us-ssn-in-context": Family("ssn", 100 * 49 * 9999, _ssn, _ssn_dress, _SSN),
    "uk-nhs": Family("nhs", 10_000, _nhs, lambda value, core: f"{core[:3]} {core[3:6]} {core[6:]}" if " " in value else core, _NHS),
}
