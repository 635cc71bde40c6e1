"""The pass over a table for when one machine is too small: Spark tells the cases apart and counts the ends. Needs `spark`.

Plans rule on each case once, here as in `passes`; so where the rows come from is the only difference. One machine is faster
with `passes` (docs/benchmarks.md says by how much).
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sayso.facts.errors import Unfit
from sayso.facts.instants import iso
from sayso.facts.words import Purpose
from sayso.policy import clock
from sayso.policy.asking import ENDED
from sayso.policy.clock import micros
from sayso.policy.codes import Codes, codes
from sayso.policy.dialects import Spark
from sayso.policy.keeping import in_order
from sayso.policy.passes import anchors, cases, serving_ends
from sayso.policy.plans import Plan
from sayso.policy.sql import sql
from sayso.policy.table import Policy
from sayso.policy.until import until

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

SPARK = Spark()


def rulings(session: SparkSession, policy: Policy, source: str, at: datetime) -> DataFrame:
    """Return a frame of one ruling per row of *source*, with the columns of `passes.rulings`; refuses what is not in force.

    *source* is a relation in Spark SQL with `id`, `stretches` and the columns of `flat.columns` but `at`, one row per conversation.
    Only conversations of one stretch are ruled; others are refused, since `passes` puts stretches together. Its cases are told
    apart at once and stay cached in *session* as the view `coded`, until the next pass replaces it.
    """
    if policy.position(at) < 0:
        raise Unfit(f"no version of `{policy.name}` is in force at {iso(at)}; ask later")
    known = codes(policy)
    columns = ", ".join(SPARK.col(name) for name in ("id", "stretches", *anchors(policy)))
    coded = session.sql(f"SELECT {columns}, {_code(known)} AS code FROM {source}")  # noqa: S608  # names and values are quoted by the adapter
    coded.createOrReplaceTempView("coded")
    session.catalog.cacheTable("coded")
    whole = "COUNT_IF(stretches <=> 1) = COUNT(*) AS whole"
    found = session.sql(f"SELECT code, {whole} FROM coded GROUP BY code ORDER BY code").toArrow()  # noqa: S608  # as above
    if not all(found["whole"].to_pylist()):
        raise Unfit("some conversations have several stretches, or do not say how many; rule those with `passes`")
    return _select(session, policy, cases(policy, found["code"].to_pylist(), at), at)


def _code(known: Codes) -> str:
    """Return the expression of the code of a flat row."""
    terms, stride = [], 1
    for digit in known.digits:
        terms.append(sql(digit.number(stride), SPARK))
        stride *= len(digit.stands_for)
    return " + ".join(terms)


def _select(session: SparkSession, policy: Policy, made: dict[int, Plan], at: datetime) -> DataFrame:
    """Put the plans into a small view, and return the frame that joins them and works out the ends."""
    texts: dict[str, dict[str, int]] = {}
    known: dict[int, dict[str, int]] = {}
    lines: list[dict[str, object]] = []
    for code, plan in made.items():
        if id(plan.keeping) not in known:
            numbers = known[id(plan.keeping)] = {}
            for (reason, of), tree in until(plan.keeping).items():
                found = texts.setdefault(f"{reason}_{of}", {})
                numbers[f"{reason}_{of}"] = found.setdefault(sql(tree, SPARK), len(found) + 1)
        said: dict[str, object] = {f"use_{purpose}": plan.use[purpose].use for purpose in policy.purposes}
        rows = {f"row_{purpose}": plan.use[purpose].because[0].row for purpose in policy.purposes}
        lines.append({"code": code, **said, **rows, **{f"k_{name}": number for name, number in known[id(plan.keeping)].items()}})
    names = sorted(texts, key=lambda name: in_order((name.rpartition("_")[0], "")))
    uses = [f"{kind}_{purpose}" for purpose in policy.purposes for kind in ("use", "row")]
    _register(session, lines, uses, names)
    ends = "".join(f", {_arms(name, texts[name])} AS `until_{name}`" for name in names)
    inner = f"SELECT /*+ BROADCAST(planned) */ id, {', '.join(map(SPARK.col, uses))}{ends} FROM coded JOIN planned USING (code)"  # noqa: S608  # as above
    used = ", ".join(_unless_due(names, purpose, micros(at)) for purpose in policy.purposes)
    ended = ", ".join(("id", used, *(f"`until_{name}`" for name in names)))
    both = f"{_keep_until(names)} AS keep_until, {_next_end(names, micros(at))} AS next_end"
    return session.sql(f"SELECT {ended}, {both} FROM ({inner})")  # noqa: S608  # as above


def _unless_due(names: list[str], purpose: Purpose, now: int) -> str:
    """Return the columns of a use, of its row and of its stretches: what nothing keeps any more is used for nothing."""
    ends = [f"`until_{name}`" for name in serving_ends(names, purpose)]
    due = f"COALESCE({SPARK.greatest(ends)} <= {now}, TRUE)" if ends else "TRUE"
    use, row, only = (SPARK.col(f"{kind}_{purpose}") for kind in ("use", "row", "only"))
    gone = f"{due} AND {use} = 'allow'"
    given = ((use, "'deny'"), (row, f"'{ENDED}'"))
    columns = [f"CASE WHEN {gone} THEN {word} ELSE {name} END AS {name}" for name, word in given]
    return ", ".join((*columns, f"CAST(NULL AS ARRAY<BIGINT>) AS {only}"))


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
