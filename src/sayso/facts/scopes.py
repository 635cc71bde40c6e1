"""Whether an order to keep reaches a turn. What is not known of the turn is held, and exempts nothing."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import NamedTuple

from sayso.facts.events import Scope
from sayso.facts.regions import GROUPS, REGIONS, spelt
from sayso.facts.words import NONE, UNKNOWN, AccountId, ConversationId


class Told(NamedTuple):
    """What an order may ask of a turn: whose it is, under every name, where, when, on which plan and contract it was written."""

    accounts: Set[AccountId]
    region: str
    tier: str
    conversation: ConversationId
    at: datetime
    contract: str = NONE


def reaches(scope: Scope, turn: Told) -> bool:
    """Return whether *turn* may lie in *scope*: an order by place, plan or contract also holds where it is not known.

    Its exception spares only what surely lies in it, so that doubt keeps and never destroys.

    >>> from sayso.facts.instants import parse_instant
    >>> turn = Told(frozenset({AccountId("ana")}), "??", "pro", ConversationId("c"), parse_instant("2026-01-01"))
    >>> reaches(Scope(regions=("US",)), turn), reaches(Scope(exempt=Scope(regions=("US",))), turn)
    (True, True)
    """
    fits = _plain(scope, turn) and _place(scope, turn) and _plan(scope, turn) and _contract(scope, turn)
    return fits and not any(_surely(one, turn) for one in scope.exceptions())


def _surely(scope: Scope, turn: Told) -> bool:
    known = (
        (scope.regions is None or turn.region in spelt(scope.regions))
        and (scope.tiers is None or turn.tier in scope.tiers)
        and (not isinstance(scope.contracts, tuple) or turn.contract in scope.contracts)
    )
    return known and _plain(scope, turn) and not any(reaches(one, turn) for one in scope.exceptions())


def _plain(scope: Scope, turn: Told) -> bool:
    """Return whether everything fits that is always known."""
    return (
        (scope.accounts is None or not turn.accounts.isdisjoint(scope.accounts))
        and (scope.conversations is None or turn.conversation in scope.conversations)
        and (scope.since is None or turn.at >= scope.since)
        and (scope.until is None or turn.at <= scope.until)
    )


def _place(scope: Scope, turn: Told) -> bool:
    """Return whether the turn may have been written there: of a group of countries any one may be meant."""
    if scope.regions is None or turn.region not in REGIONS:
        return True
    named = spelt(scope.regions)
    return turn.region in named or not named.isdisjoint(GROUPS.get(turn.region, ()))


def _plan(scope: Scope, turn: Told) -> bool:
    """Return whether the turn may have been written on that plan."""
    return scope.tiers is None or _may_be(turn.tier, scope.tiers)


def _contract(scope: Scope, turn: Told) -> bool:
    """Return whether the turn may have been written under that contract; that there was none is known."""
    return not isinstance(scope.contracts, tuple) or _may_be(turn.contract, scope.contracts)


def _may_be(word: str, named: tuple[str, ...]) -> bool:
    """Return whether *word* may mean one of *named*: one that is not known may, and so may one that is spelt almost alike."""
    return word == UNKNOWN or word.strip().casefold() in {one.strip().casefold() for one in named}
