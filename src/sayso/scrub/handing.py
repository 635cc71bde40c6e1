"""Whether what is handed to a call, a command, a column or a person is a secret: no label stands right before it."""

from __future__ import annotations

import re
from functools import lru_cache

from sayso.scrub import codelike, judges, secrecy
from sayso.scrub.providers import SHAPED
from sayso.scrub.row import Found

_NO_PASSWORD = re.compile(
    rb"[a-z]{2,8}[-_]?\d{1,4}|[A-Z]+[-_]?\d+|[A-Za-z]+\d|v?\d+(?:[.:/-]\d+)*[a-zA-Z]{0,4}|\d+(?:st|nd|rd|th)|[\w.+-]+@[\w-]+\.[\w.]+"
    rb"|[\w-]+(?:\.[\w-]+)*\.(?:[a-z]{2,5}|py\d?|mp[34])(?::\d+)?|.*://.*|[~.]{0,2}/.*|[0-9a-f]{2}(?::[0-9a-f]{2})+"
    rb"|(?:[A-Za-z]+[-_.:/ ]){2,}[A-Za-z]*\d{0,3}|[A-Za-z]{2,}-[A-Za-z]{2,}-?\d{1,2}"
    rb"|(?i:sha|md|aes|rsa|utf|iso|rfc|base|http|es|hs|rs)-?\d.*"
)
_MAIL = re.compile(rb"[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,10}")
_INNER = re.compile(rb"[A-Za-z]\d+[A-Za-z]|\d[A-Za-z]+\d")
_SIGNS = re.compile(rb"[!$#%&?+~^*@=]")
_LITERAL = re.compile(rb"(?<!\w)[bBnNuU]?(?:\"([^\"\\\n]{4,200})\"|'([^'\\\n]{4,200})'|`([^`\\\n]{4,200})`)")
_BETWEEN = (b"value", b"content", b"string", b"default", b"type", b"fill", b"send_keys", b"sendkeys", b"setvalue", b"set_value")
_IN_NAME = b"abcdefghijklmnopqrstuvwxyz0123456789_.:-"
_BESIDE_NAME = bytes(c for c in range(256) if chr(c) not in _IN_NAME.decode())
_KEYED = re.compile(rb"(?i)(?:jwt\W|hmac|cipher|fernet|keyspec|wallet|from_?key|\bAES|client|twilio|oauth|telebot|bot\.run)")
_HEX = re.compile(rb"(?:0x)?[0-9a-fA-F]+")


@lru_cache(256)
def passwordlike(value: bytes) -> bool:
    """Return whether a value alone is made as passwords and keys are: digits within letters, or signs or cases beside them.

    >>> [passwordlike(value) for value in (b"Kj8xPq2m", b"user42", b"db-2.example.org", b"v1.2.3", b"milan-Lampe-69")]
    [True, False, False, False, True]
    """
    if not 6 <= len(value) <= 512 or not secrecy.has_digit_and_letter(value) or secrecy.placeholder(value):
        return False
    if b"://" in value or (b"@" in value and _MAIL.fullmatch(value)):
        return False
    signs = _SIGNS.search(value)
    if b"%" in value and codelike.FORMATTED.search(value):
        return False
    if not signs and _NO_PASSWORD.fullmatch(value) and secrecy.classes(value) < 4:
        return False
    if not secrecy.secret_value(value, quoted=True):
        return False
    cased = value.lower() != value and value.upper() != value
    return bool(signs or cased or (len(value) >= 8 and _INNER.search(value)))


def drawn(value: bytes) -> bool:
    """Return whether a value looks drawn and is long enough for a key."""
    return len(value) >= 16 and secrecy.random_looking(value) and secrecy.has_digit_and_letter(value)


def argument(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of the literal among a call's arguments that is made as a password; the first of several may be the user.

    A call that takes a key (`createHmac`, `jwt.sign`) may have it in hexadecimal; any other call's hexadecimal may be a digest.
    """
    name = buffer[max(0, start - 40) : start]
    keyed = _KEYED.search(name)
    alone = re.search(rb"(?i)fernet|wallet|from_?key|AES\.new|telebot|bot\.run|hmac\.new", name)
    for literal in _LITERAL.finditer(buffer, start, end):
        group = literal.lastindex or 0
        value = literal[group]
        first = not buffer[start : literal.start()].strip()
        if first and not alone and b"," in buffer[start : literal.start()]:
            first = False
        if first and not alone:
            continue
        fits = drawn(value) if alone else passwordlike(value) or (keyed and drawn(value))
        if fits and not (_HEX.fullmatch(value) and not keyed and not alone) and b" " not in value:
            return literal.start(group), literal.end(group)
    return None


def _named_before(lead: bytes) -> bytes:
    """Return the name that stands before a value, with no more than `value=`, `</key><string>` or `{ default =` between them."""
    for _ in range(2):
        lead = lead.rstrip(_BESIDE_NAME + b"_.:-")
        for word in _BETWEEN:
            if lead.endswith(word):
                lead = lead[: -len(word)]
                lead = lead[: lead.rfind(b"{")] if word == b"default" and b"{" in lead else lead
                break
        else:
            break
    lead = lead.rstrip(_BESIDE_NAME)
    if lead.endswith((b"key", b"name")) and lead[:-4].rstrip(b"k").endswith(b"/"):  # `<key>apiToken</key>`
        lead = lead[: lead.rfind(b"<")]
    return lead[len(lead.rstrip(_IN_NAME)) :]


def by_name(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a value that stands beside the name of a secret, each in quotes or an element of its own."""
    value = buffer[start:end]
    label = _named_before(buffer[max(0, start - 200) : start].lower())
    if judges.no_secret(label) or codelike.named(buffer, start, end, label) or judges.is_file(value):
        return None
    if re.search(rb"pass|pwd|pw$", label):
        held = secrecy.secret_value(value, quoted=True) and secrecy.classes(value) > 1 and not value.startswith(b"--")
        return (start, end) if held and not re.fullmatch(rb"[A-Za-z_-]+\d?", value) else None
    return (start, end) if passwordlike(value) and len(value) >= 8 else None


def spoken(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a password that a sentence tells in other words, or in another language: letters and digits."""
    value = buffer[start:end].rstrip(b".,;:!?)\"'`*\xe3\x80\x82")
    clean = value.partition(b"\xe3\x81\xa7")[0].partition(b"\xec")[0] if value[-1:] > b"\x7f" else value
    if len(clean) < 6 or not secrecy.has_digit_and_letter(clean) or not secrecy.secret_value(clean, quoted=True):
        return None
    odd = re.fullmatch(
        rb"(?i)\d+(?:[.,:/x-]\d+)*[a-z\xc2\xb0-\xff]{0,9}|[a-z]{1,3}\d+|v?\d+(?:\.\d+)+\S*|[\w.+-]+@[\w-]+\.[\w.]+|\S*://\S*|[\w./-]+/[\w-]+\.[a-z]{2,4}|\S*%(?:%|0A)\S*|(?-i:[A-Z]{3,8}(?:v|#)\d{1,2})"
        rb"|(?:user|host|node|server|port|section|chapter|level|version|windows|web|test|item|page|step|line|row|day|week)[-_]?\d+",
        clean,
    )
    if odd or re.match(rb"(?:is|was|to|ist|est|es|lautet)[^.]", clean):
        return None  # two texts read as one: the blank between them was no part of either
    return start, start + len(clean)


def asked(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of what stands where a password may stand or a word: it is made as a password."""
    value = buffer[start:end].rstrip(b".,;:)\"'`*")
    return (start, start + len(value)) if passwordlike(value) else None


def cell(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of the value below the heading `password` in the first row of a table, or that `insert into` has for it."""
    if start and buffer[start - 1 : start] != b"\n":
        return None  # no heading begins within a line
    head, _, rest = buffer[start:end].partition(b"\n")
    at = start + len(head) + 1
    if re.match(rb"[|: \t+-]+\n", rest):
        ruled, _, rest = rest.partition(b"\n")
        at += len(ruled) + 1
    row = rest.partition(b"\n")[0]
    for sign in (b"|", b"\t", b";", b","):
        if sign in head:
            return _below(head, row, sign, at, end)
    return None


def inserted(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of the value that `insert into t (..., password) values (...)` has for it."""
    match = re.match(rb"(?is)([^()]*)\)\s*values\s*\(\s*([^()]*)", buffer[start:end])
    return _below(match[1], match[2], b",", start + match.start(2), end) if match else None


_HEADING = re.compile(
    rb"(?i)(?:[a-z]+[ _])?(?:password|passwort|passwd|pass|pwd|pw|secret|token|api[ _]?key|key|contrase\xc3\xb1a|mot de passe)"
)


_PLAIN = re.compile(rb"[ \"'`*]*[\w .()/\x80-\xff-]{0,32}[ \t\r\"'`*]*")


def _below(head: bytes, row: bytes, sign: bytes, at: int, most: int) -> Found:
    """Return the place of the cell below a secret's heading, where both lines have as many cells."""
    heads, cells = head.split(sign), row.split(sign)
    if len(heads) != len(cells) or len(heads) < 2 or not all(_PLAIN.fullmatch(one) for one in heads):
        return None
    for heading, one in zip(heads, cells, strict=True):
        value = one.strip(b" \t\r\"'`*")
        if _HEADING.fullmatch(heading.strip(b" \t\r\"'`*")) and passwordlike(value) and not re.search(rb"[\s\"':(]", value):
            first = at + one.find(value)
            return (first, first + len(value)) if first + len(value) <= most else None
        at += len(one) + len(sign)
    return None


_SHAPES = (
    *((one.prefix.encode(), re.compile(one.pattern.encode())) for one in SHAPED),
    *((f"gh{kind}_".encode(), re.compile(rb"gh[pousr]_[A-Za-z0-9]{36}")) for kind in "pousr"),
    (b"github_pat_", re.compile(rb"github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}")),
    (b"sk-ant-", re.compile(rb"sk-ant-[a-z0-9]{2,12}-[\w-]{80,110}")),
    (b"xox", re.compile(rb"xox[bp]-\d{10,13}-\d{10,13}(?:-\d{10,13})?-[A-Za-z0-9]{24,32}")),
)
_BY_HEAD: dict[bytes, list[tuple[bytes, re.Pattern[bytes]]]] = {}
for _prefix, _shape in _SHAPES:
    _BY_HEAD.setdefault(_prefix[:3], []).append((_prefix, _shape))
_CUT = re.compile(rb"[\"'`\\]*[ \t]*[+.]?[ \t]*\r?\n[ \t>|+\"'`]*|[\"'`][ \t]*[+.][ \t]*[\"'`]")


def cut_token(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of an issuer's token that a line's end or the sign of a sum cuts: both together have the very shape."""
    pieces = _CUT.split(buffer[start:end])
    if len(pieces) != 2 or not all(pieces):
        return None
    whole = b"".join(pieces)
    for prefix, shape in _BY_HEAD.get(whole[:3], ()):
        if whole.startswith(prefix) and (match := shape.match(whole)):
            over = match.end() - len(pieces[0])
            if over < 6 or (shape.fullmatch(pieces[0]) and not _odd(pieces[1])):
                continue
            return start, end - len(pieces[1]) + over
    return None


def _odd(piece: bytes) -> bool:
    """Return whether the second piece is no word of what goes on below."""
    return len(piece) >= 8 and secrecy.has_digit_and_letter(piece) and not secrecy.wordlike(piece)
