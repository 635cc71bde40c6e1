"""Segments as objects: what one transaction appends is one immutable object, stored before any index row names it.

Names are drawn at random and never used twice, so a write or a removal that the store carries out late, after the caller gave
up on it, cannot reach an object that is in use. Nothing is decided upon a listing but what to look at for removal.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from sayso.facts.errors import Broken, Unfit
from sayso.vault.blocks import OBJECTS_HELD, Place, is_held
from sayso.vault.keys import Entropy, fresh

ROLL = 8 * 1024 * 1024
"""Bytes after which a new object begins; an object is held in memory while it is made."""
OWNER = "owner"
HOLDER = "holder"
"""Which of several copies of an installation's folder may write: generation and place, the last one that was allowed to."""
HELD = OBJECTS_HELD
"""Objects from this number on hold what is held and deleted; their names begin otherwise, so that a store can be told apart too."""
_NAME = re.compile(r"(segments|held)/([0-7][0-9a-f]{15})\.seg")
ABOVE = 1 << 40
GONE = "moved"
"""What stands for a place where nobody writes any more, since everything was moved elsewhere."""


class Bucket(Protocol):
    """A store of objects by name, as little as is needed. Every failure is `Broken`, in one line and without a secret."""

    def put(self, name: str, raw: bytes) -> None:
        """Store *raw* under *name*; durable once it returns. It may have been stored also where it fails."""
        ...

    def get(self, name: str, start: int, length: int) -> bytes | None:
        """Return up to *length* bytes from *start*, perhaps fewer, none past the end; `None` where there is no such object."""
        ...

    def sizes(self) -> Iterator[tuple[str, int]]:
        """Yield name and bytes of each object that is listed; the list may be late."""
        ...

    def delete(self, name: str) -> None:
        """Remove *name*, which may be gone already."""
        ...

    def where(self) -> str:
        """Return how people name this store: its address without any credential."""
        ...


class Unfinished(Protocol):
    """What the act under way may leave behind if it is killed, kept beside the database so that nobody must list a store for it.

    It may be lost: what it named is then found by the next sweep, which lists.
    """

    def begin(self, segments: Iterable[int]) -> None:
        """Name what one transaction may store, in place of what the one before it did."""
        ...

    def leave(self, segments: Iterable[int]) -> None:
        """Name, besides, what everything was moved out of."""
        ...

    def left(self) -> set[int]:
        """Return what was named."""
        ...

    def end(self, segments: Iterable[int]) -> None:
        """Forget *segments*: each is listed, or removed."""
        ...


class Objects:
    """The segments of one installation, *owner*, as objects in *bucket*."""

    alone = False
    held_from = HELD

    def __init__(self, bucket: Bucket, *, owner: str, entropy: Entropy, roll: int = ROLL) -> None:
        self.roll = roll
        self._bucket, self._owner, self._entropy = bucket, owner.encode(), entropy
        self._open: dict[int, bytearray] = {}
        self._place: str | None = None
        self._instead: tuple[int, str] | None = None
        self._sure = False
        self.unfinished: Unfinished | None = None
        """Where to name what a kill might leave behind; without it only a listing finds that."""
        self._begun: list[int] = []

    def create(self) -> None:
        """Put down whose objects these are, and read it back; refuses where it is somebody else's."""
        found = self._bucket.get(OWNER, 0, 100)
        if found is None:
            # A name without a listing: whoever wrote here before left this object, however late the list is.
            self._bucket.put(OWNER, self._owner)
            found = self._bucket.get(OWNER, 0, 100)
        if found != self._owner:
            raise Unfit(
                f"`{self._bucket.where()}` holds the segments of another installation; name a prefix of its own for this one, "
                "or remove the object `owner` there if it is nobody's"
            )

    def held_elsewhere(self, place: str) -> bool:
        """Return whether another copy of the installation than the one at *place* is the one that writes here."""
        found = self.holder()
        return found is not None and found[1] != place

    def claim(self, place: str, *, instead: tuple[int, str] | None = None) -> None:
        """Write here as the copy at *place* from now on; refuses (broken) where another one does, and nobody took it over.

        *instead* is the holder, generation and place, that this copy says it was itself before it was moved. A store that does
        not answer is asked again before anything is written to it: who refuses or deletes meanwhile must not wait for it.
        """
        self._place, self._instead, self._sure = place, instead, False
        try:
            self._put_down(place)
        except Broken:
            return
        self._assert_holder("nothing was written")
        self._sure = True

    def _put_down(self, place: str) -> None:
        found = self.holder()
        if found is None:
            self._bucket.put(HOLDER, f"1 {place}".encode())
        elif found == self._instead and found[1] != place:
            self._bucket.put(HOLDER, f"{found[0] + 1} {place}".encode())

    def _assert_sure(self) -> None:
        """Return only where this copy is the one that writes here, so far as was ever asked."""
        if self._place is not None and not self._sure:
            self._put_down(self._place)
            self._assert_holder("nothing was written")
            self._sure = True

    def take_over(self, place: str) -> None:
        """Write here as the copy at *place* from now on, and have every other refused, also one that is open now."""
        found = self.holder()
        self._bucket.put(HOLDER, f"{1 if found is None else found[0] + 1} {place}".encode())
        self._place = place
        self._assert_holder("nothing was written")

    def retire(self) -> None:
        """Have everybody refused here from now on: what lies here was moved, and the copies are what counts."""
        found = self.holder()
        if found is None or found[1] != GONE:
            self._bucket.put(HOLDER, f"{1 if found is None else found[0] + 1} {GONE}".encode())

    def holder(self) -> tuple[int, str] | None:
        """Return the generation and the place of the copy that writes here, `None` where none ever did."""
        raw = self._bucket.get(HOLDER, 0, 200)
        if raw is None:
            return None
        generation, _, place = raw.decode("ascii", "replace").partition(" ")
        # A damaged one is nobody's: it stops everybody, until somebody says who goes on.
        return (int(generation), place) if generation.isdigit() and generation.isascii() else (0, "")

    def _assert_holder(self, done: str) -> None:
        if self._place is not None and self.held_elsewhere(self._place):
            raise Broken(
                f"another copy of this data folder writes at `{self._bucket.where()}`, {done}; use that one, "
                "or `sayso restore --yes` here if it is gone for good"
            )

    def give_up(self) -> None:
        """Take back what `create` put down, for an installation that never came to be."""
        self._bucket.delete(OWNER)

    def begin(self) -> None:
        """Forget what was appended and never stored."""
        self._open.clear()
        self._begun = []

    def assert_there(self, last: Callable[[], Place | None]) -> None:
        """Return always: an object is never begun under the number of another."""

    def append(self, stored: bytes) -> tuple[int, int]:
        """Return object and offset at which *stored* will lie once `sync` returned."""
        number = next(reversed(self._open), None)
        if number is None or len(self._open[number]) >= self.roll:
            number = self._new()
            self._open[number] = bytearray()
        start = len(self._open[number])
        self._open[number] += stored
        return number, start

    def sync(self) -> None:
        """Store everything appended, each object whole; what fails leaves nothing that a row may name."""
        self._name_begun(self._open)
        while self._open:
            number = next(iter(self._open))
            try:
                self._assert_sure()
                self._bucket.put(_name(number), bytes(self._open[number]))
            except BaseException:
                self._open.clear()
                raise
            del self._open[number]

    def write_new(self, blocks: Iterable[bytes], *, after: int, held: bool = False) -> tuple[int, list[int]]:  # noqa: ARG002  # a random name needs none before it
        """Return a new object of *blocks*, read back before it is returned: the originals are removed on its word."""
        self._assert_sure()
        number, raw, starts = self._new() + (HELD if held else 0), bytearray(), []
        for stored in blocks:
            starts.append(len(raw))
            raw += stored
        self._name_begun([number])
        self._bucket.put(_name(number), bytes(raw))
        if self.read(number, 0, len(raw)) != raw:
            raise Broken(f"`{self._bucket.where()}` does not give back what was stored; nothing was moved, look at the store")
        return number, starts

    def take_in(self, segment: int, parts: Iterable[bytes]) -> None:
        """Have *segment* as one object made of *parts*; held in memory while it is made."""
        self._bucket.put(_name(segment), b"".join(parts))

    def unused(self) -> bool:
        """Return whether nobody's mark is here, and no segment is listed."""
        return self._bucket.get(OWNER, 0, 100) is None and not self.sizes()

    def empty(self) -> None:
        """Remove every segment that is listed, then whose they were; refuses where they are not this installation's."""
        if self._bucket.get(OWNER, 0, 100) is None:
            return
        self._place = None  # whoever empties a place holds it no more
        self.assert_own()
        for segment in self.sizes():
            self.remove(segment)
        self._bucket.delete(HOLDER)
        self._bucket.delete(OWNER)

    def read(self, segment: int, start: int, length: int) -> bytes:
        """Return up to *length* bytes at *start*; a store that gives a part is asked for the rest."""
        if start < 0 or length <= 0:
            return b""
        if (begun := self._open.get(segment)) is not None:
            return bytes(begun[start : start + length])  # of this very transaction, and not stored yet
        raw = b""
        while len(raw) < length:
            more = self._bucket.get(_name(segment), start + len(raw), length - len(raw))
            if not more:
                break
            raw += more
        return raw[:length]

    def spans(self, segment: int, wanted: Iterable[tuple[int, int]]) -> Iterator[bytes]:
        """Yield what `read` returns for each (start, length) of *wanted*."""
        return (self.read(segment, start, length) for start, length in wanted)

    def sizes(self) -> dict[int, int]:
        """Return the bytes of each object that is listed; what is listed under other names is not ours."""
        named = ((_NAME.fullmatch(name), size) for name, size in self._bucket.sizes())
        found = ((int(match[2], 16), match[0], size) for match, size in named if match)
        return {number: size for number, name, size in found if name == _name(number)}

    def assert_own(self) -> None:
        """Return only where the mark of the owner is this installation's: whoever shares a prefix must not remove the other's."""
        if self._bucket.get(OWNER, 0, 100) != self._owner:
            raise Broken(
                f"the mark of the owner at `{self._bucket.where()}` is not this installation's; nothing was removed: "
                "restore the object `owner`, or find out who else writes there"
            )
        self._assert_sure()
        self._assert_holder("nothing was removed")

    def remove(self, segment: int) -> None:
        """Remove an object; one that is gone is removed already."""
        self._bucket.delete(_name(segment))

    def left(self, segments: Iterable[int]) -> None:
        """Keep in mind that everything is moved out of *segments*, and that they are to be removed."""
        if self.unfinished is not None:
            self.unfinished.leave(segments)

    def paths(self, segments: Iterable[int]) -> list[Path]:  # noqa: ARG002  # whichever they are
        """Return nothing: none of it is a file here."""
        return []

    def _name_begun(self, segments: Iterable[int]) -> None:
        self._begun += segments
        if self.unfinished is not None and self._begun:
            self.unfinished.begin(self._begun)

    def _new(self) -> int:
        # 61 random bits: among ten million objects two share a name with a chance of one in 45,000; a row is unique by place.
        # The bit that is always set keeps them above the numbers of files, which may lie here too.
        return (int.from_bytes(fresh(self._entropy, 8)) >> 2) | ABOVE


def _name(number: int) -> str:
    return f"{'held' if is_held(number) else 'segments'}/{number:016x}.seg"
