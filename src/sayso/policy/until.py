"""When the reasons of a plan end, as trees over a flat row: what the scalar engine compares, engines of tables work out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sayso.policy import clock
from sayso.policy.ends import Ending, never_later
from sayso.policy.keeping import Keeping, Kept, Limit, Name, Versions
from sayso.policy.tree import And, AtLeast, Case, Col, Greatest, Later, Least, Lit, Node, Or


class Bounds(NamedTuple):
    """Where one stretch lets a reason end, and where it cuts that reason short in any stretch; `None` where it says nothing."""

    end: Node | None
    limit: Node | None


def until(plan: Keeping) -> dict[Name, Node]:
    """Return per reason of a conversation of one stretch the tree of its end; absent where another reason makes it unnecessary."""
    reasons, ends = _ends(plan)
    kept: dict[Name, Node] = {}
    for name, versions in reasons.items():
        limits = [limit for limit in plan.limits if name[0] not in limit.spares and _shortens(limit, versions)]
        firsts = (node(one) for limit in limits for one in limit.endings)
        kept[name] = _unless(_covered(versions, ends), _one(Least, (ends[name], *firsts)))
    return kept


def bounds(plan: Keeping, names: Iterable[Name]) -> dict[Name, Bounds]:
    """Return for each of *names* what one stretch of several says of it: the last end of all counts, and the first limit."""
    reasons, ends = _ends(plan)
    found: dict[Name, Bounds] = {}
    for name in names:
        firsts = tuple(node(one) for limit in plan.caps if name[0] not in limit.spares for one in limit.endings)
        end = _unless(_covered(reasons[name], ends), ends[name]) if name in reasons else None
        found[name] = Bounds(end, _one(Least, firsts) if firsts else None)
    return found


def _ends(plan: Keeping) -> tuple[dict[Name, Versions], dict[Name, Node]]:
    reasons = dict(plan.reasons[0]) if plan.reasons else {}
    return reasons, {name: _one(Least, tuple(_longest(group) for group in versions)) for name, versions in reasons.items()}


def _unless(covered: Node | None, end: Node) -> Node:
    return end if covered is None else Case(((covered, Lit(None)),), end)


def _shortens(limit: Limit, versions: Versions) -> bool:
    """Return whether a cap can take something away from these rows."""
    return not all(never_later(row.ending, one) for group in versions for row in group for one in limit.endings)


def _longest(group: Iterable[Kept]) -> Node:
    return _one(Greatest, tuple(node(row.ending) for row in group))


def _one(of: type[Greatest] | type[Least], terms: tuple[Node, ...]) -> Node:
    """Return the greatest or least of *terms*; of one, itself."""
    distinct = tuple(dict.fromkeys(terms))
    return distinct[0] if len(distinct) == 1 else of(distinct)


def _covered(versions: Versions, ends: dict[Name, Node]) -> Node | None:
    """Return the condition under which the row that gives the end steps back for a reason; `None` where none does."""
    rows = [(group, row) for group in versions for row in group]
    if not any(name in ends for _, row in rows for name in row.unless):
        return None
    branches: list[tuple[Node, Node]] = []
    for group, row in rows:
        end = node(row.ending)
        shortest = [AtLeast(_longest(other), end) for other in versions if other is not group]
        longest = [AtLeast(end, node(other.ending)) for other in group if other is not row]
        back = Or(tuple(AtLeast(ends[name], end) for name in row.unless if name in ends))
        branches.append((And((*shortest, *longest)), back))
    return Case(tuple(branches[:-1]), branches[-1][1])


def node(asked: Ending) -> Node:
    """Return the tree of an end in a flat row of the one stretch."""
    if asked.months is None or asked.days is None:
        return Lit(clock.OPEN)
    start: Node = Col(f"at_{asked.anchor}")
    if asked.anchor == "refused":
        start = Greatest((Col("at_last_turn"), Col(f"at_refused_{asked.where}")))
    return Later(start, asked.months, asked.days)
