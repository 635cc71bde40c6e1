"""Which words are first names, surnames, places or plain words: a list made from Faker, mimesis and SCOWL, read once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FIRST, MANY_FIRST, LAST, MANY_LAST, PLACE, PLAIN, RARE, PROPER = (1 << n for n in range(8))
"""What a word may be: a first name (of three countries or more), a surname, a place, an English word in small letters that is
common or rare, one that the dictionary writes with a capital."""

PATH = Path(__file__).with_name("lexicon.txt")


@cache
def lexicon() -> dict[str, int]:
    """Return each known word in small letters with what it may be, as bits.

    >>> bool(lexicon()["ana"] & FIRST), bool(lexicon()["rose"] & PLAIN), "xqzt" in lexicon()
    (True, True, False)
    """
    known: dict[str, int] = {}
    word = ""
    for line in PATH.read_text(encoding="utf-8").splitlines():
        rest, _, bits = line.partition("\t")
        word = word[: ord(rest[0]) - 65] + rest[1:]
        known[word] = int(bits, 16)
    return known
