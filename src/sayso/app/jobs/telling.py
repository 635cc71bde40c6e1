"""A fact about an account changes: ledger -> rulings -> releases (recall), in one transaction."""

from __future__ import annotations

from sayso.app.house import House, Work
from sayso.app.jobs import recalling, stale
from sayso.app.jobs.recall import recall_for
from sayso.facts.deeds import AnyLine
from sayso.facts.errors import Refused, Unfit
from sayso.facts.events import RegionChanged, RegionStated, TierChanged
from sayso.facts.regions import REGIONS
from sayso.facts.words import UNKNOWN, AccountId


def tell(house: House, account: AccountId, *, tier: str, region: str) -> bool:
    """Return whether anything changed; releases are recalled at once, next looks follow when somebody asks for what is due.

    A region or plan that is told later reaches what comes after it, and what was written before stays under the one of then.
    Refused for an account that is unknown, deleted or forgotten.
    """
    with house.writing() as work:
        changed = tell_in(house, work, account, tier=tier, region=region)
    recalling.settle_if_any(house)
    return changed


def tell_in(house: House, work: Work, account: AccountId, *, tier: str, region: str) -> bool:
    """Return what `tell` does, within a transaction that may hold more than this; durable once that commits."""
    _here(house, account)
    # What was told before, doubted or not: the same word said again ends no doubt.
    before = house.present().tier_and_region(account, told=True)
    lines: list[AnyLine] = []
    if before[0] != tier:
        lines.append(TierChanged(at=work.at, account=account, tier=tier))
    if before[1] != region:
        lines.append(RegionChanged(at=work.at, account=account, region=region))
    return _told(house, work, account, lines)


def state(house: House, account: AccountId, region: str | None) -> bool:
    """Return whether anything changed by what a person says of where they live; `None` takes back what they said before.

    It is evidence beside their answers, and permits nothing: where it differs from the operator's word the region is not known from
    then on. Releases are recalled at once. Refused for an account that is unknown, deleted or forgotten.
    """
    with house.writing() as work:
        changed = state_in(house, work, account, region)
    recalling.settle_if_any(house)
    return changed


def state_in(house: House, work: Work, account: AccountId, region: str | None) -> bool:
    """Return what `state` does, within a transaction that may hold more than this; durable once that commits."""
    if region is not None and region not in REGIONS:
        raise Unfit(f"`{region[:20]}` is no region; write a country as US or DE, or EU, EEA or UK; nothing was recorded")
    _here(house, account)
    same = house.present().stated_region(account) == region
    lines: list[AnyLine] = [] if same else [RegionStated(at=work.at, account=account, region=region or UNKNOWN)]
    return _told(house, work, account, lines)


def _here(house: House, account: AccountId) -> None:
    past = house.present()
    if not past.knows(account) or past.deleted_at(account) is not None or account in past.forgotten:
        raise Refused("no such account, or it was deleted; nothing was recorded")


def _told(house: House, work: Work, account: AccountId, lines: list[AnyLine]) -> bool:
    if not lines:
        return False
    work.record(lines)
    stale.mark(house, work, house.past, [account])
    recall_for(house, work, [account], house.ruled_by(work.conn))
    return True
