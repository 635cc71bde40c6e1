"""One pass over millions of conversations: DuckDB numbers the cases, plans rule on each once, and DuckDB counts the ends.

Conversations of several stretches are ruled stretch by stretch and put together as one is alone: the best use of any stretch,
the last end of every reason, the first limit of all caps. Needs the extra `columns`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sayso.facts.errors import Unfit
from sayso.facts.instants import iso
from sayso.facts.words import Purpose, Use
from sayso.policy import clock
from sayso.policy.asking import ENDED, bound_by, serving
from sayso.policy.clock import micros
from sayso.policy.codes import codes
from sayso.policy.compiling import compiled
from sayso.policy.keeping import Keeping, Name, in_order
from sayso.policy.keys import counts_whole
from sayso.policy.plans import Known, Plan, assemble
from sayso.policy.sql import sql
from sayso.policy.table import CapRow, KeepRow, Policy
from sayso.policy.until import bounds, until

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

USES: tuple[Use, ...] = ("deny", "undetermined", "allow")
"""From the strictest to the freest."""


def rulings(connection: DuckDBPyConnection, policy: Policy, source: str, at: datetime) -> str:
    """Return the SELECT of one ruling per conversation of *source*, after the cases in it were told apart.

    *source* is a relation with one row per stretch: `id` of the conversation, `stretches` (how many it has), `stretch` (which one
    this is, from 0) and the columns of `flat.columns` but `at`; what is said of the whole conversation stands alike in its rows.

    The SELECT gives `id`, per purpose `use_<purpose>`, the row named first in `row_<purpose>`, and in `only_<purpose>` which
    stretches may be used, where not all may; per reason `until_<reason>` (microseconds since 1970, a number past the calendar's
    end while open), `keep_until`, and `next_end`, the first end of a reason after *at*. Refuses an instant at which nothing is in
    force, stretches that are not all there, and several stretches under a policy that counts a resumed conversation whole.
    """
    if policy.position(at) < 0:
        raise Unfit(f"no version of `{policy.name}` is in force at {iso(at)}; ask later")
    known = codes(policy)
    columns = ", ".join(f'"{name}"' for name in ("id", "stretches", "stretch", *anchors(policy)))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE coded AS SELECT {columns}, {known.sql()} AS code FROM {source}")  # noqa: S608  # names and values are quoted by the adapter
    several = _several(connection, policy)
    found = connection.execute("SELECT code, bool_or(stretches > 1) FROM coded GROUP BY code ORDER BY code").fetchall()
    made = cases(policy, [code for code, _ in found], at)
    table = _Table(connection, policy)
    select = table.alone(made)
    if several:
        apart = table.together({code: made[code] for code, parted in found if parted})
        select = f"{select} WHERE stretches = 1 UNION ALL BY NAME {apart}"
    return _whole(select, policy.purposes, table.names, micros(at))


def _several(connection: DuckDBPyConnection, policy: Policy) -> int:
    """Return how many rows belong to conversations of several stretches; refuses them where they cannot be put together."""
    wrong = connection.execute("SELECT count(*) FROM coded WHERE stretches IS NULL OR stretches < 1").fetchall()[0][0]
    several: int = connection.execute("SELECT count(*) FROM coded WHERE stretches > 1").fetchall()[0][0]
    if several and counts_whole(policy):
        mend = "leave out those with `stretches` > 1, and rule them one by one"
        raise Unfit(f"`{policy.name}` counts a resumed conversation whole, which no pass does; {mend}")
    if several:
        counted = "count(*) <> min(stretches) OR count(*) <> max(stretches)"
        numbered = "count(DISTINCT stretch) <> count(*) OR min(stretch) <> 0 OR max(stretch) >= count(*)"
        asked = f"SELECT id FROM coded WHERE stretches > 1 GROUP BY id HAVING {counted} OR {numbered}"  # noqa: S608  # as above
        wrong += connection.execute(f"SELECT count(*) FROM ({asked})").fetchall()[0][0]  # noqa: S608  # as above
    if wrong:
        mend = "number those of each from 0 and count them in `stretches`"
        raise Unfit(f"{wrong} conversations lack a stretch or have one twice; {mend}")
    return several


def cases(policy: Policy, found: Iterable[int], at: datetime) -> dict[int, Plan]:
    """Return the plan of every code: what the rows say of a stretch of which only that much is known."""
    known, asked, terms = Known(), codes(policy), compiled(policy)
    binds: dict[tuple[datetime, datetime], list[int]] = {}
    made: dict[int, Plan] = {}
    for code in found:
        row, began, ended = asked.row(code, at)
        if (began, ended) not in binds:
            binds[began, ended] = bound_by(policy, at, began, ended)
        bound = [binds[began, ended]]
        fits = [{version: terms[version].fits(row) for version in bound[0] if version >= 0}]
        made[code] = assemble(policy, bound, [bound] * len(policy.purposes), fits, known)
    return made


def anchors(policy: Policy) -> list[str]:
    """Return the columns of the instants that ends count from."""
    rows: list[KeepRow | CapRow] = [row for version in policy.versions for row in version.keep]
    rows += [row for version in policy.versions for row in version.cap]
    refused = {f"at_refused_{row.purpose}" for row in rows if row.anchor == "refused"}
    return sorted({"at_last_turn", *refused, *(f"at_{row.anchor}" for row in rows if row.anchor != "refused")})


def _whole(select: str, purposes: Iterable[Purpose], names: Sequence[str], now: int) -> str:
    """Return *select* with `keep_until` and `next_end` of the reasons that it has, and no use of what is due."""
    lasting = [f'"until_{name}"' for name in names if name.endswith("_conversation")]
    keep = f"CASE WHEN GREATEST({', '.join(lasting)}) <= {clock.END} THEN GREATEST({', '.join(lasting)}) END" if lasting else "NULL"
    coming = [f'CASE WHEN "until_{name}" > {now} AND "until_{name}" <= {clock.END} THEN "until_{name}" END' for name in names]
    first = f"LEAST({', '.join(coming)})" if coming else "NULL"
    # What nothing keeps any more is used for nothing, as `asking.unkept` says of one.
    used = ", ".join(_unless_due(names, purpose, now) for purpose in purposes)
    return f"SELECT * REPLACE ({used}), {keep} AS keep_until, {first} AS next_end FROM ({select})"  # noqa: S608  # as above


def _unless_due(names: Sequence[str], purpose: Purpose, now: int) -> str:
    """Return the columns of the use, its row and its stretches, which give way where nothing keeps a conversation for it."""
    ends = [f'"until_{name}"' for name in serving_ends(names, purpose)]
    due = f"COALESCE(GREATEST({', '.join(ends)}) <= {now}, TRUE)" if ends else "TRUE"
    gone = f"{due} AND \"use_{purpose}\" = 'allow'"
    given = (("use", "'deny'"), ("row", f"'{ENDED}'"), ("only", "NULL"))
    return ", ".join(f'CASE WHEN {gone} THEN {word} ELSE "{kind}_{purpose}" END AS "{kind}_{purpose}"' for kind, word in given)


def serving_ends(names: Sequence[str], purpose: Purpose) -> list[str]:
    """Return those of the reasons with an end that let a conversation be used for *purpose*."""
    return [name for name in names if name in {f"{reason}_conversation" for reason in serving(purpose)}]


class _Table:
    """What the plans say, as small tables beside the conversations, and the SELECTs that join them."""

    def __init__(self, connection: DuckDBPyConnection, policy: Policy) -> None:
        self.connection = connection
        self.purposes = policy.purposes
        self.names: list[str] = []
        self._reasons: list[Name] = []

    def alone(self, made: dict[int, Plan]) -> str:
        """Return the SELECT for conversations of one stretch."""
        every = {name for plan in made.values() for stretch in plan.keeping.reasons for name, _ in stretch}
        self._reasons = sorted(every, key=lambda name: (in_order(name), name))
        self.names = [f"{reason}_{of}" for reason, of in self._reasons]
        trees = _Trees(self.names)

        def ends(plan: Keeping) -> Iterable[tuple[str, str]]:
            return ((f"{reason}_{of}", sql(tree)) for (reason, of), tree in until(plan).items())

        self._register("planned", made, {code: trees.numbers(plan.keeping, ends) for code, plan in made.items()}, trees)
        uses = "".join(f', "use_{one}", "row_{one}", NULL::BIGINT[] AS "only_{one}"' for one in self.purposes)
        columns = "".join(f', {trees.case(name)} AS "until_{name}"' for name in self.names)
        return f"SELECT id{uses}{columns} FROM coded JOIN planned USING (code)"  # noqa: S608  # as above

    def together(self, made: dict[int, Plan]) -> str:
        """Return the SELECT for conversations of several stretches."""
        trees = _Trees([f"{kind}_{name}" for name in self.names for kind in ("end", "limit")])

        def ends(plan: Keeping) -> Iterable[tuple[str, str]]:
            for (reason, of), found in bounds(plan, self._reasons).items():
                for kind, tree in (("end", found.end), ("limit", found.limit)):
                    if tree is not None:
                        yield f"{kind}_{reason}_{of}", sql(tree)

        self._register("parted", made, {code: trees.numbers(plan.keeping, ends) for code, plan in made.items()}, trees)
        uses = "".join(f", {_best(one)}" for one in self.purposes)
        columns = "".join(
            f', CASE WHEN max({end}) IS NOT NULL THEN LEAST(max({end}), min({limit})) END AS "until_{name}"'
            for name in self.names
            for end, limit in [(trees.case(f"end_{name}"), trees.case(f"limit_{name}"))]
        )
        return f"SELECT id{uses}{columns} FROM coded JOIN parted USING (code) WHERE stretches > 1 GROUP BY id"  # noqa: S608  # as above

    def _register(self, table: str, made: dict[int, Plan], ends: dict[int, list[int | None]], trees: _Trees) -> None:
        """Put one row per case into *table*; words are kept as numbers that show as words."""
        outcomes: dict[tuple[Any, ...], int] = {}
        numbers: list[int] = []
        for code, plan in made.items():
            said = [word for one in self.purposes for word in (plan.use[one].use, plan.use[one].because[0].row)]
            numbers.append(outcomes.setdefault((*said, *ends[code]), len(outcomes)))
        named = [f"{kind}_{purpose}" for purpose in self.purposes for kind in ("use", "row")]
        said_of = ({ENDED, *(line[place] for line in outcomes)} for place in range(len(named)))
        kinds = [_words(sorted(found) if place % 2 else USES) for place, found in enumerate(said_of)]
        named += [f"k_{name}" for name in trees.texts]
        kinds += ["USMALLINT"] * len(trees.texts)
        lists = ", ".join(
            f'CAST(unnest(CAST(${place + 2} AS {"VARCHAR" if kind.startswith("ENUM") else kind}[])) AS {kind}) AS "{name}"'
            for place, (name, kind) in enumerate(zip(named, kinds, strict=True))
        )
        columns = [list(column) for column in zip(*outcomes, strict=True)] or [[] for _ in named]
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE outcomes AS SELECT unnest(CAST($1 AS BIGINT[])) AS number, {lists}",  # as above
            [list(range(len(outcomes))), *columns],
        )
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT code, outcomes.* EXCLUDE (number) FROM "  # noqa: S608  # as above
            "(SELECT unnest(CAST($1 AS BIGINT[])) AS code, unnest(CAST($2 AS BIGINT[])) AS number) JOIN outcomes USING (number)",
            [list(made), numbers],
        )


class _Trees:
    """The different ends of each reason, numbered from 1; a case has the number of its own."""

    def __init__(self, names: Iterable[str]) -> None:
        self.texts: dict[str, dict[str, int]] = {name: {} for name in names}
        self._known: dict[int, list[int | None]] = {}

    def numbers(self, plan: Keeping, ends: Any) -> list[int | None]:
        """Return the number of each end that *ends* gives of *plan*, in the order of names; worked out once per plan."""
        found = self._known.get(id(plan))
        if found is None:
            given = {name: self.texts[name].setdefault(text, len(self.texts[name]) + 1) for name, text in ends(plan)}
            found = self._known[id(plan)] = [given.get(name) for name in self.texts]
        return found

    def case(self, name: str) -> str:
        """Return the expression of the end of that name in any case."""
        arms = " ".join(f"WHEN {number} THEN {text}" for text, number in self.texts[name].items())
        return f'CASE "k_{name}" {arms} END' if arms else "NULL::BIGINT"


def _best(purpose: str) -> str:
    """Return the columns of the use of several stretches: the freest, the row of the first that has it, and which have it."""
    use, row = f'"use_{purpose}"', f'"row_{purpose}"'
    first = f"arg_max({row}, enum_code({use}) * {2**32} - stretch)"
    some = f"list(CAST(stretch AS BIGINT) ORDER BY stretch) FILTER (WHERE {use} = 'allow')"
    only = f"CASE WHEN max({use}) = 'allow' AND min({use}) <> 'allow' THEN {some} END"
    return f'max({use}) AS {use}, {first} AS {row}, {only} AS "only_{purpose}"'


def _words(values: Iterable[str]) -> str:
    """Return the SQL type of one of *values*, in their order."""
    listed = ", ".join("'" + value.replace("'", "''") + "'" for value in values) or "''"
    return f"ENUM ({listed})"
