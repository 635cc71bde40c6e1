"""A deletion by mistake is taken back: ledger -> policy (is its day past?) -> vault (shown again).

The grace moves no day: what is deleted is destroyed when it would be without one, and what is destroyed does not come back.
Neither does what only a hold still keeps, and a release that withdrew it leaves it out for good.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from sayso.app.house import House, Work
from sayso.app.jobs import rule, stale
from sayso.app.jobs.beforehand import AHEAD, NARROW, had_by, named_since
from sayso.app.jobs.deletion import belonging
from sayso.app.jobs.retention import retention
from sayso.facts.deeds import AnyLine
from sayso.facts.endings import after
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import Deleted, Undone
from sayso.facts.history import History
from sayso.facts.instants import iso
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import Policy, decide

STEP = 200
"""Conversations that are ruled on before others have their turn."""


class Undoing(Struct, frozen=True, kw_only=True):
    """What came back: whether there was a deletion to take back, and how many conversations are shown again or stay deleted."""

    undone: bool
    shown: int = 0
    stay: int = 0


class Ends(Struct, frozen=True, kw_only=True):
    """As of line *size*: when what an account has would end without holds, where that is past or nearly."""

    size: int
    at: datetime
    policy: str
    soon: dict[ConversationId, datetime]


def undo(house: House, *, conversation: ConversationId | None = None, account: AccountId | None = None) -> Undoing:
    """Return what came back of *conversation* or *account*; Refused once its grace or its day is over, or its key destroyed."""
    with house.writing() as work:
        return undo_in(house, work, conversation=conversation, account=account)


def undo_in(
    house: House,
    work: Work,
    *,
    conversation: ConversationId | None = None,
    account: AccountId | None = None,
    seen: Ends | None = None,
) -> Undoing:
    """Return what `undo` does, within a transaction that may hold more than this; durable once that commits.

    *seen* is what `ends_of` worked out of the account before, so that nobody waits for it here.
    """
    if conversation is None:
        return _undo_account(house, work, account, seen)
    policy, past = house.ruled_by(work.conn), house.present()
    asked = when_deleted(house, past, conversation=conversation, conn=work.conn)
    _assert_not_gone(past, conversation)
    if asked is None:
        return Undoing(undone=False)
    _assert_in_time(asked, house.now(), retention(house).grace)
    if _day_is_past(past.standing(conversation), policy):
        raise Refused("its day is past, and only a hold or the next sweep stands between; it is not given back")
    work.record([Undone(at=work.at, conversation=conversation)])
    house.vault.show(work.conn, conversation)
    rule.reschedule(house, work, [conversation], policy)
    return Undoing(undone=True, shown=1)


def ends_of(house: House, account: AccountId, turn: Callable[[], AbstractContextManager[object]] = nullcontext) -> Ends:
    """Return whose day is past of all that *account* has, or nearly; worked out a *turn* at a time. Refused as by `undo`."""
    with turn(), house.reading() as conn:
        at, size, policy = house.now(), house.ledger.size(conn), house.policy_in_force()
        mine = _mine(house.present(), account)
    soon: dict[ConversationId, datetime] = {}
    for start in range(0, len(mine), STEP):
        with turn():
            past = house.present()
            for one in mine[start : start + STEP]:
                end = None if one in past.shredded else _end_without_holds(past.standing(one), policy)
                if end is not None and end <= at + AHEAD:
                    soon[one] = end
    return Ends(size=size, at=at, policy=policy.digest, soon=soon)


def _undo_account(house: House, work: Work, account: AccountId | None, seen: Ends | None) -> Undoing:
    policy, past = house.ruled_by(work.conn), house.present()
    mine = _mine(past, account)
    asked = when_deleted(house, past, account=account, conn=work.conn)
    if account is None or asked is None:
        return Undoing(undone=False)
    _assert_in_time(asked, house.now(), retention(house).grace)
    over = _over(house, work, mine, policy, seen)
    lines: list[AnyLine] = [Undone(at=work.at, account=account)]
    # What an account's deletion has ended already stays deleted, since when it was, though the account comes back.
    lines += [Deleted(at=min(asked, past.deleted_by_itself(one) or asked), conversation=one) for one in over]
    work.record(lines)
    past = house.present()
    for one in over:
        house.vault.hide(work.conn, one, past.deleted_by_itself(one))
    stay = {one for one in mine if past.deleted_by_itself(one) is not None}
    for whose in belonging(past, account):
        house.vault.bring_back(work.conn, whose, but=stay)
    stale.mark(house, work, past, [account])
    return Undoing(undone=True, shown=len(mine) - len(stay), stay=len(stay))


def _over(house: House, work: Work, mine: list[ConversationId], policy: Policy, seen: Ends | None) -> list[ConversationId]:
    """Return which of *mine* have their day behind them: as it was *seen*, where nothing since can have changed that."""
    now = house.now()
    if seen is not None and seen.policy == policy.digest and timedelta(0) <= now - seen.at < AHEAD:
        lines = [entry.line for entry in house.ledger.entries(work.conn, after=seen.size)]
        if all(isinstance(line, NARROW) for line in lines):
            chats, people = named_since(house, work.conn, seen.size, work.at)
            if (chats | had_by(house, work.conn, people)).isdisjoint(mine):
                return [one for one in mine if one in seen.soon and seen.soon[one] <= now]
    past = house.present()
    return [one for one in mine if _day_is_past(past.standing(one), policy)]


def can_undo_until(
    house: House, *, conversation: ConversationId | None = None, account: AccountId | None = None
) -> datetime | None:
    """Return until when the deletion can be taken back, `None` where it cannot, or where nothing was deleted."""
    past, policy = house.present(), house.policy_in_force()
    asked = when_deleted(house, past, conversation=conversation, account=account)
    if asked is None or conversation in past.shredded or account in past.forgotten:
        return None
    until = after(asked, retention(house).grace)
    if conversation is not None:
        end = _end_without_holds(past.standing(conversation), policy)
        until = until if end is None else min(until, end)
    return until if until > house.now() else None


def when_deleted(
    house: House,
    past: History,
    *,
    conversation: ConversationId | None = None,
    account: AccountId | None = None,
    conn: Connection | None = None,
) -> datetime | None:
    """Return when *conversation* or *account* was deleted by itself, `None` where that is taken back or never was.

    What is committed counts, or with *conn* what its transaction sees.

    A conversation that went with its account comes back with it, and not alone.
    """
    if conversation is None:
        return past.deleted_at(account) if account is not None else None
    with house.reading() if conn is None else nullcontext(conn) as seen:
        lines = [entry.line for entry in house.ledger.of_conversation(seen, conversation)]
    asked: datetime | None = None
    for line in lines:
        if isinstance(line, Deleted):
            asked = asked or line.at
        elif isinstance(line, Undone):
            asked = None
    if asked is None and past.standing(conversation).deleted_at is not None and conversation not in past.shredded:
        raise Refused("it was deleted with its account; take that back with `sayso delete --undo --account NAME`")
    return asked


def _mine(past: History, account: AccountId | None) -> list[ConversationId]:
    if account is None:
        raise Unfit("name a conversation or an account; nothing was changed")
    if account in past.forgotten:
        raise Refused("this account is forgotten; nothing links it to a person, and nobody can bring it back")
    return [one for one in past.of_account(account) if one not in past.shredded]


def _assert_not_gone(past: History, conversation: ConversationId) -> None:
    if conversation in past.shredded:
        raise Refused(f"the key of conversation `{conversation}` is destroyed; nobody can bring it back")


def _assert_in_time(asked: datetime, now: datetime, grace: int) -> None:
    until = after(asked, grace)
    if now >= until:
        raise Refused(f"it could be taken back until {iso(until)[:16].replace('T', ' ')}; that is over, and it stays deleted")


def _day_is_past(standing: Standing, policy: Policy) -> bool:
    end = _end_without_holds(standing, policy)
    return end is not None and end <= standing.at


def _end_without_holds(standing: Standing, policy: Policy) -> datetime | None:
    """Return until when it would be kept if no hold kept it: a hold must not prolong what the person may see."""
    return decide(policy, replace(standing, holds=()), standing.at).keep_until
