"""How long what people said must be provable after they left: when the lines about forgotten accounts may open to nothing.

A line is kept openable while somebody may have to show it: while anybody it decides about is still here, while an order to keep
reaches it, and for the days the officer set after the account was forgotten. Doubt keeps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from sayso.facts.deeds import Forgotten, HeldRead
from sayso.facts.endings import after
from sayso.facts.events import Merged
from sayso.facts.history import History
from sayso.facts.words import AccountId, ConversationId

STAYS = tuple(str(kind.__struct_config__.tag) for kind in (Forgotten, HeldRead, Merged))
"""Kinds of line that name an account or a conversation and stay: that it is gone, what was done under an order, and two people."""


class Together(Struct, frozen=True, kw_only=True):
    """Accounts that were joined, or took part in one conversation, and all their conversations: what one says decides about all."""

    accounts: frozenset[AccountId]
    conversations: frozenset[ConversationId]


def together(
    wrote: Mapping[ConversationId, Collection[AccountId]], merged: Iterable[tuple[AccountId, AccountId]], of: Iterable[AccountId]
) -> Iterator[Together]:
    """Yield what belongs together with each of *of*, each of it once; *wrote* says who took part in each conversation."""
    theirs: dict[AccountId, list[ConversationId]] = {}
    for conversation, accounts in wrote.items():
        for one in accounts:
            theirs.setdefault(one, []).append(conversation)
    joined: dict[AccountId, set[AccountId]] = {}
    for one, other in merged:
        joined.setdefault(one, set()).add(other)
        joined.setdefault(other, set()).add(one)
    done: set[AccountId] = set()
    for first in of:
        if first in done:
            continue
        people, more, chats = {first}, [first], set[ConversationId]()
        while more:
            one = more.pop()
            fresh = set(theirs.get(one, ())) - chats
            chats |= fresh
            met = {*joined.get(one, ()), *(person for chat in fresh for person in wrote[chat])} - people
            people |= met
            more += met
        done |= people
        yield Together(accounts=frozenset(people), conversations=frozenset(chats))


def kept_for(past: History, of: Together, at: datetime) -> str | None:
    """Return why the lines about *of* must still open at *at*, `None` where nothing asks for it any more."""
    if any(one not in past.forgotten for one in of.accounts):
        return "somebody they decide about is not forgotten"
    if any(one in past and one not in past.shredded for one in of.conversations):
        return "a conversation is not shredded"
    days = past.endings.retention.evidence
    if any(after(past.forgotten[one], days) > at for one in of.accounts):
        return "they may still have to be shown"
    return "an order to keep reaches them" if _held(past, of) else None


def named(past: History, accounts: Collection[AccountId]) -> bool:
    """Return whether an order in force names one of *accounts*."""
    return any(not set(placed.scope.accounts or ()).isdisjoint(accounts) for placed in past.holds().values())


def _held(past: History, of: Together) -> bool:
    """Return whether an order in force names any of it, or reaches a turn; with no turn known, one for everybody is enough."""
    scopes = [placed.scope for placed in past.holds().values()]
    if named(past, of.accounts) or any(not of.conversations.isdisjoint(scope.conversations or ()) for scope in scopes):
        return True
    turns = [one for one in of.conversations if one in past]
    if not turns:
        return any(scope.accounts is None and scope.conversations is None for scope in scopes)
    return any(past.standing(one).holds for one in turns)
