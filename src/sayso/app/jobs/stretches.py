"""A few words around each thing that scrubbing found, as an officer may see them: the rest of the text stays where it is."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from sayso import scrub as scrub_bench
from sayso.facts.conversation import Text, Turn
from sayso.scrub import Masked, Recognizer, Span, Treated
from sayso.scrub.fold import Folded
from sayso.scrub.searching import mark_of
from sayso.scrub.turns import texts_of

AROUND = 6
"""Words shown on each side of what was found."""
QUIET = 24
"""Words shown of a turn in which nothing was found."""
LONGEST = 200_000
"""Signs of a conversation that is sampled; a longer one would keep the officer waiting, and is passed over."""
_WORD = re.compile(r"\S+")
_HALF = ("SECRET", "HASH", "WALLET", "CARD", "IBAN", "SSN", "PASSPORT", "NATIONAL_ID", "HEALTH_ID", "ACCOUNT", "CARD_CODE")


class Word(Struct, frozen=True, kw_only=True):
    """A word as it stands in the release, or a mark, and the places in the person's text it stands for."""

    start: int
    end: int
    text: str
    mark: bool = False


class Stretch(Struct, frozen=True, kw_only=True):
    """A few words of one turn; `found` is among them where it is about something that was found."""

    row: str
    turn: int
    part: int
    role: str
    words: tuple[Word, ...]
    found: Word | None = None
    kind: str = ""
    before: str = ""
    """What stood there; only the ends of it where that is enough to judge."""


def stretches(
    turns: Iterable[tuple[int, Turn]], row: str, marks: Treated, recognizers: Sequence[Recognizer], kind: str
) -> Iterator[Stretch]:
    """Yield what to show of one conversation: around each thing found, and a piece of turns in which nothing was.

    *turns* are those a release used, with their numbers; *row* is its blinded id; *kind* asks for one word of marks alone.
    """
    held = list(turns)
    # All of them together, as for the release: a name told by a tool goes here too, and marks have the numbers they have there.
    masked = scrub_bench.mask_parts([turn for _, turn in held], marks, recognizers=recognizers)
    for number, turn, place, text, found in _shown(held, masked, marks):
        words = list(_words(text, found.spans, marks))
        at = {word.start: spot for spot, word in enumerate(words) if word.mark}
        for span in found.spans:
            spot = at[span.start]
            if kind and mark_of(span.kind).lower() != kind:
                continue
            yield Stretch(
                row=row,
                turn=number,
                part=place,
                role=turn.role,
                words=tuple(words[max(0, spot - AROUND) : spot + AROUND + 1]),
                found=words[spot],
                kind=mark_of(span.kind).lower(),
                before=shown(mark_of(span.kind), text[span.start : span.end]),
            )
        if not found.spans and not kind and words:
            # Which words of a long turn: by the blinded id, so that nobody chooses, and they are the same each time.
            first = int(row[:8], 16) % max(1, len(words) - QUIET)
            some = tuple(words[first : first + QUIET])
            yield Stretch(row=row, turn=number, part=place, role=turn.role, words=some)


def too_long(turns: Iterable[tuple[int, Turn]]) -> bool:
    """Return whether a conversation has more signs than are sampled."""
    return sum(len(text) for _, turn in turns for text in texts_of(turn)) > LONGEST


def _shown(
    turns: Sequence[tuple[int, Turn]], masked: Sequence[Sequence[Sequence[Masked]]], marks: Treated
) -> Iterator[tuple[int, Turn, int, str, Masked]]:
    """Yield the texts of turns that a release shows; those of a turn that was left out for a hit anywhere in it are none."""
    for (number, turn), parts in zip(turns, masked, strict=True):
        kinds = {kind for part in parts for one in part for kind in one.counts}
        if turn.hidden or not turn.trainable or turn.role == "tool":
            continue
        if any(marks.action(kind) in ("drop_turn", "drop_conversation") for kind in kinds):
            continue
        for place, (part, fields) in enumerate(zip(turn.parts, parts, strict=True)):
            # Of JSON a few words around a place say little.
            if isinstance(part, Text) and part.text.strip() and part.text.lstrip()[:1] not in ("{", "["):
                yield number, turn, place, part.text, fields[0]


def _words(text: str, spans: Sequence[Span], marks: Treated) -> Iterator[Word]:
    """Yield the words of a text as the release has them: what was found is one word, its mark."""
    at = 0
    for span in spans:
        yield from _plain(text, at, span.start)
        stands = marks.of(span.kind, Folded(text[span.start : span.end]).text)
        yield Word(start=span.start, end=span.end, text=stands, mark=True)
        at = span.end
    yield from _plain(text, at, len(text))


def _plain(text: str, low: int, high: int) -> Iterator[Word]:
    for match in _WORD.finditer(text, low, high):
        yield Word(start=match.start(), end=match.end(), text=match[0] if len(match[0]) <= 60 else f"{match[0][:57]}…")


def shown(mark: str, value: str) -> str:
    """Return what stood there as far as it is needed: of numbers and keys the ends alone, since their form tells them."""
    if mark in _HALF:
        return f"{value[:3]}{'•' * min(12, max(0, len(value) - 5))}{value[-2:]}" if len(value) > 8 else "•" * len(value)
    return value if len(value) <= 200 else f"{value[:200]}…"
