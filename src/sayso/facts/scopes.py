"""Whether an order to keep reaches a turn. What is not known of the turn is held, and exempts nothing."""

from __future__ import annotations

from collections.abc import Set
from datetime import datetime
from typing import NamedTuple

from sayso.facts.events import Scope
from sayso.facts.regions import GROUPS, REGIONS, spelt
from sayso.facts.words import UNKNOWN, AccountId, ConversationId


class Told(NamedTuple):
    """What an order may ask of a turn: whose it is, under every name, and where, on which plan and when it was written."""

    accounts: Set[AccountId]
    region: str
    tier: str
    conversation: ConversationId
    at: datetime


def reaches(scope: Scope, turn: Told) -> bool:
    """Return whether *turn* may lie in *scope*: an order by place or plan also holds where the place or the plan is not known.

    Its exception spares only what surely lies in it, so that doubt keeps and never destroys.

    >>> from sayso.facts.instants import parse_instant
    >>> turn = Told(frozenset({AccountId("ana")}), "??", "pro", ConversationId("c"), parse_instant("2026-01-01"))
    >>> reaches(Scope(regions=("US",)), turn), reaches(Scope(exempt=Scope(regions=("US",))), turn)
    (True, True)
    """
    return _plain(scope, turn) and _place(scope, turn) and _plan(scope, turn) and not (scope.exempt and _surely(scope.exempt, turn))


def _surely(scope: Scope, turn: Told) -> bool:
    known = (scope.regions is None or turn.region in spelt(scope.regions)) and (scope.tiers is None or turn.tier in scope.tiers)
    return known and _plain(scope, turn) and not (scope.exempt and reaches(scope.exempt, turn))


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
    """Return whether the turn may have been written on that plan: one spelt almost alike may be the same."""
    if scope.tiers is None or turn.tier == UNKNOWN:
        return True
    return turn.tier.strip().casefold() in {tier.strip().casefold() for tier in scope.tiers}
