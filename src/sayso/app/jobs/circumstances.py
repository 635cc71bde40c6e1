"""What was so when a person pressed: ledger (their facts) -> policy (what the use rests on). Evidence, and never an answer."""

from __future__ import annotations

from datetime import datetime

from sayso.app.house import House
from sayso.app.views import Where
from sayso.facts.events import Circumstances
from sayso.facts.words import UNKNOWN, AccountId, Purpose
from sayso.policy import Policy
from sayso.policy.grounds import basis


def circumstances(house: House, policy: Policy, account: AccountId, purpose: Purpose, at: datetime, where: Where) -> Circumstances:
    """Return what is recorded beside an answer of *account* at *at*. No address and no browser's name ever comes here."""
    past = house.past
    tier, region = past.tier_and_region(account)
    return Circumstances(
        path=where.path,
        tier=tier,
        region=region,
        region_by="unknown" if region == UNKNOWN else "operator",
        age=past.age(account, at),
        basis=basis(policy, purpose, region, at),
        gpc=where.gpc,
    )
