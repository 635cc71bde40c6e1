"""What the words of a standing decide, worked out once: the uses, and which reasons and caps are left for its instants to end.

Conversations differ in their instants but rarely in their words. So a plan is kept per set of words, built with the same
steps as `asking.decide_by`, and ruling by it only moves anchors and compares ends.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from sayso.facts.rulings import PurposeRuling
from sayso.facts.standings import Standing
from sayso.facts.words import Purpose
from sayso.policy import flat
from sayso.policy.asking import binding, needed, verdict
from sayso.policy.compiled import Fits, Outcome
from sayso.policy.compiling import compiled
from sayso.policy.keeping import Keeping, keeping
from sayso.policy.keys import Key, key_function
from sayso.policy.resuming import resumed
from sayso.policy.table import Policy

Bound: TypeAlias = list[list[int]]
"""Per stretch the versions that bind it, the latest first; -1 is before the first."""
REMEMBERED = 20_000
"""Different sets of words whose plan is kept in memory, per policy; one more, and the memory starts anew."""


class Plan(NamedTuple):
    """Everything about a standing that its words decide."""

    use: dict[Purpose, PurposeRuling]
    """Per purpose the ruling, which still lacks its turns where `allowed` has the purpose."""
    allowed: tuple[tuple[Purpose, tuple[bool, ...]], ...]
    keeping: Keeping


@dataclass(frozen=True, slots=True)
class Known:
    """Parts of plans of one policy that many of them share, by the versions that bind and the rows that fit."""

    uses: dict[Key, tuple[PurposeRuling, tuple[bool, ...]]] = field(default_factory=dict)
    keepings: dict[Key, Keeping] = field(default_factory=dict)


class Plans:
    """The plans of one policy, by the words of standings."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.days = policy.instants
        self.words = key_function(policy)
        """The function that gives all of a standing that decides a plan, but for the instant it is ruled at."""
        self._plans: dict[Key, Plan] = {}
        self._known = Known()

    def plan(self, standing: Standing, at: datetime, words: Key) -> Plan:
        """Return the plan of *standing*, whose words are *words*, at *at*."""
        key = (bisect_right(self.days, at), words)
        found = self._plans.get(key)
        if found is None:
            if len(self._plans) >= REMEMBERED:
                self._plans.clear()
                self._known = Known()
            found = self._plans[key] = build(self.policy, standing, at, self._known)
        return found


@lru_cache(maxsize=64)
def plans(policy: Policy) -> Plans:
    """Return the plans of *policy*, kept as long as it is in use."""
    return Plans(policy)


def build(policy: Policy, standing: Standing, at: datetime, known: Known) -> Plan:
    """Return the plan of *standing* at *at*, at which some version is in force, from the rows of all versions that bind it."""
    rows = flat.spell(policy, standing, at)
    followed = resumed(policy, standing, rows, at)
    bound = binding(policy, standing, at)
    terms = compiled(policy)
    fits = [{version: terms[version].fits(row) for version in needed(index, bound, followed)} for index, row in enumerate(rows)]
    lifted = [[bound[followed.get((index, purpose), index)] for index in range(len(rows))] for purpose in policy.purposes]
    return assemble(policy, bound, lifted, fits, known)


def assemble(policy: Policy, bound: Bound, lifted: list[Bound], fits: list[dict[int, Fits]], known: Known) -> Plan:
    """Return the plan of stretches that versions bind (*bound*; per purpose *lifted*) and rows fit as given."""
    use: dict[Purpose, PurposeRuling] = {}
    allowed: list[tuple[Purpose, tuple[bool, ...]]] = []
    for column, purpose in enumerate(policy.purposes):
        key = (column, *_said(lifted[column], fits, lambda fit: fit[0][column]))  # noqa: B023  # asked at once
        found = known.uses.get(key)
        if found is None:
            said = [{version: Outcome(fit[0], (), ()) for version, fit in one.items()} for one in fits]
            best, may, because = verdict(policy, column, lifted[column], said)
            found = known.uses[key] = PurposeRuling(use=best, because=because), tuple(may)
        use[purpose], may_be = found
        if any(may_be):
            allowed.append((purpose, may_be))
    key = _said(bound, fits, lambda fit: fit[1:])
    kept = known.keepings.get(key)
    if kept is None:
        kept = known.keepings[key] = keeping(policy, bound, fits)
    return Plan(use, tuple(allowed), kept)


def _said(bound: Bound, fits: list[dict[int, Fits]], what: Callable[[Fits], object]) -> Key:
    """Return per stretch the versions that bind it, each with *what* of the rows that fit (before the first version: none)."""
    pairs = zip(bound, fits, strict=True)
    return tuple([tuple([(version, what(one[version]) if version >= 0 else None) for version in binds]) for binds, one in pairs])
