"""Deletions and their dates: when somebody asked, when it was destroyed, and since when no copy opens it any more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from msgspec import Struct

from sayso.app.console.tally import Tally, week
from sayso.app.house import House
from sayso.app.jobs import deletion
from sayso.facts.deeds import EpochTurned, Forgotten, Looked, Shredded
from sayso.facts.errors import Refused
from sayso.facts.events import Deleted
from sayso.facts.words import AccountId, ConversationId
from sayso.ledger import Entry

SHOWN = 25
WEEKS = 26


class Gone(Struct, frozen=True, kw_only=True):
    """One deletion a person asked for; what has not happened yet has no instant."""

    line: int
    of: str
    """`conversation` or `account`."""
    name: str
    asked: datetime
    undone: bool
    by: datetime | None
    """When it will be destroyed, where that is known and still to come."""
    destroyed: datetime | None
    everywhere: datetime | None
    """Since when no backup opens it either: the epoch turned after it was destroyed."""


class GoneView(Struct, frozen=True, kw_only=True):
    """Deletions week by week, and the newest of them one by one."""

    weeks: tuple[tuple[str, int, int, int], ...]
    """Monday; asked for, taken back, destroyed."""
    items: tuple[Gone, ...]
    following: int | None


def view(house: House, tally: Tally, by: str, before: int | None) -> GoneView:
    """Return the deletions from the newest on, below line *before*; that *by* looked is recorded first."""
    since = date.fromisoformat(week(house.now().date().isoformat())) - timedelta(weeks=WEEKS - 1)
    by_week = {(since + timedelta(weeks=one)).isoformat(): [0, 0, 0] for one in range(WEEKS)}
    for place, kind in enumerate(("deleted", "undone", "shredded")):
        for key, count in tally.days(kind, since).items():
            by_week.setdefault(week(key[0]), [0, 0, 0])[place] += count
    with house.reading() as conn:
        entries = house.ledger.newest(conn, Deleted, before=before, limit=SHOWN)
    if entries:
        with house.writing() as work:
            work.record([Looked(at=work.at, by=by, what="deletions", size=len(entries))])
    return GoneView(
        weeks=tuple((monday, *counts) for monday, counts in sorted(by_week.items())),  # type: ignore[misc]  # three counts each
        items=tuple(_items(house, entries)),
        following=entries[-1].seq if len(entries) == SHOWN else None,
    )


def _items(house: House, entries: list[Entry]) -> Iterator[Gone]:
    """Yield what became of each of *entries*; what was destroyed is asked for once, and not for each."""
    names = [entry.line.conversation for entry in entries if isinstance(entry.line, Deleted) and entry.line.conversation]
    with house.reading() as conn:
        lines = house.ledger.about_conversations(conn, names, ["shredded"])
        ends: dict[ConversationId, Entry] = {one.line.conversation: one for one in lines if isinstance(one.line, Shredded)}
        turns = house.told.lines(conn, EpochTurned)
    for entry in entries:
        if isinstance(entry.line, Deleted):
            account = entry.line.account
            ended = ends.get(entry.line.conversation) if entry.line.conversation else None
            ended = _forgotten(house, account) if account is not None and entry.line.conversation is None else ended
            yield _gone(house, entry, ended, turns)


def _gone(house: House, entry: Entry, ended: Entry | None, turns: Sequence[Entry]) -> Gone:
    line, past = entry.line, house.present()
    if not isinstance(line, Deleted):
        raise TypeError("asked for by kind")
    of = "account" if line.conversation is None else "conversation"
    if line.conversation is not None:
        gone = line.conversation in past and past.standing(line.conversation).deleted_at is not None
        undone = not gone and ended is None
    else:
        undone = ended is None and line.account is not None and past.deleted_at(line.account) is None
    return Gone(
        line=entry.seq,
        of=of,
        name=str(line.conversation or line.account),
        asked=line.at,
        undone=undone,
        by=None if undone or ended is not None else _by(house, line),
        destroyed=None if ended is None else ended.line.at,
        everywhere=None if ended is None else next((one.line.at for one in turns if one.seq > ended.seq), None),
    )


def _forgotten(house: House, account: AccountId) -> Entry | None:
    with house.reading() as conn:
        found = house.ledger.of_account(conn, account, ["forgotten"])
        return next((one for one in found if isinstance(one.line, Forgotten)), None)


def _by(house: House, line: Deleted) -> datetime | None:
    owner = line.account if line.conversation is None else house.present().owner(line.conversation)
    if owner is None:
        return None
    try:
        return deletion.unreadable_by(house, conversation=line.conversation, account=owner)
    except Refused:
        return None
