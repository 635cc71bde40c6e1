"""One conversation written several times, in batches or shards: the copy last updated counts, the others leave with a line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from sayso.facts.conversation import Conversation
from sayso.facts.lines import Left
from sayso.intake.decode import Json, Junk
from sayso.intake.fields import Record, instant, table
from sayso.intake.kinds import Known
from sayso.intake.split import Piece

Shape = Callable[[Record], Conversation]
Place = tuple[int, int]
"""Which member, and which record of it."""


def newest(
    members: Sequence[Known], key: str, updated: str, shape: Shape
) -> Iterator[Conversation | Left]:
    """Yield what *shape* makes of each record, of records with the same *key* only the one last *updated*.

    The files are read twice, since the newest copy may stand last; only identifiers are held in between.
    """
    best = _best(members, key, updated)
    for number, known in enumerate(members):
        for piece in known.pieces():
            name = _name(piece.value, key)
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


def _best(members: Sequence[Known], key: str, updated: str) -> dict[str, Place]:
    found: dict[str, tuple[bool, float, Place]] = {}
    for number, known in enumerate(members):
        for piece in known.pieces():
            if name := _name(piece.value, key):
                at = instant(piece.value, updated)
                # Of copies as old as each other the last one read counts, as with any file that is written anew.
                rank = (at is not None, _seconds(at), (number, piece.at))
                found[name] = max(found.get(name, rank), rank)
    return {name: rank[2] for name, rank in found.items()}


def _seconds(at: datetime | None) -> float:
    return at.timestamp() if at is not None else 0.0


def _name(value: Json, key: str) -> str:
    name = value.get(key) if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""
