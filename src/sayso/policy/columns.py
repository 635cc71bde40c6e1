"""The columnar engine: the same rows asked by DuckDB, many standings at a time. Needs the extra `columns`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from sayso.facts.errors import Unfit
from sayso.facts.rulings import Ruling
from sayso.facts.standings import Standing
from sayso.policy import flat
from sayso.policy.compiled import Compiled, Outcome, ending
from sayso.policy.compiling import compiled
from sayso.policy.asking import decide_by, moments
from sayso.policy.resuming import resumed
from sayso.policy.sql import sql
from sayso.policy.table import Policy

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

BATCH = 20_000
_Key = tuple[int, int, int, int]
"""standing, stretch, version, moment"""


def decide_many(policy: Policy, standings: Iterable[Standing], at: datetime) -> Iterator[Ruling]:
    """Yield the ruling of each of *standings* at *at*, in their order; equal to `decide`, row by row.

    Refuses as `decide` does, and where DuckDB is not installed.
    """
    if at.tzinfo is None:
        raise Unfit(f"instant `{at.isoformat()}` has no time zone; give it one")
    return _rulings(policy, iter(standings), at.astimezone(UTC))


def _rulings(policy: Policy, standings: Iterator[Standing], at: datetime) -> Iterator[Ruling]:
    with _connection() as connection:
        while batch := list(islice(standings, BATCH)):
            yield from _batch(connection, policy, batch, at)


def _connection() -> DuckDBPyConnection:
    try:
        import duckdb  # noqa: PLC0415  # an extra: the core must import without it
    except ImportError:
        raise Unfit("rulings by columns need DuckDB; install sayso[columns]") from None
    connection = duckdb.connect(":memory:", config={"threads": 2, "enable_external_access": False})
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _batch(connection: DuckDBPyConnection, policy: Policy, batch: list[Standing], at: datetime) -> Iterator[Ruling]:
    """Ask every version every flat row, at every instant the policy names from *at* on; then put each ruling together."""
    outcomes = _outcomes(connection, policy, batch, at)
    position = {moment: number for number, moment in enumerate(moments(policy, at))}
    for number, standing in enumerate(batch):

        def ask(stretch: int, version: int, moment: datetime, _row: dict[str, Any], number: int = number) -> Outcome:
            return outcomes[number, stretch, version, position[moment]]

        yield decide_by(policy, standing, at, ask)


def _outcomes(connection: DuckDBPyConnection, policy: Policy, batch: list[Standing], at: datetime) -> dict[_Key, Outcome]:
    keys: list[tuple[int, int, int]] = []
    rows: list[dict[str, Any]] = []
    for number, standing in enumerate(batch):
        for place, moment in enumerate(moments(policy, at)):
            spelt = flat.spell(policy, standing, moment)
            resumed(policy, standing, spelt, moment)
            keys += [(number, stretch, place) for stretch in range(len(spelt))]
            rows += spelt
    if not rows:
        return {}
    _register(connection, policy, rows)
    found: dict[_Key, Outcome] = {}
    for version, terms in enumerate(compiled(policy)):
        use, keep = len(terms.use), len(terms.keep)
        for row in connection.execute(query(terms)).fetchall():
            number, stretch, place = keys[row[0]]
            ends = row[1 + use :]
            found[number, stretch, version, place] = Outcome(row[1 : 1 + use], ends[:keep], ends[keep:])
    connection.unregister("flat")
    return found


def _register(connection: DuckDBPyConnection, policy: Policy, rows: list[dict[str, Any]]) -> None:
    import pyarrow as pa  # noqa: PLC0415  # comes with the same extra

    types = {"VARCHAR": pa.string(), "BOOLEAN": pa.bool_(), "BIGINT": pa.int64()}
    table = {"row": pa.array(range(len(rows)), pa.int64())}
    for name, kind in flat.columns(policy.purposes):
        table[name] = pa.array([row[name] for row in rows], types[kind])
    connection.register("flat", pa.table(table))


def query(terms: Compiled) -> str:
    """Return the one SELECT that works out a version's outcome of every flat row."""
    facts = ", ".join(f'{sql(node)} AS "{name}"' for name, node in terms.facts)
    says = ", ".join(f'{sql(node)} AS "{name}"' for name, node in terms.says)
    ends = [ending(*pair) for pair in (*terms.keep, *terms.cap)]
    outcomes = [sql(node) for node in (*terms.use, *ends)]
    listed = ", ".join(f"{one} AS o{position}" for position, one in enumerate(outcomes))
    return f'SELECT "row", {listed} FROM (SELECT *, {says} FROM (SELECT *, {facts} FROM flat))'  # noqa: S608  # names and values are quoted by the adapter
