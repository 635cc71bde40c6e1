"""One pass over millions of conversations: DuckDB numbers the cases, plans rule on each once, and DuckDB counts the ends.

For conversations of one stretch, which nearly all are; those of several are ruled one by one. Needs the extra `columns`.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sayso.facts.errors import Unfit
from sayso.facts.instants import iso
from sayso.facts.words import Use
from sayso.policy import clock
from sayso.policy.asking import ENDED, serving
from sayso.policy.clock import micros
from sayso.policy.codes import codes
from sayso.policy.ends import Ending, never_later
from sayso.policy.plans import Kept, Limit, Name, Plan, Versions, build, shape
from sayso.policy.sql import sql
from sayso.policy.table import CapRow, KeepRow, Policy
from sayso.policy.tree import And, AtLeast, Case, Col, Greatest, Later, Least, Lit, Node, Or
from sayso.policy.vocabulary import REASONS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

USES: tuple[Use, ...] = ("deny", "undetermined", "allow")


def rulings(connection: DuckDBPyConnection, policy: Policy, source: str, at: datetime) -> str:
    """Return the SELECT of one ruling per row of *source*, after the cases in it were told apart; refuses what is not in force.

    *source* is a relation with `id` and the columns of `flat.columns` but `at`, one row per conversation. The SELECT gives `id`,
    per purpose `use_<purpose>` and the row named first in `row_<purpose>`, per reason `until_<reason>` (microseconds since 1970,
    a number past the calendar's end while open), `keep_until` and `next_end`, the first end of a reason after *at*.
    """
    if policy.position(at) < 0:
        raise Unfit(f"no version of `{policy.name}` is in force at {iso(at)}; ask later")
    known = codes(policy)
    columns = ", ".join(f'"{name}"' for name in ("id", *_anchors(policy)))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE coded AS SELECT {columns}, {known.sql()} AS code FROM {source}")  # noqa: S608  # names and values are quoted by the adapter
    found = [code for (code,) in connection.execute("SELECT DISTINCT code FROM coded ORDER BY code").fetchall()]
    made = {code: build(policy, known.standing(code, at), at) for code in found}
    return _select(connection, policy, made, at)


def _anchors(policy: Policy) -> list[str]:
    """Return the columns of the instants that ends count from."""
    rows: list[KeepRow | CapRow] = [row for version in policy.versions for row in version.keep]
    rows += [row for version in policy.versions for row in version.cap]
    refused = {f"at_refused_{row.purpose}" for row in rows if row.anchor == "refused"}
    return sorted({"at_last_turn", *refused, *(f"at_{row.anchor}" for row in rows if row.anchor != "refused")})


def _select(connection: DuckDBPyConnection, policy: Policy, made: dict[int, Plan], at: datetime) -> str:
    """Put the plans into a small table, and return the SELECT that joins them and works out the ends."""
    expressions: dict[str, dict[str, int]] = {}
    known: dict[object, dict[str, int]] = {}
    rows = []
    for code, plan in made.items():
        alike = (tuple(map(shape, plan.reasons)), tuple((limit.endings, limit.spares) for limit in plan.limits))
        if alike not in known:
            known[alike] = {}
            for (reason, of), tree in until(plan).items():
                texts = expressions.setdefault(f"{reason}_{of}", {})
                known[alike][f"{reason}_{of}"] = texts.setdefault(sql(tree), len(texts) + 1)
        rows.append((code, plan, known[alike]))
    uses = [f"{kind}_{purpose}" for purpose in policy.purposes for kind in ("use", "row")]
    names = sorted(expressions, key=lambda name: REASONS.index(name.split("_")[0]))
    _register(connection, policy, rows, names)
    arms = {name: " ".join(f"WHEN {number} THEN {text}" for text, number in expressions[name].items()) for name in names}
    ends = "".join(f', CASE "k_{name}" {arms[name]} END AS "until_{name}"' for name in names)
    columns = ", ".join(f'"{one}"' for one in uses)
    inner = f"SELECT id, {columns}{ends} FROM coded JOIN planned USING (code)"  # noqa: S608  # as above
    lasting = [f'"until_{name}"' for name in names if name.endswith("_conversation")]
    keep = f"CASE WHEN GREATEST({', '.join(lasting)}) <= {clock.END} THEN GREATEST({', '.join(lasting)}) END" if lasting else "NULL"
    now = micros(at)
    coming = [f'CASE WHEN "until_{name}" > {now} AND "until_{name}" <= {clock.END} THEN "until_{name}" END' for name in names]
    first = f"LEAST({', '.join(coming)})" if coming else "NULL"
    # What nothing keeps any more is used for nothing, as `asking.unkept` says of one.
    used = ", ".join(_unless_due(names, purpose, now) for purpose in policy.purposes)
    return f"SELECT * REPLACE ({used}), {keep} AS keep_until, {first} AS next_end FROM ({inner})"  # noqa: S608  # as above


def _unless_due(names: list[str], purpose: str, now: int) -> str:
    """Return the columns of the use and of its row, which give way where nothing keeps a conversation for an allowed use."""
    ends = [f'"until_{name}"' for name in names if name.removesuffix("_conversation") in serving(purpose)]
    due = f"COALESCE(GREATEST({', '.join(ends)}) <= {now}, TRUE)" if ends else "TRUE"
    gone = f"{due} AND \"use_{purpose}\" = 'allow'"
    use = f'CASE WHEN {gone} THEN \'deny\' ELSE "use_{purpose}" END AS "use_{purpose}"'
    return f'{use}, CASE WHEN {gone} THEN \'{ENDED}\' ELSE "row_{purpose}" END AS "row_{purpose}"'


def _register(
    connection: DuckDBPyConnection, policy: Policy, rows: list[tuple[int, Plan, dict[str, int]]], names: list[str]
) -> None:
    """Put one row per case into the table `planned`; words are kept as numbers that show as words."""
    declared = ["code BIGINT"]
    words: dict[str, list[str]] = {}
    for purpose in policy.purposes:
        words[f"row_{purpose}"] = sorted({ENDED, *(plan.use[purpose].because[0].row for _, plan, _ in rows)})
        for kind, values in (("use", list(USES)), ("row", words[f"row_{purpose}"])):
            listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values) or "''"
            declared.append(f'"{kind}_{purpose}" ENUM ({listed})')
    declared += [f'"k_{name}" UTINYINT' for name in names]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE planned ({', '.join(declared)})")
    lines = []
    for code, plan, ends in rows:
        said = [word for purpose in policy.purposes for word in (plan.use[purpose].use, plan.use[purpose].because[0].row)]
        lines.append((code, *said, *(ends.get(name) for name in names)))
    if lines:
        import pyarrow as pa  # noqa: PLC0415  # comes with the same extra

        connection.register(
            "lines", pa.table([list(column) for column in zip(*lines, strict=True)], [f"c{n}" for n in range(len(lines[0]))])
        )
        connection.execute("INSERT INTO planned SELECT * FROM lines")
        connection.unregister("lines")


def until(plan: Plan) -> dict[Name, Node]:
    """Return per reason of a plan of one stretch the tree of its end; absent where another reason makes it unnecessary."""
    reasons = dict(plan.reasons[0]) if plan.reasons else {}
    ends = {name: _shortest(versions) for name, versions in reasons.items()}
    kept: dict[Name, Node] = {}
    for name, versions in reasons.items():
        limits = [limit for limit in plan.limits if name[0] not in limit.spares and _shortens(limit, versions)]
        firsts = (node(one) for limit in limits for one in limit.endings)
        end = _one(Least, (ends[name], *firsts))
        covered = _covered(versions, ends)
        kept[name] = end if covered is None else Case(((covered, Lit(None)),), end)
    return kept


def _shortens(limit: Limit, versions: Versions) -> bool:
    """Return whether a cap can take something away from these rows."""
    return not all(never_later(row.ending, one) for group in versions for row in group for one in limit.endings)


def _shortest(versions: Versions) -> Node:
    return _one(Least, tuple(_longest(group) for group in versions))


def _longest(group: Iterable[Kept]) -> Node:
    return _one(Greatest, tuple(node(row.ending) for row in group))


def _one(of: type[Greatest] | type[Least], terms: tuple[Node, ...]) -> Node:
    """Return the greatest or least of *terms*; of one, itself."""
    distinct = tuple(dict.fromkeys(terms))
    return distinct[0] if len(distinct) == 1 else of(distinct)


def _covered(versions: Versions, ends: dict[Name, Node]) -> Node | None:
    """Return the condition under which the row that gives the end steps back for a reason; `None` where none does."""
    rows = [(group, row) for group in versions for row in group]
    if not any(name in ends for _, row in rows for name in row.unless):
        return None
    branches: list[tuple[Node, Node]] = []
    for group, row in rows:
        end = node(row.ending)
        shortest = [AtLeast(_longest(other), end) for other in versions if other is not group]
        longest = [AtLeast(end, node(other.ending)) for other in group if other is not row]
        back = Or(tuple(AtLeast(ends[name], end) for name in row.unless if name in ends))
        branches.append((And((*shortest, *longest)), back))
    return Case(tuple(branches[:-1]), branches[-1][1])


def node(asked: Ending) -> Node:
    """Return the tree of an end in a flat row of the one stretch."""
    if asked.months is None or asked.days is None:
        return Lit(clock.OPEN)
    start: Node = Col(f"at_{asked.anchor}")
    if asked.anchor == "refused":
        start = Greatest((Col("at_last_turn"), Col(f"at_refused_{asked.where}")))
    return Later(start, asked.months, asked.days)
