"""Bytes to records, one at a time and in bounded memory: a broken record loses only itself.

`lines` is for one record a line, `array` for one huge JSON array, `whole` for a file that is one record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from sayso.intake.decode import Json, Junk, decode

BOM = b"\xef\xbb\xbf"
_LEAF = rb'[^"\[\]{}]++|"(?:[^"\\\x00-\x1f]++|\\.)*+"'
_PLAIN = re.compile(rb"(?:" + _LEAF + rb"|\{(?:" + _LEAF + rb")*+\}|\[(?:" + _LEAF + rb")*+\])*+", re.DOTALL)
"""As far as no bracket is left open; an object or list without another in it is stepped over at once, since most are such."""
_WORDS = re.compile(rb'(?:[^"\\\x00-\x1f]++|\\.)*+', re.DOTALL)
_SCALAR = re.compile(rb'[^,\[\]{}"]*+')
_GAP = re.compile(rb"[\s,]*+")
_KEY, _FLAT = rb'"((?:[^"\\]|\\.){1,80})"\s*:', rb'(?:"(?:[^"\\]|\\.)*+"|[^\s",\[\]{}]++)'
_OPENING = re.compile(rb"\{\s*" + _KEY + rb"\s*(?:" + _FLAT + rb"\s*,\s*" + _KEY + rb")?", re.DOTALL)
_LAST_BYTES = 8192  # an opening that straddles two chunks is found again from here

DONE, MORE, BAD = 0, 1, 2
CUT = "the file is cut short inside this record"


class Piece(Struct, frozen=True):
    """One record: its place, counted as its format does, and its value or the trouble with it."""

    at: int
    value: Json = None
    trouble: str = ""


Decoder = Callable[[bytes | bytearray], Json]


def lines(chunks: Iterable[bytes], limit: int, read: Decoder = decode) -> Iterator[Piece]:
    r"""Yield one piece per line that is not blank, counted from 1.

    >>> [piece.value for piece in lines([b'\xef\xbb\xbf{"a":1}\r\n\n{"a"', b':2}'], 100)]
    [{'a': 1}, {'a': 2}]
    """
    for at, line in enumerate(raw_lines(chunks, limit), 1):
        if line is None:
            yield Piece(at, trouble=f"the line is longer than {limit} bytes")
        elif line := (line.removeprefix(BOM) if at == 1 else line).strip(b" \t\r\n"):
            yield _piece(at, line, read)


def raw_lines(chunks: Iterable[bytes], limit: int) -> Iterator[bytes | None]:
    r"""Yield the lines of *chunks*, `None` for one that is longer than *limit* bytes.

    >>> list(raw_lines([b"a\nbbbb", b"b\nc"], 3))
    [b'a', None, b'c']
    """
    held = bytearray()
    over = False
    for chunk in chunks:
        first, *others = chunk.split(b"\n")
        held += first
        for other in others:
            yield None if over or len(held) > limit else bytes(held)
            held, over = bytearray(other), False
        if len(held) > limit:
            held, over = bytearray(), True
    if held or over:
        yield None if over else bytes(held)


def whole(chunks: Iterable[bytes], limit: int, read: Decoder = decode) -> Piece:
    """Return the one record that *chunks* hold.

    >>> whole([b'{"a"', b': 1}'], 100).value
    {'a': 1}
    """
    held = bytearray()
    for chunk in chunks:
        held += chunk
        if len(held) > limit:
            return Piece(0, trouble=f"larger than {limit} bytes")
    return _piece(0, bytes(held).removeprefix(BOM), read)


def array(chunks: Iterable[bytes], limit: int, read: Decoder = decode) -> Iterator[Piece]:
    """Yield the elements of one JSON array, counted from 0.

    A broken element ends where the next one opens: elements of an export begin with the same two keys, and those are never
    found inside a text, where quotes are escaped.

    >>> [piece.value for piece in array([b'[{"a": 1, "b": 2}, {"a', b'": 3, "b": 4}]'], 100)]
    [{'a': 1, 'b': 2}, {'a': 3, 'b': 4}]
    """
    return _Array(chunks, limit, read).pieces()


class _Array:
    """One walk through an array; `held` begins at the present element, `at` is how far it has been looked at."""

    def __init__(self, chunks: Iterable[bytes], limit: int, read: Decoder) -> None:
        self.chunks, self.limit, self.read = iter(chunks), limit, read
        self.held, self.at = bytearray(), 0
        self.closers, self.in_words = bytearray(), False
        self.count, self.dropped = 0, 0
        self.opening: re.Pattern[bytes] | None = None
        self.lost = False

    def more(self) -> bool:
        """Take another chunk; drop what is held of an element that is over the limit already."""
        chunk = next(self.chunks, None)
        if chunk is None:
            return False
        if self.at > self.limit:
            self.learn()
            del self.held[: self.at]
            self.dropped, self.at = self.dropped + self.at, 0
        self.held += chunk
        return True

    def pieces(self) -> Iterator[Piece]:
        if not self.begin():
            return
        while self.gap():
            if self.held[0] == ord("]"):
                if bytes(self.held[1:4096]).strip():
                    yield Piece(self.count, trouble="there is more after the end of the list; it is not read")
                return
            yield self.element()
            self.count += 1
        if not self.lost:
            yield Piece(self.count, trouble="the file is cut short: the list has no end")

    def begin(self) -> bool:
        """Step into the array."""
        while len(self.held) < 3 and self.more():
            pass
        if self.held.startswith(BOM):
            del self.held[:3]
        while not bytes(self.held).strip():
            if not self.more():
                return False
        del self.held[: self.held.index(b"[") + 1]
        return True

    def gap(self) -> bool:
        """Step over white space and commas to the next element; false at the end of the file."""
        while True:
            del self.held[: _end(_GAP, self.held, 0)]
            if self.held:
                self.restart()
                return True
            if not self.more():
                return False

    def restart(self) -> None:
        self.at, self.dropped, self.in_words = 0, 0, False
        self.closers.clear()

    def element(self) -> Piece:
        """Return the element that begins here, and step behind it."""
        while True:
            state = self.advance()
            if state == MORE and self.more():
                continue
            if state != DONE:
                # A file that ends inside an element may have lost a quote long before: whole elements can stand behind it.
                return self.resync("not valid JSON" if state == BAD else CUT)
            if self.dropped or self.at > self.limit:
                del self.held[: self.at]
                return Piece(self.count, trouble=f"the record is larger than {self.limit} bytes")
            piece = _piece(self.count, bytes(self.held[: self.at]), self.read)
            if piece.trouble and self.opens_within():
                return self.resync(piece.trouble)
            if self.opening is None and not piece.trouble:
                self.learn()
            del self.held[: self.at]
            return piece

    def advance(self) -> int:
        """Look further for the end of the element."""
        held = self.held
        while True:
            if self.in_words:
                self.at = _end(_WORDS, held, self.at)
                if self.at >= len(held):
                    return MORE
                if held[self.at] != ord('"'):
                    return MORE if held[self.at] == ord("\\") else BAD
                self.in_words = False
                self.at += 1
            elif not self.closers and held[self.at : self.at + 1].decode("latin-1") not in ("{", "[", '"'):
                self.at = _end(_SCALAR, held, self.at)
                if self.at >= len(held):
                    return MORE
                return DONE if chr(held[self.at]) in ",]" else BAD
            elif not self.step():
                return MORE if self.at >= len(held) else BAD
            if not self.closers and not self.in_words:
                return DONE

    def step(self) -> bool:
        """Go to the next bracket or open quote and note it; false at the end of what is held and at a wrong bracket."""
        held = self.held
        if self.closers:
            self.at = _end(_PLAIN, held, self.at)
        if self.at >= len(held):
            return False
        mark = chr(held[self.at])
        if mark == '"':
            self.in_words = True
        elif mark in "{[":
            self.closers.append(ord("}" if mark == "{" else "]"))
        elif self.closers.pop() != ord(mark):
            return False
        self.at += 1
        return True

    def learn(self) -> None:
        """Remember how elements of this array open."""
        if self.opening is not None or self.dropped:
            return
        found = _OPENING.match(self.held)
        if found is None:
            return
        first, second = found.group(1), found.group(2)
        shape = rb'\{\s*"' + re.escape(first) + rb'"\s*:'
        if second is not None:
            shape += rb"\s*" + _FLAT + rb'\s*,\s*"' + re.escape(second) + rb'"\s*:'
        del found
        self.opening = re.compile(shape, re.DOTALL)

    def opens_within(self) -> bool:
        self.learn()
        return self.opening is not None and self.opening.search(self.held, 1, self.at) is not None

    def resync(self, trouble: str) -> Piece:
        """Give the element up and step to where the next one opens, or to the end of the file."""
        self.learn()
        since = 1
        while self.opening is not None:
            found = self.opening.search(self.held, since)
            if found is not None:
                start = found.start()
                del found
                del self.held[:start]
                return Piece(self.count, trouble="not valid JSON" if trouble == CUT else trouble)
            since = max(1, len(self.held) - _LAST_BYTES)
            if len(self.held) > self.limit:
                del self.held[: since - 1]
                since = 1
            chunk = next(self.chunks, None)
            if chunk is None:
                break
            self.held += chunk
        self.held.clear()
        self.lost = True
        for _ in self.chunks:
            pass
        return Piece(self.count, trouble=trouble)


def _end(pattern: re.Pattern[bytes], held: bytearray, at: int) -> int:
    """Return where *pattern* ends; the match must be let go before the buffer can grow."""
    found = pattern.match(held, at)
    return at if found is None else found.end()


def _piece(at: int, raw: bytes, read: Decoder) -> Piece:
    try:
        return Piece(at, read(raw))
    except Junk as junk:
        return Piece(at, trouble=str(junk))
