"""One version of a policy, compiled: its trees, and the scalar engine that asks them of one flat row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

from sayso.facts.rulings import Because
from sayso.facts.words import Use
from sayso.policy.closures import Closure, Row, closure
from sayso.policy.generated import Staged, outcome_function, row_function
from sayso.policy.table import UseRow, Version
from sayso.policy.tree import Case, Lit, Node


@dataclass(frozen=True)
class Guard:
    """A fact that must be known, and what it is when it is not."""

    fact: str
    special: str


class Outcome(NamedTuple):
    """What one version says of one flat row: row positions per purpose, ends of reasons and of caps (absent where none)."""

    use: tuple[int, ...]
    keep: tuple[int | None, ...]
    cap: tuple[int | None, ...]


Verdict: TypeAlias = tuple[Use, Because]
Fits: TypeAlias = tuple[tuple[int, ...], tuple[bool, ...], tuple[bool, ...]]


@dataclass(frozen=True)
class Compiled:
    """Trees by stage: `facts` from raw columns, `says` from facts, then the outcomes from both.

    A reason and a cap are two trees: whether the row fits, which only words and not instants decide, and where it ends.
    """

    version: Version
    facts: tuple[tuple[str, Node], ...]
    says: tuple[tuple[str, Node], ...]
    verdicts: tuple[tuple[Verdict, ...], ...]
    use_rows: tuple[tuple[Guard | UseRow, ...], ...]
    use: tuple[Node, ...]
    keep: tuple[tuple[Node, Node], ...]
    cap: tuple[tuple[Node, Node], ...]
    because: Mapping[str, Because]

    @property
    def staged(self) -> Staged:
        """All facts, in the order in which they are worked out."""
        return (*self.facts, *self.says)

    @cached_property
    def _facts(self) -> list[tuple[str, Closure]]:
        return [(name, closure(node)) for name, node in self.staged]

    @cached_property
    def deciding(self) -> tuple[Callable[[Row], int], ...]:
        """Per purpose the function that gives the position of the deciding row, of a row whose facts are worked out."""
        return tuple(row_function((), node) for node in self.use)

    @cached_property
    def fits(self) -> Callable[[Row], Fits]:
        """The function that gives of a flat row the deciding row per purpose, which reasons fit, and which caps."""
        return outcome_function(self.staged, self.use, self.keep, self.cap, ends=False)

    @cached_property
    def _ends(self) -> Callable[[Row], tuple[Any, ...]]:
        return outcome_function(self.staged, self.use, self.keep, self.cap, ends=True)

    @cached_property
    def _slow(self) -> tuple[list[Closure], list[Closure], list[Closure]]:
        keep, cap = ([closure(ending(*pair)) for pair in pairs] for pairs in (self.keep, self.cap))
        return [closure(node) for node in self.use], keep, cap

    def facts_of(self, raw: Row) -> dict[str, Any]:
        """Return the flat row with every fact a rule may ask for worked out."""
        row = dict(raw)
        for name, value in self._facts:
            row[name] = value(row)
        return row

    def outcome(self, raw: Row) -> Outcome:
        """Return what this version says of a flat row: the scalar engine."""
        return Outcome(*self._ends(raw))

    def slowly(self, raw: Row) -> Outcome:
        """Return the same by nested closures, one node at a time: the reference that every engine is compared with."""
        row = self.facts_of(raw)
        use, keep, cap = (tuple(asked(row) for asked in part) for part in self._slow)
        return Outcome(use, keep, cap)


def ending(fits: Node, end: Node) -> Node:
    """Return the tree of an end that is absent where the row does not fit."""
    return Case(((fits, end),), Lit(None))
