"""Fields of a decoded record, narrowed: absent is absent, and a value of the wrong kind is junk, never a guess."""

from __future__ import annotations

import math
from datetime import datetime

from sayso.facts.errors import Unfit
from sayso.facts.instants import from_epoch, parse_instant
from sayso.intake.decode import Json, Junk

LONGEST_ID = 512
Record = dict[str, Json]


def table(value: Json, what: str) -> Record:
    """Return *value* if it is an object.

    >>> table({}, "a record")
    {}
    """
    if not isinstance(value, dict):
        raise Junk(f"{what} is not an object")
    return value


def text(record: Record, key: str) -> str:
    """Return the text under *key*, empty where it is absent or null.

    >>> text({"a": None}, "a")
    ''
    """
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Junk(f"`{key}` is not text")
    return value


def loose(record: Record, key: str) -> str:
    """Return the text under *key*, or nothing: for names and kinds that nothing hangs on.

    >>> loose({"a": 5}, "a")
    ''
    """
    value = record.get(key)
    return value if isinstance(value, str) else ""


def name(record: Record, key: str) -> str:
    """Return the identifier under *key*, empty where it is absent; refuses control characters and absurd lengths.

    >>> name({"id": "c-1"}, "id")
    'c-1'
    """
    value = text(record, key)
    if len(value) > LONGEST_ID or any(ord(one) < 32 or ord(one) == 127 for one in value):
        raise Junk(f"`{key}` is no identifier")
    return value


def rows(record: Record, key: str) -> list[Json]:
    """Return the list under *key*, empty where it is absent or null.

    >>> rows({}, "turns")
    []
    """
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Junk(f"`{key}` is not a list")
    return value


def tables(record: Record, key: str) -> list[Record]:
    """Return the list of objects under *key*.

    >>> tables({"turns": [{}]}, "turns")
    [{}]
    """
    return [table(one, f"`{key}[{at}]`") for at, one in enumerate(rows(record, key))]


def inner(record: Record, key: str) -> Record:
    """Return the object under *key*, empty where it is absent or null.

    >>> inner({}, "account")
    {}
    """
    value = record.get(key)
    return {} if value is None else table(value, f"`{key}`")


def said(record: Record, key: str) -> bool:
    """Return whether the record says *key*; anything but absent, null and false counts as said, so that doubt protects.

    >>> said({"is_temporary": "no idea"}, "is_temporary")
    True
    """
    value = record.get(key)
    return value is not None and value is not False


def size(record: Record, key: str) -> int | None:
    """Return the size in bytes under *key*, or `None` where it is unknown.

    >>> size({"size": -1}, "size") is None
    True
    """
    value = record.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53 else None


def instant(record: Record, key: str) -> datetime | None:
    """Return the instant under *key* (ISO 8601 or seconds since 1970), or `None` where none can be told.

    A time without a zone could be any of 27 hours, so it is unknown.

    >>> instant({"at": "2025-08-29T10:00:00"}, "at") is None
    True
    """
    value = record.get(key)
    try:
        if isinstance(value, str):
            return parse_instant(value)
        if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
            return from_epoch(value)
    except (Unfit, OverflowError):
        pass
    return None
