"""How fast a policy rules: one standing at a time beside Cedar, and a whole table beside SQL written by hand; --write FILE.

Everything is made up, by a seed. Each pass over a table runs in a process of its own, so that its peak memory is its own.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from policy_alone import AT, DECIDE, ONE, POLICY, scalar
from policy_tables import PARTED, PURPOSES, THREADS, WHOLE, connect, generate, people, source, told

from sayso.facts.instants import iso
from sayso.policy import decide, load, passes
from sayso.policy.clock import micros

BEGIN_MARK, END_MARK = "<!-- policy:begin -->", "<!-- policy:end -->"
FOLDER = Path(__file__).parent
SAME = [f"{kind}_{purpose}" for purpose in PURPOSES for kind in ("use", "row")]
AT_SQL = f"TIMESTAMP '{AT:%Y-%m-%d}'"
SPARK = FOLDER / "spark_overhead.py"
CEDAR, TIMES, MEMORY = 50, 1.5, 4096
"""What was aimed at: times faster than Cedar, times the CPU of the yardstick, MB."""


def one_pass(folder: Path, name: str) -> None:
    """Make one pass over the tables in *folder*, write its rulings, and print seconds and peak memory as JSON."""
    con = connect(folder)
    begin, used = time.perf_counter(), time.process_time()
    if name in ("yardstick", "asof"):
        select = (FOLDER / "yardstick.sql").read_text(encoding="utf-8").format(at=AT_SQL, people=people(AT_SQL))
        select = as_of(select) if name == "asof" else select
    else:
        select = passes.rulings(con, load(POLICY), source(AT_SQL, PARTED if name == "parted" else WHOLE), AT)
        select = f"SELECT id, {', '.join(SAME)}, keep_until, next_end FROM ({select})"
    con.execute(f"COPY ({select}) TO '{folder / name}-rulings.parquet' (FORMAT parquet, COMPRESSION zstd)")
    spent, used = time.perf_counter() - begin, time.process_time() - used
    found: dict[str, Any] = {"seconds": spent, "cpu": used, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
    if name in ("sayso", "parted"):
        found["cases"] = con.execute("SELECT count(*) FROM planned").fetchone()[0]
        found["several"] = con.execute("SELECT count(DISTINCT id) FROM coded WHERE stretches > 1").fetchone()[0]
    print(json.dumps(found))


def as_of(select: str) -> str:
    """Return the yardstick with DuckDB's own joins as of an instant, where it has spans from one event to the next."""
    for table, spans, short in (("tier_events", "tiers", "t"), ("choice_events", "answers", "ch")):
        on = f'c.account_id = {short}.account_id AND c.last_activity_at >= {short}."at"'
        written = f"LEFT JOIN {spans} {short} ON {on} AND c.last_activity_at < {short}.upto"
        if written not in select:
            raise SystemExit(f"policy_speed: bench/yardstick.sql no longer joins `{spans}` as this script knows it")
        select = select.replace(written, f"ASOF LEFT JOIN {table} {short} ON {on}")
    return select


def difference(folder: Path, one: str, other: str) -> int:
    """Return how many rulings of two passes differ in anything."""
    con = connect(folder)
    con.execute(f"CREATE VIEW one AS FROM read_parquet('{folder / one}')")
    con.execute(f"CREATE VIEW other AS FROM read_parquet('{folder / other}')")
    unlike = " OR ".join(
        f"s.{name}::VARCHAR IS DISTINCT FROM y.{name}::VARCHAR" for name in ("id", *SAME, "keep_until", "next_end")
    )
    found: int = con.execute(f"SELECT count(*) FROM one s FULL JOIN other y USING (id) WHERE {unlike}").fetchone()[0]
    return found


def alone(folder: Path, count: int) -> int:
    """Return how many of *count* conversations of several stretches, drawn by hash, `decide` rules unlike the pass did."""
    con, policy = connect(folder), load(POLICY)
    con.execute(f"CREATE TEMP TABLE rows_ AS SELECT * FROM {source(AT_SQL, PARTED)} WHERE stretches > 1")
    con.execute(f"CREATE TEMP TABLE drawn AS SELECT id FROM rows_ GROUP BY id ORDER BY hash(id) LIMIT {count}")
    asked = con.execute("SELECT * FROM rows_ WHERE id IN (FROM drawn) ORDER BY id, stretch")
    names = [column[0] for column in asked.description]
    stretches: dict[int, list[dict[str, Any]]] = {}
    for line in asked.fetchall():
        row = dict(zip(names, line, strict=True))
        stretches.setdefault(row["id"], []).append(row)
    listed = ", ".join(f"{name}::VARCHAR" for name in SAME)
    parted = (
        f"SELECT id, {listed}, keep_until, next_end FROM read_parquet('{folder}/parted-rulings.parquet') WHERE id IN (FROM drawn)"
    )
    passed = {line[0]: line[1:] for line in con.execute(parted).fetchall()}
    wrong = 0
    for number, rows in stretches.items():
        ruling = decide(policy, told(rows, AT), AT)
        said = [word for one in ruling.use.values() for word in (one.use, one.because[0].row)]
        first = min((reason.until for reason in ruling.reasons if reason.until is not None), default=None)
        wrong += passed[number] != (*said, *(None if end is None else micros(end) for end in (ruling.keep_until, first)))
    return wrong if len(stretches) == count else -1


def in_a_process(folder: Path, *stage: str, script: Path = Path(__file__)) -> Any:
    """Return what a stage prints, run in a process of its own."""
    command = [sys.executable, str(script), "--folder", str(folder), "--stage", *stage]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1]) if done.stdout.strip() else None


def table_pass(count: int, repeats: int, parted: float, spark: float) -> dict[str, Any]:
    """Return seconds and memory of the passes over *count* conversations, in turns, each the best of *repeats*, of fewer over many.

    Where there are *parted* million, they are also cut into stretches, and the yardstick is joined otherwise, too; where *spark* million, Spark rules them, if it is there.
    """
    with tempfile.TemporaryDirectory(prefix="sayso-bench-") as name:
        folder = Path(name)
        in_a_process(folder, "generate", str(count))
        runs: dict[str, list[dict[str, Any]]] = {"yardstick": [], "sayso": []}
        times = max(1, min(repeats, 20_000_000 // count))
        for _ in range(times):
            for which, found in runs.items():
                found.append(in_a_process(folder, which))
        row: dict[str, Any] = {which: min(found, key=lambda one: one["cpu"]) for which, found in runs.items()}
        row["count"], row["times"], row["differing"] = (
            count,
            times,
            in_a_process(folder, "difference", "sayso-rulings.parquet", "yardstick-rulings.parquet"),
        )
        if count == parted * 1e6:
            row["asof"] = min((in_a_process(folder, "asof") for _ in range(2)), key=lambda one: one["cpu"])
            row["parted"] = in_a_process(folder, "parted")
            row["parted"]["differing"] = in_a_process(folder, "alone", "5000")
        if count == spark * 1e6 and has_spark():
            row["spark"] = in_a_process(folder, "spark", script=SPARK)
            row["spark"]["differing"] = in_a_process(folder, "difference", "sayso-rulings.parquet", "spark-rulings/*.parquet")
        return row


def has_spark() -> bool:
    """Return whether Spark can be asked: the script that asks it, its package, and Java."""
    there = SPARK.exists() and importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None
    if not there:
        print(
            "policy_speed: Spark is not there, so it is not measured; it needs pyspark, Java and bench/spark_overhead.py",
            file=sys.stderr,
        )
    return there


def report(one: list[tuple[str, float]], many: list[dict[str, Any]]) -> str:
    """Return the result as Markdown."""
    packages = ", ".join(f"{name} {_version(name)}" for name in ("duckdb", "cedarpy", "msgspec"))
    lines = [f"Measured {iso(datetime.now(UTC))[:10]} by `bench/policy_speed.py` on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages}.", ""]  # fmt: skip
    lines += _alone(one) if one else []
    lines += _many(many) if many else []
    return "\n".join(lines)


def _alone(one: list[tuple[str, float]]) -> list[str]:
    spent = dict(one)
    cedar = min((each for name, each in one if name.startswith("Cedar")), default=None)
    lines = ["| one standing at a time, 2,000 different ones | CPU microseconds |", "|---|---:|", *(f"| {name} | {each:.2f} |" for name, each in one), ""]  # fmt: skip
    lines += ["| aimed at | measured | reached |", "|---|---:|---|", f"| a whole ruling in at most 5 microseconds | {spent[DECIDE]:.2f} | {_yes(spent[DECIDE] <= 5)} |"]  # fmt: skip
    for label, name in (("the same question as Cedar's", ONE), ("a whole ruling, which Cedar does not give", DECIDE)):
        times = f"{cedar / spent[name]:.0f} times | {_yes(cedar / spent[name] >= CEDAR)}" if cedar else "cedarpy was missing | -"
        lines.append(f"| {CEDAR} times faster than Cedar at its fastest: {label} | {times} |")
    return [*lines, ""]


def _many(many: list[dict[str, Any]]) -> list[str]:
    lines = [
        "| conversations | accounts | runs, the best counts | cases told apart | by hand, CPU s (s) | sayso, CPU s (s) | ratio of CPU | sayso, CPU microseconds each | by hand, peak MB | sayso, peak MB | rulings that differ |",
        "|---:" * 11 + "|",
    ]
    for row in many:
        hand, ours = row["yardstick"], row["sayso"]
        lines.append(
            f"| {row['count']:,} | {row['count'] // 20:,} | {row['times']} | {ours['cases']:,} | {hand['cpu']:.1f} ({hand['seconds']:.1f}) | {ours['cpu']:.1f} ({ours['seconds']:.1f}) | {ours['cpu'] / hand['cpu']:.2f} "
            f"| {ours['cpu'] / row['count'] * 1e6:.2f} | {hand['peak_mb']:,.0f} | {ours['peak_mb']:,.0f} | {row['differing']} |"
        )
    lines.append("")
    for row in many:
        if asof := row.get("asof"):
            lines.append(f"The SQL by hand with DuckDB's ASOF JOIN in place of spans, {row['count']:,} conversations: {asof['cpu']:.1f} CPU s ({asof['seconds']:.1f}), peak {asof['peak_mb']:,.0f} MB.")  # fmt: skip
        if parted := row.get("parted"):
            lines.append(f"Cut into stretches wherever tier or answer changed between the first turn and the last, {parted['several']:,} of {row['count']:,} conversations have several: {parted['cpu']:.1f} CPU s ({parted['seconds']:.1f}), peak {parted['peak_mb']:,.0f} MB. Of 5,000 of those, drawn by hash, `decide` ruled {parted['differing']} unlike the pass.")  # fmt: skip
        if spark := row.get("spark"):
            lines.append(f"Spark on local[{THREADS}], {row['count']:,} conversations: {spark['cold']['cpu']:.1f} CPU s ({spark['cold']['seconds']:.1f}) in its first pass, {spark['warm']['cpu']:.1f} ({spark['warm']['seconds']:.1f}) in a second, peak {spark['peak_mb']:,.0f} MB; {spark['differing']} rulings differ from those above.")  # fmt: skip
    worst, most = max(row["sayso"]["cpu"] / row["yardstick"]["cpu"] for row in many), max(row["sayso"]["peak_mb"] for row in many)
    each = [row["sayso"]["cpu"] / row["count"] * 1e6 for row in many]
    lines += ["", "| aimed at | measured | reached |", "|---|---:|---|", f"| at most {TIMES} times the CPU of the SQL by hand | {worst:.2f} at worst | {_yes(worst <= TIMES)} |"]  # fmt: skip
    lines.append(f"| peak memory under 4 GB | {most:,.0f} MB at most | {_yes(most < MEMORY)} |")
    lines.append(f"| a straight curve: as many CPU microseconds each, however many | {min(each):.2f} to {max(each):.2f} | {_yes(max(each) <= 1.25 * min(each))} (within a quarter) |")  # fmt: skip
    return lines


def _yes(reached: bool) -> str:
    return "yes" if reached else "**no**"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(missing)"


def put(path: Path, text: str) -> None:
    """Put *text* between the marks in *path*."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN_MARK)
    _, _, after = rest.partition(END_MARK)
    path.write_text(f"{before}{BEGIN_MARK}\n{text}\n{END_MARK}{after}", encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="put the tables into this page, between its marks")
    options.add_argument("--millions", type=float, nargs="*", default=[1, 3, 10, 30], help="how many conversations, in millions")
    options.add_argument(
        "--parted", type=float, default=1, help="at how many millions conversations of several stretches are ruled, too"
    )
    options.add_argument("--spark", type=float, default=10, help="at how many millions Spark is measured, too, where it is there")
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--stage", nargs="+", help=argparse.SUPPRESS)
    options.add_argument("--rows", type=Path, help="keep what was measured of tables here, and report what is here already, too")
    given = options.parse_args()
    rows: dict[str, Any] = json.loads(given.rows.read_text(encoding="utf-8")) if given.rows and given.rows.exists() else {}
    match given.stage:
        case ["generate", count]:
            generate(given.folder, int(count))
        case ["difference", one, other]:
            print(difference(given.folder, one, other))
        case ["alone", count]:
            print(alone(given.folder, int(count)))
        case [name]:
            one_pass(given.folder, name)
        case _:
            for size in given.millions:
                row = table_pass(int(size * 1e6), given.repeats, given.parted, given.spark)
                rows = {**rows, str(row["count"]): row}
                if given.rows:
                    given.rows.write_text(json.dumps(rows), encoding="utf-8")
            text = report(scalar(), sorted(rows.values(), key=lambda row: row["count"]))
            print(text)
            if given.write:
                put(given.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
