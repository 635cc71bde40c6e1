"""The names and values of a text that is JSON: where each stands, what it says, and how it reads beside its name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import NamedTuple

_PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s"{}\[\],:]+', re.DOTALL)
_DEPTH = 4

Asked = tuple[str, bool]
"""A text in which something is sought, and whether by patterns alone."""


class Item(NamedTuple):
    """A name or a value in JSON: where it stands, what it says, how a value reads beside its name, and the items of JSON in it."""

    start: int
    end: int
    plain: str
    beside: str | None = None
    inner: tuple[Item, ...] | None = None
    is_name: bool = False


def read(text: str, depth: int = 0) -> tuple[Item, ...] | None:
    """Return the names and values of a text that is JSON, an object or array or one on each line; None where it is none.

    Also None for one that is too deep inside others.

    >>> [item.plain for item in read('{"a": 1}') or ()], [item.start for item in read('[1]\\n[2]') or ()], read("[1] and")
    (['a', '1'], [1, 5], None)
    """
    if depth >= _DEPTH:
        return None
    if _is_json(text):
        return tuple(_items(text, depth))
    lines = list(_lines(text)) if _braced(text) and "\n" in text else []
    if not lines or not all(_is_json(line) for _, line in lines):
        return None
    return tuple(chain.from_iterable(_items(line, depth, start) for start, line in lines))


def _lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text that hold anything, with where they begin."""
    start = 0
    for line in text.split("\n"):
        if line and not line.isspace():
            yield start, line
        start += len(line) + 1


def values(items: Sequence[Item]) -> Iterator[list[str]]:
    """Yield the values of a JSON text, and those of each JSON text inside it."""
    yield [item.plain for item in items if not item.is_name]
    for item in items:
        if item.inner is not None:
            yield from values(item.inner)


def asked(items: Iterable[Item]) -> Iterator[Asked]:
    """Yield what is sought in before a JSON text can be masked: each name and value, and values as they read beside their names."""
    for item in items:
        if item.inner is not None:
            yield from asked(item.inner)
            continue
        yield item.plain, False
        if item.beside is not None:
            yield item.beside, True


def _items(text: str, depth: int, low: int = 0) -> Iterator[Item]:
    """Yield the names and values of a JSON text, with their places counted from *low* on."""
    names: list[str] = []  # the name that each open object or array stands under
    name, previous = "", ""
    for match in _PIECE.finditer(text):
        piece = match[0]
        if piece == "," or piece == ":":
            previous = piece
            continue
        if piece in "{[":
            names.append(name)
        elif piece in "}]":
            name = names.pop() if names else ""
        else:
            start, end = match.span()
            plain = _plain(piece)
            if piece[0] == '"' and previous in "{," and (text.startswith(":", end) or text[end : end + 64].lstrip()[:1] == ":"):
                yield Item(low + start, low + end, plain, is_name=True)
                name = plain
            elif _braced(plain) and _is_json(plain):
                yield Item(low + start, low + end, plain, None, read(plain, depth + 1))
            else:
                yield Item(low + start, low + end, plain, _beside(name, plain))
        previous = piece if piece in "{}[]" else ""


def _beside(name: str, plain: str) -> str | None:
    """Return a value as it reads beside its name; None where it has none or is long."""
    if not name or len(plain) >= 512 or "\n" in plain:
        return None
    quote = "'" if '"' in plain else '"'
    return f"{name}: {quote}{plain}{quote}"


def _plain(piece: str) -> str:
    if piece[0] != '"':
        return piece
    return str(json.loads(piece)) if "\\" in piece else piece[1:-1]


def _braced(text: str) -> bool:
    """Return whether a text may be JSON, whose values are read beside their names and not as they stand."""
    return text.lstrip()[:1] in ("{", "[")


def _is_json(text: str) -> bool:
    """Return whether a text is a JSON object or array; one nested too deep to parse is taken for one."""
    if not _braced(text) or text.rstrip()[-1:] not in ("}", "]"):
        return False
    try:
        json.loads(text)
    except RecursionError:
        return True
    except ValueError:
        return False
    return True
