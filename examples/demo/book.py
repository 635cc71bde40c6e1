"""The authoring text of the demo, read: who says what in which conversation, and when.

A text file begins with `file:` (the export to write), `format:` and one `account:` line per person, then holds conversations:
`=== person/slug | first instant | title`, `U:` the person, `T:` thinking, `A:` the answer, `C:` a tool call, `R:` its result
(`E:` a failed one), `F:` a file attached to the person's turn, `S:` a system prompt, `@` an instant at which the talk goes on.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

NAMESPACE = uuid.UUID("5a750d30-0000-4000-8000-0000000de300")


@dataclass
class Piece:
    """One marked block of the authoring text."""

    mark: str
    text: str
    at: datetime


@dataclass
class Talk:
    """One conversation as written."""

    slug: str
    title: str
    pieces: list[Piece] = field(default_factory=list)

    @property
    def id(self) -> str:
        return name_id(self.slug)

    @property
    def account(self) -> str:
        return self.slug.split("/")[0]


@dataclass
class Source:
    """One authoring file: the export it becomes, its people and its conversations."""

    file: str
    format: str
    people: dict[str, list[str]] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)


def name_id(name: str) -> str:
    """Return the UUID that belongs to *name*, the same in every run."""
    return str(uuid.uuid5(NAMESPACE, name))


def instant(text: str) -> datetime:
    """Return the UTC instant that the authoring text names without a zone."""
    return datetime.fromisoformat(text.strip()).replace(tzinfo=UTC)


def iso(at: datetime, places: int = 0) -> str:
    """Return *at* as the exports write it, with 0, 3 or 6 digits of a second."""
    specs = {0: "seconds", 3: "milliseconds", 6: "microseconds"}
    return at.isoformat(timespec=specs[places]).replace("+00:00", "Z")


def parse(text: str) -> Source:
    """Return what one authoring file says."""
    source = Source("", "")
    clock = datetime(2025, 1, 1, tzinfo=UTC)
    for line in text.splitlines():
        mark, _, rest = line.partition(": ")
        if line.startswith("=== "):
            slug, begins, title = (part.strip() for part in line[4:].split("|"))
            clock = instant(begins)
            source.talks.append(Talk(slug, title))
        elif line.startswith("@ "):
            clock = instant(line[2:])
        elif not source.talks and mark in ("file", "format"):
            setattr(source, mark, rest.strip())
        elif not source.talks and mark == "account":
            name, *who = (part.strip() for part in rest.split("|"))
            source.people[name] = who
        elif mark in ("U", "A", "T", "C", "R", "E", "F", "S"):
            source.talks[-1].pieces.append(Piece(mark, rest, clock))
        elif source.talks and source.talks[-1].pieces:
            source.talks[-1].pieces[-1].text += "\n" + line

    for talk in source.talks:
        _time(talk)
    return source


def _time(talk: Talk) -> None:
    """Give each piece its own instant: people take longer than machines, long texts longer than short ones."""
    clock = talk.pieces[0].at
    for piece in talk.pieces:
        piece.text = piece.text.strip()
        clock = max(clock, piece.at)
        piece.at = clock
        pace, least = (6, 25) if piece.mark == "U" else (45, 3)
        clock += timedelta(seconds=least + len(piece.text) // pace, microseconds=len(piece.text) * 7919 % 1_000_000)


def turns(talk: Talk) -> Iterator[list[Piece]]:
    """Yield the pieces of *talk* turn by turn: one of the person's with its files, then all the assistant's up to the next."""
    turn: list[Piece] = []
    for piece in talk.pieces:
        mine = piece.mark in "UFS"
        if turn and (piece.mark in "US" or mine != (turn[0].mark in "UFS")):
            yield turn
            turn = []
        turn.append(piece)
    yield turn
