"""What of a plan says how long to keep: which reasons and caps are left, once the rows that fit are known, for instants to end."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sayso.facts.rulings import Because
from sayso.policy.asking import UNPERMITTED
from sayso.policy.compiled import Fits
from sayso.policy.compiling import compiled
from sayso.policy.ends import End, Ending, end, ending, never_later
from sayso.policy.keys import Key
from sayso.policy.table import CapRow, KeepRow, Policy, Version
from sayso.policy.vocabulary import LASTING, REASONS

_ORDER = {name: position for position, name in enumerate(REASONS)}
T = TypeVar("T")
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


Stretches: TypeAlias = tuple[tuple[tuple[Name, Versions], ...], ...]


class Keeping(NamedTuple):
    """All of a plan that says how long to keep; stretches that give the same reasons the same ends appear once."""

    reasons: Stretches
    limits: tuple[Limit, ...]
    single: tuple[Kept, ...] | None
    """The one row per reason, in their order, where no reason has two ends to compare."""
    steps_back: bool
    """Whether any of these rows is unnecessary while another reason lasts."""
    plain: tuple[Kept, ...] | None
    """The same rows as `single`, where none of them steps back and no cap can shorten one."""
    caps: tuple[Limit, ...]
    """All caps that fit, also those that take nothing away from the reasons here: they may from those of other stretches."""


def keeping(policy: Policy, bound: list[list[int]], fits: list[dict[int, Fits]]) -> Keeping:
    """Return how long to keep stretches that versions bind (-1: none) and rows fit as given."""
    binds = [[version for version in versions if version >= 0] for versions in bound]
    kept = [[(version, one[version][1]) for version in versions] for versions, one in zip(binds, fits, strict=True)]
    reasons = _distinct(
        (
            tuple(one for one in _reasons(policy, index, versions) if one[0] != UNPERMITTED or min(bound[index]) >= 0)
            for index, versions in enumerate(kept)
        ),
        shape,
    )
    capped = [[(version, one[version][2]) for version in versions] for versions, one in zip(binds, fits, strict=True)]
    caps = _limits(policy, capped)
    limits = tuple(_biting(caps, reasons))
    names = {name for stretch in reasons for name, _ in stretch}
    every = (row for stretch in reasons for _, versions in stretch for group in versions for row in group)
    back = any(not names.isdisjoint(row.unless) for row in every)
    single = _single(reasons)
    return Keeping(reasons, limits, single, back, None if back or limits else single, tuple(limit for _, _, limit in caps))


def in_order(name: Name) -> int:
    """Return the place of a reason among those of a ruling."""
    return _ORDER[name[0]]


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
    return tuple(sorted((versions[0][0] for _, versions in reasons[0]), key=lambda row: in_order(row.name)))


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
