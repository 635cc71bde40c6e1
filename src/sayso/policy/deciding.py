"""The ruling of one standing, fast: what its words decide comes from a plan, its instants are compared anew each time.

Equal to `asking.decide_by` in value and reasons; the tests ask both.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TypeAlias

from msgspec.structs import replace

from sayso.facts.rulings import Because, PurposeRuling, Reason, Ruling
from sayso.facts.standings import Standing
from sayso.policy.asking import checked, turns, unkept, without_terms
from sayso.policy.ends import OPEN
from sayso.policy.plans import Kept, Key, Name, Plan, Plans, plans
from sayso.policy.table import Policy
from sayso.policy.vocabulary import REASONS

Ends: TypeAlias = dict[Name, tuple[datetime, Kept]]
_ORDER = {name: position for position, name in enumerate(REASONS)}


def decide(policy: Policy, standing: Standing, at: datetime) -> Ruling:
    """Return what *policy* says of *standing* at *at*, with the first instant at which it will say something else by itself.

    Refuses an instant without a zone, and one before the standing's own: what was not yet known then must be folded anew.
    """
    at = at if at.tzinfo is UTC and standing.at <= at else checked(standing, at)
    known = plans(policy)
    words = known.words(standing)
    ruling = _ruled(known, standing, at, words)
    if policy.instants[-1] <= at:
        return ruling
    return _until_changed(known, standing, ruling, words, [one for one in policy.instants if one > at])


def _ruled(known: Plans, standing: Standing, at: datetime, words: Key) -> Ruling:
    """Return the ruling at *at*; its `next_change_at` is the first end of a reason."""
    if at < known.policy.starts[0] or not standing.stretches:
        return without_terms(known.policy, standing, at, known.policy.position(at))
    plan = known.plan(standing, at, words)
    kept = _kept(plan, standing)
    caps = _shorten(plan, kept, standing) if plan.limits else ()
    lasts: datetime | None = None
    first: datetime | None = None
    reasons: list[Reason] = []
    for (name, of), (end, row) in kept.items() if len(kept) == 1 else sorted(kept.items(), key=_order):
        if of == "conversation" and (lasts is None or end > lasts):
            lasts = end
        if end > at:
            until = None if end is OPEN else end
            reasons.append(Reason(name=name, until=until, of=of, because=row.because))  # type: ignore[arg-type]  # one of two words
            if until is not None and (first is None or until < first):
                first = until
    use = plan.use.copy()
    for purpose, may in plan.allowed:
        ruled = use[purpose]
        use[purpose] = PurposeRuling(use=ruled.use, turns=turns(standing, may), because=ruled.because)
    return Ruling(
        conversation=standing.conversation,
        at=at,
        use=unkept(known.policy, use, reasons),
        keep_until=None if lasts is OPEN else lasts,
        reasons=tuple(reasons),
        caps=caps,
        next_change_at=first,
    )


def _until_changed(known: Plans, standing: Standing, ruling: Ruling, words: Key, later: list[datetime]) -> Ruling:
    """Return *ruling*, which changes by itself at the first of *later* at which another is given, if no reason ends before."""
    first = ruling.next_change_at
    for moment in later:
        if first is not None and first < moment:
            break
        other = _ruled(known, standing, moment, words)
        if replace(other, at=ruling.at, next_change_at=first) != ruling:
            return replace(ruling, next_change_at=moment)
    return ruling


def _kept(plan: Plan, standing: Standing) -> Ends:
    """Return per reason the last end any stretch gives it; the conversation is kept as one."""
    kept: Ends
    if plan.single is not None:
        kept = {row.name: (row.end(standing), row) for row in plan.single}
        return _uncovered(kept) if plan.steps_back else kept
    kept = {}
    for stretch in plan.reasons:
        found: Ends = {}
        for name, versions in stretch:
            ends = [_longest(group, standing) for group in versions]
            found[name] = min(ends, key=_end) if len(ends) > 1 else ends[0]
        for name, one in _uncovered(found).items():
            if name not in kept or one[0] > kept[name][0]:
                kept[name] = one
    return kept


def _longest(group: tuple[Kept, ...], standing: Standing) -> tuple[datetime, Kept]:
    """Return the row of one version that ends last; of those that end together the first."""
    found = [(row.end(standing), row) for row in group]
    return max(found, key=_end) if len(found) > 1 else found[0]


def _uncovered(found: Ends) -> Ends:
    """Return *found* without the rows that step back for a reason that lasts at least as long."""
    gone = [
        name
        for name, (end, row) in found.items()
        if row.unless and any(other in found and found[other][0] >= end for other in row.unless)
    ]
    return {name: one for name, one in found.items() if name not in gone} if gone else found


def _shorten(plan: Plan, kept: Ends, standing: Standing) -> tuple[Because, ...]:
    """Apply every cap to *kept*, and return those that took something away."""
    shortened: dict[str, Because] = {}
    for limit in plan.limits:
        until = min([end(standing) for end in limit.ends])
        for name, (end, row) in kept.items():
            if end > until and name[0] not in limit.spares:
                kept[name] = (until, row)
                shortened.setdefault(limit.row, limit.because)
    return tuple(shortened.values())


def _end(one: tuple[datetime, Kept]) -> datetime:
    return one[0]


def _order(item: tuple[Name, tuple[datetime, Kept]]) -> int:
    return _ORDER[item[0][0]]
