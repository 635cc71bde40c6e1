"""A hold: ledger -> policy -> vault. It keeps, permits nothing, and stops a shredding in the vault itself."""

from __future__ import annotations

from msgspec import Struct

from sayso.app.house import House, Work
from sayso.app.jobs import rule
from sayso.facts.errors import Unfit
from sayso.facts.events import HoldEnded, HoldPlaced, Scope
from sayso.facts.words import ConversationId


class HoldState(Struct, frozen=True, kw_only=True):
    """A hold in force and how many conversations it keeps."""

    hold: str
    matter: str
    conversations: int


def place(house: House, hold: str, scope: Scope, matter: str) -> HoldState:
    """Return the hold as placed; refuses one whose name is taken. A scope that reaches nothing is placed, and says so."""
    policy = house.policy_in_force()
    with house.writing() as work:
        if hold in house.present().holds():
            raise Unfit(f"a hold `{hold}` is in force already; end it first, or choose another name")
        work.record([HoldPlaced(at=work.at, hold=hold, scope=scope, matter=matter)])
        kept = _reached(house, hold)
        house.vault.hold(work.conn, hold, conversations=kept, matter=matter)
        rule.reschedule(house, work, kept, policy)
    return HoldState(hold=hold, matter=matter, conversations=len(kept))


def end(house: House, hold: str) -> HoldState:
    """Return the hold as it ended: what no other reason keeps is due from now on."""
    policy = house.policy_in_force()
    with house.writing() as work:
        held = house.present().holds()
        if hold not in held:
            raise Unfit(f"no hold `{hold[:60]}` is in force; `sayso hold list` names those that are")
        kept = _reached(house, hold)
        work.record([HoldEnded(at=work.at, hold=hold)])
        house.vault.release_hold(work.conn, hold)
        rule.reschedule(house, work, kept, policy)
    return HoldState(hold=hold, matter=held[hold].matter, conversations=len(kept))


def listed(house: House) -> list[HoldState]:
    """Return the holds in force."""
    return [
        HoldState(hold=name, matter=placed.matter, conversations=len(_reached(house, name)))
        for name, placed in house.present().holds().items()
    ]


def _reached(house: House, hold: str) -> list[ConversationId]:
    past = house.present()
    return [one for one in past.conversations() if hold in past.standing(one).holds]


def renew(house: House, work: Work, conversations: list[ConversationId]) -> None:
    """Put conversations that just grew under every hold that reaches them."""
    past = house.present()
    for conversation in conversations:
        for hold in past.standing(conversation).holds:
            house.vault.hold(work.conn, hold, conversations=[conversation], matter=past.holds()[hold].matter)
