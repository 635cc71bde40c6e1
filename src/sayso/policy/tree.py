"""The small expression tree that every rule is compiled to, and the one visitor that walks it for an engine.

Eleven kinds of node. There is no NOT: a condition says what must be known, never what must not. So a value that is absent
makes a condition false in two-valued Python and not-true in three-valued SQL alike, and both engines take the same branch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, TypeAlias, TypeVar

Value: TypeAlias = str | int | bool | None


@dataclass(frozen=True)
class Col:
    """A column of the flat row."""

    name: str


@dataclass(frozen=True)
class Lit:
    """A constant."""

    value: Value


@dataclass(frozen=True)
class In:
    """The column holds exactly one of these values; letter case and spaces count."""

    column: Col
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Known:
    """The column is not absent."""

    column: Node


@dataclass(frozen=True)
class AtLeast:
    """The first is known and not less than the second."""

    left: Node
    right: Node


@dataclass(frozen=True)
class And:
    """All hold; with no terms, true."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Or:
    """One holds; with no terms, false."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Case:
    """The value of the first branch whose condition holds, else the last."""

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node


@dataclass(frozen=True)
class Greatest:
    """The greatest of the known ones; absent when none is known."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Least:
    """The least of the known ones; absent when none is known."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Later:
    """An instant moved by calendar months, then days; absent stays absent, and the calendar's end is the limit."""

    instant: Node
    months: int
    days: int


Node: TypeAlias = Col | Lit | In | Known | AtLeast | And | Or | Case | Greatest | Least | Later

T = TypeVar("T")


class Adapter(Protocol[T]):
    """What an engine must say about each kind of node; it is handed the children already walked."""

    def col(self, name: str) -> T: ...
    def lit(self, value: Value) -> T: ...
    def isin(self, column: T, values: tuple[Value, ...]) -> T: ...
    def known(self, column: T) -> T: ...
    def at_least(self, left: T, right: T) -> T: ...
    def every(self, terms: list[T]) -> T: ...
    def some(self, terms: list[T]) -> T: ...
    def case(self, branches: list[tuple[T, T]], otherwise: T) -> T: ...
    def greatest(self, terms: list[T]) -> T: ...
    def least(self, terms: list[T]) -> T: ...
    def later(self, instant: T, months: int, days: int) -> T: ...


def walk(node: Node, adapter: Adapter[T]) -> T:
    """Return what *adapter* makes of *node*."""
    match node:
        case Col(name):
            return adapter.col(name)
        case Lit(value):
            return adapter.lit(value)
        case In(column, values):
            return adapter.isin(walk(column, adapter), values)
        case Known(column):
            return adapter.known(walk(column, adapter))
        case AtLeast(left, right):
            return adapter.at_least(walk(left, adapter), walk(right, adapter))
        case And(terms):
            return adapter.every([walk(one, adapter) for one in terms])
        case Or(terms):
            return adapter.some([walk(one, adapter) for one in terms])
        case Case(branches, otherwise):
            pairs = [(walk(when, adapter), walk(then, adapter)) for when, then in branches]
            return adapter.case(pairs, walk(otherwise, adapter))
        case Greatest(terms):
            return adapter.greatest([walk(one, adapter) for one in terms])
        case Least(terms):
            return adapter.least([walk(one, adapter) for one in terms])
        case Later(instant, months, days):
            return adapter.later(walk(instant, adapter), months, days)


class _Columns:
    """Adapter from tree to the names of its columns."""

    def col(self, name: str) -> frozenset[str]:
        return frozenset((name,))

    def lit(self, value: Value) -> frozenset[str]:  # noqa: ARG002  # a constant asks for nothing
        return frozenset()

    def isin(self, column: frozenset[str], values: tuple[Value, ...]) -> frozenset[str]:  # noqa: ARG002  # as above
        return column

    def known(self, column: frozenset[str]) -> frozenset[str]:
        return column

    def at_least(self, left: frozenset[str], right: frozenset[str]) -> frozenset[str]:
        return left | right

    def every(self, terms: list[frozenset[str]]) -> frozenset[str]:
        return frozenset().union(*terms)

    some = greatest = least = every

    def case(self, branches: list[tuple[frozenset[str], frozenset[str]]], otherwise: frozenset[str]) -> frozenset[str]:
        return otherwise.union(*(one for pair in branches for one in pair))

    def later(self, instant: frozenset[str], months: int, days: int) -> frozenset[str]:  # noqa: ARG002  # as above
        return instant


def columns(node: Node) -> frozenset[str]:
    """Return the names of the columns that *node* asks for.

    >>> sorted(columns(AtLeast(Col("at"), Greatest((Col("began"), Lit(0))))))
    ['at', 'began']
    """
    return walk(node, _Columns())
