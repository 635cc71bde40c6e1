"""From texts to hits: what one search finds, and what the next ones find with that taken out, until nothing more shows."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Protocol

from sayso.scrub.again import Rest, awake_again, near, without
from sayso.scrub.characters import whole
from sayso.scrub.confirming import Found, Work
from sayso.scrub.engine import Awake, Engine
from sayso.scrub.fold import Folded
from sayso.scrub.gates import Re2, named
from sayso.scrub.spans import Hit, Span, in_bytes, in_code_points, on_characters, settled
from sayso.scrub.table import BY_KIND, ROWS

_engine = [Engine(ROWS)]
STANDING_MARK = re.compile(r"\[([A-Z][A-Z_]{1,24})_(\d{1,9})\]")
_STANDING = re.compile(STANDING_MARK.pattern.replace(r"\d", "[0-9]").encode())
_ROUNDS = 6
_NAMES = 64
_FOREIGN = "PRIVATE"
_PERSON = "person-name"
_TELL_NAMES = frozenset([_PERSON, *(row.kind for row in ROWS if row.mark == "NAME")])


def engine() -> Engine:
    """Return the engine that searches: RE2, unless `use` named another."""
    return _engine[0]


def use(name: str | None) -> str:
    """Search with the engine of this name from here on, in this process, and return its name: `re2`, `hyperscan` or `re`.

    The spans stay the same, only the time differs. Raises Unfit for one that is unknown or not installed.
    """
    if (name or Re2.name) != _engine[0].tools.name:
        tools = named(name)
        if tools.name != _engine[0].tools.name:
            _engine[0] = Engine(ROWS, tools)
    return _engine[0].tools.name


class Recognizer(Protocol):
    """Another finder, such as a model for names: spans in code points for each text of a batch, in the same order.

    Not trusted to be pure or repeatable: record its name, version and weights with whatever it helped to make.
    """

    def find(self, texts: Sequence[str]) -> Sequence[Sequence[Span]]:
        """Return the spans of each text."""
        ...


def search(
    texts: Sequence[str], recognizers: Iterable[Recognizer] = (), work: Work | None = None, *, many: bool = False
) -> list[list[Hit]]:
    """Return the hits in each text, in code points, sorted and disjoint; with *many*, short ones are asked about together."""
    work = work if work is not None else Work()
    engine = _engine[0]
    twins = [Folded(text) for text in texts]
    encoded = [one.encoded for one in twins]
    awake = engine.awake(encoded, work) if many else [engine.wakes(one, work) for one in encoded]
    reads: dict[int, _Read] = {}
    for number, found in enumerate(engine.found(encoded, awake, work)):
        hits = _kept(encoded[number], found) if found else None
        if hits:
            reads[number] = _Read(texts[number], twins[number], awake[number], found, hits)
    for recognizer in recognizers:
        for number, spans in enumerate(recognizer.find(texts)):
            if spans:
                read = reads.get(number) or _Read(texts[number], twins[number], awake[number], Found(), [])
                read.add(_cut_to(texts[number], spans))
                reads[number] = read
    left = [read for read in reads.values() if read.hits]
    for _ in range(_ROUNDS):
        if not left:
            break
        left = _once_more(engine, left, work)
    found_in = {number: read.points() for number, read in reads.items()}
    return [found_in.get(number, []) for number in range(len(texts))]


class _Read:
    """A text in which something was found.

    Its hits are places in the bytes of its twin or, once a finder has told some that have no place of their own there, in itself.
    """

    __slots__ = ("awake", "foreign", "found", "hits", "text", "twin")

    def __init__(self, text: str, twin: Folded, awake: Awake, found: Found, hits: list[Hit]) -> None:
        self.text, self.twin, self.awake, self.found, self.hits = text, twin, awake, found, hits
        self.foreign = False

    def points(self) -> list[Hit]:
        """Return the hits in code points of the text."""
        return self.hits if self.foreign else self.twin.carried(in_code_points(self.twin.encoded, self.hits))

    def add(self, more: Iterable[Hit]) -> None:
        """Take in hits in code points of the text."""
        points = self.points()
        both = settled([*points, *more])
        if both != points:
            self.foreign = self.foreign or self.twin.shifted
            self.hits = both if self.foreign else in_bytes(self.twin.text, both)

    def echo(self) -> None:
        """Take in where else names stand that were told once."""
        if not _TELL_NAMES.isdisjoint([hit[2] for hit in self.hits]):
            self.add(_echoes(self.text, self.points()))

    def whole(self) -> None:
        """Let no hit part a letter from its accent."""
        if not self.text.isascii():
            self.add(whole(self.text, self.points()))

    def left(self, engine: Engine, work: Work) -> tuple[Folded, Rest[bytes] | Rest[str], Awake | Found]:
        """Return what is left of the text, and the rows that may wake in it, or of a long one the hits."""
        marks = [_stand_in(hit[2]) for hit in self.hits]
        if self.foreign:
            said = without(self.text, self.hits, marks)
            twin = Folded(said.text)
            self.awake = engine.wakes(twin.encoded, work)
            return twin, said, self.awake
        rest = without(self.twin.encoded, self.hits, [mark.encode() for mark in marks])
        if self.found.woken is not None:
            places = near(engine, rest, self.hits, self.found, work)
            return Folded.of(rest.text), rest, None if places is None else engine.found_near(rest.text, places, work)
        self.awake = awake_again(engine, rest, self.awake, work)
        return Folded.of(rest.text), rest, self.awake

    def learn(self, twin: Folded, rest: Rest[bytes] | Rest[str], found: Found) -> bool:
        """Take in what was found in what was left; return whether it was anything."""
        hits = _kept(twin.encoded, found) if found else None
        if not hits:
            return False
        if self.foreign:
            hits = twin.carried(in_code_points(twin.encoded, hits))
        self.hits = settled([*self.hits, *(rest.back(hit, self.hits) for hit in hits)])
        kinds = {row.kind for row, *_ in found.refused}.union(kind for kind, *_ in found.open)
        self.found.open += [(kind, 0, len(self.twin.encoded)) for kind in kinds]
        return True


def _once_more(engine: Engine, reads: Sequence[_Read], work: Work) -> list[_Read]:
    """Search these texts again with what was found taken out, and return those in which that found more."""
    asked = []
    more = []
    for read in reads:
        read.echo()
        read.whole()
        twin, rest, some = read.left(engine, work)
        if isinstance(some, Found):
            more.append((read, twin, rest, some))
        else:
            asked.append((read, twin, rest, some))
    found = engine.found([twin.encoded for _, twin, _, _ in asked], [some for *_, some in asked], work)
    more += [(read, twin, rest, one) for (read, twin, rest, _), one in zip(asked, found, strict=True)]
    return [read for read, twin, rest, one in more if read.learn(twin, rest, one)]


def _kept(encoded: bytes, found: Found) -> list[Hit]:
    """Return what was found in a text, settled, in whole characters and without what lies within marks that stand there."""
    hits = on_characters(encoded, settled(found))
    standing = [match.span() for match in _STANDING.finditer(encoded)] if b"[" in encoded else None
    return [hit for hit in hits if not _inside(hit, standing)] if standing else hits


def _echoes(text: str, hits: Sequence[Hit]) -> Iterator[Hit]:
    """Yield where else a name stands that was told once: whoever said "my name is" is not hidden by that one place."""
    names: dict[str, str] = {}
    known = {(start, end) for start, end, _, _ in hits}
    for start, end, kind, _ in hits:
        value = text[start:end]
        if kind in _TELL_NAMES and len(value) > 2 and len(names) < _NAMES:
            names.setdefault(value, kind)
            last = value.rpartition(" ")[2]
            if len(last) > 3 and last != value:
                names.setdefault(last, kind)
    for value, kind in names.items():
        at = text.find(value)
        while at >= 0:
            end = at + len(value)
            if (at, end) not in known and not text[at - 1 : at].isalnum() and not text[end : end + 1].isalnum():
                yield at, end, kind, "told elsewhere"
            at = text.find(value, end)


def mark_of(kind: str) -> str:
    """Return the word in the mark of a kind, such as NAME; kinds of foreign finders have one of their own.

    >>> mark_of("git-author"), mark_of("person-name"), mark_of("their-own-kind")
    ('NAME', 'NAME', 'PRIVATE')
    """
    row = BY_KIND.get(kind)
    return row.mark if row else "NAME" if kind == _PERSON else _FOREIGN


def _inside(hit: Hit, standing: Sequence[tuple[int, int]]) -> bool:
    """Return whether a hit lies within one of these places, which are in order."""
    number = bisect_right(standing, hit[0], key=_low) - 1
    return number >= 0 and hit[1] <= standing[number][1]


def _cut_to(text: str, spans: Iterable[Span]) -> Iterator[Hit]:
    """Yield the spans of another finder, cut to the text."""
    for span in spans:
        yield max(0, span.start), min(len(text), span.end), span.kind, span.source


@lru_cache(1024)
def _stand_in(kind: str) -> str:
    return f"[{mark_of(kind)}_1]"


def _low(place: tuple[int, ...]) -> int:
    return place[0]
