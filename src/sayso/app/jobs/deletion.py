"""A person deletes: ledger -> vault (out of sight) -> policy (by when) -> releases (recall), in one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from sayso.app.house import House, Work
from sayso.app.jobs import holds, recalling, rule
from sayso.app.jobs.recall import recall_for, recall_of
from sayso.facts.deeds import AnyLine
from sayso.facts.errors import Unfit
from sayso.facts.events import Deleted
from sayso.facts.history import History
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import Policy, decide, latest

MANY = 100
"""Conversations up to which each is asked about by when it is unreadable; for more, one instant that is late enough for all."""
SHOWN = 5
"""Wrong ids that an error names; there may be thousands."""


class Deletion(Struct, frozen=True, kw_only=True):
    """One conversation that is deleted: whether that was new, and by when its key is destroyed."""

    conversation: ConversationId
    new: bool
    unreadable_by: datetime | None
    """`None` while a hold or another reason without a known end keeps it, out of sight and unused."""


def delete(
    house: House, *, conversation: ConversationId | None = None, account: AccountId | None = None
) -> tuple[bool, datetime | None]:
    """Return whether this was new, and by when the words are unreadable; they are out of sight at once.

    `None` for the instant means that a hold or another reason with no known end keeps them, out of sight and unused. Of an
    account with many conversations it is one by which all are unreadable, though each may be so before.
    """
    if conversation is not None:
        (one,) = delete_all(house, [conversation])
        return one.new, one.unreadable_by
    if account is None:
        raise Unfit("name a conversation or an account; nothing was deleted")
    fresh = delete_account(house, account)
    return fresh, _end_of_all(house, account, told=False)


def delete_account(house: House, account: AccountId) -> bool:
    """Return whether this was new: one line and one row, however many conversations there are.

    They are out of sight and unused from the commit on. The next sweep writes down each of them and by when it is destroyed;
    what of them went into releases is masked before this returns, and costs what there is of it.
    """
    with house.writing() as work:
        fresh = delete_account_in(house, work, account)
    recalling.settle_if_any(house)
    return fresh


def delete_account_in(house: House, work: Work, account: AccountId) -> bool:
    """Return what `delete_account` does, within a transaction that may hold more than this; durable once that commits."""
    policy = house.ruled_by(work.conn)
    past = rule.past_for(house, work, accounts=[account])
    fresh = past.deleted_at(account) is None
    together = belonging(past, account)
    work.record([Deleted(at=work.at, account=account)] if fresh else [])
    for one in together:
        house.vault.put_away(work.conn, one, work.at)
    recall_for(house, work, [account], policy)
    return fresh


def belonging(past: History, account: AccountId) -> list[AccountId]:
    """Return *account* and every account that has become part of it, as far as *past* knows."""
    return [account, *(one for one in past.owned.behind(account, past.living) if one != account)]


def delete_all(house: House, conversations: Iterable[str]) -> list[Deletion]:
    """Return what became of each of *conversations*, deleted together: where one is no conversation here, none is deleted."""
    with house.writing() as work:
        return delete_in(house, work, conversations)


def delete_in(house: House, work: Work, conversations: Iterable[str]) -> list[Deletion]:
    """Return what `delete_all` does, within a transaction that may hold more than this; durable once that commits.

    It reads what decides about them and their people, and not everything there is, where that is not folded already.
    """
    wanted = [ConversationId(one) for one in dict.fromkeys(conversations)]
    policy = house.ruled_by(work.conn)
    past = rule.past_for(house, work, wanted)
    _assert_known(past, wanted)
    gone = [one for one in wanted if one in past.shredded]
    left = [one for one in wanted if one not in past.shredded]
    fresh = [one for one in left if past.standing(one).deleted_at is None]
    lines: list[AnyLine] = [Deleted(at=work.at, conversation=one) for one in fresh]
    work.record(lines)
    ends = dict(zip(left, _take_away(house, work, left, policy), strict=True)) | dict.fromkeys(gone, work.at)
    return [Deletion(conversation=one, new=one in fresh, unreadable_by=ends[one]) for one in wanted]


def _assert_known(past: History, wanted: list[ConversationId]) -> None:
    wrong = [one for one in wanted if one not in past]
    if wrong:
        named = ", ".join(f"`{one[:60]}`" for one in wrong[:SHOWN]) + (" and more" if len(wrong) > SHOWN else "")
        raise Unfit(
            f"{len(wrong)} of {len(wanted)} are no conversations here: {named}; `sayso decide` lists them, none was deleted"
        )


def _take_away(house: House, work: Work, conversations: list[ConversationId], policy: Policy) -> list[datetime | None]:
    """Take what was deleted out of sight and out of releases, and return by when each is to be destroyed."""
    for one in conversations:
        house.vault.hide(work.conn, one, work.at)
    past = rule.past_for(house, work, conversations)
    standings = [past.standing(one) for one in conversations]
    ruled = [decide(policy, standing, standing.at) for standing in standings]
    looks = [rule.next_look(past, standing, one, policy) for one, standing in zip(ruled, standings, strict=True)]
    house.vault.schedule(work.conn, zip(conversations, looks, strict=True))
    recall_of(house, work, set(conversations), policy, past=past)
    return [one.keep_until for one in ruled]


def unreadable_by(house: House, *, conversation: ConversationId | None, account: AccountId) -> datetime | None:
    """Return by when the words would be unreadable if deleted now, `None` while something without a known end keeps them.

    It is what their person may be told: an order that forbids telling is left out.
    """
    if conversation is None:
        return _end_of_all(house, account, told=True)
    past = house.present()
    found = [] if conversation in past.shredded else [past.standing(conversation)]
    return _last_end(house, [holds.seen_by_person(house, standing) for standing in found])


def _end_of_all(house: House, account: AccountId, *, told: bool) -> datetime | None:
    """Return by when all of *account* is unreadable if deleted now; *told*, without orders that its person may not know of."""
    with house.reading() as conn:
        past = house.folded() or house.past_of(conn, (), house.now(), accounts=[account])
        theirs = belonging(past, account)
        there = house.vault.spread(conn, theirs)
        if there.count > MANY and not there.undated and there.last is not None:
            placed = past.holds()
            if any(not (told and one in placed and placed[one].silent) for one in there.holds):
                return None
            if (bound := _bound(house, conn, theirs, there.last, told)) is not None:
                return bound
    found = _standings(house, account)
    return _last_end(house, [holds.seen_by_person(house, one) for one in found] if told else found)


def waiting(house: House, account: AccountId) -> dict[str, datetime | None] | None:
    """Return what all that *account* deleted waits for, at the same cost for any number: orders, and one day late enough for all.

    `None` where no such day is sure, so that each has to be ruled on. It is what the person may be told.
    """
    past = house.present()
    theirs = belonging(past, account)
    with house.reading() as conn:
        there = house.vault.spread(conn, theirs)
        if there.undated or there.last is None:
            return None
        bound = _bound(house, conn, theirs, there.last, told=True)
        kept = house.vault.held_of(conn, theirs) if there.holds else {}
    if bound is None:
        return None
    placed = past.holds()
    told = [name for name in there.holds if name in placed and not placed[name].silent]
    all_held = max((kept.get(name, 0) for name in told), default=0) == there.count
    return ({"hold": None} if told else {}) | ({} if all_held else {"day": bound})


def _bound(house: House, conn: Connection, accounts: list[AccountId], last: datetime, told: bool) -> datetime | None:
    """Return an instant by which all of *accounts* is unreadable, at the same cost for any number of conversations.

    Only those that were flagged or given feedback on, which end at a time of their own, are ruled on; for the rest no row of
    the policy ends later. `None` where that is not sure.
    """
    at = house.now()
    marked = house.ledger.marked(conn, accounts, MANY + 1)
    few = len(marked) <= MANY
    bound = latest(house.policy_at(conn, None), max(at, last), marked=not few)
    if bound is None or not few or not marked:
        return bound
    past = house.past_of(conn, marked, at)
    own = [past.standing(one) for one in marked if one not in past.shredded]
    end = _last_end(house, [rule.as_told(past, one) if told else one for one in own])
    return None if end is None else max(bound, end)


def _standings(house: House, account: AccountId) -> list[Standing]:
    """Return the standings of what is kept of *account*; only these are read, where not everything is folded already."""
    past = house.folded()
    if past is not None:
        past = house.present()
        mine = past.of_account(account)
    else:
        with house.reading() as conn:
            theirs = belonging(house.past_of(conn, (), house.now(), accounts=[account]), account)
            mine = [row.conversation for one in theirs for row in house.vault.of_account(conn, one, states=("live", "hidden"))]
            past = house.past_of(conn, mine, house.now())
    return [past.standing(one) for one in mine if one not in past.shredded]


def _last_end(house: House, standings: list[Standing]) -> datetime | None:
    """Return when nothing keeps any of *standings* any more, had they all been deleted by now; `None` where that is not known."""
    policy = house.policy_in_force()
    supposed = [replace(one, deleted_at=one.deleted_at or one.at) for one in standings]
    ends = [decide(policy, one, one.at).keep_until for one in supposed]
    return None if None in ends else max((end for end in ends if end is not None), default=house.now())
