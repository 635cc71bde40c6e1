"""The scalar engine: an expression tree becomes nested Python closures over one flat row."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from sayso.policy import clock
from sayso.policy.tree import Node, Value, walk

Row: TypeAlias = Mapping[str, Any]
Closure: TypeAlias = Callable[[Row], Any]


class Closures:
    """Adapter from tree to closures."""

    def col(self, name: str) -> Closure:
        return lambda row: row[name]

    def lit(self, value: Value) -> Closure:
        return lambda _row: value

    def isin(self, column: Closure, values: tuple[Value, ...]) -> Closure:
        known = frozenset(values)
        return lambda row: column(row) in known

    def known(self, column: Closure) -> Closure:
        return lambda row: column(row) is not None

    def at_least(self, left: Closure, right: Closure) -> Closure:
        def test(row: Row) -> bool:
            one, other = left(row), right(row)
            return one is not None and other is not None and bool(one >= other)

        return test

    def every(self, terms: list[Closure]) -> Closure:
        if len(terms) == 1:
            return terms[0]
        return lambda row: all(term(row) for term in terms)

    def some(self, terms: list[Closure]) -> Closure:
        return lambda row: any(term(row) for term in terms)

    def case(self, branches: list[tuple[Closure, Closure]], otherwise: Closure) -> Closure:
        def choose(row: Row) -> Any:
            for when, then in branches:
                if when(row):
                    return then(row)
            return otherwise(row)

        return choose

    def greatest(self, terms: list[Closure]) -> Closure:
        return lambda row: max((value for term in terms if (value := term(row)) is not None), default=None)

    def least(self, terms: list[Closure]) -> Closure:
        return lambda row: min((value for term in terms if (value := term(row)) is not None), default=None)

    def later(self, instant: Closure, months: int, days: int) -> Closure:
        def move(row: Row) -> int | None:
            start = instant(row)
            return None if start is None else clock.later(start, months, days)

        return move


def closure(node: Node) -> Closure:
    """Return *node* as a function of one flat row.

    >>> from sayso.policy.tree import Col, In
    >>> closure(In(Col("tier"), ("pro",)))({"tier": "Pro "})
    False
    """
    return walk(node, Closures())
