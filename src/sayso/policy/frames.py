"""The Polars engine: the same trees as expressions over a frame of flat rows. Needs the extra `polars`."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

from sayso.facts.errors import Unfit
from sayso.policy import clock, flat
from sayso.policy.compiled import Compiled, Outcome, ending
from sayso.policy.compiling import compiled
from sayso.policy.table import Policy
from sayso.policy.tree import Node, Value, walk

if TYPE_CHECKING:
    import polars as pl


class Frames:
    """Adapter from tree to Polars expressions; instants are 64-bit microseconds."""

    def __init__(self) -> None:
        try:
            import polars  # noqa: PLC0415  # an extra: the core must import without it
        except ImportError:
            raise Unfit("rulings by Polars need Polars; install sayso[polars]") from None
        self.pl = polars

    def col(self, name: str) -> pl.Expr:
        return self.pl.col(name)

    def lit(self, value: Value) -> pl.Expr:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return self.pl.lit(value, dtype=self.pl.Int64) if whole else self.pl.lit(value)

    def isin(self, column: pl.Expr, values: tuple[Value, ...]) -> pl.Expr:
        return column.is_in(list(values))

    def known(self, column: pl.Expr) -> pl.Expr:
        return column.is_not_null()

    def at_least(self, left: pl.Expr, right: pl.Expr) -> pl.Expr:
        return left >= right

    def every(self, terms: list[pl.Expr]) -> pl.Expr:
        return reduce(and_, terms) if terms else self.pl.lit(value=True)

    def some(self, terms: list[pl.Expr]) -> pl.Expr:
        return reduce(or_, terms) if terms else self.pl.lit(value=False)

    def case(self, branches: list[tuple[pl.Expr, pl.Expr]], otherwise: pl.Expr) -> pl.Expr:
        if not branches:
            return otherwise
        chain: Any = self.pl
        for when, then in branches:
            chain = chain.when(when).then(then)
        chosen: pl.Expr = chain.otherwise(otherwise)
        return chosen

    def greatest(self, terms: list[pl.Expr]) -> pl.Expr:
        return self.pl.max_horizontal(terms)

    def least(self, terms: list[pl.Expr]) -> pl.Expr:
        return self.pl.min_horizontal(terms)

    def later(self, instant: pl.Expr, months: int, days: int) -> pl.Expr:
        moved = instant.cast(self.pl.Datetime("us")).dt.offset_by(f"{months}mo").dt.offset_by(f"{days}d").cast(self.pl.Int64)
        limited = self.pl.min_horizontal(moved, self.pl.lit(clock.END))
        return self.pl.when(instant.is_not_null()).then(limited).otherwise(self.pl.lit(None, dtype=self.pl.Int64))


def frame(policy: Policy, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Return flat rows as a frame."""
    polars = Frames().pl
    types: dict[str, Any] = {"VARCHAR": polars.String, "BOOLEAN": polars.Boolean, "BIGINT": polars.Int64}
    kinds = flat.columns(policy.purposes)
    made: pl.DataFrame = polars.DataFrame(
        {name: polars.Series([row[name] for row in rows], dtype=types[kind]) for name, kind in kinds}
    )
    return made


def outcomes(policy: Policy, rows: list[dict[str, Any]]) -> list[list[Outcome]]:
    """Return per version what it says of each of *rows*."""
    if not rows:
        return [[] for _ in policy.versions]
    asked = frame(policy, rows)
    return [_version(asked, terms) for terms in compiled(policy)]


def _version(asked: pl.DataFrame, terms: Compiled) -> list[Outcome]:
    adapter = Frames()

    def named(name: str, node: Node) -> pl.Expr:
        return walk(node, adapter).alias(name)

    nodes = (*terms.use, *(ending(*pair) for pair in (*terms.keep, *terms.cap)))
    found = (
        asked.lazy()
        .with_columns([named(*pair) for pair in terms.facts])
        .with_columns([named(*pair) for pair in terms.says])
        .select([named(f"o{place}", node) for place, node in enumerate(nodes)])
        .collect()
    )
    use, keep = len(terms.use), len(terms.keep)
    return [Outcome(row[:use], row[use : use + keep], row[use + keep :]) for row in found.iter_rows()]
