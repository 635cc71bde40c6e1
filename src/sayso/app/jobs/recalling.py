"""What somebody with many conversations had withdrawn is masked after they were answered: ledger -> policy -> release.

Their request pauses every release, in the transaction of what they said (`recall.postpone`), so that no row is given until it is
known which go. The pause is the journal: it says after which ledger line to look, and stays until all that was said is masked. So
this can stop anywhere and be started again, by the next process too. A release whose files are damaged or away stays paused, as far
as there is anything of it, and is owed its recall (`recall.owe`); it keeps no other from going on.
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
    recall_beside,
    standing_rows,
    withdraw_foreseen,
)
from sayso.app.jobs.recall import folder_of, owe, owed, released, said_of
from sayso.facts.deeds import Released
from sayso.facts.errors import Broken, SaysoError
from sayso.facts.words import ConversationId
from sayso.release import LineageLine

STEP = 200
"""Rows that are ruled on before others have their turn."""
Turn = Callable[[], AbstractContextManager[object]]


def settle(house: House, turn: Turn = nullcontext, *, wrong: dict[str, str] | None = None) -> int:
    """Mask what was said of many conversations in every release that is paused, and let its loaders go on; return how many rows.

    A release that is owed its recall has it made. It works a *turn* at a time, so that others may use the house in between. Those
    whose files do not let it are named in *wrong*, each with why: they are owed, and `House.recalls` stays.
    """
    with turn():
        house.recalls = False  # whoever postpones from here on says so again
        lines, missed = released(house), set(owed(house))
    added = 0
    try:
        for line in lines:
            try:
                added += _made_good(house, line, turn) if line.release in missed else _settle(house, line, turn)
            except (SaysoError, OSError) as problem:
                _owe(house, line, turn, said_of(problem), {} if wrong is None else wrong)
    except BaseException:
        house.recalls = True
        raise
    return added


def _made_good(house: House, line: Released, turn: Turn) -> int:
    """Make the whole recall that is owed of a release: what it was owed for may be older than its pause."""
    standing_rows(house, line)  # everything is folded for it, and that is for nothing where the files are not back yet
    return recall_beside(house, line.release, turn, lambda _: None).added


def _owe(house: House, line: Released, turn: Turn, why: str, wrong: dict[str, str]) -> None:
    wrong[line.release] = why
    with turn():
        house.recalls = True
        if line.release not in owed(house):  # what is owed already was told of then
            with house.writing() as work:
                owe(house, work, line.release, why)


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
                made = withdraw_foreseen(house, work, seen, policy) if good else []
            if good and not made:
                raise Broken(f"release `{line.release}` cannot be masked now, and stays paused until it can")  # it is owed by now
            if good:
                # Only once that is committed. Nobody else can have paused it since: the place of the writer is ours.
                release_room.go_on(folder)
                return sum(one.added for one in made)
    raise AssertionError("the last one always ends")


def _foreseen(house: House, line: Released, after: int, turn: Turn, *, nothing: bool) -> Foreseen:
    """Return what is withdrawn of whom any line after *after* names; *nothing*: leave all of them to who holds the lock."""
    standing = list(standing_rows(house, line))  # first, since it fails where the files do, and costs others nothing
    with turn(), house.reading() as conn:
        at, size = house.now(), house.ledger.size(conn)
        policy = house.policy_at(conn, None)
        chats, people = named_since(house, conn, after, at)
    if nothing:
        return Foreseen(size=after, at=at, policy=policy.digest, rows={line.release: {}}, again=frozenset())
    with house.reading() as conn:
        theirs = chats | had_by(house, conn, people)
    rows = [one for one in standing if one.conversation in theirs]
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
