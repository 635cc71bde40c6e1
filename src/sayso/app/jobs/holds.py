"""A hold: ledger -> policy -> vault. It keeps, permits nothing, and stops a shredding in the vault itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct
from sqlalchemy import Connection

from sayso.app.house import House, Work
from sayso.app.jobs import rule
from sayso.app.jobs.recall import recall_of
from sayso.facts.conversation import Conversation
from sayso.facts.deeds import Acted, HeldRead
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import HoldEnded, HoldPlaced, Scope, TurnTaken
from sayso.facts.history import History
from sayso.facts.instants import iso
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId
from sayso.policy import Policy, decide
from sayso.vault import decode, gather

Order = Callable[[datetime], Acted]
"""The line that says who ordered it and why; recorded in the same transaction."""


class HoldState(Struct, frozen=True, kw_only=True):
    """A hold and how many conversations it keeps; `released` counts those that nothing held any more when it ended."""

    hold: str
    matter: str
    conversations: int
    accounts: int = 0
    withdrawn: int = 0
    """Rows of releases that placing it withdrew: what is held is used for nothing else."""
    released: int = 0
    silent: bool = False


def place(
    house: House,
    hold: str,
    scope: Scope,
    matter: str,
    *,
    by: str = "",
    paper: str = "",
    silent: bool = False,
    future: bool = False,
    ordered: Order | None = None,
) -> HoldState:
    """Return the hold as placed; refuses one whose name is taken, or whose scope reaches nothing unless *future* says it will."""
    policy = house.policy_in_force()
    with house.writing() as work:
        if hold in rule.past_for(house, work).holds():
            raise Unfit(f"a hold `{hold}` is in force already; end it first, or choose another name")
        work.record(
            [
                HoldPlaced(
                    at=work.at,
                    hold=hold,
                    scope=scope,
                    matter=matter,
                    by=by or UNSET,
                    paper=paper or UNSET,
                    silent=silent or UNSET,
                ),
                *([] if ordered is None else [ordered(work.at)]),
            ]
        )
        past, kept = _kept(house, work, hold, scope)
        if not kept and not future:
            raise Unfit(f"the scope of hold `{hold[:60]}` matches nothing; mend it, or say --future if it is for what comes")
        house.vault.hold(work.conn, hold, conversations=kept, matter=matter)
        rule.reschedule(house, work, kept, policy, past=past)
        withdrawn = recall_of(house, work, set(kept), policy, past=past)
    owners = len({past.owner(one) for one in kept})
    return HoldState(hold=hold, matter=matter, conversations=len(kept), accounts=owners, withdrawn=withdrawn, silent=silent)


def end(house: House, hold: str, *, ordered: Order | None = None) -> HoldState:
    """Return the hold as it ended: what no other reason keeps is due from now on."""
    policy = house.policy_in_force()
    with house.writing() as work:
        held = rule.past_for(house, work).holds()
        if hold not in held:
            raise Unfit(f"no hold `{hold[:60]}` is in force; `sayso hold list` names those that are")
        _, kept = _kept(house, work, hold, held[hold].scope)
        work.record([HoldEnded(at=work.at, hold=hold), *([] if ordered is None else [ordered(work.at)])])
        house.vault.release_hold(work.conn, hold)
        past = rule.past_for(house, work, kept)
        rule.reschedule(house, work, kept, policy, past=past)
    free = sum(not past.standing(one).holds for one in kept)
    return HoldState(hold=hold, matter=held[hold].matter, conversations=len(kept), released=free)


def _kept(house: House, work: Work, hold: str, scope: Scope) -> tuple[History, list[ConversationId]]:
    """Return what decides about what *hold* may reach, and which of it the hold keeps.

    An order that names conversations or accounts costs what those have; one that names neither costs what is stored.
    """
    named = _named_by(house, work, scope) if house.folded() is None else None
    if named is None:
        return house.present(), reached(house, hold)
    past = house.past_of(work.conn, named, work.at)
    return past, [one for one in named if one in past and one not in past.shredded and hold in past.standing(one).holds]


def _named_by(house: House, work: Work, scope: Scope) -> list[ConversationId] | None:
    """Return every conversation that *scope* may reach, `None` where it names neither conversations nor accounts."""
    if scope.conversations is not None:
        return list(dict.fromkeys(scope.conversations))
    if scope.accounts is None:
        return None
    past = house.past_of(work.conn, (), work.at, accounts=scope.accounts)
    # Whoever became one person counts as one, and a turn in somebody else's chat counts as who wrote it.
    living = {past.living(one) for one in scope.accounts}
    people = dict.fromkeys([*scope.accounts, *(one for one in past.accounts() if past.living(one) in living)])
    turns = (entry.line for one in people for entry in house.ledger.of_account(work.conn, one, ["turn"]))
    return list(dict.fromkeys(line.conversation for line in turns if isinstance(line, TurnTaken)))


def listed(house: House) -> list[HoldState]:
    """Return the holds in force."""
    past = house.present()
    found = []
    for name, placed in past.holds().items():
        kept = reached(house, name)
        owners = len({past.owner(one) for one in kept})
        quiet = bool(placed.silent)
        found.append(HoldState(hold=name, matter=placed.matter, conversations=len(kept), accounts=owners, silent=quiet))
    return found


def reached(house: House, hold: str) -> list[ConversationId]:
    """Return the conversations that *hold* keeps and that still exist."""
    past = house.present()
    return [one for one in past.conversations() if one not in past.shredded and hold in past.standing(one).holds]


def renew(house: House, work: Work, conversations: list[ConversationId]) -> None:
    """Put conversations that just grew under every hold that reaches them."""
    past = house.present()
    for conversation in conversations:
        for hold in past.standing(conversation).holds:
            house.vault.hold(work.conn, hold, conversations=[conversation], matter=past.holds()[hold].matter)


def read(house: House, hold: str, conversation: ConversationId, *, by: str, why: str) -> Conversation:
    """Return a held conversation for the matter it is held for, also a deleted one; who read it and why is in the ledger first."""
    if not by.strip() or not why.strip():
        raise Unfit("say who reads it and why, with --by and --why; both are recorded")
    if hold not in house.present().holds():
        raise Unfit(f"no hold `{hold[:60]}` is in force; `sayso hold list` names those that are")
    if conversation not in reached(house, hold):
        raise Refused(f"hold `{hold}` does not reach conversation `{conversation}`; it opens only what it keeps")
    with house.writing() as work:
        work.record([HeldRead(at=work.at, hold=hold, conversation=conversation, by=by, why=why)])
    with house.reading() as conn:
        return gather([decode(block) for block in house.vault.open(conn, conversation, hold=hold)])


def silent(house: House, conn: Connection) -> set[str]:
    """Return the names of holds, in force or ended, of which the people they reach may not be told."""
    lines = [entry.line for entry in house.ledger.of_kind(conn, HoldPlaced)]
    return {line.hold for line in lines if isinstance(line, HoldPlaced) and line.silent}


def seen_by_person(house: House, standing: Standing) -> Standing:
    """Return *standing* as its person may be told of it: without the holds whose order forbids telling."""
    return rule.as_told(house.present(), standing)


def untold(house: House, standing: Standing, policy: Policy) -> bool:
    """Return whether nothing but an order that forbids telling still keeps it: its person sees nothing of it any more."""
    seen = seen_by_person(house, standing)
    return seen is not standing and decide(policy, seen, seen.at).due(seen.at)


def told(house: House, account: AccountId) -> list[dict[str, Any]]:
    """Return, per hold its person may be told of, how many of the account's conversations it keeps and since when."""
    past = house.present()
    theirs = [one for one in past.of_account(account) if one not in past.shredded]
    found = []
    for name, placed in past.holds().items():
        kept = [one for one in theirs if name in past.standing(one).holds]
        if kept and not placed.silent:
            since = min(moment for one in kept if (moment := past.held_since(name, one)) is not None)
            found.append({"matter": placed.matter, "conversations": len(kept), "since": iso(since)})
    return found
