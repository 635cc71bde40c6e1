"""What was so when a person pressed: ledger (their facts) -> policy (what the use rests on). Evidence, and never an answer."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import UNSET, UnsetType

from sayso.app.house import House
from sayso.app.views import Where
from sayso.facts.events import Circumstances, RegionBy
from sayso.facts.regions import REGIONS
from sayso.facts.words import UNKNOWN, AccountId, Purpose
from sayso.policy import Policy
from sayso.policy.grounds import basis

Other = Literal["host", "person"]
Against = tuple[Other, ...] | UnsetType
_OTHERS: tuple[Other, ...] = ("host", "person")


def circumstances(house: House, policy: Policy, account: AccountId, purpose: Purpose, at: datetime, where: Where) -> Circumstances:
    """Return what is recorded beside an answer of *account* at *at*. No address and no browser's name ever comes here."""
    past = house.past
    tier, told = past.tier_and_region(account, told=True)
    stated = past.stated_region(account)
    region, derived, against = weighed(told, where.region, stated)
    if derived == "operator" and where.region is None:
        # Nobody confirmed what was doubted before: it stays in doubt.
        region = past.tier_and_region(account)[1]
        derived = "operator" if region != UNKNOWN else "unknown"
    return Circumstances(
        path=where.path,
        tier=tier,
        region=region,
        region_by=derived,
        region_against=against,
        age=past.age(account, at),
        basis=basis(policy, purpose, region, at),
        deadline=where.deadline,
        gpc=where.gpc,
    )


def weighed(told: str, claimed: str | None, stated: str | None = None) -> tuple[str, RegionBy, Against]:
    """Return the region to record, how it is known, and where words differ whose: what the operator *told* of the account, what the
    host's link *claimed*, what the person *stated*.

    Two that differ in a single letter disagree, a country and the group it is in too: which of them is the stricter is for no
    program to say, so the region is not known, and what is not known denies. Two that agree outvote nobody.

    >>> weighed("US", "US")[:2], weighed("unknown", "DE")[:2], weighed("unknown", None, "DE")[:2]
    (('US', 'operator'), ('DE', 'host'), ('DE', 'person'))
    >>> weighed("US", "DE"), weighed("US", None, "DE"), weighed("unknown", "US", "DE")
    (('unknown', 'conflict', ('host',)), ('unknown', 'conflict', ('person',)), ('unknown', 'conflict', ('host', 'person')))
    """
    odd = claimed is not None and claimed != told and claimed not in REGIONS
    words = {"host": claimed, "person": stated}
    if told != UNKNOWN:
        against = tuple(who for who in _OTHERS if words[who] not in (None, told))
    else:
        both = claimed is not None and stated is not None and claimed != stated
        against = _OTHERS if both else ("host",) if odd else ()
    if against:
        return UNKNOWN, "conflict", against
    if told != UNKNOWN:
        return told, "operator", UNSET
    if claimed is not None and claimed != told:
        return claimed, "host", UNSET
    return (stated, "person", UNSET) if stated is not None else (UNKNOWN, "unknown", UNSET)
