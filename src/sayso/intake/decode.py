"""One record's bytes to plain JSON values, strictly: what is ambiguous or broken is junk, with a reason.

The standard parser is used here and not msgspec, because only it tells about a key that is written twice: a record that
says both `private` and not private must not be read as either.
"""

from __future__ import annotations

import json
import re
from typing import Any

Json = Any
"""A plain JSON value; every use narrows it first (see `fields`)."""

_ESCAPE = re.compile(rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)", re.DOTALL)
_LONE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")


class Junk(ValueError):
    """A record, or a field of it, that cannot be read; its text is the reason. Caught inside intake, never seen outside."""


def decode(raw: bytes | bytearray) -> Json:
    """Return the JSON value that *raw* holds; half of a surrogate pair becomes U+FFFD, since no text can hold it.

    >>> decode(b'{"a": "caf\\\\u00e9 \\\\ud800"}')["a"] == "café " + chr(0xFFFD)
    True
    """
    try:
        text = bytes(_mended(raw)).decode("utf-8")
    except UnicodeDecodeError:
        raise Junk("not UTF-8 text") from None
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except RecursionError:
        raise Junk("nested too deep") from None
    except json.JSONDecodeError as wrong:
        raise Junk(f"not valid JSON ({wrong.msg.lower()} at character {wrong.pos})") from None
    except Junk:
        raise
    except ValueError:
        raise Junk("a number too long to read") from None


def encode(value: Json) -> str:
    """Return *value* as compact JSON text, for what a tool was asked.

    >>> encode({"a": "é"})
    '{"a":"é"}'
    """
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    except (ValueError, TypeError, RecursionError):
        raise Junk("a tool's input has no JSON text") from None


def _once(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Junk("a key is written twice in one object, so it can be read in two ways")
    return found


def _no_constant(name: str) -> Json:
    raise Junk(f"`{name}` is no JSON number")


def _mended(raw: bytes | bytearray) -> bytes | bytearray:
    """Return *raw* with lone surrogate escapes replaced; pairs and escaped backslashes stay."""
    if b"\\ud" not in raw and b"\\uD" not in raw:
        return raw
    return _ESCAPE.sub(lambda found: b"\\ufffd" if _LONE.fullmatch(found.group()) else found.group(), raw)
