"""What would turn a ruling: the facts that mattered, and the least change of them after which the policy says the other thing.

The search looks at what stands in the way (the row that decides, or the rows that would allow and are missed) and changes only
facts that one of these asks for, fewest first, and of those first what the person can say, then what they can undo, then what
they are. It looks at no event, so it says what would have to be otherwise, not how to get there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from typing import Any, Literal

from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.facts.words import Purpose
from sayso.policy import flat, wording
from sayso.policy.asking import binding
from sayso.policy.compiled import Compiled, Guard
from sayso.policy.compiling import compiled
from sayso.policy.deciding import decide
from sayso.policy.resuming import resumed
from sayso.policy.table import Policy, UseRow
from sayso.policy.trying import Otherwise, Try, tries
from sayso.policy.vocabulary import PER_PURPOSE

MOST = 9
"""Changes at once that are looked for."""
_STEPS = 2_000
"""Standings asked before the search gives up and says so."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The least change after which one purpose is ruled the other way; `changes` is empty where none was found."""

    purpose: Purpose
    now: str
    then: str
    changes: tuple[Otherwise, ...]
    found: Literal["turned", "never", "further"]
    """`never`: nothing that is known here would turn it; `further`: it takes more changes than `looked`."""
    looked: int
    """Up to how many changes at once were looked for."""
    said: str


def mattered(policy: Policy, standing: Standing, ruling: Ruling, purpose: Purpose) -> dict[str, list[str]]:
    """Return the facts that decided *purpose*, with their values in the turns: those the deciding rows ask for.

    Where only the last row was left, which asks for nothing, they are the facts in which the rows that allow were missed.
    """
    rows = flat.spell(policy, standing, ruling.at)
    resumed(policy, standing, rows, ruling.at)
    deciding = {because.row for because in ruling.use[purpose].because}
    found: dict[str, list[str]] = {}
    for position, version in enumerate(policy.versions):
        if version.since > ruling.at:
            continue
        terms = compiled(policy)[position]
        known = [_known(terms, purpose, terms.facts_of(row)) for row in rows]
        for row in terms.use_rows[policy.purposes.index(purpose)]:
            asked: dict[str, tuple[str, ...]]
            if isinstance(row, Guard):
                asked = {row.fact: (row.special,)} if f"{row.special}-{row.fact}" in deciding else {}
            else:
                asked = dict(row.when) if row.id in deciding else {}
            for facts in known:
                if asked and all(facts[fact] in wanted for fact, wanted in asked.items()):
                    _note(found, {fact: facts[fact] for fact in asked})
    if not found:
        for row, facts in _missed(policy, ruling, purpose, rows):
            _note(found, {fact: facts[fact] for fact, wanted in row.when.items() if facts[fact] not in wanted})
    return found


def turn(policy: Policy, standing: Standing, ruling: Ruling, purpose: Purpose) -> Turn:
    """Return the least change of the standing that turns *purpose*: to allowed where it is not, else to not allowed."""
    some = tries(policy, standing, purpose)
    if ruling.may(purpose):
        return _turn(ruling, purpose, *_ended(policy, standing, ruling.at, purpose, some))
    return _turn(ruling, purpose, *_Search(policy, ruling.at, purpose, some).least(standing))


def explained(policy: Policy, standing: Standing, ruling: Ruling, purpose: Purpose) -> list[str]:
    """Return both as sentences: what mattered, and what would turn it."""
    facts = mattered(policy, standing, ruling, purpose)
    said = ", ".join(_is(fact, values) for fact, values in facts.items())
    lines = [f"What mattered for {wording.spaced(purpose)}: {said}."] if said else []
    return [*lines, turn(policy, standing, ruling, purpose).said]


Found = tuple[tuple[Otherwise, ...], Literal["turned", "never", "further"], int]


def _ended(policy: Policy, standing: Standing, at: datetime, purpose: Purpose, some: list[Try]) -> Found:
    """Return the least that ends a use: one change, else two."""
    for size in (1, 2):
        for chosen in combinations(some, size):
            if size > 1 and chosen[0].sets & chosen[1].sets:
                continue
            if not decide(policy, _applied(standing, chosen), at).may(purpose):
                return tuple(one.otherwise for one in chosen), "turned", size
    return (), "further", 2


def _applied(standing: Standing, some: Sequence[Try]) -> Standing:
    for one in some:
        standing = one.apply(standing)
    return standing


class _Search:
    """The least set of changes that lets something be used: fewest first, and of as few the first in the order of the tries."""

    def __init__(self, policy: Policy, at: datetime, purpose: Purpose, some: list[Try]) -> None:
        self._policy, self._at, self._purpose, self._tries = policy, at, purpose, some
        self._column = policy.purposes.index(purpose)
        self._steps = 0
        self._seen: set[frozenset[int]] = set()
        self._found: list[tuple[int, ...]] = []
        self._more = False

    def least(self, standing: Standing) -> Found:
        for size in range(1, MOST + 1):
            self._seen, self._found, self._more = set(), [], False
            self._walk(standing, frozenset(), size)
            if self._steps > _STEPS:
                return (), "further", size - 1
            for places in sorted(self._found):
                chosen = [self._tries[place] for place in places]
                if decide(self._policy, _applied(standing, chosen), self._at).may(self._purpose):
                    return tuple(one.otherwise for one in chosen), "turned", size
            if not self._more:
                return (), "never", size
        return (), "further", MOST

    def _walk(self, standing: Standing, chosen: frozenset[int], size: int) -> None:
        """Follow what stands in the way from *standing* on, until *size* changes are made."""
        self._steps += 1
        if self._steps > _STEPS:
            return
        way = self._in_the_way(standing)
        if way is None:
            self._found.append(tuple(sorted(chosen)))
            return
        set_already = frozenset[str]().union(*(self._tries[place].sets for place in chosen))
        fitting = [place for place, one in enumerate(self._tries) if one.moves & way and not one.sets & set_already]
        if len(chosen) == size:
            self._more |= bool(fitting)
            return
        for place in fitting:
            more = chosen | {place}
            if more not in self._seen:
                self._seen.add(more)
                self._walk(self._tries[place].apply(standing), more, size)

    def _in_the_way(self, standing: Standing) -> set[str] | None:
        """Return facts of which one at least must change before any turn may be used; `None` where one may."""
        rows = flat.spell(self._policy, standing, self._at)
        followed = resumed(self._policy, standing, rows, self._at)
        bound = binding(self._policy, standing, self._at)
        facts: set[str] = set()
        for index, row in enumerate(rows):
            versions = bound[followed.get((index, self._purpose), index)]
            if min(versions) < 0:
                continue  # before the first terms nothing was permitted, whatever else had been
            blocked = next((way for version in versions if (way := self._blocked(version, row)) is not None), None)
            if blocked is None:
                return None
            facts |= blocked
        return facts

    def _blocked(self, version: int, row: dict[str, Any]) -> set[str] | None:
        """Return the facts of which one must change before *version* allows a stretch; `None` where it does."""
        terms = compiled(self._policy)[version]
        every = terms.use_rows[self._column]
        place = terms.fits(row)[0][self._column]
        deciding = every[place]
        if isinstance(deciding, Guard):
            return {deciding.fact}
        if deciding.use == "allow":
            return None
        # Either the row that decides must be missed, or one before it that allows must be met.
        known = _known(terms, self._purpose, terms.facts_of(row))
        before = [one for one in every[:place] if isinstance(one, UseRow) and one.use == "allow"]
        missed = {fact for one in before for fact, wanted in one.when.items() if known[fact] not in wanted}
        return {*deciding.when, *missed}


def _turn(ruling: Ruling, purpose: Purpose, changes: tuple[Otherwise, ...], found: Any, looked: int) -> Turn:
    now = ruling.use[purpose].use
    then = "deny" if now == "allow" else "allow"
    would = "could not be used" if now == "allow" else "could be used"
    name = wording.spaced(purpose)
    if changes:
        said = f"For {name} it {would} if {' and '.join(one.said for one in changes)}."
    elif found == "never":
        said = f"For {name} nothing that is known of it would turn it, were it otherwise."
    else:
        said = f"For {name} more than {wording.spelt(looked)} would have to be otherwise to turn it."
    return Turn(purpose=purpose, now=now, then=then, changes=changes, found=found, looked=looked, said=said)


def _known(terms: Compiled, purpose: Purpose, row: dict[str, object]) -> dict[str, str]:
    """Return the facts of a flat row by the names that rows use."""
    rows = [one for rows in terms.use_rows for one in rows]
    names = {fact for one in rows for fact in ([one.fact] if isinstance(one, Guard) else one.when)}
    return {name: str(row[f"{name}_{purpose}" if name in PER_PURPOSE else name]) for name in names}


def _missed(
    policy: Policy, ruling: Ruling, purpose: Purpose, rows: list[dict[str, object]]
) -> Iterator[tuple[UseRow, dict[str, str]]]:
    """Yield the rows of the version in force that would allow, with the facts of each stretch that they do not fit."""
    position = policy.position(ruling.at)
    if position < 0:
        return
    terms = compiled(policy)[position]
    for row in terms.use_rows[policy.purposes.index(purpose)]:
        if isinstance(row, UseRow) and row.use == "allow":
            for raw in rows:
                yield row, _known(terms, purpose, terms.facts_of(raw))


def _note(found: dict[str, list[str]], facts: dict[str, str]) -> None:
    for fact, value in facts.items():
        if value not in found.setdefault(fact, []):
            found[fact].append(value)


def _is(fact: str, values: list[str]) -> str:
    """Return a fact and its values as words."""
    said = wording.where({fact: tuple(values)}, {})
    return said if len(values) == 1 else f"{said}, depending on the turn"
