"""A deletion by mistake is taken back: ledger -> policy (is its day past?) -> vault (shown again).

The grace moves no day: what is deleted is destroyed when it would be without one, and what is destroyed does not come back.
Neither does what only a hold still keeps, and a release that withdrew it leaves it out for good.
"""

from __future__ import annotations

from contextlib import nullcontext
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection

from sayso.app.house import House, Work
from sayso.app.jobs import rule
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


class Undoing(Struct, frozen=True, kw_only=True):
    """What came back: whether there was a deletion to take back, and how many conversations are shown again or stay deleted."""

    undone: bool
    shown: int = 0
    stay: int = 0


def undo(house: House, *, conversation: ConversationId | None = None, account: AccountId | None = None) -> Undoing:
    """Return what came back of *conversation* or *account*; Refused once its grace or its day is over, or its key destroyed."""
    with house.writing() as work:
        return undo_in(house, work, conversation=conversation, account=account)


def undo_in(house: House, work: Work, *, conversation: ConversationId | None = None, account: AccountId | None = None) -> Undoing:
    """Return what `undo` does, within a transaction that may hold more than this; durable once that commits."""
    policy = house.ruled_by(work.conn)
    past = house.present()
    asked = when_deleted(house, past, conversation=conversation, account=account, conn=work.conn)
    if conversation is not None:
        mine = [conversation]
        _assert_not_gone(past, conversation)
    else:
        mine = _mine(past, account)
    if asked is None:
        return Undoing(undone=False)
    _assert_in_time(asked, house.now(), retention(house).grace)
    over = [one for one in mine if _day_is_past(past.standing(one), policy)]
    if conversation is not None and over:
        raise Refused("its day is past, and only a hold or the next sweep stands between; it is not given back")
    lines: list[AnyLine] = [Undone(at=work.at, conversation=conversation, account=account)]
    # What an account's deletion has ended already stays deleted, since when it was, though the account comes back.
    lines += [Deleted(at=past.standing(one).deleted_at or asked, conversation=one) for one in over]
    work.record(lines)
    past = house.present()
    back = [one for one in mine if past.standing(one).deleted_at is None]
    for whose in belonging(past, account) if account is not None else ():
        house.vault.bring_back(work.conn, whose)
    for one in mine:
        if past.standing(one).deleted_at is None:
            house.vault.show(work.conn, one)
        else:
            house.vault.hide(work.conn, one, past.standing(one).deleted_at)
    rule.reschedule(house, work, mine, policy)
    return Undoing(undone=True, shown=len(back), stay=len(mine) - len(back))


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
