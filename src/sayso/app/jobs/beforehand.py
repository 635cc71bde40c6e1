"""What a policy withdraws from releases, worked out before anybody has to wait: ledger -> policy, beside everything else.

To rule on every row of every release takes as long as there are rows, and whoever holds the house's lock for that keeps everybody
from choosing. So it is done on a past of its own, without the lock. Under it only those rows are ruled on again of which something
was recorded since, or whose ruling changes by itself in between. What touches everybody, or took too long, has it done anew.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial

from msgspec import Struct
from sqlalchemy import Connection

from sayso.app.house import House, Work
from sayso.app.jobs.effect import past_under
from sayso.app.jobs.recall import (
    Withdrawn,
    find,
    folder_of,
    or_owe,
    owe,
    owe_nothing,
    recall_in,
    released,
    rows_of,
    said_of,
    withdraw,
    withdrawn_because,
)
from sayso.facts import deeds, events
from sayso.facts.deeds import Released
from sayso.facts.errors import SaysoError
from sayso.facts.history import History
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import Policy, decide
from sayso.release import LineageLine, go_on, revoked

AHEAD = timedelta(hours=1)
"""Rows whose ruling changes within this time are ruled on again under the lock; what was worked out before is not used after it."""
TRIES = 3
"""So often it is worked out beside everything else; then once with everybody waiting, since it has to end."""
NARROW = (
    events.AccountOpened, events.TierChanged, events.RegionChanged, events.RegionStated, events.ChoiceMade, events.NoticeShown,
    events.Deferred,
    events.TurnTaken,
    events.Flagged, events.FlagCleared, events.FeedbackGiven, events.FeedbackWithdrawn, events.Deleted, events.Undone, deeds.Sealed,
    deeds.Announced, deeds.Shredded, deeds.Swept, deeds.TakenOut, deeds.Looked, deeds.Acted, deeds.Reviewed, deeds.RequestReceived,
    deeds.RequestExtended, deeds.RequestClosed, deeds.PolicyProposed, deeds.ProposalEnded, deeds.Recalled, events.RunStarted,
    deeds.RecallConfirmed, deeds.Believed,
)  # fmt: skip
"""Lines that change the rulings of whom they name at most. Any other kind, and any that is new, may change everybody's."""


class Foreseen(Struct, frozen=True, kw_only=True):
    """As of line *size*: per release the rows that *policy* withdraws and why, and the conversations to be ruled on again."""

    size: int
    at: datetime
    policy: str
    rows: dict[str, dict[str, str]]
    again: frozenset[ConversationId]
    owed: Mapping[str, str] = {}
    """Releases whose files do not let their rows be ruled on, and why."""


def foresee(house: House, policy: Policy, past: History, size: int, only: Collection[str] | None = None) -> Foreseen:
    """Return what *policy* withdraws by *past*, the facts up to line *size*, of *only* these releases or of all; nobody waits.

    Of all, those whose files are damaged or away are owed their recall; of *only* these, that is an error.
    """
    at = past.at or house.now()
    rows: dict[str, dict[str, str]] = {}
    again: set[ConversationId] = set()
    left: dict[str, str] = {}
    for line in released(house):
        if only is not None and line.release not in only:
            continue
        try:
            standing = list(standing_rows(house, line))
        except (SaysoError, OSError) as problem:
            if only is not None:
                raise
            left[line.release] = said_of(problem)
            continue
        rows[line.release] = found = {}
        for one in standing:
            why, ends = judged(past, one, policy, line.purpose)
            if why is not None:
                found[one.id] = why
            elif ends is not None and ends <= at + AHEAD:
                again.add(ConversationId(one.conversation))
    return Foreseen(size=size, at=at, policy=policy.digest, rows=rows, again=frozenset(again), owed=left)


def holds_yet(house: House, work: Work, seen: Foreseen, policy: Policy) -> bool:
    """Return whether what was *seen* can be used: by the same policy, not long ago, and nothing since touches everybody."""
    if policy.digest != seen.policy or not timedelta(0) <= work.at - seen.at < AHEAD:
        return False
    return all(isinstance(entry.line, NARROW) for entry in house.ledger.entries(work.conn, after=seen.size))


def withdraw_foreseen(house: House, work: Work, seen: Foreseen, policy: Policy) -> list[Withdrawn]:
    """Mask in every release what was *seen*, and what is so since, within the transaction that is the reason."""
    touched = _touched(house, work, seen)
    past = house.folded() or house.past_of(work.conn, touched, work.at)
    for name, problem in seen.owed.items():
        owe(house, work, name, problem)
    made = [
        or_owe(house, work, line.release, partial(_withdraw, house, work, line, policy, past, touched, seen.rows[line.release]))
        for line in released(house, work)
        if line.release in seen.rows
    ]
    return [one for one in made if one is not None]


def _withdraw(
    house: House,
    work: Work,
    line: Released,
    policy: Policy,
    past: History,
    touched: set[ConversationId],
    seen: Mapping[str, str],
) -> Withdrawn:
    """Mask in one release the rows that were *seen*, those of *touched* conversations as they are ruled now."""
    why = dict(seen)
    for one in standing_rows(house, line) if touched else ():
        if one.conversation in touched:
            reason, _ = judged(past, one, policy, line.purpose)
            why.pop(one.id, None)
            if reason is not None:
                why[one.id] = reason
    return withdraw(house, work, line, why)


def recall_beside(
    house: House, name: str, turn: Callable[[], AbstractContextManager[object]], order: Callable[[Work], object]
) -> Withdrawn:
    """Return what `recall` does, worked out before a *turn* is taken; *order* records who ordered it, in the same transaction."""
    line = find(house, name)
    for tried in range(TRIES + 1):
        policy = house.policy_in_force()
        past, size = past_under(house, policy)
        seen = foresee(house, policy, past, size, only=[line.release])
        with turn(), house.place():
            with house.writing() as work:
                now = house.policy_at(work.conn, None)
                good = holds_yet(house, work, seen, now)
                if good or tried == TRIES:
                    order(work)
                    made = _as_seen(house, work, line, now, seen) if good else recall_in(house, work, line, now)
            if good or tried == TRIES:
                go_on(folder_of(house, name))
                return made
    raise AssertionError("the last one always ends")


def _as_seen(house: House, work: Work, line: Released, policy: Policy, seen: Foreseen) -> Withdrawn:
    """Return what `recall_in` does, by what was *seen* of the whole release before."""
    touched = _touched(house, work, seen)
    past = house.folded() or house.past_of(work.conn, touched, work.at)
    made = _withdraw(house, work, line, policy, past, touched, seen.rows[line.release])
    owe_nothing(work, line.release)
    return made


def named_since(house: House, conn: Connection, size: int, at: datetime) -> tuple[set[ConversationId], set[AccountId]]:
    """Return the conversations that any line after *size* names, and the people, with all that became one with them."""
    chats: set[ConversationId] = set()
    people: set[AccountId] = set()
    for entry in house.ledger.entries(conn, after=size):
        if (conversation := getattr(entry.line, "conversation", None)) is not None:
            chats.add(conversation)
        if (account := getattr(entry.line, "account", None)) is not None:
            people.add(account)
    # Whoever became one person is one: what one of them says reaches what the others have.
    past = house.past_of(conn, (), at, accounts=sorted(people))
    living = {past.living(known) for known in people}
    people.update(one for one in past.accounts() if past.living(one) in living)
    return chats, people


def had_by(house: House, conn: Connection, people: Iterable[AccountId]) -> set[ConversationId]:
    """Return every conversation that any of *people* began or took part in."""
    theirs: set[ConversationId] = set()
    for account in people:
        after = ""
        while found := house.ledger.conversations_of(conn, account, after=after, limit=1_000):
            theirs.update(found)
            after = found[-1]
    return theirs


def _touched(house: House, work: Work, seen: Foreseen) -> set[ConversationId]:
    """Return the conversations of whom any line since names, and those whose ruling changes by itself about now."""
    chats, people = named_since(house, work.conn, seen.size, work.at)
    return chats | had_by(house, work.conn, people) | seen.again


def standing_rows(house: House, line: Released) -> Iterator[LineageLine]:
    """Yield the rows of a release that are not withdrawn yet."""
    gone = frozenset(revoked(folder_of(house, line.release)).ids)
    return (one for one in rows_of(house, line) if one.id not in gone)


def judged(past: History, one: LineageLine, policy: Policy, purpose: str) -> tuple[str | None, datetime | None]:
    """Return why a row is withdrawn, `None` while it may be used, and when that changes by itself. Doubt withdraws."""
    try:
        standing = past.standing(ConversationId(one.conversation))
        ruled = decide(policy, standing, standing.at)
    except SaysoError:
        return withdrawn_because(None, purpose, one.turns), None
    return withdrawn_because(ruled, purpose, one.turns), ruled.next_change_at
