"""What the words of a standing decide, worked out once: the uses, and which reasons and caps are left for its instants to end.

Conversations differ in their instants but rarely in their words. So a plan is kept per set of words, built with the same
steps as `asking.decide_by`, and ruling by it only moves anchors and compares ends.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeAlias, TypeVar

from sayso.facts.rulings import Because, PurposeRuling
from sayso.facts.standings import Standing, Stretch
from sayso.facts.words import NONE, Purpose
from sayso.policy import flat
from sayso.policy.asking import UNPERMITTED, binding, needed, verdict
from sayso.policy.compiled import Outcome
from sayso.policy.compiling import compiled
from sayso.policy.ends import End, Ending, end, ending, never_later
from sayso.policy.resuming import resumed
from sayso.policy.table import CapRow, KeepRow, Policy, Version
from sayso.policy.vocabulary import LASTING

REMEMBERED = 20_000
"""Different sets of words whose plan is kept in memory, per policy; one more, and the memory starts anew."""
T = TypeVar("T")
Key: TypeAlias = tuple[Any, ...]
Name: TypeAlias = tuple[str, str]
"""A reason and what it keeps: `("training", "conversation")`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One row that fits: how it ends, in whose words, and which reasons make it unnecessary."""

    name: Name
    ending: Ending
    end: End
    because: Because
    unless: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Limit:
    """One cap that fits: the ends of which the first counts, and what it spares."""

    endings: tuple[Ending, ...]
    ends: tuple[End, ...]
    because: Because
    row: str
    spares: tuple[str, ...]


Versions: TypeAlias = tuple[tuple[Kept, ...], ...]
"""The rows for one reason, by version: the longest of each counts, and of those the shortest."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything about a standing that its words decide; stretches that give the same reasons the same ends appear once."""

    use: dict[Purpose, PurposeRuling]
    """Per purpose the ruling, which still lacks its turns where `allowed` has the purpose."""
    allowed: tuple[tuple[Purpose, tuple[bool, ...]], ...]
    reasons: tuple[tuple[tuple[Name, Versions], ...], ...]
    limits: tuple[Limit, ...]
    single: tuple[Kept, ...] | None
    """The one row per reason, where no reason has two ends to compare."""
    steps_back: bool
    """Whether any of these rows is unnecessary while another reason lasts."""


class Plans:
    """The plans of one policy, by the words of standings."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.days = policy.instants
        self._whole = any(row.resumed == "whole" for version in policy.versions for row in version.choice.values())
        self._plans: dict[Key, Plan] = {}

    def words(self, standing: Standing) -> Key:
        """Return all of *standing* that decides a plan, but for the instant it is ruled at."""
        flagged, feedback, deleted, last, refused, say_now, holds, private, age_now = _SHARED(standing)
        stretches = standing.stretches
        key: Key = (
            *(private, age_now, flagged is None, feedback is None, deleted is None, last is None, not holds),
            tuple(say_now.items()),
            tuple([name for name in refused if refused[name] is not None]) if refused else (),
            *(map(self._stretch, stretches) if len(stretches) != 1 else (self._stretch(stretches[0]),)),
        )
        if self._whole and len(stretches) > 1:
            accounts = [stretch.account for stretch in stretches]
            key = (*key, *[accounts.index(one) for one in accounts])
        return key

    def _stretch(self, stretch: Stretch) -> Key:
        began, ended, then, now, say, *words = _STRETCH(stretch)
        if ended < began:
            began, ended = ended, began
        era = bisect_right(self.days, began)
        return (
            *words,
            tuple(say.items()),
            then if then == NONE else flat.some(then),
            now if now == NONE else flat.some(now),
            era,
            era if ended == began else bisect_right(self.days, ended),
        )

    def plan(self, standing: Standing, at: datetime, words: Key) -> Plan:
        """Return the plan of *standing*, whose words are *words*, at *at*."""
        key = (bisect_right(self.days, at), words)
        found = self._plans.get(key)
        if found is None:
            if len(self._plans) >= REMEMBERED:
                self._plans.clear()
            found = self._plans[key] = build(self.policy, standing, at)
        return found


_SHARED = attrgetter(
    *("flagged_at", "feedback_at", "deleted_at", "last_turn_at", "refused_at", "say_now", "holds", "private", "age_now"),
)
_STRETCH = attrgetter(
    *("began_at", "ended_at", "organisation", "organisation_now", "say", "tier", "tier_now", "region", "region_now"),
    *("contract", "surface", "origin", "model", "age", "imported"),
)


@lru_cache(maxsize=64)
def plans(policy: Policy) -> Plans:
    """Return the plans of *policy*, kept as long as it is in use."""
    return Plans(policy)


def build(policy: Policy, standing: Standing, at: datetime) -> Plan:
    """Return the plan of *standing* at *at*, at which some version is in force, from the rows of all versions that bind it."""
    rows = flat.spell(policy, standing, at)
    followed = resumed(policy, standing, rows, at)
    bound = binding(policy, standing, at)
    terms = compiled(policy)
    fits = [{version: terms[version].fits(row) for version in needed(index, bound, followed)} for index, row in enumerate(rows)]
    said = [{version: Outcome(use, (), ()) for version, (use, _, _) in one.items()} for one in fits]
    use: dict[Purpose, PurposeRuling] = {}
    allowed: list[tuple[Purpose, tuple[bool, ...]]] = []
    for column, purpose in enumerate(policy.purposes):
        lifted = [bound[followed.get((index, purpose), index)] for index in range(len(rows))]
        best, may, because = verdict(policy, column, lifted, said)
        use[purpose] = PurposeRuling(use=best, because=because)
        if any(may):
            allowed.append((purpose, tuple(may)))
    kept = [[(version, fits[index][version][1]) for version in bound[index] if version >= 0] for index in range(len(rows))]
    reasons = _distinct(
        (
            tuple(one for one in _reasons(policy, index, versions) if one[0] != UNPERMITTED or min(bound[index]) >= 0)
            for index, versions in enumerate(kept)
        ),
        shape,
    )
    capped = [[(version, fits[index][version][2]) for version in bound[index] if version >= 0] for index in range(len(rows))]
    caps = tuple(_biting(_limits(policy, capped), reasons))
    names = {name for stretch in reasons for name, _ in stretch}
    every = (row for stretch in reasons for _, versions in stretch for group in versions for row in group)
    back = any(not names.isdisjoint(row.unless) for row in every)
    return Plan(use, tuple(allowed), reasons, caps, _single(reasons), back)


def _reasons(policy: Policy, index: int, versions: list[tuple[int, tuple[bool, ...]]]) -> Iterator[tuple[Name, Versions]]:
    """Yield the reasons of one stretch as `asking` gives them: those of the present version, where all older ones have them too."""
    rows = [_fitting(policy, index, version, fits) for version, fits in versions]
    for name, present in rows[0].items():
        others = [one[name] for one in rows[1:] if name in one]
        if len(others) == len(rows) - 1 or name[0] in LASTING:
            groups = _distinct((present, *others), lambda group: tuple(kept.ending for kept in group))
            # A version whose one row can never end before that of an earlier one shortens nothing.
            yield (
                name,
                _bare(groups, lambda first, other: len(first) == len(other) == 1 and never_later(first[0].ending, other[0].ending)),
            )


def _fitting(policy: Policy, index: int, version: int, fits: tuple[bool, ...]) -> dict[Name, tuple[Kept, ...]]:
    terms = policy.versions[version]
    found: dict[Name, list[Kept]] = {}
    for row, fit in zip(terms.keep, fits, strict=True):
        if fit:
            found.setdefault((row.reason, row.of), []).append(_kept(policy, version, row, index))
    # Nor does a row lengthen anything that can never end after an earlier one.
    return {name: _bare(rows, lambda first, other: never_later(other.ending, first.ending)) for name, rows in found.items()}


def _kept(policy: Policy, version: int, row: KeepRow, index: int) -> Kept:
    asked = ending(row, index)
    because = compiled(policy)[version].because[row.id]
    return Kept((row.reason, row.of), asked, end(asked), because, tuple((name, row.of) for name in row.unless))


def _limits(policy: Policy, capped: list[list[tuple[int, tuple[bool, ...]]]]) -> list[tuple[CapRow, list[Ending], Limit]]:
    """Return the caps that fit any stretch, in the order in which they are applied."""
    found: dict[tuple[int, str], tuple[Version, CapRow, list[Ending]]] = {}
    for index, versions in enumerate(capped):
        for version, fits in versions:
            terms = policy.versions[version]
            for row, fit in zip(terms.cap, fits, strict=True):
                if fit:
                    found.setdefault((version, row.id), (terms, row, []))[2].append(ending(row, index))
    limits: dict[Any, tuple[CapRow, list[Ending], Limit]] = {}
    for (version, name), (_, row, endings) in found.items():
        distinct = list(dict.fromkeys(endings))
        because = compiled(policy)[version].because[name]
        limit = Limit(tuple(distinct), tuple(end(one) for one in distinct), because, name, row.spares)
        # A cap that says the same as an earlier one takes nothing more away.
        limits.setdefault((name, frozenset(distinct), row.spares), (row, distinct, limit))
    return list(limits.values())


def _biting(limits: list[tuple[CapRow, list[Ending], Limit]], reasons: Iterable[Any]) -> Iterator[Limit]:
    """Yield the caps that can take something away: not those that never end before what they would shorten."""
    every = [kept for stretch in reasons for _, versions in stretch for group in versions for kept in group]
    for row, endings, limit in limits:
        touched = [kept for kept in every if kept.name[0] not in row.spares]
        if not all(never_later(kept.ending, one) for kept in touched for one in endings):
            yield limit


def shape(stretch: tuple[tuple[Name, Versions], ...]) -> Key:
    """Return what decides the ends of a stretch: two of the same shape always end together."""
    shapes = ((name, [[(row.ending, row.unless) for row in group] for group in versions]) for name, versions in stretch)
    return tuple((name, tuple(tuple(group) for group in versions)) for name, versions in shapes)


def _single(reasons: tuple[tuple[tuple[Name, Versions], ...], ...]) -> tuple[Kept, ...] | None:
    """Return the rows of the one stretch where each reason has one row in one version."""
    if len(reasons) != 1 or any(len(versions) != 1 or len(versions[0]) != 1 for _, versions in reasons[0]):
        return None
    return tuple(versions[0][0] for _, versions in reasons[0])


def _bare(found: Iterable[T], needless: Callable[[T, T], bool]) -> tuple[T, ...]:
    """Return *found* without those that are *needless* after an earlier one."""
    bare: list[T] = []
    for one in found:
        if not any(needless(first, one) for first in bare):
            bare.append(one)
    return tuple(bare)


def _distinct(found: Iterable[T], by: Callable[[T], object]) -> tuple[T, ...]:
    """Return *found* without those that are the same *by* something as an earlier one."""
    first: dict[object, T] = {}
    for one in found:
        first.setdefault(by(one), one)
    return tuple(first.values())
