"""Where sealed blocks lie: what the vault asks of any place, be it a folder or a store of objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, tee
from pathlib import Path
from typing import Protocol, TypeVar

from msgspec import Struct
from sqlalchemy import ColumnElement, or_

NEAR = 64 * 1024
"""Bytes between two wanted blocks that are read along rather than asked for apart."""
SPAN = 8 * 1024 * 1024
"""The most that one reading of several blocks takes in."""


FILES_END = 1_000_000_000
"""The numbers below this one are those that a folder gives its files; a store of objects draws greater ones."""
FILES_HELD, OBJECTS_HELD = 900_000_000, 1 << 62
"""From where on numbers of either kind are those of what is held and deleted."""


def is_held(segment: int) -> bool:
    """Return whether *segment* is of the class of what is held and deleted, whichever place gave it its number.

    Segments keep their numbers when they are moved to a place of the other kind, so each place tells both apart.
    """
    return segment >= OBJECTS_HELD or FILES_HELD <= segment < FILES_END


def held_there(segment: ColumnElement[int]) -> ColumnElement[bool]:
    """Return what `is_held` does, as a database asks it."""
    return or_(segment >= OBJECTS_HELD, segment.between(FILES_HELD, FILES_END - 1))


class Place(Struct, frozen=True):
    """Where one block lies: its segment, the offset in it, its length in bytes."""

    segment: int
    start: int
    length: int


class Blocks(Protocol):
    """Segments of sealed blocks, by number. Not trusted: whoever controls the place can make reads fail, and nothing worse.

    What was appended is durable once `sync` returned, and only after that may a row that names it be committed; until then it
    is read as well. `sizes` lists what is there and may be late: nothing that must be right hangs on it. Every method says
    `Broken` where the place itself does not answer; a segment that is missing or too short is no such failure but fewer bytes.
    """

    alone: bool
    """Whether a segment is compacted by itself; else several small ones are put together."""
    roll: int
    """Bytes after which a new segment begins."""
    held_from: int
    """Segments from this number on are the class of what is held and deleted; `append` and `write_new` number within theirs."""

    def create(self) -> None:
        """Make the place ready, or find it so; refuses one that holds somebody else's segments."""
        ...

    def begin(self) -> None:
        """Forget what an earlier transaction left unsynced: it failed, so nothing lists those bytes."""
        ...

    def assert_there(self, last: Callable[[], Place | None]) -> None:
        """Refuse (broken) to append where the *last* block that is listed is not: the place would be another one than it was.

        Asked for once a transaction. A store of objects has no need of it, since each object has a number of its own.
        """
        ...

    def append(self, stored: bytes) -> tuple[int, int]:
        """Return the segment and offset at which *stored* will lie; durable once `sync` returned."""
        ...

    def sync(self) -> None:
        """Wait until everything appended so far is durable."""
        ...

    def write_new(self, blocks: Iterable[bytes], *, after: int, held: bool = False) -> tuple[int, list[int]]:
        """Return a new segment of a class that holds *blocks*, and their offsets, durable; *after* is its highest in use."""
        ...

    def take_in(self, segment: int, parts: Iterable[bytes]) -> None:
        """Have a segment under the number it has elsewhere, made of *parts* and durable; one that is there is replaced."""
        ...

    def read(self, segment: int, start: int, length: int) -> bytes:
        """Return up to *length* bytes at *start*: fewer where the segment ends, none where it is missing."""
        ...

    def spans(self, segment: int, wanted: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """Yield what `read` returns for each (start, length) of *wanted*, the segment being looked for once."""
        ...

    def sizes(self) -> dict[int, int]:
        """Return the bytes of each segment that is listed, by number."""
        ...

    def assert_own(self) -> None:
        """Return only where what is listed here is this vault's to remove."""
        ...

    def remove(self, segment: int) -> None:
        """Remove *segment*; one that is not there is removed already."""
        ...

    def empty(self) -> None:
        """Remove every segment that is listed here, and what says whose they are: nothing of this vault lies here any more."""
        ...

    def left(self, segments: Iterable[int]) -> None:
        """Keep in mind that everything is moved out of *segments*, where to list the place costs more than that."""
        ...

    def paths(self, segments: Iterable[int]) -> list[Path]:
        """Return the files of *segments*, where they are files of this machine."""
        ...


class Lying(Protocol):
    """What lies somewhere, as a `Place` says."""

    segment: int
    start: int
    length: int


P = TypeVar("P", bound="Place | Lying")


def read_all(blocks: Blocks, places: Iterable[Place]) -> Iterator[bytes]:
    """Yield what lies at each of *places*, in their order; neighbours in one segment are read at once."""
    for raw, group in read_near(blocks, places):
        begin = group[0].start
        for place in group:
            yield raw[place.start - begin : place.start - begin + place.length]


def read_near(blocks: Blocks, places: Iterable[P]) -> Iterator[tuple[bytes, list[P]]]:
    """Yield *places* in groups of neighbours, in their order, each with all that lies from its first to its last one."""
    for segment, groups in groupby(_groups(places), key=lambda group: group[0].segment):
        # Told twice: once for what is read, once for what it is cut into, and never more than one group is in memory.
        wanted, cut = tee(groups)
        yield from zip(blocks.spans(segment, map(_span, wanted)), cut, strict=True)


def _groups(places: Iterable[P]) -> Iterator[list[P]]:
    """Yield *places* in groups that are near enough to be read at once."""
    group: list[P] = []
    segment = begin = end = -1
    for place in places:
        start, upto = place.start, place.start + place.length
        if not (group and place.segment == segment and 0 <= start - end <= NEAR and upto - begin <= SPAN):
            if group:
                yield group
            group, segment, begin = [], place.segment, start
        group.append(place)
        end = upto
    if group:
        yield group


def _span(group: list[P]) -> tuple[int, int]:
    last = group[-1]
    return group[0].start, last.start + last.length - group[0].start
