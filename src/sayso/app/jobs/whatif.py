"""What if another policy were in force: ledger and vault index (read only) -> policy, twice -> what would change, for whom.

Nothing is written, no conversation is opened, and no key is needed: rulings come from facts, sizes from the vault's index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from msgspec import Struct

from sayso.app.house import House
from sayso.facts.errors import Unfit
from sayso.facts.history import History
from sayso.facts.instants import add_calendar
from sayso.facts.rulings import PurposeRuling, Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import AccountId, ConversationId, Digest, Purpose, Use
from sayso.policy import decide
from sayso.policy.comparing import kept_to
from sayso.policy.dated import Dated

YEARS = 6
"""How far ahead retained bytes are reckoned."""
SAMPLE = 5
"""Conversations of each kind of change that are named."""
_YEAR = timedelta(days=365, hours=6)
_ORDER: tuple[Use, ...] = ("allow", "undetermined", "deny")
What = Literal["newly used", "more turns used", "fewer turns used", "no longer used", "not used, for another reason"]


class Side(Struct, frozen=True, kw_only=True):
    """One of the two policies: what it was called by, and the digest of its file."""

    name: str
    digest: Digest


class Sum(Struct, frozen=True, kw_only=True):
    """How much: byte-years are bytes times the years they are kept within the next six, under the one and the other policy."""

    conversations: int
    people: int
    bytes: int
    byte_years_before: float
    byte_years_after: float


class Group(Struct, frozen=True, kw_only=True):
    """What changes for one tier, one region, or one reason."""

    name: str
    all: int
    """Conversations of the group, changed or not; for a reason those that change by it."""
    changed: Sum
    newly_used: int
    """Conversations of which more would be used."""
    kept_longer: int


class Kind(Struct, frozen=True, kw_only=True):
    """One kind of change, with the ids of some of its conversations; `notice` where its people must be asked anew."""

    what: str
    purpose: Purpose | None
    notice: bool
    sum: Sum
    sample: tuple[ConversationId, ...]


class Flow(Struct, frozen=True, kw_only=True):
    """How many conversations go from one ruling to another, for one purpose."""

    purpose: Purpose
    before: Use
    after: Use
    sum: Sum


class Point(Struct, frozen=True, kw_only=True):
    """Bytes that would still be kept at an instant, under the one and the other policy."""

    at: datetime
    before: int
    after: int


class Told(Struct, frozen=True, kw_only=True):
    """One person who needs a new notice: for which purposes more of theirs would be used, and whether it is kept longer."""

    account: AccountId
    purposes: tuple[Purpose, ...]
    kept_longer: bool


class WhatIf(Struct, frozen=True, kw_only=True):
    """Everything that would be otherwise under `after` instead of `before`, by the facts known at `at`."""

    at: datetime
    before: Side
    after: Side
    all: Sum
    changed: Sum
    kinds: tuple[Kind, ...]
    tiers: tuple[Group, ...]
    regions: tuple[Group, ...]
    reasons: tuple[Group, ...]
    notice: tuple[Told, ...]
    flows: tuple[Flow, ...]
    retained: tuple[Point, ...]
    unsized: int
    """Conversations the vault's index holds no bytes of: shredded since that instant; they count as nothing."""


@dataclass
class _One:
    """One conversation under both policies."""

    standing: Standing
    size: int
    people: frozenset[AccountId]
    rulings: tuple[Ruling, Ruling]
    ends: tuple[datetime | None, datetime | None]
    changes: list[tuple[What, Purpose, str]] = field(default_factory=list)
    """Kind, purpose, and the rows that decided before and after."""

    @property
    def longer(self) -> bool:
        return _later(self.ends[1], self.ends[0])

    @property
    def shorter(self) -> bool:
        return _later(self.ends[0], self.ends[1])

    @property
    def changed(self) -> bool:
        return bool(self.changes) or self.longer or self.shorter

    @property
    def more(self) -> list[Purpose]:
        return [purpose for what, purpose, _ in self.changes if what in ("newly used", "more turns used")]


def simulate(house: House, before: Dated, after: Dated, at: datetime | None = None) -> WhatIf:
    """Return what would be otherwise for every conversation that is kept, had *after* been the policy and not *before*."""
    past, sizes = _known(house, before, after, at)
    at = past.at or house.now()
    ones = [
        _one(past, conversation, sizes, before, after, at)
        for conversation in past.conversations()
        if conversation not in past.shredded
    ]
    changed = [one for one in ones if one.changed]
    purposes = _purposes(before, after)
    tiers, regions = (
        {one.standing.conversation: past.tier_and_region(one.standing.account)[side] for one in ones} for side in (0, 1)
    )
    return WhatIf(
        at=at,
        before=Side(name=before.label, digest=before.policy.digest),
        after=Side(name=after.label, digest=after.policy.digest),
        all=_sum(ones, at),
        changed=_sum(changed, at),
        kinds=tuple(_kinds(changed, at)),
        tiers=tuple(_groups(((tiers[one.standing.conversation], one) for one in ones), at)),
        regions=tuple(_groups(((regions[one.standing.conversation], one) for one in ones), at)),
        reasons=tuple(_groups(((reason, one) for one in changed for reason in _reasons(one)), at)),
        notice=tuple(_notice(changed, purposes)),
        flows=tuple(_flows(ones, purposes, at)),
        retained=tuple(_retained(ones, at)),
        unsized=sum(not one.size for one in ones),
    )


def _known(house: House, before: Dated, after: Dated, at: datetime | None) -> tuple[History, dict[ConversationId, int]]:
    """Return the past up to *at*, cut where either policy's terms change, and the size of every conversation."""
    now = house.now()
    if at is not None and at > now:
        raise Unfit("that instant lies in the future; rulings are about what is known")
    with house.reading() as conn:
        past = house.fold(conn, at=at or now)
        past.purposes = tuple(dict.fromkeys((*past.purposes, *_purposes(before, after))))
        past.cuts = tuple(sorted({*past.cuts, *before.policy.instants, *after.policy.instants}))
        return past, {row.conversation: row.bytes for row in house.vault.rows(conn)}


def _purposes(before: Dated, after: Dated) -> tuple[Purpose, ...]:
    return tuple(dict.fromkeys((*before.policy.purposes, *after.policy.purposes)))


def _one(
    past: History, conversation: ConversationId, sizes: dict[ConversationId, int], before: Dated, after: Dated, at: datetime
) -> _One:
    standing = past.standing(conversation)
    rulings = (decide(before.policy, standing, at), decide(after.policy, standing, at))
    wrote = {past.living(standing.account), *(past.living(stretch.account) for stretch in standing.stretches)}
    one = _One(
        standing=standing,
        size=sizes.get(conversation, 0),
        people=frozenset(wrote),
        rulings=rulings,
        ends=(kept_to(before.policy, standing, rulings[0]), kept_to(after.policy, standing, rulings[1])),
    )
    for purpose in _purposes(before, after):
        one.changes += _changes(purpose, *(ruling.use.get(purpose, PurposeRuling(use="deny")) for ruling in rulings))
    return one


def _changes(purpose: Purpose, before: PurposeRuling, after: PurposeRuling) -> Iterator[tuple[What, Purpose, str]]:
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


def _reasons(one: _One) -> Iterator[str]:
    """Yield why *one* changes: the rows that decided, and the reasons that keep it longest."""
    for _, purpose, rows in one.changes:
        yield f"{purpose}: {rows}"
    if one.longer or one.shorter:
        yield "kept for: " + " → ".join(_lasts(ruling) for ruling in one.rulings)


def _lasts(ruling: Ruling) -> str:
    """Return the reason that keeps longest."""
    kept = [reason for reason in ruling.reasons if reason.of == "conversation"]
    longest = max(kept, key=lambda reason: (reason.until is None, reason.until or ruling.at), default=None)
    return longest.name if longest else "nothing any more"


def _kinds(changed: list[_One], at: datetime) -> Iterator[Kind]:
    found: dict[tuple[str, Purpose | None], list[_One]] = {}
    for one in changed:
        for what, purpose, _ in one.changes:
            found.setdefault((what, purpose), []).append(one)
        if one.longer or one.shorter:
            found.setdefault(("kept longer" if one.longer else "kept shorter", None), []).append(one)
    for (kind, of), ones in found.items():
        sample = tuple(one.standing.conversation for one in ones[:SAMPLE])
        asked = kind in ("newly used", "more turns used", "kept longer")
        yield Kind(what=kind, purpose=of, notice=asked, sum=_sum(ones, at), sample=sample)


def _groups(named: Iterable[tuple[str, _One]], at: datetime) -> Iterator[Group]:
    """Yield a group per name, the one with most changes first, then by name."""
    found: dict[str, list[_One]] = {}
    for name, one in named:
        found.setdefault(name, []).append(one)
    made = [
        Group(
            name=name,
            all=len(ones),
            changed=_sum([one for one in ones if one.changed], at),
            newly_used=sum(bool(one.more) for one in ones),
            kept_longer=sum(one.longer for one in ones),
        )
        for name, ones in found.items()
    ]
    yield from sorted(made, key=lambda group: (-group.changed.conversations, group.name))


def _notice(changed: list[_One], purposes: tuple[Purpose, ...]) -> Iterator[Told]:
    """Yield everyone of whom more would be used, or whose conversations would be kept longer, by pseudonym."""
    used: dict[AccountId, set[Purpose]] = {}
    longer: set[AccountId] = set()
    for one in changed:
        for account in one.people if one.more or one.longer else ():
            used.setdefault(account, set()).update(one.more)
            longer |= {account} if one.longer else set()
    for account in sorted(used):
        mine = tuple(purpose for purpose in purposes if purpose in used[account])
        yield Told(account=account, purposes=mine, kept_longer=account in longer)


def _flows(ones: list[_One], purposes: tuple[Purpose, ...], at: datetime) -> Iterator[Flow]:
    for purpose in purposes:
        found: dict[tuple[Use, Use], list[_One]] = {}
        for one in ones:
            uses = [ruling.use[purpose].use if purpose in ruling.use else "deny" for ruling in one.rulings]
            found.setdefault((uses[0], uses[1]), []).append(one)
        for before in _ORDER:
            for after in _ORDER:
                if (before, after) in found:
                    yield Flow(purpose=purpose, before=before, after=after, sum=_sum(found[before, after], at))


def _retained(ones: list[_One], at: datetime) -> Iterator[Point]:
    """Yield the bytes still kept at each month of the next six years."""
    for month in range(YEARS * 12 + 1):
        then = add_calendar(at, months=month)
        before, after = (sum(one.size for one in ones if _later(one.ends[side], then)) for side in (0, 1))
        yield Point(at=then, before=before, after=after)


def _sum(ones: list[_One], at: datetime) -> Sum:
    horizon = add_calendar(at, years=YEARS)

    def byte_years(side: int) -> float:
        ends = [(one.size, min(one.ends[side] or horizon, horizon)) for one in ones]
        return round(sum(size * (end - at) / _YEAR for size, end in ends if end > at), 3)

    return Sum(
        conversations=len(ones),
        people=len(frozenset[AccountId]().union(*(one.people for one in ones))),
        bytes=sum(one.size for one in ones),
        byte_years_before=byte_years(0),
        byte_years_after=byte_years(1),
    )


def _later(one: datetime | None, other: datetime | None) -> bool:
    """Return whether *one* lies after *other*; `None` has no known end, and lies after everything."""
    return other is not None and (one is None or one > other)
