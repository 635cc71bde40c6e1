"""One row of the table of kinds: what wakes it, what confirms it, what it is checked with, and texts for and against it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Found = tuple[int, int] | None
Check = Callable[[bytes, int, int], Found]
"""Given the buffer and a candidate's start and end in bytes, what of it is really the thing, or None."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One kind of personal datum or secret. Patterns are RE2 over bytes (Latin-1), so they are linear whatever comes.

    `trigger` is short and wakes the row; only bytes within `back` before and `reach` after a trigger are read by `confirm`,
    whose group 1 (or 0 where it has none) is the candidate that `check` may refuse or trim. `mark` is the word in `[MARK_1]`.
    In `yes` the part to be found stands in «», in `no` nothing may be found; `·` is left out of both, so that invented
    tokens in this file do not set off the scanners of code hosts. `source` says where the rule comes from. With `blobs`, `check`
    is also asked about the whole of a long run of base64, whose middle no pattern reads. `wake` is what a gate asks instead of the
    trigger: a pattern that stands wherever the trigger does, and is cheaper to ask together with all others. `unspaced` is what it
    asks of text without spaces, where a trigger that may begin at every byte and counts on would be dear: a pattern of at most 192
    bytes that stands in whatever the row could confirm. `needs` is one of a few bytes, the same for many rows, that stands in
    whatever this row confirms, at most 256 bytes past `reach`: where it is missing the row sleeps on. Of rows that find the very
    same piece the most `specific` names it, and of equal ones the first.
    """

    kind: str
    mark: str
    trigger: str
    confirm: str
    check: Check | None = None
    confirmed_by: str = "pattern"
    source: str = "own"
    yes: tuple[str, ...]
    no: tuple[str, ...] = ()
    back: int = 64
    reach: int = 256
    canon: Callable[[str], str] | None = None
    blobs: bool = False
    wake: str = ""
    unspaced: str = ""
    needs: str = ""
    specific: int = 0

    @property
    def gate(self) -> str:
        """Return what a gate asks for this row."""
        return self.wake or self.trigger


EVERYWHERE = 1 << 62


def sees(count: int) -> Callable[[Check], Check]:
    """Note that a check looks no further than so many bytes before and behind its candidate.

    What it refused it refuses again where those are the same; a check of which this is not known is asked anew.

    >>> within(sees(8)(lambda buffer, start, end: None)), within(None), within(lambda buffer, start, end: None) == EVERYWHERE
    (8, 0, True)
    """

    def noted(check: Check) -> Check:
        check.__dict__["sees"] = count
        return check

    return noted


def within(check: Check | None) -> int:
    """Return how far about its candidate a check looks at most."""
    return getattr(check, "sees", EVERYWHERE) if check else 0


def whole(test: Callable[[bytes], bool]) -> Check:
    """Return a check that takes or refuses the candidate as a whole.

    >>> whole(bytes.isdigit)(b"a12", 1, 3)
    (1, 3)
    """

    @sees(0)
    def check(buffer: bytes, start: int, end: int) -> Found:
        return (start, end) if test(buffer[start:end]) else None

    return check


def bare(value: str) -> str:
    """Return only letters and digits, in capitals.

    >>> bare("gb28 jhyz")
    'GB28JHYZ'
    """
    return "".join(char for char in value if char.isalnum()).upper()


DIGIT = r"\d"
"""What most rows need that a word wakes: the word stands in many texts, and a number behind it in few."""

# Pieces of patterns, over UTF-8 bytes.
UPPER = r"(?:[A-Z]|\xc3[\x80-\x9e]|[\xc4-\xc8][\x80-\xbf]|\xce[\x86-\xab]|\xd0[\x80-\xaf])"
"""A capital: Latin with its accents, Greek, Cyrillic. The lead bytes C4 to C8 hold small letters too; that is meant."""
WORD = UPPER + r"[A-Za-z\x80-\xff'-]*"
NAME = WORD + r"(?: (?:(?:de|da|dos|di|del|van|von|der|den|bin|al|el|la|le|O')(?: |-))*(?:[A-Z]\.|" + WORD + r")){0,3}"
_QUOTES = r"[\"'`*_]{0,3}"
_TAIL = (  # `number` and the like, behind a word or joined to it
    r"(?:[ _-]?(?:num(?:ber|mer|mern|er|ero)?|n\xc3\xbamero|num\xc3\xa9ro|\xc4\x8d\xc3\xadslo|no|nr|n|id|code|card|karte)\b\.?"
    r"| ?n?\.?(?:\xc2\xba|\xc2\xb0)| ?#)"
)
_VERB = r"(?: is| was| ist| lautet| es| est| to| je| er|'s| (?:\xc3\xa9|\xc3\xa8|\xc3\xa4r))"
NEXT = (
    rf"(?i:\.?{_QUOTES}{_TAIL}{{0,2}}{_QUOTES}(?: \([^()\n]{{1,20}}\))?{_VERB}?"
    rf"[ \t]*[:=#\-|;,]{{0,2}}>?[ \t\n]*{_QUOTES})"
)
"""What stands between a word such as `passport` and its number."""
MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|januar|m\xc3\xa4rz|mai|juni|juli|okt|dez)[a-z]{0,6}"
DATE = (
    r"(?:\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|" + MONTH + r"\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}"
    r"|\d{1,2}(?:st|nd|rd|th|\.)? (?:of )?" + MONTH + r"\.?,? \d{4})"
)
