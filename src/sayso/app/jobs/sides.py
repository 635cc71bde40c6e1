"""One conversation under two policies, side by side: what of it changes, and what a number of them add up to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from sayso.facts.history import History
from sayso.facts.instants import add_calendar
from sayso.facts.rulings import PurposeRuling, Ruling
from sayso.facts.words import AccountId, ConversationId, Purpose, Use
from sayso.policy import Policy, decide
from sayso.policy.comparing import kept_to

YEARS = 6
"""How far ahead retained bytes are reckoned."""
_YEAR = timedelta(days=365, hours=6)
What = Literal["newly used", "more turns used", "fewer turns used", "no longer used", "not used, for another reason"]


class Sum(Struct, frozen=True, kw_only=True):
    """How much: byte-years are bytes times the years they are kept within the next six, under the one and the other policy."""

    conversations: int
    people: int
    bytes: int
    byte_years_before: float
    byte_years_after: float


class One(Struct, frozen=True, kw_only=True):
    """One conversation under both policies: no more of it than is counted, so that millions fit into memory."""

    conversation: ConversationId
    size: int
    people: tuple[AccountId, ...]
    """All who wrote in it, and whose it is; accounts that were merged count once."""
    tier: str
    region: str
    uses: dict[Purpose, tuple[Use, Use]]
    ends: tuple[datetime | None, datetime | None]
    due: tuple[bool, bool]
    changes: tuple[tuple[What, Purpose, str], ...]
    """Kind, purpose, and the rows that decided before and after."""
    reasons: tuple[str, ...]

    @property
    def longer(self) -> bool:
        """Return whether it would be kept longer."""
        return _later(self.ends[1], self.ends[0])

    @property
    def shorter(self) -> bool:
        """Return whether it would be kept for less long."""
        return _later(self.ends[0], self.ends[1])

    @property
    def changed(self) -> bool:
        """Return whether anything of it would be otherwise."""
        return bool(self.changes) or self.longer or self.shorter

    @property
    def more(self) -> list[Purpose]:
        """Return the purposes for which more of it would be used."""
        return [purpose for what, purpose, _ in self.changes if what in ("newly used", "more turns used")]


def look(past: History, conversation: ConversationId, size: int, policies: tuple[Policy, Policy], at: datetime) -> One:
    """Return *conversation* under both *policies* at *at*, by the facts of *past*."""
    standing = past.standing(conversation)
    rulings = [decide(policy, standing, at) for policy in policies]
    before, after = (kept_to(policy, standing, ruling) for policy, ruling in zip(policies, rulings, strict=True))
    nothing = PurposeRuling(use="deny")
    changes: list[tuple[What, Purpose, str]] = []
    uses: dict[Purpose, tuple[Use, Use]] = {}
    for purpose in dict.fromkeys((*policies[0].purposes, *policies[1].purposes)):
        was, is_ = (ruling.use.get(purpose, nothing) for ruling in rulings)
        changes += _changes(purpose, was, is_)
        uses[purpose] = (was.use, is_.use)
    reasons = [f"{purpose}: {rows}" for _, purpose, rows in changes]
    if before != after:
        reasons.append("kept for: " + " → ".join(_lasts(ruling) for ruling in rulings))
    wrote = dict.fromkeys(past.living(one) for one in (standing.account, *(stretch.account for stretch in standing.stretches)))
    tier, region = past.tier_and_region(standing.account)
    return One(
        conversation=conversation,
        size=size,
        people=tuple(wrote),
        tier=tier,
        region=region,
        uses=uses,
        ends=(before, after),
        due=(rulings[0].due(at), rulings[1].due(at)),
        changes=tuple(changes),
        reasons=tuple(reasons),
    )


def total(ones: Sequence[One], at: datetime) -> Sum:
    """Return what *ones* add up to from *at* on."""
    horizon = add_calendar(at, years=YEARS)

    def byte_years(side: int) -> float:
        ends = [(one.size, min(one.ends[side] or horizon, horizon)) for one in ones]
        return round(sum(size * (end - at) / _YEAR for size, end in ends if end > at and size), 3)

    return Sum(
        conversations=len(ones),
        people=len({person for one in ones for person in one.people}),
        bytes=sum(one.size for one in ones),
        byte_years_before=byte_years(0),
        byte_years_after=byte_years(1),
    )


def _changes(purpose: Purpose, before: PurposeRuling, after: PurposeRuling) -> Iterator[tuple[What, Purpose, str]]:
    if before.turns == after.turns and before.use == after.use:
        return
    rows = " → ".join(side.because[0].row if side.because else "no row" for side in (before, after))
    was, is_ = _turns(before), _turns(after)
    if is_ - was:
        yield ("more turns used" if was else "newly used"), purpose, rows
    if was - is_:
        yield ("fewer turns used" if is_ else "no longer used"), purpose, rows
    if was == is_ and before.use != after.use:
        yield "not used, for another reason", purpose, rows


def _turns(ruled: PurposeRuling) -> set[int]:
    return {turn for first, last in ruled.turns for turn in range(first, last + 1)}


def _lasts(ruling: Ruling) -> str:
    """Return the reason that keeps longest."""
    kept = [reason for reason in ruling.reasons if reason.of == "conversation"]
    longest = max(kept, key=lambda reason: (reason.until is None, reason.until or ruling.at), default=None)
    return longest.name if longest else "nothing any more"


def _later(one: datetime | None, other: datetime | None) -> bool:
    """Return whether *one* lies after *other*; `None` has no known end, and lies after everything."""
    return other is not None and (one is None or one > other)
