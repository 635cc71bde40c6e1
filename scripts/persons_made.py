"""Texts made for training: labelled ones with other people's names put in, and sentences of our own."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from persons_data import Labelled
from persons_sentences import sentences

from sayso.scrub.persons.lexicon import FIRST, LAST, PLAIN, lexicon
from sayso.scrub.persons.words import TITLES

SENTENCES = 8000
COPIES, LOWERED, INVENTED = 0.5, 0.15, 0.35


class Names:
    """Names drawn from the lexicon, and invented ones that no lexicon knows, letter by letter after its surnames."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        known = lexicon()
        self.first = [word for word, bits in known.items() if bits & FIRST and not bits & PLAIN and word.isascii()]
        self.last = [word for word, bits in known.items() if bits & LAST and not bits & PLAIN and word.isascii()]
        self._next: dict[str, list[str]] = defaultdict(list)
        for word in self.last:
            padded = f"^^{word}$"
            for at in range(len(padded) - 2):
                self._next[padded[at : at + 2]].append(padded[at + 2])

    def word(self, kind: str) -> str:
        if self.rng.random() < INVENTED:
            return self.invented()
        return self.rng.choice(self.first if kind == "first" else self.last).capitalize()

    def invented(self) -> str:
        while True:
            word = "^^"
            while word[-1] != "$" and len(word) < 14:
                word += self.rng.choice(self._next[word[-2:]])
            if 5 < len(word) < 14 and word[2:-1] not in lexicon():
                return word[2:-1].capitalize()


def renamed(one: Labelled, names: Names) -> Labelled:
    """Return the text with each word of each name replaced, the same word by the same."""
    fresh: dict[str, str] = {}
    out, spans, at, length = [], [], 0, 0
    for start, end in one.spans:
        words = one.text[start:end].split(" ")
        new = []
        for place, word in enumerate(words):
            low = word.lower().rstrip(".")
            if (
                low in TITLES
                or len(word) < 3
                or not word.isalpha()
                or (low in ("the", "and", "van", "von", "der", "king", "queen"))
            ):
                new.append(word)
                continue
            if low not in fresh:
                fresh[low] = names.word("last" if place and place + 1 == len(words) else "first")
            other = fresh[low]
            new.append(other.lower() if word.islower() else other.upper() if word.isupper() else other)
        value = " ".join(new)
        out += one.text[at:start], value
        length += start - at
        spans.append((length, length + len(value)))
        length += len(value)
        at = end
    out.append(one.text[at:])
    return Labelled("".join(out), tuple(spans))


def varied(sources: Mapping[str, Sequence[Labelled]], seed: int) -> Iterator[Labelled]:
    """Yield the texts, some once more in small letters, and those with names once more with others."""
    rng = random.Random(seed)  # noqa: S311 - the same draws each time, no secret
    names = Names(rng)
    for source, texts in sources.items():
        for one in texts:
            yield one
            if source != "litbank" and rng.random() < LOWERED and len(one.text.lower()) == len(one.text):
                yield Labelled(one.text.lower(), one.spans)
            if one.spans and rng.random() < COPIES:
                yield renamed(one, names)


def made_up(seed: int) -> Iterator[Labelled]:
    """Yield sentences of our own."""
    rng = random.Random(seed + 1)  # noqa: S311 - as above
    yield from sentences(Names(rng), rng, SENTENCES)
