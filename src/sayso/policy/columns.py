"""The columnar engine: the same rows asked by DuckDB, many standings at a time. Needs the extra `columns`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias

from sayso.facts.errors import Unfit
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.policy import flat
from sayso.policy.asking import decide_by, moments
from sayso.policy.compiled import Outcome
from sayso.policy.compiling import compiled
from sayso.policy.resuming import resumed
from sayso.policy.sql import query
from sayso.policy.table import Policy

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BATCH = 20_000
Answers: TypeAlias = Callable[[Policy, list[dict[str, Any]]], list[list[Outcome]]]
"""(policy, flat rows) -> per version what it says of each row: all that an engine has to do."""


def decide_many(policy: Policy, standings: Iterable[Standing], at: datetime) -> Iterator[Ruling]:
    """Yield the ruling of each of *standings* at *at*, in their order; equal to `decide`, row by row.

    Refuses as `decide` does, and where DuckDB is not installed.
    """
    if at.tzinfo is None:
        raise Unfit(f"instant `{at.isoformat()}` has no time zone; give it one")
    return _rulings(policy, standings, at.astimezone(UTC))


def _rulings(policy: Policy, standings: Iterable[Standing], at: datetime) -> Iterator[Ruling]:
    with connect() as connection:
        yield from decide_with(lambda policy, rows: outcomes(connection, policy, rows), policy, standings, at)


def decide_with(answers: Answers, policy: Policy, standings: Iterable[Standing], at: datetime) -> Iterator[Ruling]:
    """Yield the same rulings, every row asked by *answers*, in batches."""
    rest = iter(standings)
    while batch := list(islice(rest, BATCH)):
        yield from _batch(answers, policy, batch, at)


def _batch(answers: Answers, policy: Policy, batch: list[Standing], at: datetime) -> Iterator[Ruling]:
    """Ask every version every flat row, at every instant the policy names from *at* on; then put each ruling together."""
    starts: dict[tuple[int, datetime], int] = {}
    rows: list[dict[str, Any]] = []
    for number, standing in enumerate(batch):
        for moment in moments(policy, at):
            spelt = flat.spell(policy, standing, moment)
            resumed(policy, standing, spelt, moment)
            starts[number, moment] = len(rows)
            rows += spelt
    said = answers(policy, rows)
    for number, standing in enumerate(batch):

        def ask(stretch: int, version: int, moment: datetime, _row: dict[str, Any], number: int = number) -> Outcome:
            return said[version][starts[number, moment] + stretch]

        yield decide_by(policy, standing, at, ask)


def connect(threads: int = 2) -> DuckDBPyConnection:
    """Return a DuckDB of our own, in memory, with no way out; refuses where it is not installed."""
    try:
        import duckdb  # noqa: PLC0415  # an extra: the core must import without it
    except ImportError:
        raise Unfit("rulings by columns need DuckDB; install sayso[columns]") from None
    connection = duckdb.connect(":memory:", config={"threads": threads, "enable_external_access": False})
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def outcomes(connection: DuckDBPyConnection, policy: Policy, rows: list[dict[str, Any]]) -> list[list[Outcome]]:
    """Return per version what it says of each of *rows*, asked of DuckDB."""
    if not rows:
        return [[] for _ in policy.versions]
    connection.register("flat", arrow(policy, rows))
    said = [sorted(connection.execute(query(terms)).fetchall()) for terms in compiled(policy)]
    connection.unregister("flat")
    return [read(policy, version, found) for version, found in enumerate(said)]


def read(policy: Policy, version: int, found: Iterable[tuple[Any, ...]]) -> list[Outcome]:
    """Return as outcomes what `sql.query` selects for *version*, in the order of rows."""
    terms = compiled(policy)[version]
    use, keep = 1 + len(terms.use), 1 + len(terms.use) + len(terms.keep)
    return [Outcome(tuple(row[1:use]), tuple(row[use:keep]), tuple(row[keep:])) for row in found]


def arrow(policy: Policy, rows: list[dict[str, Any]]) -> Any:
    """Return flat rows as an Arrow table, with their number in the column `row`."""
    import pyarrow as pa  # noqa: PLC0415  # comes with the same extra

    types = {"VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "BIGINT": pa.int64()}
    table = {"row": pa.array(range(len(rows)), pa.int64())}
    for name, kind in flat.columns(policy.purposes):
        table[name] = pa.array([row[name] for row in rows], types[kind])
    return pa.table(table)
