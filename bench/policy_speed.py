"""How fast a policy rules: one standing at a time beside Cedar, and a whole table beside SQL written by hand; --write FILE.

Everything is made up, by a seed: `hash(number, purpose of the draw)` in DuckDB. Each pass over a table runs in a process of its
own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from sayso.facts.instants import iso
from sayso.facts.standings import Standing, Stretch
from sayso.policy import decide, flat, load, passes
from sayso.policy.asking import decide_by
from sayso.policy.compiled import Guard
from sayso.policy.compiling import compiled
from sayso.policy.plans import Plans

SEED = 20261122
AT = datetime(2026, 8, 1, tzinfo=UTC)
BEGIN_MARK, END_MARK = "<!-- policy:begin -->", "<!-- policy:end -->"
FOLDER = Path(__file__).parent
POLICY = "anthropic-consumer"
TIERS = ["free"] * 6 + ["pro"] * 2 + ["max", "team", "enterprise", "api"]
THREADS = 2
SAME = [f"{kind}_{purpose}" for purpose in ("model_training", "safety_training", "human_review") for kind in ("use", "row")]

# ------------------------------------------------------------------------------------------------------------- one at a time


def standings(count: int) -> list[Standing]:
    """Return made-up conversations of one account each, as a house folds them."""
    dice = random.Random(SEED)
    made = []
    for number in range(count):
        began = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(900 * 1440))
        ended = began + timedelta(minutes=dice.choice([0, 5, 60, 30 * 1440]))
        say, now = dice.choice(["allow", "refuse", "unasked"]), dice.choice(["allow", "allow", "refuse", "unasked"])
        tier = dice.choice(TIERS)
        stretch = Stretch(
            first=0, last=dice.randrange(1, 30), began_at=began, ended_at=ended, account=f"person-{number}", tier=tier, region="US",
            surface=dice.choice(["chat", "code"]), say={"model_training": say}, tier_now=tier, region_now="US",
        )  # fmt: skip
        made.append(Standing(
            conversation=f"c-{number}", account=f"person-{number}", at=ended, stretches=(stretch,), say_now={"model_training": now},
            refused_at={"model_training": ended} if now == "refuse" else {}, private=dice.random() < 0.03, last_turn_at=ended,
            flagged_at=ended if dice.random() < 0.01 else None, feedback_at=ended if dice.random() < 0.03 else None,
            deleted_at=ended if dice.random() < 0.06 else None, holds=("order",) if dice.random() < 0.02 else (),
        ))  # fmt: skip
    return made


def micro(work: Callable[[Any], object], asked: Sequence[Any], repeats: int = 9) -> float:
    """Return CPU microseconds per item, the best of *repeats* rounds after an unmeasured one: others use this machine, too."""
    spent = []
    for place in range(repeats + 1):
        begin = time.thread_time()
        for one in asked:
            work(one)
        if place:
            spent.append((time.thread_time() - begin) / len(asked) * 1e6)
    return min(spent)


def scalar() -> list[tuple[str, float]]:
    """Return what was measured and its microseconds per ruling."""
    policy, asked = load(POLICY), standings(2000)
    terms = compiled(policy)[-1]
    rows = [flat.spell(policy, one, AT)[0] for one in asked]

    def anew(one: Standing) -> object:
        return decide_by(policy, one, AT, lambda _stretch, number, _at, row: compiled(policy)[number].slowly(row))

    if any(anew(one) != decide(policy, one, AT) for one in asked):
        raise SystemExit("policy_speed: the fast path and the reference differ")
    found = [
        ("one version asked of one flat row, three purposes (`Compiled.outcome`)", micro(terms.outcome, rows)),
        ("a whole ruling with reasons (`decide`)", micro(lambda one: decide(policy, one, AT), asked)),
        ("the same, put together anew each time (`asking.decide_by`)", micro(anew, asked, 3)),
    ]
    fresh = Plans(policy)
    begin = time.perf_counter()
    for one in asked:
        fresh.plan(one, AT, fresh.words(one))
    cold = (time.perf_counter() - begin) / len(fresh._plans) * 1e6  # the bench counts the plans
    found.append((f"a set of words never seen before ({len(fresh._plans)} among the 2,000)", cold))
    return found + cedar(asked)


def cedar(asked: list[Standing]) -> list[tuple[str, float]]:
    """Return the same question, for one purpose and without ends, asked of Cedar with a prepared policy set; checks its answers."""
    try:
        from cedarpy import Decision, Entities, PolicySet, is_authorized  # noqa: PLC0415  # only this bench has it
    except ImportError:
        print("policy_speed: cedarpy is missing; pip install cedarpy", file=sys.stderr)
        return []
    policy = load(POLICY)
    terms = compiled(policy)[-1]
    conditions: list[tuple[str, bool]] = []
    for row in terms.use_rows[0]:
        when = {row.fact: (row.special,)} if isinstance(row, Guard) else row.when
        fits = " && ".join(f"{json.dumps(list(values))}.contains(context.{fact})" for fact, values in when.items())
        conditions.append((fits or "true", not isinstance(row, Guard) and row.use == "allow"))
    text = ""
    for place, (fits, allows) in enumerate(conditions):
        if allows:  # Cedar has no order: a yes stands unless a row above it fits
            above = " || ".join(f"({other})" for other, _ in conditions[:place])
            text += f"permit(principal, action, resource) when {{ {fits} }} unless {{ {above} }};\n"
    prepared, nobody = PolicySet.from_str(text), Entities.from_json_str("[]")
    facts = {
        row.fact if isinstance(row, Guard) else fact
        for row in terms.use_rows[0]
        for fact in ([""] if isinstance(row, Guard) else row.when)
    }
    requests = []
    for one in asked:
        known = terms.facts_of(flat.spell(policy, one, AT)[0])
        context = {fact: known[f"{fact}_model_training" if fact.startswith("say") else fact] for fact in facts}
        requests.append({"principal": 'P::"a"', "action": 'Action::"train"', "resource": 'C::"c"', "context": context})
    for one, request in zip(asked, requests, strict=True):
        position = terms.outcome(flat.spell(policy, one, AT)[0]).use[0]
        allowed = is_authorized(request, prepared, nobody).decision == Decision.Allow
        if allowed != (terms.verdicts[0][position][0] == "allow"):
            raise SystemExit("policy_speed: Cedar was given another question")
    label = "Cedar, one purpose, no ends, facts ready (prepared policy set and entities)"
    return [(label, micro(lambda request: is_authorized(request, prepared, nobody), requests, 3))]


# ---------------------------------------------------------------------------------------------------------- a whole table at once


def connect(folder: Path) -> Any:
    """Return a DuckDB that may use two threads and 3 GB, with the tables in *folder* by name."""
    con = duckdb.connect(config={"threads": THREADS, "memory_limit": "3GB", "temp_directory": str(folder / "spill")})
    con.execute("SET TimeZone = 'UTC'; SET preserve_insertion_order = false")
    for name in ("accounts", "tier_events", "choice_events", "holds", "conversations"):
        if (folder / f"{name}.parquet").exists():
            con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{folder / name}.parquet')")
    return con


def generate(folder: Path, count: int) -> None:
    """Write the tables of *count* conversations: a twentieth as many accounts, 2.4 answers each, some that change tier, holds."""
    accounts = max(100, count // 20)
    con = connect(folder)
    con.execute("CREATE MACRO r(i, salt) AS (hash(i, salt) % 1000000007) / 1000000007.0")
    con.execute("CREATE MACRO day(n) AS INTERVAL 1 SECOND * CAST(n * 86400 AS BIGINT)")
    con.execute("CREATE MACRO born(a) AS TIMESTAMP '2023-01-01' + day(r(a, 1) * 1200)")
    con.execute(
        "CREATE MACRO tier(i, salt) AS (['free','free','free','free','free','free','pro','pro','max','team','enterprise','gov','edu','api'])[1 + CAST(floor(r(i, salt) * 14) AS INT)]"
    )
    tables = {
        "accounts": f"SELECT i AS account_id, (['US','US','DE','GB','IN','BR','JP','CA'])[1 + CAST(floor(r(i, 2) * 8) AS INT)] AS region, CASE WHEN r(i, 3) < .01 THEN 'minor' WHEN r(i, 3) < .5 THEN 'adult' ELSE 'undeclared' END AS age FROM range({accounts}) t(i)",
        "tier_events": f'SELECT i AS account_id, born(i) AS "at", tier(i, 4) AS tier FROM range({accounts}) t(i) UNION ALL SELECT i, born(i) + day(1 + r(i, 5) * 300), tier(i, 6) FROM range({accounts}) t(i) WHERE r(i, 7) < .5',
        "choice_events": f"SELECT account_id, greatest(born(account_id), TIMESTAMP '2025-08-28') + day(r(i, 9) * r(i, 9) * 270) AS \"at\", r(i, 10) < .55 AS allow FROM (SELECT i, CAST(floor(r(i, 8) * {accounts} * .72) AS BIGINT) AS account_id FROM range({int(accounts * 2.4)}) t(i))",
        "holds": f"SELECT CAST(floor(r(i, 11) * {accounts}) AS BIGINT) AS account_id, TIMESTAMP '2024-06-01' + day(r(i, 12) * 700) AS start_at, CASE WHEN r(i, 13) < .7 THEN TIMESTAMP '2024-06-01' + day(r(i, 12) * 700 + 30 + r(i, 14) * 1500) END AS end_at FROM range({accounts // 25}) t(i)",
        "conversations": f"""SELECT i AS id, account_id, CASE WHEN r(i, 20) < .3 THEN 'code' ELSE 'chat' END AS surface, began AS created_at, last AS last_activity_at,
            r(i, 21) < .03 AS incognito, CASE WHEN r(i, 22) < .005 THEN last + day(r(i, 23) * 5) END AS flagged_at,
            CASE WHEN r(i, 24) < .04 THEN last + day(r(i, 25)) END AS feedback_at, CASE WHEN r(i, 26) < .06 THEN last + day(r(i, 27) * 50) END AS deleted_at
            FROM (SELECT *, began + day(r(i, 17) * r(i, 17) * 9) AS last FROM (SELECT *, born(account_id) + day(r(i, 16) * (1200 - r(account_id, 1) * 1200)) AS began
            FROM (SELECT i, CASE WHEN r(i, 19) < .0005 THEN {10**9} + i ELSE CAST(floor(pow(r(i, 15), 2.5) * {accounts}) AS BIGINT) END AS account_id FROM range({count}) t(i))))""",
    }
    for name, select in tables.items():
        con.execute(f"COPY ({select}) TO '{folder / name}.parquet' (FORMAT parquet, COMPRESSION zstd)")


def people(at: str) -> str:
    """Return the part that both questions share: from when until when a tier or answer held, and every account at the instant.

    The notes on engines and a trial here say why not ASOF JOIN: at 10 million 13.5 CPU s and 2.8 GB, with intervals 11.5 and 0.4.
    """
    upto = """coalesce(lead("at") OVER (PARTITION BY account_id ORDER BY "at"), TIMESTAMP '9999-01-01') AS upto"""
    return f"""tiers AS (SELECT account_id, tier, "at", {upto} FROM tier_events),
answers AS (SELECT account_id, allow, "at", {upto} FROM choice_events),
now_ AS (SELECT account_id, arg_max(allow, "at") AS allow, max("at") AS said_at FROM choice_events WHERE "at" <= {at} GROUP BY account_id),
tiers_now AS (SELECT account_id, arg_max(tier, "at") AS tier_now FROM tier_events WHERE "at" <= {at} GROUP BY account_id),
held_ AS (SELECT DISTINCT account_id, TRUE AS held FROM holds WHERE start_at <= {at} AND (end_at IS NULL OR end_at > {at})),
people AS (SELECT a.account_id, a.region, a.age, tier_now, allow, CASE WHEN NOT allow THEN said_at END AS refused_at, coalesce(held, FALSE) AS held
  FROM accounts a LEFT JOIN now_ USING (account_id) LEFT JOIN tiers_now USING (account_id) LEFT JOIN held_ USING (account_id)),
"""


def source(at: str) -> str:
    """Return the relation of flat rows: the same joins as of an instant that the yardstick makes, and nothing of the policy."""
    said = "CASE WHEN {0} IS NULL THEN 'unasked' WHEN {0} THEN 'allow' ELSE 'refuse' END"
    others = "".join(
        f", 'unasked' AS raw_say_{one}, 'unasked' AS raw_say_now_{one}, NULL::BIGINT AS at_refused_{one}, epoch_us(c.created_at) AS began_{one}"
        for one in ("safety_training", "human_review")
    )
    return f"""(WITH {people(at)[:-2]}
SELECT c.id, 1 AS stretches, 0 AS stretch, t.tier AS raw_tier, p.tier_now AS raw_tier_now, p.region AS raw_region, p.region AS raw_region_now, 'none' AS raw_contract,
  'none' AS raw_organisation, 'none' AS raw_organisation_now, c.surface AS raw_surface, 'typed' AS raw_origin, '' AS raw_model,
  p.age AS raw_age, p.age AS raw_age_now, {said.format("ch.allow")} AS raw_say_model_training, {said.format("p.allow")} AS raw_say_now_model_training,
  FALSE AS raw_imported, c.incognito AS raw_private, coalesce(p.held, FALSE) AS raw_held, epoch_us(c.flagged_at) AS at_flagged,
  epoch_us(c.feedback_at) AS at_feedback, epoch_us(c.deleted_at) AS at_deleted, epoch_us(c.last_activity_at) AS at_last_turn,
  epoch_us(c.last_activity_at) AS at_collected, epoch_us(p.refused_at) AS at_refused_model_training, epoch_us(c.created_at) AS began_model_training{others}
FROM conversations c
LEFT JOIN tiers t ON c.account_id = t.account_id AND c.last_activity_at >= t."at" AND c.last_activity_at < t.upto
LEFT JOIN answers ch ON c.account_id = ch.account_id AND c.last_activity_at >= ch."at" AND c.last_activity_at < ch.upto
LEFT JOIN people p ON c.account_id = p.account_id)"""


def one_pass(folder: Path, name: str) -> None:
    """Make one pass over the tables in *folder*, write its rulings, and print seconds and peak memory as JSON."""
    con = connect(folder)
    at = f"TIMESTAMP '{AT:%Y-%m-%d}'"
    begin, used = time.perf_counter(), time.process_time()
    if name == "yardstick":
        select = (FOLDER / "yardstick.sql").read_text(encoding="utf-8").format(at=at, people=people(at))
    else:
        select = passes.rulings(con, load(POLICY), source(at), AT)
        select = f"SELECT id, {', '.join(SAME)}, keep_until, next_end FROM ({select})"
    con.execute(f"COPY ({select}) TO '{folder / name}-rulings.parquet' (FORMAT parquet, COMPRESSION zstd)")
    spent, used = time.perf_counter() - begin, time.process_time() - used
    cases = con.execute("SELECT count(*) FROM planned").fetchone()[0] if name == "sayso" else None
    print(
        json.dumps(
            {"seconds": spent, "cpu": used, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "cases": cases}
        )
    )


def difference(folder: Path) -> int:
    """Return how many rulings of the two passes differ in anything."""
    con = connect(folder)
    for name in ("sayso", "yardstick"):
        con.execute(f"CREATE VIEW {name} AS FROM read_parquet('{folder / name}-rulings.parquet')")
    unlike = " OR ".join(f"s.{one}::VARCHAR IS DISTINCT FROM y.{one}::VARCHAR" for one in (*SAME, "keep_until", "next_end"))
    found: int = con.execute(f"SELECT count(*) FROM sayso s FULL JOIN yardstick y USING (id) WHERE {unlike}").fetchone()[0]
    return found


def in_a_process(folder: Path, *stage: str) -> Any:
    """Return what a stage prints, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--folder", str(folder), "--stage", *stage], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout) if done.stdout.strip() else None


def table_pass(count: int, repeats: int) -> dict[str, Any]:
    """Return seconds and memory of both passes over *count* conversations, in turns, each the best of *repeats*."""
    with tempfile.TemporaryDirectory(prefix="sayso-bench-") as name:
        folder = Path(name)
        in_a_process(folder, "generate", str(count))
        runs: dict[str, list[dict[str, Any]]] = {"yardstick": [], "sayso": []}
        for _ in range(repeats):
            for which, found in runs.items():
                found.append(in_a_process(folder, which))
        differing = in_a_process(folder, "difference")
    best = {which: min(found, key=lambda one: one["cpu"]) for which, found in runs.items()}
    return {"count": count, "differing": differing, **best}


def report(one: list[tuple[str, float]], many: list[dict[str, Any]]) -> str:
    """Return the result as Markdown."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pyarrow"))
    whole = dict(one)["a whole ruling with reasons (`decide`)"]
    lines = [
        f"Measured {iso(datetime.now(UTC))[:10]} by `bench/policy_speed.py` on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}.",
        "",
        "| one standing at a time, 2,000 different ones | microseconds | beside `decide` |", "|---|---:|---:|",
        *(f"| {name} | {spent:.1f} | {spent / whole:.1f} |" for name, spent in one),
        "",
        "| conversations | accounts | cases told apart | by hand, CPU s (s) | sayso, CPU s (s) | ratio of CPU | by hand, peak MB | sayso, peak MB | rulings that differ |", "|---:|---:|---:|---:|---:|---:|---:|---:|---:|",
        *(f"| {row['count']:,} | {row['count'] // 20:,} | {row['sayso']['cases']:,} | {row['yardstick']['cpu']:.1f} ({row['yardstick']['seconds']:.1f}) | {row['sayso']['cpu']:.1f} ({row['sayso']['seconds']:.1f}) | {row['sayso']['cpu'] / row['yardstick']['cpu']:.2f} | {row['yardstick']['peak_mb']:,.0f} | {row['sayso']['peak_mb']:,.0f} | {row['differing']} |" for row in many),
    ]  # fmt: skip
    return "\n".join(lines)


def put(path: Path, text: str) -> None:
    """Put *text* between the marks in *path*."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN_MARK)
    _, _, after = rest.partition(END_MARK)
    path.write_text(f"{before}{BEGIN_MARK}\n{text}\n{END_MARK}{after}", encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="put the tables into this page, between its marks")
    options.add_argument("--millions", type=float, nargs="*", default=[1, 3], help="how many conversations, in millions")
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--stage", nargs="+", help=argparse.SUPPRESS)
    given = options.parse_args()
    match given.stage:
        case ["generate", count]:
            generate(given.folder, int(count))
        case ["difference"]:
            print(difference(given.folder))
        case [name]:
            one_pass(given.folder, name)
        case _:
            text = report(scalar(), [table_pass(int(size * 1e6), given.repeats) for size in given.millions])
            print(text)
            if given.write:
                put(given.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
