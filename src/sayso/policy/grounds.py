"""What a use rests on: from dated rows per region to the facts `basis`, `basis_now` and `objection` of each purpose.

A region that no row names at an instant has the basis of the row without regions, and `unknown` where there is none. A basis
that is not known denies wherever a row asks for it, as every fact does.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sayso.facts.words import UNKNOWN, Purpose
from sayso.policy.clock import micros
from sayso.policy.table import BasisRow, Policy, Version
from sayso.policy.tree import AtLeast, Case, Col, In, Lit, Node
from sayso.policy.vocabulary import CONFLICT, REGIONS, SILENT

Leaf = Callable[[str], Node]


def days(version: Version) -> tuple[datetime, ...]:
    """Return the instants at which the basis of any purpose changes in any region, sorted."""
    return _days([row for rows in version.basis.values() for row in rows])


def basis(policy: Policy, purpose: Purpose, region: str, at: datetime) -> str:
    """Return what the version in force at *at* lets *purpose* rest on in *region*; `unknown` where it does not say."""
    version = policy.version(at)
    rows = version.basis.get(purpose, ()) if version is not None else ()
    begun = [day for day in _days(rows) if day <= at]
    now = holding(rows, begun[-1] if begun else None)
    named = [row.basis for row in now if row.regions and region in row.regions]
    named += [row.basis for row in now if not row.regions and region in REGIONS]
    return named[0] if named else UNKNOWN


def trees(version: Version, purpose: Purpose) -> list[tuple[str, Node]]:
    """Return the trees of `basis` (of the region and day of collection), `basis_now` and `objection` for *purpose*.

    Empty where the version has no such row for it: then no row of it may ask.
    """
    rows = version.basis.get(purpose, ())
    if not rows:
        return []
    heard = Col(f"heard_say_now_{purpose}")
    return [
        (f"basis_{purpose}", _dated(rows, Col("at_collected"), Col("region"), Lit)),
        (f"basis_now_{purpose}", _dated(rows, Col("at"), Col("region_now"), Lit)),
        (f"objection_{purpose}", _dated(rows, Col("at"), Col("region_now"), lambda basis: _objects(basis, heard))),
    ]


def _objects(basis: str, heard: Col) -> Node:
    """Return whether the answer *heard* today objects: a no where use rests on legitimate interests; elsewhere it is a refusal."""
    if basis in (UNKNOWN, CONFLICT):
        return Lit(basis)
    no: Node = Lit("yes" if basis == "legitimate_interests" else "no")
    said: tuple[tuple[Node, Node], ...] = ((In(heard, ("refuse",)), no), (In(heard, (*SILENT, "allow")), Lit("no")))
    return Case((*said, (In(heard, (CONFLICT,)), heard)), Lit(UNKNOWN))


def _days(rows: Sequence[BasisRow]) -> tuple[datetime, ...]:
    return tuple(sorted({day for row in rows for day in (row.since, row.until) if day is not None}))


def _dated(rows: Sequence[BasisRow], clock: Col, region: Col, leaf: Leaf) -> Node:
    """Return the tree of what holds at *clock*: the latest stretch of days that has begun, and in it the region."""
    dated = _days(rows)
    branches: list[tuple[Node, Node]] = [
        (AtLeast(clock, Lit(micros(day))), _placed(holding(rows, day), region, leaf)) for day in reversed(dated)
    ]
    return Case(tuple(branches), _placed(holding(rows, None), region, leaf))


def holding(rows: Sequence[BasisRow], day: datetime | None) -> list[BasisRow]:
    """Return the rows that hold from *day* on, until the next day that any row names; `None` stands before all days."""
    if day is None:
        return [row for row in rows if row.since is None]
    return [row for row in rows if (row.since is None or row.since <= day) and (row.until is None or day < row.until)]


def _placed(rows: Sequence[BasisRow], region: Col, leaf: Leaf) -> Node:
    named: list[tuple[Node, Node]] = [(In(region, row.regions), leaf(row.basis)) for row in rows if row.regions]
    named += [(In(region, REGIONS), leaf(row.basis)) for row in rows if not row.regions]
    return Case(tuple(named), leaf(UNKNOWN))
