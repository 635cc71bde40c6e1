"""A fact about an account changes: ledger -> rulings -> releases (recall), in one transaction."""

from __future__ import annotations

from sayso.app.house import House
from sayso.app.jobs import rule
from sayso.app.jobs.recall import recall_of
from sayso.facts.deeds import AnyLine
from sayso.facts.errors import Refused
from sayso.facts.events import RegionChanged, TierChanged
from sayso.facts.words import AccountId


def tell(house: House, account: AccountId, *, tier: str, region: str) -> bool:
    """Return whether anything changed; what follows for its conversations and for releases is done at once.

    A region or plan that is told later reaches what comes after it, and what was written before stays under the one of then.
    Refused for an account that is unknown, deleted or forgotten.
    """
    policy = house.policy_in_force()
    with house.writing() as work:
        past = house.present()
        if not past.knows(account) or past.deleted_at(account) is not None or account in past.forgotten:
            raise Refused("no such account, or it was deleted; nothing was recorded")
        before = past.tier_and_region(account)
        lines: list[AnyLine] = []
        if before[0] != tier:
            lines.append(TierChanged(at=work.at, account=account, tier=tier))
        if before[1] != region:
            lines.append(RegionChanged(at=work.at, account=account, region=region))
        if not lines:
            return False
        work.record(lines)
        chats = [one for one in house.present().of_account(account) if one not in past.shredded]
        rule.reschedule(house, work, chats, policy)
        recall_of(house, work, set(chats), policy)
    return True
