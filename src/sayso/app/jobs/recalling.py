"""What somebody with many conversations had withdrawn is masked after they were answered: ledger -> policy -> release.

Their request pauses every release, in the transaction of what they said (`recall.postpone`), so that no row is given until it is
known which go. The pause is the journal: it says after which ledger line to look, and stays until all that was said is masked. So
this can stop anywhere and be started again, by the next process too.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

from sayso import release as release_room
from sayso.app.house import House
from sayso.app.jobs.beforehand import (
    TRIES,
    Foreseen,
    had_by,
    holds_yet,
    judged,
    named_since,
    standing_rows,
    withdraw_foreseen,
)
from sayso.app.jobs.recall import folder_of, released
from sayso.facts.deeds import Released
from sayso.facts.words import ConversationId
from sayso.release import LineageLine

STEP = 200
"""Rows that are ruled on before others have their turn."""
Turn = Callable[[], AbstractContextManager[object]]


def settle(house: House, turn: Turn = nullcontext) -> int:
    """Mask what was said of many conversations in every release that is paused, and let its loaders go on; return how many rows.

    It works a *turn* at a time, so that others may use the house in between.
    """
    with turn():
        house.recalls = False  # whoever postpones from here on says so again
        lines = released(house)
    try:
        return sum(_settle(house, line, turn) for line in lines)
    except BaseException:
        house.recalls = True
        raise


def settle_if_any(house: House) -> None:
    """Do what `settle` does, where this process paused a release: for whoever works without pages, and waits for it."""
    if house.recalls:
        settle(house)


def _settle(house: House, line: Released, turn: Turn) -> int:
    folder = folder_of(house, line.release)
    for tried in range(TRIES + 1):
        after = release_room.paused(folder)
        if after is None:
            return 0
        seen = _foreseen(house, line, after, turn, nothing=tried == TRIES)
        with turn(), house.place():
            with house.writing() as work:
                policy = house.policy_at(work.conn, None)
                good = tried == TRIES or holds_yet(house, work, seen, policy)
                added = sum(one.added for one in withdraw_foreseen(house, work, seen, policy)) if good else 0
            if good:
                # Only once that is committed. Nobody else can have paused it since: the place of the writer is ours.
                release_room.go_on(folder)
                return added
    raise AssertionError("the last one always ends")


def _foreseen(house: House, line: Released, after: int, turn: Turn, *, nothing: bool) -> Foreseen:
    """Return what is withdrawn of whom any line after *after* names; *nothing*: leave all of them to who holds the lock."""
    with turn(), house.reading() as conn:
        at, size = house.now(), house.ledger.size(conn)
        policy = house.policy_at(conn, None)
        chats, people = named_since(house, conn, after, at)
    if nothing:
        return Foreseen(size=after, at=at, policy=policy.digest, rows={line.release: {}}, again=frozenset())
    with house.reading() as conn:
        theirs = chats | had_by(house, conn, people)
    rows = [one for one in standing_rows(house, line.release) if one.conversation in theirs]
    found: dict[str, str] = {}
    for start in range(0, len(rows), STEP):
        with turn(), house.reading() as conn:
            some = rows[start : start + STEP]
            past = house.folded() or house.past_of(conn, _chats(some), at)
            past.advance(house.now())
            for one in some:
                why, _ = judged(past, one, policy, line.purpose)
                if why is not None:
                    found[one.id] = why
    return Foreseen(size=size, at=at, policy=policy.digest, rows={line.release: found}, again=frozenset())


def _chats(rows: list[LineageLine]) -> list[ConversationId]:
    return [ConversationId(one.conversation) for one in rows]
