"""The finder of persons: words that are likely names, joined to spans; and one that knows names told elsewhere."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from sayso.scrub.fold import Folded
from sayso.scrub.persons import figures, lexicon
from sayso.scrub.persons.model import Model, standard
from sayso.scrub.persons.text import Text
from sayso.scrub.persons.words import TITLES, Word, known, tokens
from sayso.scrub.spans import Span

KIND = "person-name"
THRESHOLD = 0.2
"""From which chance on a word of a long text is part of a name; chosen on texts that are neither trained on nor held out."""
SHORT_THRESHOLD = 0.3
"""The same for a text shorter than `LONG`: a post or a turn says little of who is meant, and errs more often by the same chance."""
CODE_THRESHOLD = 0.4
"""The same for a text of code, from `SHORT` on: few of its words are names, so more of those found err."""
CODE = 2
"""From which `Text.coded` on a text is one of code."""
SHORT, LONG = 100, 600
"""So many words make a text long enough to say whether it is code, and long enough to say who is meant: a chapter, not a turn."""
_MANY = 64
_GAP = re.compile(r"[ \t\u00a0.'’-]{0,2}")


class Persons:
    """A `Recognizer` of persons' names by a small model: `find` gives spans of kind `person-name`, in code points.

    Linear in the text, without a clock or chance: the same text gives the same spans. With *keep_figures* persons of public
    life and of stories (`figures.txt`) stay, by full name or by a word that means only them. `digest` names model, lexicon and
    list of figures together. Not found are names in scripts without capitals; handles such as `@ana` are a kind of patterns.
    *threshold* is the chance from which on a word counts, in any text; else it goes by how long and how much of code the text is.
    """

    def __init__(self, *, threshold: float | None = None, keep_figures: bool = False, model: Model | None = None) -> None:
        usual = SHORT_THRESHOLD, THRESHOLD, CODE_THRESHOLD
        self.thresholds = usual if threshold is None else (threshold,) * 3
        self.keep_figures = keep_figures
        self.model = model or standard()

    @property
    def digest(self) -> str:
        """Return the SHA-256 of all that decides what is found, apart from the code."""
        said = f"{self.model.digest} {_lists()} {self.thresholds} {SHORT} {LONG} {CODE} {self.keep_figures}"
        return hashlib.sha256(said.encode()).hexdigest()

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return the names of each text."""
        return [self._names(text) for text in texts]

    def _names(self, original: str) -> list[Span]:
        folded = Folded(original)
        text = self.model.read(folded.text)
        chances = self.model.chances(text)
        size = original.count(" ")
        least = self.thresholds[2 if size >= SHORT and text.coded >= CODE else size >= LONG]
        likely = [n for n, chance in chances if chance >= least]
        if not likely:
            return []
        groups = list(_joined(folded.text, text, likely))
        if self.keep_figures:
            groups = _without_figures(groups, text)
        return [Span(*folded.back(text.at(low)[0], text.at(high)[1]), KIND, "model") for low, high in groups]


class Told:
    """A `Recognizer` of names that were told somewhere in a conversation, wherever else they stand in it.

    A word of a told name is masked by itself too, in capitals as there, unless it is also a plain word (`Rose`, `Will`): that
    one needs another word of a told name beside it. What was told in small letters is found in small letters.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._strong: set[str] = set()
        self._weak: set[str] = set()
        self._small: set[str] = set()
        held = lexicon.lexicon()
        for name in names:
            for word in _words(name):
                if word.low.rstrip(".") in TITLES or not word.low[:1].isalpha():
                    continue
                plain = held.get(word.low, 0) & (lexicon.PLAIN | lexicon.RARE) or len(word.low) < 3
                (self._weak if plain else self._strong).add(word.low)
                if word.looks[0] == "l" or (not plain and held.get(word.low, 0) & (lexicon.MANY_FIRST | lexicon.MANY_LAST)):
                    self._small.add(word.low)

        # what is sought at all, for a first look; when it is much, each text is read as words at once
        every = self._strong | self._weak
        self._sought = sorted(every) if len(every) < _MANY else [""]

    def find(self, texts: Sequence[str]) -> list[list[Span]]:
        """Return where these names stand in each text."""
        return [list(self._spans(text)) for text in texts] if self._strong or self._weak else [[] for _ in texts]

    def _spans(self, original: str) -> Iterator[Span]:
        folded = Folded(original)
        plain = folded.text.lower()
        if not any(word in plain for word in self._sought):
            return
        text = standard().read(folded.text)
        strong = {n for n, word in enumerate(text.words) if word.low in self._strong and self._cased(word)}
        weak = {n for n, word in enumerate(text.words) if word.low in self._weak and self._cased(word)}
        every = strong | weak  # joined once: for each word anew it made a text of nothing else quadratic
        named = strong | {n for n in weak if not every.isdisjoint((n - 1, n + 1, n - 2, n + 2))}
        for low, high in _joined(folded.text, text, sorted(named)):
            yield Span(*folded.back(text.at(low)[0], text.at(high)[1]), KIND, "told elsewhere")

    def _cased(self, word: Word) -> bool:
        return word.looks[0] in "TUCI" or word.low in self._small


def _words(name: str) -> list[Word]:
    return [known(word, bool(spoken)) for chunk in name.split() for word, spoken in tokens(chunk)]


def _joined(plain: str, text: Text, numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last word of each name; a title before it (`Mrs.`) is part of it, so that nothing tells her apart."""
    low = high = -1
    for n in numbers:
        if low >= 0 and n == high + 1 and _GAP.fullmatch(plain, text.at(high)[1], text.at(n)[0]):
            high = n
            continue
        if low >= 0:
            yield _titled(plain, text, low), high
        low = high = n
    if low >= 0:
        yield _titled(plain, text, low), high


def _titled(plain: str, text: Text, low: int) -> int:
    before = text.words[low - 1]
    titled = before.low.rstrip(".") in TITLES and _GAP.fullmatch(plain, text.at(low - 1)[1], text.at(low)[0])
    return low - 1 if titled else low


def _without_figures(groups: Sequence[tuple[int, int]], text: Text) -> list[tuple[int, int]]:
    """Leave out full names of figures, and what stands for one alone or is part of one that is named in full in this text."""
    full, alone = figures.figures()
    said = [" ".join(word.low for word in text.words[low : high + 1] if word.low not in TITLES) for low, high in groups]
    called = {word for name in said if name in full for word in name.split(" ")}
    return [group for group, name in zip(groups, said, strict=True) if name not in full | alone and name not in called]


@cache
def _lists() -> str:
    both = lexicon.PATH.read_bytes() + figures.PATH.read_bytes()
    return hashlib.sha256(both).hexdigest()
