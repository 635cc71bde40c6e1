"""Whether what stands where a secret would is code: the name of a type or a package, what is to be filled in, a line of a file."""

from __future__ import annotations

import re

from sayso.scrub import secrecy

_TYPE = re.compile(
    rb"_{0,2}(?=[A-Za-z0-9]*(?:Auth|Token|Session|Client|Credentials?|Key|Secret|Config|Provider|Manager|Handler|Type|Class|App|Generator|Response|"
    rb"Request|Factory|Error|Info|Service|Store|Middleware|Mixin)[A-Z]?\d?(?:\W|\Z))(?:[A-Z]{1,5}[a-z]+\d{0,5}){2,}[A-Z]?"
)
_TO_FILL = re.compile(
    rb"^[*&](?:[a-z]+\d{0,2}|[A-Z][a-z]+)$|"
    rb"%[sdr](?![A-Za-z0-9])|%\d?\.\d?f|^\d?\*[a-z]{3,}$|^\w+\?\.\w|^(?:application|text|image|audio|video)/[\w.+-]+$|[-_]INVALID[-_]|^u?int\d{1,2}_t$|#[a-z_]+#|%\([a-z_]+\)[sd]|\|\||&&|[!=]==?[\w!]|^!\w+\."
)
FORMATTED = re.compile(rb"%[sdrfgxv@](?![A-Za-z0-9])|%\d?\$?[sd]\b")
_CMDLET = re.compile(rb"(?:Get|New|Set|ConvertTo|ConvertFrom|Read|Import|Add)-[A-Z][A-Za-z]+")
_DOTTED = re.compile(rb"[A-Za-z_]+(?:\.[A-Za-z_]+)+|_{0,2}[A-Z]+\d{0,3}(?:_[A-Z]+\d{0,3})+")
_WORDS = re.compile(rb"(?:[A-Za-z]{2,}\d?[-_/.:]){1,6}[A-Za-z]{2,}\d?")
_SETTING = re.compile(rb"(?:[a-z]{1,8}\d?[._-]){1,4}[a-z]{1,8}[._-](?:key|token|secret|password|passwd|id)")
"""The name of a setting, and not what it is set to: `s3.secret-access-key`."""
_PRIVATE = re.compile(rb"_[A-Z][a-z]+(?:[A-Z][a-z]+)*")
FILLED_IN = re.compile(rb"\{[^{}]*[.(\[][^{}]*\}")
_LINE_BEFORE = re.compile(rb"[A-Za-z0-9+/]{40,}={0,2}[\"',\\n]{0,6}\r?\n[ \t\"']{0,20}\Z")
_LINE_AFTER = re.compile(rb"[\"',\\n]{0,6}\r?\n[ \t\"']{0,20}[A-Za-z0-9+/]{40}")
"""Lines of a longer piece of base64, which is a certificate or a file."""


def named(buffer: bytes, start: int, end: int, label: bytes) -> bool:
    """Return whether what is assigned is a type (`_BearerToken`) or, in words joined, a package or a file.

    A password may be words. Neither is one what is to be filled in, nor a cookie of few letters: what is set is seldom a session.
    """
    value = buffer[start:end]
    if _TO_FILL.search(value) or _CMDLET.fullmatch(value) or secrecy.placeholder(value.rstrip(b":")):
        return True
    if label.endswith(b"cookie") and re.fullmatch(rb"[\"']?[\w.-]+=.{0,11}", value):
        return True
    quoted = buffer[start - 1 : start] in (b'"', b"'", b"`")
    if _SETTING.fullmatch(value):
        return True
    if not quoted and (b"_" in value and re.sub(rb"_+", b"", label).endswith(re.sub(rb"_+", b"", value.lower()) or b"-")):
        return True  # `cookies=cookies_`
    if not quoted and (
        _PRIVATE.fullmatch(value) or buffer[start - 1 : start + 1] == b"::" or _TYPE.fullmatch(value) or _DOTTED.fullmatch(value)
    ):
        return True
    if (quoted and value[:1] == b"_" and _TYPE.fullmatch(value)) or (
        value[:1] == b"_" and re.match(rb"[ \t]\(", buffer[end : end + 2])
    ):
        return True
    if not quoted and re.match(rb"[ ]?(?:\||\)[ ]?(?:->|:))|[ \t]{2,8}\(", buffer[end : end + 10]) and re.fullmatch(rb"\w+", value):
        return True  # a type, a call
    if re.search(rb"pass|pwd|psw|secret|cred", label) or not _WORDS.fullmatch(value):
        return False
    return secrecy.wordlike(value) or all(secrecy.wordlike(part) for part in re.split(rb"[-_/.:]", value))


def in_a_blob(buffer: bytes, start: int, end: int) -> bool:
    """Return whether lines of base64 stand above or below."""
    return bool(_LINE_BEFORE.search(buffer, max(0, start - 112), start) or _LINE_AFTER.match(buffer, end, end + 112))
