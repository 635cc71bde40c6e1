"""Whether what stands where a URL, a header, a command or a list of users has a password is one."""

from __future__ import annotations

import re

from sayso.scrub import judges, secrecy
from sayso.scrub.row import Found, sees


def credentials(value: bytes) -> bool:
    """Return whether `user:password` has a password that is no placeholder."""
    user, _, password = value.partition(b":")
    return secrecy.not_placeholder(password) or (not password and secrecy.random_looking(user))


_WEAK = frozenset(b"pass password passwd changeme secret test admin root guest".split())
_NOBODY = re.compile(
    rb"(?i)(?:your|my|the|some|an?)?[_-]?(?:db|api)?[_-]?(?:user|username|login|name|admin|root|postgres|foo|u)\d?$|[<{$%\[(]"
)


def url_password(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of what stands before the `@` of a URL: no port, no placeholder; `pass` is one beside a name."""
    value = buffer[start:end]
    if value.isdigit() or value.startswith((b"%", b":")):
        return None
    if value.lower() in _WEAK and re.search(
        rb"(?i)(?:\be\. ?g\.|for example|such as)[,:]? [\"'`]?[a-z+.-]{2,20}://[^/\s]*\Z", buffer[max(0, start - 120) : start]
    ):
        return None  # an example that says so
    return (start, end) if secrecy.not_placeholder(value) or _weak(value, buffer[max(0, start - 66) : start - 1]) else None


def paired_password(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a password beside its user in a configuration; `pass` is one beside a name."""
    value = buffer[start:end]
    user = re.search(rb"(?i)user(?:name)?[\"']?\s*[:=]\s*[\"']?([\w.@-]+)", buffer[max(0, start - 100) : start])
    if user and value.lower() not in (b"password", b"test") and _weak(value, user[1]):
        return start, end
    return (start, end) if secrecy.secret_value(value, quoted=True) or (user and _plain_pair(user[1], value)) else None


def _weak(value: bytes, lead: bytes) -> bool:
    """Return whether a weak password belongs to somebody: what stands before it ends in a name, not in `user`."""
    name = re.search(rb"[^\s/\"'@]+$", lead)
    return value.lower() in _WEAK and name is not None and len(name[0]) > 1 and not _NOBODY.match(name[0])


def _plain_pair(user: bytes, value: bytes) -> bool:
    """Return whether a plain word may be a password beside this user."""
    return bool(re.fullmatch(rb"[A-Za-z]{3,24}", value)) and not _NOBODY.match(user) and not secrecy.placeholder(value)


def seed_phrase(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of 12, 15, 18, 21 or 24 words that do not repeat much (BIP 39)."""
    words = list(re.finditer(rb"[a-z]{3,8}", buffer[start:end]))
    for count in (24, 21, 18, 15, 12):
        if len(words) >= count and len({word[0] for word in words[:count]}) > count // 2:
            return start, start + words[count - 1].end()
    return None


def bearer(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of a header value that is neither a placeholder nor a word."""
    value = buffer[start:end]
    return (
        (start, end)
        if len(value) >= 8
        and not secrecy.placeholder(value)
        and (secrecy.has_digit_and_letter(value) or not secrecy.wordlike(value))
        else None
    )


@sees(16)
def commanded(buffer: bytes, start: int, end: int) -> Found:
    """Return the place of what a command is given as a password: no option, no word, no name of an argument in a text of help."""
    value = buffer[start:end]
    held = (
        secrecy.not_placeholder(value)
        and not value.startswith(b"-")
        and (not secrecy.wordlike(value) or secrecy.classes(value) > 1)
    )
    if re.fullmatch(rb"[a-z\x80-\xff]+\.?", value) and (value.endswith(b".") or re.search(rb"[\x80-\xff]", value)):
        held = False  # a sentence about the option goes on
    return (start, end) if held and not judges.shown_argument(buffer, start, end) else None
