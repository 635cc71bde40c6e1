"""A fact about an account changes: ledger -> rulings -> releases (recall), in one transaction."""

from __future__ import annotations

from sayso.app.house import House, Work
from sayso.app.jobs import stale
from sayso.app.jobs.recall import recall_for
from sayso.facts.deeds import AnyLine
from sayso.facts.errors import Refused
from sayso.facts.events import RegionChanged, TierChanged
from sayso.facts.words import AccountId


def tell(house: House, account: AccountId, *, tier: str, region: str) -> bool:
    """Return whether anything changed; releases are recalled at once, next looks follow when somebody asks for what is due.

    A region or plan that is told later reaches what comes after it, and what was written before stays under the one of then.
    Refused for an account that is unknown, deleted or forgotten.
    """
    with house.writing() as work:
        return tell_in(house, work, account, tier=tier, region=region)


def tell_in(house: House, work: Work, account: AccountId, *, tier: str, region: str) -> bool:
    """Return what `tell` does, within a transaction that may hold more than this; durable once that commits."""
    past, policy = house.present(), house.ruled_by(work.conn)
    if not past.knows(account) or past.deleted_at(account) is not None or account in past.forgotten:
        raise Refused("no such account, or it was deleted; nothing was recorded")
    # What was told before, doubted or not: the same word said again ends no doubt.
    before = past.tier_and_region(account, told=True)
    lines: list[AnyLine] = []
    if before[0] != tier:
        lines.append(TierChanged(at=work.at, account=account, tier=tier))
    if before[1] != region:
        lines.append(RegionChanged(at=work.at, account=account, region=region))
    if not lines:
        return False
    work.record(lines)
    stale.mark(house, work, house.past, [account])
    recall_for(house, work, account, policy)
    return True
