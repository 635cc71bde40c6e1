"""Whether a value that stands where a secret would stand is one: placeholders, code and plain words are not."""

from __future__ import annotations

import base64
import binascii
import math
import re
from functools import lru_cache

from sayso.scrub.row import Found

_PLACEHOLDERS = frozenset(
    b"password passwd pass pwd anonymous@ secret token key apikey api_key api-key changeme change_me changeit example none "
    b"null nil true false undefined "
    b"string test testing tests user username admin root guest default foo bar baz foobar dummy fake sample "
    b"redacted masked hidden value todo tbd "
    b"mypassword mysecret mytoken mykey postgres mysql empty required optional basic bearer digest "
    b"oauth oauth2 passwort incomplete public private getenv getpass getpassword "
    b"your_password yourpassword secretkey str int bytes object any boolean number auto self this env file stdin prompt "
    b"include omit same-origin".split()
)
_PLACEHOLDER = re.compile(
    rb"(?i)^(?:[<\[{(%&].*|@(?:[a-z_.$({\[\"'-]*$|\{|[a-z]\w*[.(])|#(?:[a-z_#-]*$|[{(\[]|[0-9a-f]{3,8}$)|[*!]+[a-z_-]*$|\$(?!\w{1,2}\$).*|"
    rb"(?:0?123456?|012345)\w*$|(?:asdf|qwerty?)\w{0,4}$|(?:token|pwd|apikey)[\dx]{1,2}$|abcdef\w{0,20}$|"
    rb"(?:wrong|invalid|incorrect)[-_ ]?\w*$|.*[>\]})]$|.*\$\{|.*\{\{|.*\.\.\.|.*\xe2\x80\xa6|tests?\d{1,3}$|"
    rb"my[-_]?(?:secret|key|token|api_?key)[a-z]?\d?$|secret\d$|(.)\1*$|x{3,}|.*x{5,}|\*{3,}|your[-_ ]?|"
    rb"my[-_/](?:secret|password|token|api|key)"
    rb"|insert|enter|replace|todo|change[-_]?me|example|dummy|fake|sample|placeholder|redacted|.*[-_.]?(?:here|"
    rb"example|placeholder|redacted)$"
    rb"|process\.env|os\.|env[\[(.]|settings\.|config\.|self\.|this\.|req\.|request\.|none$|secrets?\.|vault[:.]|"
    rb"https?://|file:|~?\.{0,2}/|0x[0-9a-f]{1,8}$)"
)
_CODE = re.compile(
    rb"(?:[A-Za-z_$][\w$]*(?:\.|->|::)[A-Za-z_$][\w$.]*[(\[]?.*|[A-Za-z_$][\w$]*[(\[].*|[a-z]+(?:[A-Z][a-z]+)+|"
    rb"[A-Z][a-z]+(?:[A-Z][a-z]+)+|[a-z]{2,}[A-Z]{2,5}|[A-Z]+(?:_[A-Z]+)+|[._]{0,2}[a-z]+(?:[_.-]{1,2}[a-z]+)+)[;,]?$"
)
_PAIRS = """
th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se ha as ou io le ve co me de hi ri ro ic ne ea
ra ce li ch ll be ma si om ur ss pa sw wo rd ke ey to ok us na am ad mi ai la ot ta tr di el ns ac ct un et ut lo ec so
no ge ho po pe em ag ig ir ol ul im id ca op il ow ck oo up ap ly ty ry ay ee ds rs ts fo fi if wi wh we pl pr ie ni mo
ia sh ca qu do da do
"""
_COMMON = frozenset(_PAIRS.split())
_FIELD = re.compile(rb"&\w{1,40}=|&quot|&#34|%2[26]|%3B")
_LISTED = re.compile(rb"&\w{1,40}\Z")
MARK = re.compile(rb"\[[A-Z][A-Z_]*_\d+\]")


@lru_cache(256)
def entropy(value: bytes) -> float:
    """Return the Shannon entropy in bits per byte.

    >>> entropy(b"aabb")
    1.0
    """
    size = len(value)
    shares = [value.count(char) / size for char in set(value)]
    return -sum(share * math.log2(share) for share in shares) if size else 0.0


def varied(value: bytes, bits: float) -> bool:
    """Return whether the entropy is at least so many bits; where its length and number of different bytes say so, none is summed.

    >>> varied(b"aabb", 1), varied(b"aabb", 1.1)
    (True, False)
    """
    return _least_entropy(len(value), len(set(value))) > bits + 1e-9 or entropy(value) >= bits


@lru_cache(4096)
def _least_entropy(size: int, different: int) -> float:
    """Return the entropy where all bytes but one stand once: no other way to spread so many over this size has less."""
    if different < 2:
        return 0.0
    rest = (size - different + 1) / size
    return (different - 1) / size * math.log2(size) - rest * math.log2(rest)


@lru_cache(256)
def wordlike(value: bytes) -> bool:
    """Return whether the letters read like words: most of their pairs are common English pairs.

    >>> wordlike(b"certificate"), wordlike(b"jhzprfldujgiz")
    (True, False)
    """
    text = value.decode("latin-1").lower()
    pairs = [text[n : n + 2] for n in range(len(text) - 1) if text[n : n + 2].isalpha()]
    return not pairs or sum(pair in _COMMON for pair in pairs) / len(pairs) >= 0.45


@lru_cache(256)
def placeholder(value: bytes) -> bool:
    """Return whether the value says that a secret goes here, instead of being one; a mark of ours says so too."""
    low = value.lower().strip(b" \t\r\n.,;")
    return low in _PLACEHOLDERS or bool(_PLACEHOLDER.match(low)) or bool(MARK.search(value)) or len(set(low)) <= 2


_ALNUM = b"0123456789", b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_OTHERS = (*(bytes(c for c in range(256) if c not in group) for group in _ALNUM), b"".join(_ALNUM))
_LETTERS = _ALNUM[1] + _ALNUM[2]


def classes(value: bytes) -> int:
    """Return how many of digits, small letters, capitals and signs occur."""
    return sum(1 for others in _OTHERS if value.translate(None, others))


def random_looking(value: bytes) -> bool:
    """Return whether a value of eight or more bytes looks drawn, not written."""
    if len(value) < 8 or placeholder(value) or _CODE.match(value):
        return False
    return varied(value, 2.5) and (has_digit_and_letter(value) or not wordlike(value))


def has_digit_and_letter(value: bytes) -> bool:
    """Return whether both a digit and a letter occur."""
    return bool(value.translate(None, _OTHERS[0])) and len(value.translate(None, _LETTERS)) < len(value)


@lru_cache(256)
def secret_value(value: bytes, *, quoted: bool) -> bool:
    """Return whether a value assigned to something called a password, key or token is worth masking.

    >>> secret_value(b"hK8$2mQ1", quoted=True), secret_value(b"your-api-key-here", quoted=True)
    (True, False)
    """
    if len(value) < 4 or placeholder(value):
        return False
    if _CODE.match(value) and not (re.search(rb"\d", value) and quoted):
        parts = re.split(rb"[_.\-]", value)
        plain = all(re.fullmatch(rb"[A-Za-z]*", part) for part in parts)
        return plain and (
            (len(value) >= 16 and not wordlike(value))
            or any(len(part) >= 6 and part.islower() and not wordlike(part) for part in parts)
        )
    kinds = classes(value)
    if re.fullmatch(rb"[\d.,:+-]+", value):
        return quoted and len(value) >= 6 and value.isdigit()
    if kinds >= 3 or has_digit_and_letter(value):
        return len(value) >= 6
    if re.fullmatch(rb"[A-Za-z]+", value):
        return len(value) >= 6 and not wordlike(value)
    return len(value) >= 8 and (quoted or entropy(value) > 2.5) and not (b" " in value and wordlike(value))


def looks_secret(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of an assigned value that is worth masking, without the signs of the sentence around it."""
    quoted = buffer[start - 1 : start] in (b'"', b"'", b"`") and start > 0
    if not quoted:
        while end > start and buffer[end - 1] in b".,;:?)\\":
            end -= 1
    more = buffer.find(b"&", start, end) >= 0 or buffer.find(b"%", start, end) >= 0
    query = _FIELD.search(buffer, start, end) if more else None  # the next of a form or query
    query = query or (_LISTED.search(buffer, start, end) if buffer[end : end + 1] == b"[" else None)
    end = query.start() if query else end
    return (start, end) if secret_value(buffer[start:end], quoted=quoted) else None


def not_placeholder(value: bytes) -> bool:
    """Return whether at least three bytes stand there that do not say "your password here"."""
    return len(value) >= 3 and not placeholder(value)


def basic_credentials(value: bytes) -> bool:
    """Return whether base64 holds `user:password`, as HTTP Basic has it (RFC 7617), or at least looks drawn."""
    try:
        plain = base64.b64decode(value + b"=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        plain = b""
    return b":" in plain or (len(value) >= 12 and classes(value) >= 3 and len(re.findall(rb"\d", value)) >= 2)
