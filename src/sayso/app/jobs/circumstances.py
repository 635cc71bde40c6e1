"""What was so when a person pressed: ledger (their facts) -> policy (what the use rests on). Evidence, and never an answer."""

from __future__ import annotations

from datetime import datetime

from sayso.app.house import House
from sayso.app.views import Where
from sayso.facts.events import Circumstances, RegionBy
from sayso.facts.regions import REGIONS
from sayso.facts.words import UNKNOWN, AccountId, Purpose
from sayso.policy import Policy
from sayso.policy.grounds import basis


def circumstances(house: House, policy: Policy, account: AccountId, purpose: Purpose, at: datetime, where: Where) -> Circumstances:
    """Return what is recorded beside an answer of *account* at *at*. No address and no browser's name ever comes here."""
    past = house.past
    tier, told = past.tier_and_region(account, told=True)
    region, derived = weighed(told, where.region)
    if derived == "operator" and where.region is None:
        # Nobody confirmed what was doubted before: it stays in doubt.
        region = past.tier_and_region(account)[1]
        derived = "operator" if region != UNKNOWN else "unknown"
    return Circumstances(
        path=where.path,
        tier=tier,
        region=region,
        region_by=derived,
        age=past.age(account, at),
        basis=basis(policy, purpose, region, at),
        deadline=where.deadline,
        gpc=where.gpc,
    )


def weighed(told: str, claimed: str | None) -> tuple[str, RegionBy]:
    """Return the region to record, and how it is known: what the operator *told* of the account, what the host's link *claimed*.

    Two that differ in a single letter disagree, a country and the group it is in too: which of them is the stricter is for no
    program to say, so the region is not known, and what is not known denies.

    >>> weighed("US", "US"), weighed("unknown", "DE"), weighed("US", "DE")
    (('US', 'operator'), ('DE', 'host'), ('unknown', 'conflict'))
    """
    if claimed is None or claimed == told:
        return told, "unknown" if told == UNKNOWN else "operator"
    if claimed not in REGIONS:
        return UNKNOWN, "conflict"
    return (claimed, "host") if told == UNKNOWN else (UNKNOWN, "conflict")
