"""Words, and runs of three words, that stand in one account only: counted in an array of fixed size, whatever is read.

Each falls in a place of the array by a hash of its own. Accounts come one after the other, so a place counts to two and stops.
Two that share a place make both look common; how often that is, is told. Nothing rare is made of what is common.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Sequence
from zlib import crc32

PHRASE = 3
SMALLEST, LARGEST = 1 << 16, 1 << 28
"""Places of the array, one byte each."""
TOGETHER = 1 << 20
"""Hashes of one account that are held as a set; one that says more is counted in parts."""
_MOST = 1 << 19
"""Words whose hashes are remembered from one conversation to the next."""
_WORDS = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]|[^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_MASK = (1 << 64) - 1


def hashes(texts: Iterable[str]) -> tuple[list[int], list[int]]:
    """Return the hashes of the words of *texts*, in order, and of their runs of three; no run reaches from one text into the next.

    A word is a run of letters and digits in small letters; of Chinese and Japanese each sign is one.

    >>> [len(one) for one in hashes(["How are you, Bo?", "Fine!"])]
    [5, 2]
    """
    words: list[int] = []
    phrases: list[int] = []
    if len(_KNOWN) > _MOST:
        _KNOWN.clear()
    for text in texts:
        said = list(map(_KNOWN.__getitem__, _WORDS.findall(text.casefold())))
        words += said
        phrases += [one + 3 * two + 7 * three for one, two, three in zip(said, said[1:], said[2:], strict=False)]
    return words, phrases


class _Hashes(dict[str, int]):
    """The hash of each word that was met: the same on every machine and in every process, unlike Python's own."""

    def __missing__(self, word: str) -> int:
        raw = word.encode("utf-8", "surrogatepass")
        value = crc32(raw) << 32 | crc32(raw[::-1], len(raw))
        value = (value ^ (value >> 31)) * 0x7FB5D329728EA185 & _MASK
        found = self[word] = value ^ (value >> 29)
        return found


_KNOWN = _Hashes()


class Common:
    """Which words are common: for each place of the array whether none, one or several accounts said what falls there."""

    def __init__(self, size: int) -> None:
        """Take about *size* words and runs in all; the array has room for twice as many, within its bounds."""
        places = SMALLEST
        while places < 2 * size and places < LARGEST:
            places *= 2
        self._mask = places - 1
        self._places = bytearray(places)
        self.distinct = [0, 0]
        """Words and phrases that fell in a place where none was."""
        self.several = [0, 0]

    def count(self, of_one_account: Iterable[tuple[Sequence[int], Sequence[int]]]) -> None:
        """Take in all that one account said; it counts once, however often and in how many conversations it is said."""
        held: tuple[set[int], set[int]] = (set(), set())
        own: bytearray | None = None
        mask = self._mask
        for said in of_one_account:
            for kind in (0, 1):
                held[kind].update([one & mask for one in said[kind]])
            if len(held[0]) + len(held[1]) > TOGETHER:
                own = own if own is not None else bytearray(len(self._places) // 8)
                self._enter(held, own)
        self._enter(held, own)

    def _enter(self, held: tuple[set[int], set[int]], own: bytearray | None) -> None:
        places = self._places
        if own is None and not held[0].isdisjoint(held[1]):
            held[1].difference_update(held[0])  # a word and a run in one place are still one account
        for kind in (0, 1):
            for place in held[kind]:
                if own is not None:
                    bit = 1 << (place & 7)
                    if own[place >> 3] & bit:
                        continue
                    own[place >> 3] |= bit
                met = places[place]
                if met == 0:
                    self.distinct[kind] += 1
                    places[place] = 1
                elif met == 1:
                    self.several[kind] += 1
                    places[place] = 2
            held[kind].clear()

    def rare(self, said: Iterable[int]) -> int:
        """Return how many of the distinct hashes *said* stand in one account only."""
        places, mask = self._places, self._mask
        return sum([places[one & mask] == 1 for one in said])

    def longest(self, words: Sequence[int], phrases: Sequence[int]) -> int:
        """Return the words of the longest run that stands nowhere else: rare words side by side, or rare runs one after another."""
        places, mask = self._places, self._mask
        best = max((_run(array("B", [places[one & mask] == 1 for one in words])), 0))
        run = _run(array("B", [places[one & mask] == 1 for one in phrases]))
        return max(best, run + PHRASE - 1 if run else 0)

    @property
    def missed(self) -> int:
        """Per mille of places that are taken: as many of the rare ones are taken for common."""
        return round(1000 * sum(self.distinct) / len(self._places))


def _run(flags: array[int]) -> int:
    """Return how many ones stand side by side at most."""
    return max(map(len, bytes(flags).split(b"\0")), default=0)
