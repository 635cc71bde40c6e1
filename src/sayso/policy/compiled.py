"""One version of a policy, compiled: its trees, and the scalar engine that asks them of one flat row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

from sayso.facts.rulings import Because
from sayso.facts.words import Use
from sayso.policy.closures import Closure, Row, closure
from sayso.policy.table import UseRow, Version
from sayso.policy.tree import Case, Lit, Node

_REMEMBERED = 20_000
"""Different rows whose outcome is kept in memory, per version."""


@dataclass(frozen=True)
class Guard:
    """A fact that must be known, and what it is when it is not."""

    fact: str
    special: str


@dataclass(frozen=True)
class Outcome:
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
    phases: Phases

    @cached_property
    def _staged(self) -> list[tuple[str, Closure]]:
        return [(name, closure(node)) for name, node in (*self.facts, *self.says)]

    @cached_property
    def _use(self) -> list[Closure]:
        return [closure(node) for node in self.use]

    @cached_property
    def _ends(self) -> tuple[list[tuple[Closure, Closure]], list[tuple[Closure, Closure]]]:
        keep, cap = ([(closure(fits), closure(end)) for fits, end in pairs] for pairs in (self.keep, self.cap))
        return keep, cap

    @cached_property
    def _known(self) -> dict[tuple[Any, ...], Fits]:
        return {}

    def facts_of(self, raw: Row) -> dict[str, Any]:
        """Return the flat row with every fact a rule may ask for worked out."""
        row = dict(raw)
        for name, value in self._staged:
            row[name] = value(row)
        return row

    def fits(self, raw: Row) -> Fits:
        """Return what the words of a flat row decide: the deciding row per purpose, which reasons fit, and which caps.

        Conversations differ in their instants but rarely in their words; so what the words decide is worked out once.
        """
        key = self.phases.key(raw)
        known = self._known.get(key)
        if known is None:
            keep, cap = self._ends
            row = self.facts_of(raw)
            known = (
                tuple(one(row) for one in self._use),
                tuple(bool(fits(row)) for fits, _ in keep),
                tuple(bool(fits(row)) for fits, _ in cap),
            )
            if len(self._known) < _REMEMBERED:
                self._known[key] = known
        return known

    def outcome(self, raw: Row) -> Outcome:
        """Return what this version says of a flat row: the scalar engine."""
        keep, cap = self._ends
        use, kept, capped = self.fits(raw)
        return Outcome(
            use,
            tuple(end(raw) if fits else None for fits, (_, end) in zip(kept, keep, strict=True)),
            tuple(end(raw) if fits else None for fits, (_, end) in zip(capped, cap, strict=True)),
        )


@dataclass(frozen=True)
class Phases:
    """What of a flat row can make a row fit: its words, which instants are there, and on which side of a choice's days they lie."""

    words: tuple[str, ...]
    marks: tuple[str, ...]
    days: tuple[tuple[str, int], ...]

    def key(self, raw: Row) -> tuple[Any, ...]:
        """Return the same key for rows of which this version must say the same but for ends."""
        return (
            *[raw[name] for name in self.words],
            *[raw[name] is None for name in self.marks],
            *[raw[name] >= day for name, day in self.days],
        )


def ending(fits: Node, end: Node) -> Node:
    """Return the tree of an end that is absent where the row does not fit."""
    return Case(((fits, end),), Lit(None))
