"""A plainer twin of a text: full-width and foreign digits, odd spaces and dashes folded, invisible characters left out.

People paste numbers with invisible joiners, and some write `４１５` on purpose. The search reads the twin; what it finds is
carried back to the original text.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from sayso.scrub.spans import Hit

_INVISIBLE = (
    "\u00ad\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2061\u2062"
    "\u2063\u2064\u2066\u2067\u2068\u2069\ufeff"
)
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_ZEROS = (0x660, 0x6F0, 0x7C0, 0x966, 0x9E6, 0xA66, 0xAE6, 0xB66, 0xBE6, 0xC66, 0xCE6, 0xD66, 0xE50, 0xED0, 0xF20, 0x1040, 0x17E0)


def _table() -> dict[int, str]:
    table = {ord(char): " " for char in _SPACES} | {ord(char): "-" for char in _DASHES}
    table |= {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}  # full-width ASCII
    table |= {zero + n: str(n) for zero in _ZEROS for n in range(10)}
    table |= {code: str(unicodedata.digit(chr(code))) for code in range(0x1D7CE, 0x1D800)}  # mathematical digits
    table |= {0x2018: "'", 0x2019: "'", 0x201C: '"', 0x201D: '"', 0x2044: "/", 0xFE52: ".", 0xFE6B: "@", 0x3002: ".", 0xFF61: "."}
    return table


_TABLE = _table()
_OUT = re.compile(f"[{_INVISIBLE}]")
_ODD = frozenset(map(chr, _TABLE))
_INVISIBLES = frozenset(_INVISIBLE)
_ASCII = bytes(range(128))
_SOME = 24
"""More odd characters than these are translated together."""
_FEW = 96
"""Texts whose characters beyond ASCII take no more bytes than this are known by those bytes, and not looked at again."""


class Folded:
    """A folded text and the way back: `text` (and `encoded`, in UTF-8) is searched, `back(start, end)` tells where it came from.

    >>> folded = Folded("tel ４\\u200b2")
    >>> folded.text, folded.back(4, 6)
    ('tel 42', (4, 7))
    """

    __slots__ = ("_cuts", "_text", "encoded")

    def __init__(self, text: str) -> None:
        self._text: str | None = text
        self._cuts: Sequence[int] = ()
        if not text.isascii():
            # the signs of a typesetter are nearly all there is in English: without them most texts are ASCII
            text = text.replace("\u2019", "'").replace("\u201c", '"').replace("\u201d", '"')
            if not text.isascii():
                self._fold(text.replace("\u2014", "-").replace("\u2013", "-").replace("\xa0", " "))
                return
            self._text = text
        self.encoded = text.encode()

    def _fold(self, text: str) -> None:
        """Fold what is left of a text that has more than the usual signs."""
        self._text = text
        encoded = self.encoded = text.encode("utf-8", "surrogatepass")
        if len(encoded) == len(text):
            return
        # what is left without ASCII is short, and the same in many texts
        foreign = encoded.translate(None, _ASCII)
        odd, invisible = _strange(foreign) if len(foreign) <= _FEW else _looked_through(foreign)
        if not odd and not invisible:
            return
        even = _replaced(encoded, odd)
        if invisible:
            whole = even.decode("utf-8", "surrogatepass")
            # cuts[i] is where, in the folded text, the i-th invisible character was left out
            self._cuts = [match.start() - n for n, match in enumerate(_OUT.finditer(whole))]
            even = _OUT.sub("", whole).encode("utf-8", "surrogatepass")
        self._text, self.encoded = None, even

    @classmethod
    def of(cls, encoded: bytes) -> Folded:
        """Return the twin of a text that is folded already."""
        twin = cls("")
        twin._text, twin.encoded = None, encoded
        return twin

    @property
    def text(self) -> str:
        """Return the folded text."""
        if self._text is None:
            self._text = self.encoded.decode("utf-8", "surrogatepass")
        return self._text

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Return the start and end, in the original text, of what stands from start to end in the folded one."""
        if not self._cuts:
            return start, end
        return start + bisect_right(self._cuts, start), end + bisect_right(self._cuts, end - 1)

    @property
    def shifted(self) -> bool:
        """Return whether something was left out, so that places differ."""
        return bool(self._cuts)

    def carried(self, hits: list[Hit]) -> list[Hit]:
        """Return hits in the folded text as hits in the original one."""
        return [(*self.back(start, end), kind, source) for start, end, kind, source in hits] if self._cuts else hits


def _replaced(encoded: bytes, odd: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Return a text with odd characters replaced: one after the other while they are few, which is faster than a translation."""
    if len(odd) > _SOME:
        return encoded.decode("utf-8", "surrogatepass").translate(_TABLE).encode("utf-8", "surrogatepass")
    for char, plain in odd:
        encoded = encoded.replace(char, plain)
    return encoded


def _looked_through(foreign: bytes) -> tuple[tuple[tuple[bytes, bytes], ...], bool]:
    """Return which of these characters are folded into which, and whether one of them is invisible."""
    chars = frozenset(foreign.decode("utf-8", "surrogatepass"))
    odd = tuple((char.encode(), _TABLE[ord(char)].encode()) for char in sorted(_ODD & chars))
    return odd, not _INVISIBLES.isdisjoint(chars)


_strange = lru_cache(4096)(_looked_through)
