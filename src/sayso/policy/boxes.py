"""Which standings one table of rows permits and another does not: found by taking rows away from boxes, without trying them all.

A box is a set of values per fact. A row fits a box of its own, and the first that fits decides; so what a row decides is its
box without the boxes of the rows above it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sayso.facts.words import Use

Box = Mapping[str, frozenset[str]]
Masks = dict[str, int]
"""A box whose sets of values are numbers, one bit per value."""


@dataclass(frozen=True)
class Step:
    """One row of a table as a box, and what it says."""

    name: str
    box: Box
    use: Use


@dataclass(frozen=True)
class Pair:
    """`before` decided what `after` now allows, for standings with these values (facts that may have any are left out)."""

    before: str
    after: str
    who: Box


def gained(old: Sequence[Step], new: Sequence[Step], domain: Box) -> Iterator[Pair]:
    """Yield every pair of rows through which *new* allows what *old* does not, with the values of those it happens to.

    *domain* holds every value of every fact; both tables end with a row that fits all of it.

    >>> no, yes = Step("no", {}, "deny"), Step("yes", {"say": frozenset(["allow"])}, "allow")
    >>> [one] = gained([no], [yes, no], {"say": frozenset(["allow", "refuse"])})
    >>> one.before, one.after, sorted(one.who["say"])
    ('no', 'yes', ['allow'])
    """
    groups = _groups((*old, *new), domain)
    small = {fact: frozenset(one[0] for one in alike) for fact, alike in groups.items()}
    before, after = ([_shrunk(step, small) for step in steps] for steps in (old, new))
    for place, allowing in enumerate(after):
        if allowing.use != "allow":
            continue
        for position, denying in enumerate(before):
            if denying.use == "allow":
                continue
            box = _both(allowing.box, denying.box, small)
            above = [step.box for step in (*before[:position], *after[:place])]
            if box is not None and (left := free(box, above)) is not None:
                who = dict(_values(box, left, above, groups, small))
                yield Pair(old[position].name, new[place].name, who)


def free(box: Box, rows: Iterable[Box]) -> Box | None:
    """Return a part of *box* that none of *rows* fits, or `None` where together they take all of it."""
    # Sets of values are numbers from here on, one bit each: this is asked for hundreds of thousands of boxes.
    places = {fact: {value: 1 << place for place, value in enumerate(values)} for fact, values in box.items()}
    whole = {fact: (1 << len(values)) - 1 for fact, values in box.items()}
    masks: list[Masks] = []
    for row in rows:
        mask = {fact: sum(places[fact].get(value, 0) for value in values) for fact, values in row.items()}
        if all(mask.values()):
            masks.append({fact: bits for fact, bits in mask.items() if bits != whole[fact]})
    left = _free(whole, masks)
    if left is None:
        return None
    return {fact: frozenset(value for value, bit in places[fact].items() if bits & bit) for fact, bits in left.items()}


def _free(box: Masks, rows: list[Masks]) -> Masks | None:
    left: list[Masks] = []
    first: list[str] | None = None
    row_first: Masks = {}
    for row in rows:
        outside: list[str] = []
        for fact, values in row.items():
            have = box[fact]
            if not have & values:
                break
            if have & ~values:
                outside.append(fact)
        else:
            if not outside:
                return None
            left.append(row)
            # The row with the fewest ways around it first: often there is but one, and then nothing has to be tried.
            first = outside if first is None or len(outside) < len(first) else first
            row_first = row if first is outside else row_first
    if first is None:
        return box
    inside = dict(box)
    for fact in first:
        found = _free({**inside, fact: inside[fact] & ~row_first[fact]}, left)
        if found is not None:
            return found
        inside[fact] &= row_first[fact]
    return None


def _groups(steps: Iterable[Step], domain: Box) -> dict[str, list[list[str]]]:
    """Return the values of each fact in groups that no row tells apart, so that one of each group stands for all."""
    told: dict[str, dict[str, list[int]]] = {fact: {value: [] for value in sorted(values)} for fact, values in domain.items()}
    for number, step in enumerate(steps):
        for fact, values in step.box.items():
            for value in values & domain[fact]:
                told[fact][value].append(number)
    groups: dict[str, list[list[str]]] = {}
    for fact, marks in told.items():
        alike: dict[tuple[int, ...], list[str]] = {}
        for value, mark in marks.items():
            alike.setdefault(tuple(mark), []).append(value)
        groups[fact] = list(alike.values())
    return groups


def _shrunk(step: Step, small: Box) -> Step:
    return Step(step.name, {fact: values & small[fact] for fact, values in step.box.items()}, step.use)


def _both(one: Box, other: Box, small: Box) -> Box | None:
    """Return where both rows fit, with every fact named; `None` where they cannot."""
    box = {fact: values & one.get(fact, values) & other.get(fact, values) for fact, values in small.items()}
    return box if all(box.values()) else None


def _values(
    box: Box, left: Box, above: list[Box], groups: Mapping[str, list[list[str]]], small: Box
) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield per fact the values for which something of *box* is left; a fact that may have any value is left out.

    *left* is a part that is: whatever is found on the way is known for every fact of it, so few values must be tried one by one.
    """
    possible = {fact: set(values) for fact, values in left.items()}
    for fact, values in box.items():
        for one in values:
            if one not in possible[fact] and (more := free({**box, fact: frozenset([one])}, above)) is not None:
                for name, found in more.items():
                    possible[name] |= found
    for fact in box:
        if len(small[fact]) > 1 and possible[fact] != small[fact]:
            yield fact, frozenset(value for alike in groups[fact] if alike[0] in possible[fact] for value in alike)
