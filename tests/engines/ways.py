"""Every way through the rows of a policy: the finite domain, cut into the boxes within which no condition tells two flat rows apart.

All combinations of the values that rows distinguish are 10^11 to 10^18 standings a profile, which nobody can ask. But a tree asks one
condition after the other, and where the first row fits, the others are not asked. So its domain is walked as it asks: a box of values is
split by a condition only where the condition is asked and both answers are still open. What is left at the end of each way is a box whose
standings all took the same way, and the boxes together are the whole domain, none of it twice.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from math import prod
from typing import Any

from sayso.policy import Policy, flat
from sayso.policy.clock import END, micros
from sayso.policy.codes import codes
from sayso.policy.compiled import Compiled
from sayso.policy.tree import And, AtLeast, Case, Col, In, Known, Lit, Node, Or

Box = dict[str, frozenset[int]]
DAY = 86_400_000_000
NOTHING = ("unknown", "", "Pro ", "PRO", "o'chat", "\\' OR 1=1 --", "${user.home}", "\u00adpro", "true", "NULL")
"""Words that are no value of any fact, and what they might become on the way into a query."""
MARKS = tuple(
    micros(datetime(*day, tzinfo=UTC))
    for day in (
        (2024, 2, 29, 13, 30), (2025, 8, 31, 4), (2023, 12, 31, 23, 59, 59, 999999), (2026, 1, 30), (1970, 1, 1), (1969, 12, 31, 23, 59, 59, 1),
        (1904, 2, 29, 1), (9998, 12, 31, 23, 59, 59),
    )
)  # fmt: skip
"""When something happened: leap days, ends of months, before 1970 and near the end of the calendar."""


class Domain:
    """The classes of every raw column of a policy: what no row tells apart is one class, and what is no value at all is another."""

    def __init__(self, policy: Policy) -> None:
        digits = {digit.column: digit for digit in codes(policy).digits}
        days = [micros(day) for day in policy.instants]
        self.values: dict[str, tuple[Any, ...]] = {}
        """One value of each class, which stands for all: conditions ask nothing that tells them apart."""
        self.members: dict[str, tuple[tuple[Any, ...], ...]] = {}
        for name, kind in flat.columns(policy.purposes):
            if name.startswith("raw_"):
                told = [condition.values for condition in digits[name].conditions if isinstance(condition, In)]
                members = [(None,) if kind == "BOOLEAN" else NOTHING, *told]
            elif name in ("at", "at_collected") or name.startswith("began_"):
                ends = [(day, (day + end) // 2, end - 1) for day, end in pairwise([*days, min(days[-1] + 30 * DAY, END + 1)])]
                members = [(days[0] - 1, days[0] - DAY), *ends]
            else:
                members = [(None,), MARKS]
            self.members[name] = tuple(members)
            self.values[name] = tuple(one[0] for one in members)
        self.whole: Box = {name: frozenset(range(len(values))) for name, values in self.values.items()}

    def size(self, box: Box) -> int:
        """Return how many combinations of classes are in *box*."""
        return prod(map(len, box.values()))

    def splits(self, column: str, box: Box, wanted: list[int]) -> Iterator[tuple[bool, Box]]:
        """Yield the part of *box* whose *column* is in a wanted class, and the part whose is not."""
        inside = box[column] & frozenset(wanted)
        for answer, left in ((True, inside), (False, box[column] - inside)):
            if left:
                yield answer, (box if left == box[column] else {**box, column: left})

    def row(self, box: Box, draw: random.Random) -> dict[str, Any]:
        """Return a flat row of *box*, with any value of any class that is left in it."""
        return {name: draw.choice(self.members[name][draw.choice(sorted(classes))]) for name, classes in box.items()}


class Ways:
    """The walk over the trees of one version."""

    def __init__(self, domain: Domain, terms: Compiled) -> None:
        self.domain = domain
        self.terms: Mapping[str, Node] = {**dict(terms.facts), **dict(terms.says)}

    def leaves(self, node: Node, box: Box) -> Iterator[tuple[Node, Box]]:
        """Yield what *node* comes to, a constant or a raw column, in each box into which asking it cuts *box*."""
        match node:
            case Col(name) if name in self.terms:
                yield from self.leaves(self.terms[name], box)
            case Case(branches, otherwise):
                yield from self._case(branches, otherwise, box)
            case _:
                yield node, box

    def _case(self, branches: tuple[tuple[Node, Node], ...], otherwise: Node, box: Box) -> Iterator[tuple[Node, Box]]:
        open_ = [box]
        for when, then in branches:
            rest = []
            for part in open_:
                for answer, cut in self.answers(when, part):
                    if answer:
                        yield from self.leaves(then, cut)
                    else:
                        rest.append(cut)
            open_ = rest
        for part in open_:
            yield from self.leaves(otherwise, part)

    def answers(self, node: Node, box: Box) -> Iterator[tuple[bool, Box]]:
        """Yield whether a condition holds, in each box into which asking it cuts *box*."""
        match node:
            case And(terms) | Or(terms):
                yield from self._all(terms, box, stop=isinstance(node, Or))
            case In(column, values):
                for leaf, part in self.leaves(column, box):
                    if isinstance(leaf, Lit):
                        yield leaf.value in values, part
                    elif isinstance(leaf, Col):
                        have = self.domain.values[leaf.name]
                        yield from self.domain.splits(
                            leaf.name, part, [n for n, one in enumerate(have) if one is not None and one in values]
                        )
            case Known(Col(name)):
                yield from self.domain.splits(name, box, [n for n, one in enumerate(self.domain.values[name]) if one is not None])
            case AtLeast(Col(name), Lit(int(day))):
                yield from self.domain.splits(
                    name, box, [n for n, one in enumerate(self.domain.values[name]) if one is not None and one >= day]
                )
            case _:
                raise AssertionError(node)

    def _all(self, terms: tuple[Node, ...], box: Box, *, stop: bool) -> Iterator[tuple[bool, Box]]:
        open_ = [box]
        for term in terms:
            rest = []
            for part in open_:
                for answer, cut in self.answers(term, part):
                    if answer == stop:
                        yield stop, cut
                    else:
                        rest.append(cut)
            open_ = rest
        for part in open_:
            yield not stop, part


def tables(domain: Domain, terms: Compiled) -> Iterator[list[Box]]:
    """Yield the boxes of every table of use, and of every reason and cap, of one version."""
    walk = Ways(domain, terms)
    for node in terms.use:
        yield [box for _, box in walk.leaves(node, domain.whole)]
    for fits, _ in (*terms.keep, *terms.cap):
        yield [box for _, box in walk.answers(fits, domain.whole)]
