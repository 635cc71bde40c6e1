"""The pass over a table for when one machine is too small: Spark tells the cases apart and counts the ends. Needs `spark`.

Plans rule on each case once, here as in `passes`; so where the rows come from is the only difference. One machine is faster
with `passes` (docs/benchmarks.md says by how much).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sayso.facts.errors import Unfit
from sayso.facts.instants import iso
from sayso.policy import clock
from sayso.policy.clock import micros
from sayso.policy.codes import Codes, codes
from sayso.policy.dialects import Spark
from sayso.policy.ends import ending
from sayso.policy.passes import until
from sayso.policy.plans import Plan, build, shape
from sayso.policy.sql import sql
from sayso.policy.table import CapRow, KeepRow, Policy
from sayso.policy.vocabulary import REASONS

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SPARK = Spark()


def rulings(session: SparkSession, policy: Policy, source: str, at: datetime) -> DataFrame:
    """Return a frame of one ruling per row of *source*, with the columns of `passes.rulings`; refuses what is not in force.

    *source* is a relation in Spark SQL with `id` and the columns of `flat.columns` but `at`, one row per conversation of one
    stretch. Its cases are told apart at once and stay cached in *session* as the view `coded`, until the next pass replaces it.
    """
    if policy.position(at) < 0:
        raise Unfit(f"no version of `{policy.name}` is in force at {iso(at)}; ask later")
    known = codes(policy)
    columns = ", ".join(SPARK.col(name) for name in ("id", *_anchors(policy)))
    coded = session.sql(f"SELECT {columns}, {_code(known)} AS code FROM {source}")  # noqa: S608  # names and values are quoted by the adapter
    coded.createOrReplaceTempView("coded")
    session.catalog.cacheTable("coded")
    found = session.sql("SELECT DISTINCT code FROM coded ORDER BY code").toArrow().column(0).to_pylist()
    return _select(session, policy, {code: build(policy, known.standing(code, at), at) for code in found}, at)


def _code(known: Codes) -> str:
    """Return the expression of the code of a flat row."""
    terms, stride = [], 1
    for digit in known.digits:
        terms.append(sql(digit.number(stride), SPARK))
        stride *= len(digit.stands_for)
    return " + ".join(terms)


def _anchors(policy: Policy) -> list[str]:
    """Return the columns of the instants that ends count from."""
    rows: list[KeepRow | CapRow] = [row for version in policy.versions for row in version.keep]
    rows += [row for version in policy.versions for row in version.cap]
    asked = [ending(row, 0) for row in rows]
    refused = {f"at_refused_{one.where}" for one in asked if one.anchor == "refused"}
    return sorted({"at_last_turn", *refused, *(f"at_{one.anchor}" for one in asked if one.anchor not in ("refused", "open"))})


def _select(session: SparkSession, policy: Policy, made: dict[int, Plan], at: datetime) -> DataFrame:
    """Put the plans into a small view, and return the frame that joins them and works out the ends."""
    texts: dict[str, dict[str, int]] = {}
    known: dict[object, dict[str, int]] = {}
    lines: list[dict[str, object]] = []
    for code, plan in made.items():
        alike = (tuple(map(shape, plan.reasons)), tuple((limit.endings, limit.spares) for limit in plan.limits))
        if alike not in known:
            known[alike] = {}
            for (reason, of), tree in until(plan).items():
                numbers = texts.setdefault(f"{reason}_{of}", {})
                known[alike][f"{reason}_{of}"] = numbers.setdefault(sql(tree, SPARK), len(numbers) + 1)
        said = {f"use_{purpose}": plan.use[purpose].use for purpose in policy.purposes}
        rows = {f"row_{purpose}": plan.use[purpose].because[0].row for purpose in policy.purposes}
        lines.append({"code": code, **said, **rows, **{f"k_{name}": number for name, number in known[alike].items()}})
    names = sorted(texts, key=lambda name: REASONS.index(name.split("_")[0]))
    uses = [f"{kind}_{purpose}" for purpose in policy.purposes for kind in ("use", "row")]
    _register(session, lines, uses, names)
    ends = "".join(f", {_arms(name, texts[name])} AS `until_{name}`" for name in names)
    inner = f"SELECT /*+ BROADCAST(planned) */ id, {', '.join(map(SPARK.col, uses))}{ends} FROM coded JOIN planned USING (code)"  # noqa: S608  # as above
    return session.sql(f"SELECT *, {_keep_until(names)} AS keep_until, {_next_end(names, micros(at))} AS next_end FROM ({inner})")  # noqa: S608  # as above


def _arms(name: str, texts: dict[str, int]) -> str:
    arms = " ".join(f"WHEN {number} THEN {text}" for text, number in texts.items())
    return f"CASE `k_{name}` {arms} END"


def _keep_until(names: list[str]) -> str:
    """Return the expression of the last end that keeps the conversation; absent where there is none, or none is known."""
    lasting = [f"`until_{name}`" for name in names if name.endswith("_conversation")]
    if not lasting:
        return "CAST(NULL AS BIGINT)"
    last = SPARK.greatest(lasting)
    return f"CASE WHEN {last} <= {clock.END} THEN {last} END"


def _next_end(names: list[str], now: int) -> str:
    """Return the expression of the first known end of a reason after *now*."""
    coming = [f"CASE WHEN `until_{name}` > {now} AND `until_{name}` <= {clock.END} THEN `until_{name}` END" for name in names]
    return SPARK.least(coming) if coming else "CAST(NULL AS BIGINT)"


def _register(session: SparkSession, lines: list[dict[str, object]], uses: list[str], names: list[str]) -> None:
    """Put one row per case into the view `planned`."""
    import pyarrow as pa  # noqa: PLC0415  # comes with the same extra

    fields = [("code", pa.int64()), *((name, pa.string()) for name in uses), *((f"k_{name}", pa.int32()) for name in names)]
    table = {name: pa.array([line.get(name) for line in lines], kind) for name, kind in fields}
    session.createDataFrame(pa.table(table)).createOrReplaceTempView("planned")
