"""All turns of a conversation together: a name that is found once is masked wherever else it stands, in any turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import TypeVar

from sayso.facts.conversation import Turn
from sayso.scrub.masking import Marks, Masked, Recognizer, mark_of, mask
from sayso.scrub.persons import Told
from sayso.scrub.seams import over_texts, over_turns
from sayso.scrub.spans import Span
from sayso.scrub.turns import mask_turn

T = TypeVar("T")


def mask_turns(turns: Sequence[Turn], marks: Marks, *, recognizers: Iterable[Recognizer] = ()) -> list[tuple[Turn, dict[str, int]]]:
    """Return each turn with all its text masked, and how many of each kind were found in it.

    Which names are masked depends on the turns but not on their order; halves of a secret are found where they follow each other.
    """
    finders = [*recognizers, *over_turns(turns)]
    return everywhere(lambda given, all_of: [mask_turn(turn, given, recognizers=all_of) for turn in turns], marks, finders)


def mask_texts(texts: Sequence[str], marks: Marks, *, recognizers: Iterable[Recognizer] = ()) -> list[Masked]:
    """Return the texts of one conversation masked.

    >>> [masked.text for masked in mask_texts(["my name is Ana Lima", "Lima called"], Marks(b"k"))]
    ['my name is [NAME_1]', '[NAME_2] called']
    """
    finders = [*recognizers, *over_texts(pairwise(texts))]
    return everywhere(lambda given, all_of: [mask(text, given, recognizers=all_of) for text in texts], marks, finders)


def everywhere(run: Callable[[Marks, Sequence[Recognizer]], T], marks: Marks, recognizers: Iterable[Recognizer]) -> T:
    """Return what *run* makes with marks and finders, having heard the names of a first run that is thrown away."""
    remembered = [_Remembered(one) for one in recognizers]
    hearing = _Hearing()
    run(hearing, remembered)
    marks.heard(hearing.values)
    return run(marks, [*remembered, Told(hearing.names)] if hearing.names else remembered)


class _Hearing(Marks):
    """Marks that keep what they stand for; it lives as long as one call and is never shown."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.values: set[tuple[str, str]] = set()

    def of(self, kind: str, value: str) -> str:
        self.values.add((kind, value))
        if mark_of(kind) == "NAME":
            self.names.add(value)
        return super().of(kind, value)


class _Remembered:
    """A finder that is asked once about each text; what it said is kept as long as one call."""

    def __init__(self, inner: Recognizer) -> None:
        self._inner = inner
        self._said: dict[str, Sequence[Span]] = {}

    def find(self, texts: Sequence[str]) -> list[Sequence[Span]]:
        new = [text for text in dict.fromkeys(texts) if text not in self._said]
        if new:
            self._said.update(zip(new, self._inner.find(new), strict=True))
        return [self._said[text] for text in texts]
