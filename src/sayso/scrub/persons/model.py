"""The weights: a two-state chain over words that could be part of a name, as a sum of small whole numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from math import exp
from pathlib import Path

from sayso.scrub.persons.pairs import About, Around, Pairs
from sayso.scrub.persons.text import Reader, Text
from sayso.scrub.persons.words import Weights, Word

PATH = Path(__file__).with_name("model.txt")
SCALE = 32
"""How many steps of a weight make one unit of log-odds."""
_HOPELESS = -4 * SCALE
"""Below this the words by themselves say no, whatever they say together: most capitals that begin a sentence end here."""
_SAID = 4_000
"""In a text with more places to be asked about than this, what words say together is kept, for so many places."""
_NONE: Weights = (0, 0, 0, 0, 0)


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
        said = _Said(pairs, text) if len(numbers) > _SAID else None
        hope = False
        last = len(numbers) - 1
        for place, n in enumerate(numbers):
            two, one, here, after, after2 = words[n - 2 : n + 3]
            total = two.weights[0] + one.weights[1] + here.weights[2] + after.weights[3] + after2.weights[4]
            if total > _HOPELESS:
                hope = True
                around = two, one, here, after, after2
                total += said.of(around, n) if said else pairs(around, text.about(n))
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
        word.clues = ()  # all they say is in the weights, and they are most of what a word takes in memory
        return word

    def _sum(self, word: Word) -> Weights:
        held = [weights for weights in map(self._clues.get, word.clues) if weights]
        if not held:
            return _NONE
        a, b, c, d, e = map(sum, zip(*held, strict=True))
        return a, b, c, d, e


class _Said:
    """What the words of places say together, kept: a text of so many names repeats itself, or is built to cost."""

    def __init__(self, pairs: Callable[[Around, About], int], text: Text) -> None:
        self._pairs, self._text = pairs, text
        self._kept: dict[tuple[object, ...], int] = {}

    def of(self, around: Around, n: int) -> int:
        """Return what the five words around place *n* say together."""
        key = (*around, *self._text.near(n))  # what else the text says of a word is the same wherever it stands
        total = self._kept.get(key)
        if total is None:
            if len(self._kept) > _SAID:
                self._kept.clear()
            total = self._kept[key] = self._pairs(around, self._text.about(n))
        return total


def marginals(odds: Sequence[float], start: float, stay: float, back: float) -> list[float]:
    """Return the chance of each word of a run to be part of a name.

    *odds* are those of each word by itself; *start* weighs a name that begins, *stay* one that goes on, *back* one that ends
    while the run goes on.

    >>> marginals([1.0], 1, 1, 1)
    [0.5]
    """
    if len(odds) == 1:
        return [start * odds[0] / (1 + start * odds[0])]
    nos: list[float] = []
    yeses: list[float] = []
    no, yes = 1.0, 0.0
    for odd in odds:
        no, yes = no + yes * back, (no * start + yes * stay) * odd
        total = no + yes
        no, yes = no / total, yes / total
        nos.append(no)
        yeses.append(yes)
    chances: list[float] = []
    later_no = later_yes = 1.0
    for no, yes, odd in zip(reversed(nos), reversed(yeses), reversed(odds), strict=True):
        no, yes = no * later_no, yes * later_yes
        chances.append(yes / (no + yes))
        later_no, later_yes = later_no + start * odd * later_yes, back * later_no + stay * odd * later_yes
        total = later_no + later_yes
        later_no, later_yes = later_no / total, later_yes / total
    chances.reverse()
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
