"""A ruling: ledger (standing) -> policy (ruling). Never stored as truth; only its next change is kept, as an index."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from sayso.app.house import House, Work
from sayso.facts.errors import Broken, SaysoError, Unfit
from sayso.facts.history import History
from sayso.facts.instants import iso
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import Policy, decide


@dataclass(frozen=True)
class Then:
    """An instant to rule at: the facts known by it, and the policy in force at it."""

    past: History
    policy: Policy

    def ruling(self, conversation: ConversationId) -> tuple[Standing, Ruling]:
        """Return the standing of *conversation* and its ruling; Unfit where it had not begun by then."""
        if conversation not in self.past:
            on = f" by {iso(self.past.at)}" if self.past.at else ""
            raise Unfit(f"conversation `{conversation[:60]}` had not begun{on}; name a later instant")
        standing = self.past.standing(conversation)
        return standing, decide(self.policy, standing, standing.at)


def then(house: House, at: datetime | None = None) -> Then:
    """Return what is known and in force now, or was at a past instant; before any policy was set, the first one that was."""
    if at is None:
        return Then(house.present(), house.policy_in_force())
    if at > house.now():
        raise Unfit("that instant lies in the future; rulings are about what is known")
    with house.reading() as conn:
        lines = house.policies_set(conn)
        in_force = [line for line in lines if line.at <= at] or lines[:1]
        if not in_force:
            raise Broken("no policy is in force; begin anew with `sayso init` in a new folder")
        return Then(house.fold(conn, at=at), house.policy_of(in_force[-1]))


def ruling(house: House, conversation: ConversationId, at: datetime | None = None) -> tuple[Standing, Ruling]:
    """Return the standing of *conversation* and what the policy in force says of it, now or at a past instant."""
    return then(house, at).ruling(conversation)


def rulings(past: History, policy: Policy) -> Iterator[tuple[Standing, Ruling]]:
    """Yield standing and ruling of every conversation in *past* that was not shredded."""
    for conversation in past.conversations():
        if conversation in past.shredded:
            continue
        standing = past.standing(conversation)
        yield standing, decide(policy, standing, standing.at)


def past_for(
    house: House, work: Work, conversations: Collection[ConversationId] = (), *, accounts: Collection[AccountId] = ()
) -> History:
    """Return what decides about *conversations* and *accounts* by now: everything where it is folded already, else these alone."""
    past = house.folded()
    return past if past is not None else house.past_of(work.conn, conversations, work.at, accounts=accounts)


def reschedule(
    house: House, work: Work, conversations: Iterable[ConversationId], policy: Policy, *, past: History | None = None
) -> int:
    """Bring the index of next changes up to date for *conversations*; return how many of them are due at once.

    *past* is what decides about them, where only that was read.
    """
    past = past or house.present()
    changes: list[tuple[ConversationId, datetime | None]] = []
    due = 0
    for conversation in conversations:
        standing = past.standing(conversation)
        ruled = decide(policy, standing, standing.at)
        due += ruled.due(standing.at)
        changes.append((conversation, next_look(past, standing, ruled, policy)))
    house.vault.schedule(work.conn, changes)
    return due


def next_look(past: History, standing: Standing, ruled: Ruling, policy: Policy) -> datetime | None:
    """Return when a sweep must look again: at once when due, else when the ruling changes by itself.

    Or on the day on which it would end for all that its person may know, if that is earlier: that end is announced as any other.
    """
    if ruled.due(standing.at):
        return standing.at
    seen = as_told(past, standing)
    ends = None if seen is standing else decide(policy, seen, seen.at).keep_until
    return min((one for one in (ruled.next_change_at, ends) if one is not None and one > standing.at), default=None)


def as_told(past: History, standing: Standing) -> Standing:
    """Return *standing* as its person may be told of it: without the holds whose order forbids telling."""
    placed = past.holds()
    told = tuple(one for one in standing.holds if not (one in placed and placed[one].silent))
    return standing if told == standing.holds else replace(standing, holds=told)


def known(house: House, conversation: str) -> ConversationId:
    """Return *conversation* as an id that exists; refuses any other in one line."""
    try:
        house.past.owner(ConversationId(conversation))
    except SaysoError:
        raise Unfit(f"no conversation `{conversation[:60]}`; `sayso decide` lists them") from None
    return ConversationId(conversation)
