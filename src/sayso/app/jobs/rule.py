"""A ruling: ledger (standing) -> policy (ruling). Never stored as truth; only its next change is kept, as an index."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sayso.app.house import House, Work
from sayso.facts.errors import SaysoError, Unfit
from sayso.facts.history import History
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import ConversationId
from sayso.policy import Policy, decide


def ruling(house: House, conversation: ConversationId, at: datetime | None = None) -> tuple[Standing, Ruling]:
    """Return the standing of *conversation* and what the policy in force says of it, now or at a past instant."""
    policy = house.policy_in_force()
    if at is None:
        past = house.present()
    else:
        if at > house.now():
            raise Unfit("that instant lies in the future; rulings are about what is known")
        with house.reading() as conn:
            past = house.ledger.history(conn, at=at)
            past.cuts = house.cuts(conn)
    standing = past.standing(conversation)
    return standing, decide(policy, standing, standing.at)


def rulings(past: History, policy: Policy) -> Iterator[tuple[Standing, Ruling]]:
    """Yield standing and ruling of every conversation in *past* that was not shredded."""
    for conversation in past.conversations():
        if conversation in past.shredded:
            continue
        standing = past.standing(conversation)
        yield standing, decide(policy, standing, standing.at)


def reschedule(house: House, work: Work, conversations: Iterable[ConversationId], policy: Policy) -> int:
    """Bring the index of next changes up to date for *conversations*; return how many of them are due at once."""
    past = house.present()
    changes: list[tuple[ConversationId, datetime | None]] = []
    due = 0
    for conversation in conversations:
        standing = past.standing(conversation)
        ruled = decide(policy, standing, standing.at)
        due += ruled.due(standing.at)
        changes.append((conversation, next_look(ruled, standing.at)))
    house.vault.schedule(work.conn, changes)
    return due


def next_look(ruled: Ruling, at: datetime) -> datetime | None:
    """Return when a sweep must look again: at once when due, else when the ruling changes by itself."""
    return at if ruled.due(at) else ruled.next_change_at


def known(house: House, conversation: str) -> ConversationId:
    """Return *conversation* as an id that exists; refuses any other in one line."""
    try:
        house.past.owner(ConversationId(conversation))
    except SaysoError:
        raise Unfit(f"no conversation `{conversation[:60]}`; `sayso decide` lists them") from None
    return ConversationId(conversation)
