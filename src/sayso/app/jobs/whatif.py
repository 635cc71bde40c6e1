"""What if another policy were in force: ledger and vault index (read only) -> policy, twice -> what would change, for whom.

Nothing is written, no conversation is opened, and no key is needed: rulings come from facts, sizes from the vault's index.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime

from msgspec import Struct

from sayso.app.house import House
from sayso.app.jobs.sides import YEARS, One, Sum, look, total
from sayso.facts.errors import Unfit
from sayso.facts.history import History
from sayso.facts.instants import add_calendar
from sayso.facts.words import AccountId, ConversationId, Digest, Purpose, Use
from sayso.policy.dated import Dated

SAMPLE = 5
"""Conversations of each kind of change that are named."""
_ORDER: tuple[Use, ...] = ("allow", "undetermined", "deny")


class Side(Struct, frozen=True, kw_only=True):
    """One of the two policies: what it was called by, and the digest of its file."""

    name: str
    digest: Digest


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


def simulate(house: House, before: Dated, after: Dated, at: datetime | None = None) -> WhatIf:
    """Return what would be otherwise for every conversation that is kept, had *after* been the policy and not *before*."""
    past, sizes = _known(house, before, after, at)
    at = past.at or house.now()
    # A standing and its two rulings are looked at and let go of: a large ledger does not fit into memory that way.
    living = (conversation for conversation in past.conversations() if conversation not in past.shredded)
    ones = [look(past, conversation, sizes.get(conversation, 0), (before.policy, after.policy), at) for conversation in living]
    changed = [one for one in ones if one.changed]
    purposes = _purposes(before, after)
    return WhatIf(
        at=at,
        before=Side(name=before.label, digest=before.policy.digest),
        after=Side(name=after.label, digest=after.policy.digest),
        all=total(ones, at),
        changed=total(changed, at),
        kinds=tuple(_kinds(changed, at)),
        tiers=tuple(_groups(((one.tier, one) for one in ones), at)),
        regions=tuple(_groups(((one.region, one) for one in ones), at)),
        reasons=tuple(_groups(((reason, one) for one in changed for reason in one.reasons), at)),
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


def _kinds(changed: list[One], at: datetime) -> Iterator[Kind]:
    found: dict[tuple[str, Purpose | None], list[One]] = {}
    for one in changed:
        for what, purpose, _ in one.changes:
            found.setdefault((what, purpose), []).append(one)
        if one.longer or one.shorter:
            found.setdefault(("kept longer" if one.longer else "kept shorter", None), []).append(one)
    for (kind, of), ones in found.items():
        sample = tuple(one.conversation for one in ones[:SAMPLE])
        asked = kind in ("newly used", "more turns used", "kept longer")
        yield Kind(what=kind, purpose=of, notice=asked, sum=total(ones, at), sample=sample)


def _groups(named: Iterable[tuple[str, One]], at: datetime) -> Iterator[Group]:
    """Yield a group per name, the one with most changes first, then by name."""
    found: dict[str, list[One]] = {}
    for name, one in named:
        found.setdefault(name, []).append(one)
    made = [
        Group(
            name=name,
            all=len(ones),
            changed=total([one for one in ones if one.changed], at),
            newly_used=sum(bool(one.more) for one in ones),
            kept_longer=sum(one.longer for one in ones),
        )
        for name, ones in found.items()
    ]
    yield from sorted(made, key=lambda group: (-group.changed.conversations, group.name))


def _notice(changed: list[One], purposes: tuple[Purpose, ...]) -> Iterator[Told]:
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


def _flows(ones: list[One], purposes: tuple[Purpose, ...], at: datetime) -> Iterator[Flow]:
    for purpose in purposes:
        found: dict[tuple[Use, Use], list[One]] = {}
        for one in ones:
            found.setdefault(one.uses[purpose], []).append(one)
        for before in _ORDER:
            for after in _ORDER:
                if (before, after) in found:
                    yield Flow(purpose=purpose, before=before, after=after, sum=total(found[before, after], at))


def _retained(ones: list[One], at: datetime) -> Iterator[Point]:
    """Yield the bytes still kept at each month of the next six years."""
    before, after = (_ending(ones, side) for side in (0, 1))
    for month in range(YEARS * 12 + 1):
        then = add_calendar(at, months=month)
        yield Point(at=then, before=_left(before, then), after=_left(after, then))


def _ending(ones: list[One], side: int) -> tuple[list[datetime], list[int]]:
    """Return when conversations end, in order, and how many bytes are left from the first, the second ... end on."""
    ended = sorted((end, one.size) for one in ones if (end := one.ends[side]) is not None)
    left = [sum(one.size for one in ones)]
    for _, size in ended:
        left.append(left[-1] - size)
    return [end for end, _ in ended], left


def _left(ending: tuple[list[datetime], list[int]], then: datetime) -> int:
    ends, left = ending
    return left[bisect_right(ends, then)]
