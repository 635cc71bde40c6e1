"""What tools find in labelled texts, by group of kinds: how many pieces, how many of their hits touch one, and wrong hits per megabyte.

A piece counts as found where half of it is masked, as whatever. A hit is right where it touches a labelled piece of any kind: who masks a
card as a telephone has masked it. Hits of kinds outside the groups (links, dates, paths) count neither for nor against a tool,
and a group that a tool has no kind for is no zero of it. Needs neither sayso nor any of the tools.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

GROUPS = ("EMAIL", "PHONE", "IP", "CARD", "IBAN", "ID", "ADDRESS", "POSTCODE", "NAME", "SECRET")
SHOWN = {"EMAIL": "e-mail", "PHONE": "phone", "IP": "IP", "CARD": "card", "ID": "numbers of states", "ADDRESS": "street"}
SHOWN |= {"POSTCODE": "postcode", "NAME": "name", "SECRET": "secret"}


class Piece(NamedTuple):
    """A place in a text: where it begins and ends in code points, and its group; `""` for what no group holds."""

    start: int
    end: int
    group: str


class Case(NamedTuple):
    """A text with what is known of it: labelled pieces, and places of which nothing is known, where no hit is right or wrong."""

    text: str
    labels: tuple[Piece, ...]
    unknown: tuple[Piece, ...] = ()
    decoys: tuple[Piece, ...] = ()
    """What was put in to look like something and is nothing."""


@dataclass
class Counts:
    """What one tool came to over many texts."""

    pieces: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    hits: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    size: int = 0

    @property
    def wrong(self) -> int:
        return self.hits.total() - self.right.total()


def covered(piece: Piece, hits: Iterable[Piece]) -> int:
    """Return how many characters of a piece lie in hits, each counted once.

    >>> covered(Piece(0, 10, ""), [Piece(0, 4, ""), Piece(2, 6, ""), Piece(8, 12, "")])
    8
    """
    total, last = 0, piece.start
    for hit in sorted(hits):
        start, end = max(hit.start, last), min(hit.end, piece.end)
        if end > start:
            total, last = total + end - start, end
    return total


def touches(hit: Piece, pieces: Iterable[Piece]) -> bool:
    return any(piece.start < hit.end and hit.start < piece.end for piece in pieces)


class Asked(NamedTuple):
    """What is asked of a source of texts."""

    groups: Collection[str] = GROUPS
    """Whose pieces are labelled; hits of others are not looked at."""
    untold: Collection[str] = ()
    """Groups of which there may be more than is labelled: their hits on nothing known are neither right nor wrong, but on decoys they are wrong."""
    least: float = 0.5
    """How much of a piece is masked where it counts as found; with 0 a hit anywhere in it is enough."""


ALL = Asked()


def count(cases: Sequence[Case], hits: Sequence[Sequence[Piece] | None], looks_for: Collection[str], asked: Asked = ALL) -> Counts:
    """Return the counts of a tool that has kinds for the groups *looks_for*; a text it fell over holds no hits."""
    made, groups = Counts(), set(looks_for) & set(asked.groups)
    for case, some in zip(cases, hits, strict=True):
        made.size += len(case.text.encode("utf-8", "replace"))
        for label in case.labels:
            if label.group in groups:
                made.pieces[label.group] += 1
                masked = covered(label, some or ())
                made.found[label.group] += masked > 0 and masked >= asked.least * (label.end - label.start)
        for hit in some or ():
            if hit.group in groups and (verdict := _right(hit, case, asked)) is not None:
                made.hits[hit.group] += 1
                made.right[hit.group] += verdict
    return made


def _right(hit: Piece, case: Case, asked: Asked) -> bool | None:
    """Return whether a hit touches something labelled; None where nobody knows what it touches."""
    if touches(hit, case.labels):
        return True
    if touches(hit, case.decoys):
        return False
    return None if hit.group in asked.untold or touches(hit, case.unknown) else False


def grouped(hits: Iterable[Sequence], groups: Mapping[str, str], least: float = 0.0) -> list[Piece]:
    """Return a tool's hits from a score on, by group; what has no group is kept without one.

    >>> grouped([(0, 4, "US_SSN", 0.5), (5, 9, "URL", 1.0), (0, 4, "US_ITIN", 0.05)], {"US_SSN": "ID"}, 0.4)
    [Piece(start=0, end=4, group='ID'), Piece(start=5, end=9, group='')]
    """
    return [Piece(start, end, groups.get(kind, "")) for start, end, kind, score, *_ in hits if score >= least]


def f1(counts: Counts) -> float:
    """Return the harmonic mean of the shares of pieces found and of hits that are right, over all groups together."""
    pieces, hits = counts.pieces.total(), counts.hits.total()
    if not pieces or not hits or not counts.right.total():
        return 0.0
    recall, precision = counts.found.total() / pieces, counts.right.total() / hits
    return 2 * recall * precision / (recall + precision) if recall + precision else 0.0
