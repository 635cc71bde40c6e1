"""One conversation written several times, in batches or shards: the copy last updated counts, the others leave with a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from sayso.facts.canonical import digest
from sayso.facts.conversation import Conversation
from sayso.facts.lines import Left
from sayso.intake.decode import Json, Junk
from sayso.intake.fields import Record, instant, table
from sayso.intake.kinds import Known
from sayso.intake.split import Piece

COPY = "the same conversation stands earlier in this import"
Shape = Callable[[Record], Conversation]
Place = tuple[int, int]
"""Which member, and which record of it."""


def newest(
    members: Sequence[Known], keys: tuple[str, ...], updated: str, shape_of: Callable[[Known], Shape]
) -> Iterator[Conversation | Left]:
    """Yield what the shape of its file makes of each record; of records with one identifier only the one last *updated*.

    The identifier stands under the first of *keys* that a record has.

    The files are read twice, since the newest copy may stand last; only identifiers are held in between.
    """
    best = _best(members, keys, updated)
    for number, known in enumerate(members):
        shape = shape_of(known)
        for piece in known.pieces():
            name = _name(piece.value, keys)
            if not piece.trouble and name and best.get(name, (number, piece.at)) != (number, piece.at):
                yield known.left(piece.at, "an older copy of a conversation that is read elsewhere in the export")
            else:
                yield made(known, piece, shape)
        if known.member.trouble:
            yield known.member.left("", known.member.trouble)


def made(known: Known, piece: Piece, shape: Shape) -> Conversation | Left:
    """Return what *shape* makes of the record in *piece*, or the line that says why it cannot be made."""
    try:
        return known.left(piece.at, piece.trouble) if piece.trouble else shape(table(piece.value, "the record"))
    except Junk as junk:
        return known.left(piece.at, str(junk))


def _best(members: Sequence[Known], keys: tuple[str, ...], updated: str) -> dict[str, Place]:
    found: dict[str, tuple[bool, float, Place]] = {}
    for number, known in enumerate(members):
        for piece in known.pieces():
            if name := _name(piece.value, keys):
                at = instant(piece.value, updated)
                # Of copies as old as each other the last one read counts, as with any file that is written anew.
                rank = (at is not None, _seconds(at), (number, piece.at))
                found[name] = max(found.get(name, rank), rank)
    return {name: rank[2] for name, rank in found.items()}


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0


def _name(value: Json, keys: tuple[str, ...]) -> str:
    found = [value.get(key) for key in keys] if isinstance(value, dict) else []
    return next((one for one in found if isinstance(one, str) and one), "")


class Once:
    """Conversations by identifier: a second one that is the same is a copy, and one that differs gets a number of its own."""

    def __init__(self) -> None:
        self._seen: dict[str, str] = {}

    def __call__(self, found: Conversation) -> Conversation | None:
        """Return *found*, under a name nobody has, or `None` for a copy."""
        mark = digest(msgspec.json.encode(found))
        wanted, number = found.id, 1
        while wanted in self._seen:
            if self._seen[wanted] == mark:
                return None
            number += 1
            wanted = f"{found.id}~{number}"
        self._seen[wanted] = mark
        return replace(found, id=wanted)
