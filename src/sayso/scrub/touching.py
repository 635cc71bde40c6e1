r"""Which rows could match something that touches a mark, told from their patterns alone and from the byte on either side.

What is found with something taken out, and was not found before, must touch a mark: the rest of the text is as it was. Most
patterns cannot: a card number holds no bracket and begins with no blank, so beside ` [CARD_1],` it is not asked for again.

Each pattern becomes an automaton of places (Glushkov's), counts and edges left out, so it takes whatever the pattern takes and
more: it may ask once too often, never once too little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from re import _constants as said  # type: ignore[attr-defined]  # the parser of `re` has no types and no other door
from re import _parser as parser  # type: ignore[attr-defined]  # the same
from typing import Any, NamedTuple

from sayso.scrub.gates import spelled

_EVERY = (1 << 256) - 1
_BREAK = 1 << 10
_WIDTHLESS = (said.AT, said.ASSERT, said.ASSERT_NOT)
_ENDS = (said.AT_BEGINNING, said.AT_BEGINNING_STRING, said.AT_END, said.AT_END_STRING)


NEIGHBOURS = 1
"""How many bytes are looked at on either side of a mark: one tells nearly as much as two, and is met again sooner."""


_ALIKE = (
    *(b"abcdefghijklmnopqrstuvwxyz", b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"0123456789", b" \t", b"\r\n"),
    *(b"\"'`*", b",;", b"-_", b"([{<", b")]}>"),
)
_FOREIGN = bytes(range(128, 256)), bytes(c for c in range(32) if c not in b"\t\r\n")
_SORTS = (*_ALIKE, *_FOREIGN)
_SORT = bytes.maketrans(b"".join(_SORTS), b"".join(sort[:1] * len(sort) for sort in _SORTS))
"""Bytes of a sort stand for one another beside a mark, so that few neighbourhoods are worked out, and all of them soon."""


_IN_WORDS = b"a", b"A", b"0", b"-"
"""The sorts in which there is a byte that words are made of; the line below stands with the dash."""


class _Piece(NamedTuple):
    """A piece of a pattern: the places it may begin and end with, as bits, and whether it may be empty.

    Of the places, those that it may begin or end with at the edge of a word that it asks for; and whether it asks for one, empty.
    """

    first: int
    last: int
    empty: bool
    begun: int
    ended: int
    edge: bool


_EMPTY = _Piece(0, 0, True, 0, 0, False)


class Touch:
    """What a pattern may do beside a mark. Places are bits of a number."""

    __slots__ = ("_cached", "_follow", "_on", "_sort", "_whole")

    def __init__(self, source: str) -> None:
        self._follow: list[int] = []
        self._on = [0] * 256
        """The places that take a byte."""
        self._cached: dict[int, int] = {}
        tree = parser.parse(spelled(source).encode("latin-1"))
        self._whole = self._sequence(tree, bool(tree.state.flags & re.IGNORECASE))
        self._sort = list(self._on)
        for sort in _SORTS:
            self._sort[sort[0]] = _all(self._on[byte] for byte in sort)

    def may(self, mark: bytes, before: bytes, behind: bytes) -> bool:
        """Return whether a match may lie on or beside a mark that stands between these few bytes; not one within the mark."""
        first, last, empty, begun, ended, _ = self._whole
        over = 0  # where matches may be that began before the mark
        for number, byte in enumerate(before):
            over = self._sort[byte] & (self._beyond(before[number - 1]) if number else -1)
        within = 0  # and those that began in it
        if empty or (over & ended and before[-1:] in _IN_WORDS):  # at the mark there is an edge of a word now
            return True
        for byte in mark:
            within = (self._after(within) | first) & self._on[byte]
            over = self._after(over) & self._on[byte]
            if over & last:
                return True
        places, fresh = over | within, begun if behind[:1] in _IN_WORDS else 0
        for byte in behind:
            places = (self._after(places) | fresh) & self._sort[byte]
            fresh = 0
            if places & last:
                return True
        return bool(places) and len(behind) == NEIGHBOURS

    def _beyond(self, byte: int) -> int:
        """Return where a match may go on, or begin, behind this byte."""
        known = self._cached.get(byte)
        if known is None:
            known = self._cached[byte] = self._after(self._sort[byte]) | self._whole.first
        return known

    def _after(self, places: int) -> int:
        found = 0
        while places:
            low = places & -places
            found |= self._follow[low.bit_length() - 1]
            places ^= low
        return found

    def _place(self, takes: int) -> _Piece:
        bit = 1 << len(self._follow)
        self._follow.append(0)
        for byte in range(256):
            if takes >> byte & 1:
                self._on[byte] |= bit
        return _Piece(bit, bit, False, 0, 0, False)

    def _joined(self, one: _Piece, other: _Piece) -> _Piece:
        self._lead(one.last, other.first)
        first, begun, last, ended = one.first, one.begun, other.last, other.ended
        if one.empty:
            first |= other.first
            begun |= other.first if one.edge else other.begun
        if other.empty:
            last |= one.last
            ended |= one.last if other.edge else one.ended
        return _Piece(first, last, one.empty and other.empty, begun, ended, one.edge or other.edge)

    def _lead(self, lasts: int, firsts: int) -> None:
        while lasts:
            low = lasts & -lasts
            self._follow[low.bit_length() - 1] |= firsts
            lasts ^= low

    def _sequence(self, items: Iterable[Any], fold: bool) -> _Piece:
        whole = _EMPTY
        for op, value in items:
            whole = self._joined(whole, self._one(op, value, fold))
        return whole

    def _one(self, op: Any, value: Any, fold: bool) -> _Piece:
        if op in _WIDTHLESS:  # the beginning and the end of a text or line are never beside a mark
            return _EMPTY if value in _ENDS else _EMPTY._replace(edge=True)
        if op is said.SUBPATTERN:
            _, more, less, inner = value
            return self._sequence(inner, (fold or bool(more & re.IGNORECASE)) and not less & re.IGNORECASE)
        if op is said.BRANCH:
            ways = [self._sequence(way, fold) for way in value[1]]
            firsts, lasts, empties, begun, ended, edges = zip(*ways, strict=True)
            return _Piece(_all(firsts), _all(lasts), any(empties), _all(begun), _all(ended), any(edges))
        if op in (said.MAX_REPEAT, said.MIN_REPEAT):
            least, most, inner = value
            piece = self._sequence(inner, fold)
            if most > 1:
                self._lead(piece.last, piece.first)
            return piece._replace(empty=piece.empty or least == 0)
        return self._place(_takes(op, value, fold))


@lru_cache(1024)
def _touch(source: str) -> Touch:
    return Touch(source)


class Beside(dict[str, bool]):
    """Beside a mark, which patterns may match something on it or touching it: worked out when first asked, by pattern."""

    __slots__ = ("_around",)

    def __init__(self, mark: bytes, before: bytes, behind: bytes) -> None:
        self._around = mark, before, behind

    def __missing__(self, source: str) -> bool:
        self[source] = may = _touch(source).may(*self._around)
        return may


def beside(mark: bytes, before: bytes, behind: bytes) -> Beside:
    r"""Return which patterns may touch a mark with these bytes before and behind it.

    Of both as many as `NEIGHBOURS`, or none at the edge of the text.

    >>> around = beside(b"[CARD_1]", b" ", b",")
    >>> around[r"\b\d{4} \d{4}"], around[r"pin [^ ]+"]
    (False, True)
    """
    return _beside(mark, before.translate(_SORT), behind.translate(_SORT))


_beside = lru_cache(1 << 14)(Beside)


def _all(parts: Iterable[int]) -> int:
    whole = 0
    for part in parts:
        whole |= part
    return whole


def _takes(op: Any, value: Any, fold: bool) -> int:
    """Return the bytes, as bits, that one place of a pattern takes."""
    if op is said.ANY:
        return _EVERY ^ _BREAK
    if op is said.IN:
        return _class(tuple(value), fold)
    if op in (said.LITERAL, said.NOT_LITERAL):
        return _class(((said.LITERAL, value),), fold) ^ (_EVERY if op is said.NOT_LITERAL else 0)
    return _EVERY  # whatever else a pattern may say


@lru_cache(4096)
def _class(items: tuple[Any, ...], fold: bool) -> int:
    taken, turned = 0, False
    for op, value in items:
        if op is said.NEGATE:
            turned = True
        elif op is said.LITERAL:
            taken |= 1 << value
        elif op is said.RANGE:
            taken |= (1 << value[1] + 1) - (1 << value[0])
        else:
            taken |= _CATEGORIES.get(value, _EVERY)
    if fold:
        taken |= (taken & _SMALL) >> 32 | (taken & _LARGE) << 32  # RE2 takes these bytes for Latin-1
    return taken ^ _EVERY if turned else taken


_LARGE = ((1 << 26) - 1) << 65 | ((1 << 31) - 1) << 192
_SMALL = _LARGE << 32
_CATEGORIES = {
    category: sum(1 << byte for byte in range(256) if re.match(source, bytes([byte])))
    for category, source in (
        (said.CATEGORY_DIGIT, rb"\d"),
        (said.CATEGORY_NOT_DIGIT, rb"\D"),
        (said.CATEGORY_SPACE, rb"\s"),
        (said.CATEGORY_NOT_SPACE, rb"[\S\v]"),  # RE2 takes the vertical tab for none
        (said.CATEGORY_WORD, rb"\w"),
        (said.CATEGORY_NOT_WORD, rb"\W"),
    )
}
