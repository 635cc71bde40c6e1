"""The health of the log: how far it is signed, how far strangers can read it, who cosigned, and what was promised and waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection

from sayso.app.house import House
from sayso.app.jobs import cosigning
from sayso.app.jobs.logs import checkpoint_in
from sayso.app.mark import read_mark
from sayso.facts.errors import SaysoError
from sayso.facts.events import ChoiceMade
from sayso.proofs import Checkpoint, VerifierKey, WitnessKey, open_note, witnessed
from sayso.proofs.notes import split_note

COUNTED = 10_000
"""Answers that wait to be public and are counted one by one; more are said to be more."""


class Cosigned(Struct, frozen=True, kw_only=True):
    """A line under the published checkpoint: by whom, when it says, and whether we know the key and it holds."""

    name: str
    at: datetime | None
    checked: bool


class LogHealth(Struct, frozen=True, kw_only=True):
    """What there is to know without reading the log itself; an absent part was never made."""

    at: datetime
    origin: str
    size: int
    last: datetime | None
    """When the last line was recorded."""
    signed: int
    signed_last: datetime | None
    """When the last line under the newest signed checkpoint was recorded."""
    folder: str
    """The name of the folder where strangers read; empty where this service writes none."""
    published: int | None
    written: datetime | None
    wrong: str
    cosigned: tuple[Cosigned, ...]
    waiting: int
    """Answers that were promised to be public and are not yet."""
    more_waiting: bool
    oldest: datetime | None
    due: datetime | None
    """By when the oldest of them was promised."""

    @property
    def late(self) -> bool:
        """Return whether a promise is broken: an answer should be public by now."""
        return self.due is not None and self.at > self.due


def health(house: House, folder: Path | None) -> LogHealth:
    """Return how the log of *house* stands, and its files in *folder*; it costs what waits, not what is stored."""
    key = str(read_mark(house.folder).get("log_key", ""))
    with house.reading() as conn:
        head, note = house.ledger.head(conn), house.ledger.checkpoint(conn)
        signed = Checkpoint.parse(split_note(note)[0]).size if note is not None else 0
        shown = _published(folder, key, cosigning.named(house, conn))
        waiting, oldest = _waiting(house, conn, shown.size) if shown.size is not None else (0, None)
        within = timedelta(seconds=house.settings.log_within)
        return LogHealth(
            at=house.now(),
            origin=VerifierKey.parse(key).name,
            size=head.size,
            last=head.at,
            signed=signed,
            signed_last=_recorded(house, conn, signed),
            folder="" if folder is None else folder.name,
            published=shown.size,
            written=shown.written,
            wrong=shown.wrong,
            cosigned=shown.cosigned,
            waiting=min(waiting, COUNTED),
            more_waiting=waiting > COUNTED,
            oldest=oldest,
            due=None if oldest is None else oldest + within,
        )


class _Shown(Struct, frozen=True, kw_only=True):
    size: int | None = None
    written: datetime | None = None
    wrong: str = ""
    cosigned: tuple[Cosigned, ...] = ()


def _published(folder: Path | None, key: str, named: list[cosigning.Named]) -> _Shown:
    """Return what the checkpoint in *folder* says; one that does not hold is told, and nothing is taken from it."""
    if folder is None:
        return _Shown()
    try:
        note = checkpoint_in(folder)
        text = open_note(note, [VerifierKey.parse(key)]).text
        own = [WitnessKey.parse(named[-1].key)] if named else []
        held = witnessed(note, own)
        written = datetime.fromtimestamp((folder / "checkpoint").stat().st_mtime, UTC)
    except (SaysoError, OSError) as problem:
        return _Shown(wrong=str(problem) if isinstance(problem, SaysoError) else "the files of the log cannot be read")
    ours = VerifierKey.parse(key)
    lines = [line for line in split_note(note)[1] if line[1] != ours.id]
    cosigned = tuple(
        Cosigned(name=name, at=_instant(signature), checked=name in held and any(id_ == one.id for one in own))
        for name, id_, signature in lines
    )
    return _Shown(size=Checkpoint.parse(text).size, written=written, cosigned=cosigned)


def _instant(signature: bytes) -> datetime | None:
    """Return the instant a cosignature says it was made at; `None` for what says none."""
    try:
        return datetime.fromtimestamp(int.from_bytes(signature[:8], "big"), UTC) if len(signature) > 64 else None
    except (ValueError, OverflowError, OSError):
        return None


def _waiting(house: House, conn: Connection, published: int) -> tuple[int, datetime | None]:
    first = next(house.ledger.of_kind(conn, ChoiceMade, after=published, limit=1), None)
    waiting = 0 if first is None else house.ledger.count_of(conn, ChoiceMade, after=published, most=COUNTED + 1)
    return waiting, None if first is None else first.recorded


def _recorded(house: House, conn: Connection, seq: int) -> datetime | None:
    return house.ledger.entry(conn, seq).recorded if seq else None
