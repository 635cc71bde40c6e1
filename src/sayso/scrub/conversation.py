"""All turns of a conversation together: a name that is found once is masked wherever else it stands, in any turn."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise
from typing import TypeVar

from sayso.facts.conversation import Turn
from sayso.scrub.items import Asked
from sayso.scrub.masking import Marks, Masked, masked
from sayso.scrub.persons import Told
from sayso.scrub.seams import over_texts, over_turns
from sayso.scrub.searching import Recognizer, mark_of
from sayso.scrub.seen import Seen
from sayso.scrub.turns import Read, parts_masked, texts_of, turn_masked

T = TypeVar("T")


def mask_turns(turns: Sequence[Turn], marks: Marks, *, recognizers: Iterable[Recognizer] = ()) -> list[tuple[Turn, dict[str, int]]]:
    """Return each turn with all its text masked, and how many of each kind were found in it.

    Which names are masked depends on the turns but not on their order; halves of a secret are found where they follow each other.
    """
    return _over_turns(turn_masked, turns, marks, recognizers)


def mask_parts(turns: Sequence[Turn], marks: Marks, *, recognizers: Iterable[Recognizer] = ()) -> list[list[list[Masked]]]:
    """Return what `mask_turns` makes of each field of each part of each turn, with where in it what was found."""
    return _over_turns(parts_masked, turns, marks, recognizers)


def mask_texts(texts: Sequence[str], marks: Marks, *, recognizers: Iterable[Recognizer] = ()) -> list[Masked]:
    """Return the texts of one conversation masked.

    >>> [masked.text for masked in mask_texts(["my name is Ana Lima", "Lima called"], Marks(b"k"))]
    ['my name is [NAME_1]', '[NAME_2] called']
    """
    asked = [(text, False) for text in texts]
    finders = [*recognizers, *over_texts(pairwise(texts), [texts])]
    return _everywhere(lambda given, seen: [masked(text, given, seen.find(text)) for text in texts], asked, marks, finders)


def mask_each(texts: Sequence[str], *, recognizers: Iterable[Recognizer] = ()) -> list[Masked]:
    """Return texts masked, each a conversation of its own, and JSON where it is JSON; all are searched at once.

    >>> [masked.text for masked in mask_each(["bo@example.org", '{"to": "cy@example.org"}'])]
    ['[EMAIL_1]', '{"to": "[EMAIL_1]"}']
    """
    reading, finders = Read(), list(recognizers)
    seen = Seen(finders)
    asked = [list(reading.asked(text)) for text in texts]
    seen.learn(one for some in asked for one in some)
    each: list[Masked] = []
    for text, some in zip(texts, asked, strict=True):
        halves = reading.halves([text])  # what is half a secret here is none in another conversation
        each.append(_told(partial(reading.masked, text), Seen([*finders, *halves]) if halves else seen, some, Marks()))
    return each


def _over_turns(
    one: Callable[[Turn, Marks, Read, Seen], T], turns: Sequence[Turn], marks: Marks, recognizers: Iterable[Recognizer]
) -> list[T]:
    """Return what *one* makes of each turn, with what was seen in all of them."""
    reading = Read()
    texts = [text for turn in turns for text in texts_of(turn)]
    asked = [asked for text in texts for asked in reading.asked(text)]
    finders = [*recognizers, *over_turns(turns), *reading.halves(texts)]
    return _everywhere(lambda given, seen: [one(turn, given, reading, seen) for turn in turns], asked, marks, finders)


def _everywhere(run: Callable[[Marks, Seen], T], asked: Sequence[Asked], marks: Marks, recognizers: Iterable[Recognizer]) -> T:
    """Return what *run* makes of what is found in the texts it asks, all of them searched at once."""
    seen = Seen(recognizers)
    seen.learn(asked)
    return _told(run, seen, asked, marks)


def _told(run: Callable[[Marks, Seen], T], seen: Seen, asked: Iterable[Asked], marks: Marks) -> T:
    """Return what *run* makes of what was seen, having heard the names of a first run that is thrown away."""
    hearing = _Hearing()
    run(hearing, seen)
    marks.heard(hearing.values)
    texts = (text for text, alone in asked if not alone)
    return run(marks, seen.told(Told(hearing.names), texts) if hearing.names else seen)


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
