"""The weights: a two-state chain over words that could be part of a name, as a sum of small whole numbers."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import chain
from math import exp
from pathlib import Path

from sayso.scrub.persons.pairs import Pairs
from sayso.scrub.persons.words import Cut, Weights, Word, cut, known

PATH = Path(__file__).with_name("model.txt")
SCALE = 32
"""How many steps of a weight make one unit of log-odds."""
_KEPT = 40_000
_HOPELESS = -4 * SCALE
"""Below this the words by themselves say no, whatever they say together: most capitals that begin a sentence end here."""
_SHORT = 32
EDGE = Word("", 0, "^", ())
"""What stands before the first and after the last word, to whoever has no model."""
AROUND = 2
_NONE: Weights = (0, 0, 0, 0, 0)


class Reader:
    """What is known of the chunks met before, up to a bound; *weigh* gives each new word its weights."""

    def __init__(self, weigh: Callable[[Word], Word] = lambda word: word) -> None:
        self.kept: dict[str, Cut] = {}
        self.words: dict[str, tuple[Word, ...]] = {}
        self._weigh = weigh
        self.line_break = weigh(known("\n"))
        self.edge = weigh(replace(EDGE))

    def cut(self, raw: str) -> Cut:
        """Return the words of a chunk and their places in it."""
        parts = self.kept.get(raw)
        if parts is None:
            parts = cut(raw)
            for word in parts[0]:
                self._weigh(word)
            if len(raw) < _SHORT:
                if len(self.kept) > _KEPT:
                    self.kept.clear()  # whoever sends ever new words gets no more than this memory
                    self.words.clear()
                self.kept[raw] = parts
                self.words[raw] = parts[0]
        return parts


class Text:
    """A text as words, with all that the model asks about its places; two edges stand before the first and after the last."""

    __slots__ = ("_caps", "_firsts", "_lines", "_places", "_reader", "_small", "words")

    def __init__(self, text: str, reader: Reader) -> None:
        edges = (reader.edge, reader.edge)
        words = self.words = [*edges]
        self._reader = reader
        self._firsts: list[int] = []
        self._lines: list[tuple[int, str]] = []
        self._places: dict[int, list[tuple[int, int]]] = {}
        self._caps: list[int] = []
        self._small: set[str] = set()
        kept, fresh, start = reader.words.get, reader.cut, 0
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
                        words += fresh(raw)[0]
            start += len(line) + 1
        words += edges

    def at(self, n: int) -> tuple[int, int]:
        """Return where word *n* stands. A line's places are worked out when the first of them is asked for."""
        number = bisect_right(self._firsts, n) - 1
        places = self._places.get(number)
        if places is None:
            start, line = self._lines[number]
            places = self._places[number] = []
            for raw in line.split(" "):
                places += [(start + low, start + high) for low, high in self._reader.cut(raw)[1]]
                start += len(raw) + 1
        return places[n - self._firsts[number]]

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

    def about(self, n: int) -> tuple[bool, int]:
        """Return whether a word stands in small letters somewhere in the text, and how many capitals near it could be names."""
        caps = self._caps
        return self.words[n].low in self._small, bisect_right(caps, n + 6) - bisect_right(caps, n - 7)

    def pairs(self, n: int) -> tuple[str, ...]:
        """Return what is to be known of a place from several words together."""
        before2, before, here, after, after2 = self.words[n - 2 : n + 3]
        looks, left, right = here.looks, before.looks, after.looks
        repeated, crowd = self.about(n)
        return (
            f"A{left}|{looks}",
            f"B{looks}|{right}",
            f"C{left}|{looks}|{right}",
            f"D{before.low}|{looks}",
            f"E{looks}|{after.low}",
            f"F{before.low}|{after.low}",
            f"G{before2.low}|{before.low}",
            f"H{after.low}|{after2.low}",
            f"X{repeated}{looks}",
            f"Y{crowd}{looks[0]}",
            f"Z{before2.looks}|{left}|{looks[0]}",
        )


class Model:
    """Weights read from a file. `chances(text)` says, for each word that could be part of a name, how likely it is."""

    def __init__(self, raw: str) -> None:
        self.digest = hashlib.sha256(raw.encode()).hexdigest()
        self._clues: dict[str, Weights] = {}
        pairs: dict[str, int] = {}
        self._chain: tuple[int, int, int] = (0, 0, 0)
        for line in raw.splitlines():
            name, _, rest = line.rpartition("\t")
            match name[:1]:
                case "#":
                    continue
                case "~":
                    start, stay, back = map(int, rest.split(" "))
                    self._chain = start, stay, back
                case "0":
                    two, one, here, after, after2 = map(int, rest.split(" "))
                    self._clues[_read(name[1:])] = two, one, here, after, after2
                case _:
                    pairs[_read(name)] = int(rest)
        self._pairs = Pairs(pairs)
        self._reader = Reader(self._weigh)

    def read(self, text: str) -> Text:
        """Return a text as words; what is known of a word is kept for the next text, up to a bound."""
        return Text(text, self._reader)

    def chances(self, text: Text) -> list[tuple[int, float]]:
        """Return the number and the chance of words that could be part of a name, in order; the hopeless are left out."""
        numbers = text.candidates()
        found: list[tuple[int, float]] = []
        run: list[int] = []
        start, stay, back = (exp(weight / SCALE) for weight in self._chain)
        words, pairs = text.words, self._pairs.of
        hope = False
        last = len(numbers) - 1
        for place, n in enumerate(numbers):
            two, one, here, after, after2 = words[n - 2 : n + 3]
            total = two.weights[0] + one.weights[1] + here.weights[2] + after.weights[3] + after2.weights[4]
            if total > _HOPELESS:
                hope = True
                total += pairs((two, one, here, after, after2), *text.about(n))
            run.append(total)
            if place == last or numbers[place + 1] != n + 1:
                if hope:
                    odds = [exp(max(-480, min(480, total)) / SCALE) for total in run]
                    found += zip(range(n + 1 - len(run), n + 1), marginals(odds, start, stay, back), strict=True)
                run, hope = [], False
        return found

    def _weigh(self, word: Word) -> Word:
        """Return a word with what it weighs by itself, and beside others."""
        word.weights, word.beside = self._sum(word), self._pairs.beside(word.low)
        return word

    def _sum(self, word: Word) -> Weights:
        held = [weights for clue in word.clues if (weights := self._clues.get(clue))]
        if not held:
            return _NONE
        a, b, c, d, e = (sum(column) for column in zip(*held, strict=True))
        return a, b, c, d, e


def marginals(odds: Sequence[float], start: float, stay: float, back: float) -> list[float]:
    """Return the chance of each word of a run to be part of a name.

    *odds* are those of each word by itself; *start* weighs a name that begins, *stay* one that goes on, *back* one that ends
    while the run goes on.

    >>> marginals([1.0], 1, 1, 1)
    [0.5]
    """
    if len(odds) == 1:
        return [start * odds[0] / (1 + start * odds[0])]
    forward: list[tuple[float, float]] = []
    no, yes = 1.0, start * odds[0]
    forward.append((no / (no + yes), yes / (no + yes)))
    for odd in odds[1:]:
        no, yes = forward[-1]
        no, yes = no + yes * back, (no * start + yes * stay) * odd
        forward.append((no / (no + yes), yes / (no + yes)))
    chances = [0.0] * len(odds)
    later_no = later_yes = 1.0
    for n in range(len(odds) - 1, -1, -1):
        no, yes = forward[n][0] * later_no, forward[n][1] * later_yes
        chances[n] = yes / (no + yes)
        odd = odds[n]
        later_no, later_yes = later_no + start * odd * later_yes, back * later_no + stay * odd * later_yes
        total = later_no + later_yes
        later_no, later_yes = later_no / total, later_yes / total
    return chances


def escaped(name: str) -> str:
    """Return a clue or pair fit for one line of the file."""
    return name.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t")


def _read(name: str) -> str:
    return name.replace("\\\\", "\0").replace("\\n", "\n").replace("\\t", "\t").replace("\0", "\\") if "\\" in name else name


@cache
def standard() -> Model:
    """Return the model that sayso ships."""
    return Model(PATH.read_text(encoding="utf-8"))
