"""A text as words, and what the model asks about its places: what stands around a word and elsewhere, and what the text is."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate, chain

from sayso.scrub.persons.pairs import About
from sayso.scrub.persons.words import TONGUES, Token, Word, known, places, tokens

_KEPT = 40_000
_SHORT = 32
EDGE = Word("", 0, "^", ())
"""What stands before the first and after the last word, to whoever has no model."""
AROUND = 2
_NAMING = frozenset("(=.[")
_SHARES = (0.06, 0.2)
"""From which share of signs of code on a line or text is more of code than of words."""


class Reader:
    """What is known of the chunks and words met before, up to a bound; *weigh* gives each new word its weights."""

    def __init__(self, weigh: Callable[[Word], Word] = lambda word: word) -> None:
        self.chunks: dict[str, tuple[Word, ...]] = {}
        self.words: dict[Token, Word] = {}
        self._weigh = weigh
        self.line_break = weigh(known("\n"))
        self.edge = weigh(replace(EDGE))

    def cut(self, raw: str) -> Sequence[Word]:
        """Return the words of a chunk."""
        words = self.chunks.get(raw)
        if words is None:
            parts = tokens(raw)
            words = tuple(map(self.words.get, parts))  # type: ignore[arg-type]  # None is looked for in the next line
            if None in words:
                words = tuple(map(self._word, parts))
            if len(raw) < _SHORT:
                if len(self.chunks) > _KEPT:
                    self.chunks.clear()  # whoever sends ever new words gets no more than this memory
                self.chunks[raw] = words
        return words

    def _word(self, token: Token) -> Word:
        word = self.words.get(token)
        if word is None:
            word = self._weigh(known(token[0], bool(token[1])))
            if len(token[0]) < _SHORT:
                if len(self.words) > _KEPT:
                    self.words.clear()
                self.words[token] = word
        return word


class Text:
    """A text as words, with all that the model asks about its places; two edges stand before the first and after the last."""

    __slots__ = (
        "_caps",
        "_coded",
        "_firsts",
        "_lines",
        "_names",
        "_places",
        "_reader",
        "_register",
        "_signs",
        "_small",
        "_tongue",
        "words",
    )

    def __init__(self, text: str, reader: Reader) -> None:
        edges = (reader.edge, reader.edge)
        words = self.words = [*edges]
        self._reader = reader
        self._firsts: list[int] = []
        self._lines: list[tuple[int, str]] = []
        self._places: dict[int, list[tuple[int, int]]] = {}
        self._caps: list[int] = []
        self._small: set[str] = set()
        self._names: set[str] = set()
        self._coded, self._tongue = -1, 0
        self._register = (0, 0, 0)
        self._signs: list[int] = []
        kept, fresh, start = reader.chunks.get, reader.cut, 0
        for line in text.split("\n"):
            if line and not line.isspace():
                if len(words) > AROUND:
                    words.append(reader.line_break)
                self._firsts.append(len(words))
                self._lines.append((start, line))
                chunks = line.split(" ")
                try:
                    words += list(chain.from_iterable(map(kept, chunks)))  # type: ignore[arg-type]  # None is what is caught here
                except TypeError:
                    for raw in chunks:
                        words += fresh(raw)
            start += len(line) + 1
        words += edges

    def at(self, n: int) -> tuple[int, int]:
        """Return where word *n* stands. A line's places are worked out when the first of them is asked for."""
        number = bisect_right(self._firsts, n) - 1
        known = self._places.get(number)
        if known is None:
            start, line = self._lines[number]
            known = self._places[number] = []
            for raw in line.split(" "):
                stand = _places(raw) if len(raw) < _SHORT else places(raw)
                known += [(start + low, start + high) for low, high in stand]
                start += len(raw) + 1
        return known[n - self._firsts[number]]

    def candidates(self) -> list[int]:
        """Return the numbers of the words that could be part of a name."""
        words = self.words
        found = [n for n, word in enumerate(words) if word.maybe == 1]
        if not found:
            return found
        self._caps = [n for n in found if words[n].looks[0] in "TUC"]
        self._small = {word.small for word in words}
        likely = set(found)
        for n in found:
            if words[n].nearby and words[n + 1].nearby:  # `alicia keys`: a plain word that is a surname, beside a first name
                likely.add(n + 1)
            if words[n + 1].maybe == 2:  # a particle counts between two others: `Ana de la Cruz`
                at = n + 2
                while words[at].maybe == 2 and at < n + 4:
                    at += 1
                if words[at].maybe == 1 and words[at].looks[0] in "TUC":
                    likely.update(range(n + 1, at))
        return sorted(likely)

    @property
    def coded(self) -> int:
        """Return how much of the text is code, from 0 for nothing to 3."""
        if self._coded < 0:  # worked out when first asked: most short texts hold nothing that could be a name
            signs = self._signs = list(accumulate([word.sign for word in self.words]))
            self._coded = _level(signs[-1], len(signs))
            self._names = set(self._identifiers())
            spoken = [word.tongue for word in self.words if word.tongue]
            self._tongue = max(TONGUES, key=spoken.count) if spoken else 0
        return self._coded

    def _identifiers(self) -> Iterator[str]:
        """Yield what stands in the text as a name of code does: called, assigned, or joined to another by a point or a line."""
        words = self.words
        for n in [n for n, word in enumerate(words) if word.looks == "x"]:
            low = words[n].low
            if "_" in low:
                yield from low.lower().split("_")
            elif words[n + 1].low in _NAMING or words[n - 1].low == ".":
                yield low.lower()

    def about(self, n: int) -> About:
        """Return where else a word stands, how many capitals near it could be names, how much of its line and text is code, and
        the language of the text.

        Where else: 1 for in small letters, 2 for as a name of code, 3 for both. Languages: `words.TONGUES`, 0 for unknown.
        """
        low, near = self.words[n].low, self.near(n)
        elsewhere = (low in self._small) + 2 * (low in self._names)
        return elsewhere, near[0], near[1], self._tongue

    def near(self, n: int) -> tuple[int, int]:
        """Return of `about` what depends on the place and not on the word: the capitals near it, and how much is code."""
        first, end, register = self._register
        if not first <= n < end:
            coded, number = self.coded, bisect_right(self._firsts, n)
            first, end = self._firsts[number - 1], self._firsts[number] if number < len(self._firsts) else len(self.words)
            register = 4 * coded + _level(self._signs[end - 1] - self._signs[first - 1], end - first)
            self._register = first, end, register  # the next one asked about stands in the same line, mostly
        caps = self._caps
        return bisect_right(caps, n + 6) - bisect_right(caps, n - 7), register

    def pairs(self, n: int) -> tuple[str, ...]:
        """Return what is to be known of a place from several words together."""
        before2, before, here, after, after2 = self.words[n - 2 : n + 3]
        looks, left, right = here.looks, before.looks, after.looks
        elsewhere, crowd, register, tongue = self.about(n)
        return (
            f"A{left}|{looks}",
            f"B{looks}|{right}",
            f"C{left}|{looks}|{right}",
            f"D{before.low}|{looks}",
            f"E{looks}|{after.low}",
            f"F{before.low}|{after.low}",
            f"G{before2.low}|{before.low}",
            f"H{after.low}|{after2.low}",
            f"X{elsewhere}{looks}",
            f"K{register}|{looks}",
            f"J{register}|{elsewhere}{looks[0]}",
            f"L{tongue}|{looks}",
            f"M{tongue}|{left}|{looks[0]}",
            f"Y{crowd}{looks[0]}",
            f"Z{before2.looks}|{left}|{looks[0]}",
        )


_places = lru_cache(_KEPT // 10)(places)


def _level(signs: int, size: int) -> int:
    """Return how much of so many words are code, by its signs among them: 0 for without one, to 3."""
    return 1 + sum([signs >= share * size for share in _SHARES]) if signs else 0
