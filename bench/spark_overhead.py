"""What Spark costs on one machine: the pass over one table by Spark on two threads and by DuckDB on two; --write FILE.

Both read the same Parquet (made by `policy_speed.generate`), join tiers and answers as of each conversation's last activity, rule,
and write uses, deciding rows, `keep_until` and the next end to Parquet, each in a process of its own. Spark's first pass finds
nothing compiled, so a second one in the same process is measured, too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from policy_speed import AT, POLICY, SAME, THREADS, connect, generate, in_a_process

from sayso.facts.instants import iso
from sayso.policy import load, sparkpass

BEGIN_MARK, END_MARK = "<!-- spark:begin -->", "<!-- spark:end -->"
MEMORY = "6g"
TABLES = ("accounts", "tier_events", "choice_events", "holds", "conversations")


def untied(folder: Path) -> None:
    """Let two answers of one account at one instant be one, and a refusal where they differ: as-of joins take any of a tie."""
    con = connect(folder)
    con.execute(
        f"COPY (SELECT account_id, \"at\", bool_and(allow) AS allow FROM choice_events GROUP BY ALL) TO '{folder}/untied.parquet' (FORMAT parquet, COMPRESSION zstd)"
    )
    (folder / "untied.parquet").replace(folder / "choice_events.parquet")


def source(at: str) -> str:
    """Return the relation of flat rows that `policy_speed.source` gives DuckDB, in Spark SQL, which has no as-of join."""
    said = "CASE WHEN {0} IS NULL THEN 'unasked' WHEN {0} THEN 'allow' ELSE 'refuse' END"

    def count(column: str) -> str:
        return f"unix_micros(CAST({column} AS TIMESTAMP))"

    def asof(table: str, alias: str) -> str:
        spans = f"(SELECT *, LEAD(`at`) OVER (PARTITION BY account_id ORDER BY `at`) AS upto FROM {table})"
        return f"LEFT JOIN {spans} {alias} ON c.account_id = {alias}.account_id AND c.last_activity_at >= {alias}.`at` AND ({alias}.upto IS NULL OR c.last_activity_at < {alias}.upto)"

    others = "".join(
        f", 'unasked' AS raw_say_{one}, 'unasked' AS raw_say_now_{one}, CAST(NULL AS BIGINT) AS at_refused_{one}, {count('c.created_at')} AS began_{one}"
        for one in ("safety_training", "human_review")
    )
    return f"""(WITH now_ AS (SELECT account_id, max_by(allow, `at`) AS allow, max(`at`) AS said_at FROM choice_events WHERE `at` <= {at} GROUP BY account_id),
tiers_now AS (SELECT account_id, max_by(tier, `at`) AS tier_now FROM tier_events WHERE `at` <= {at} GROUP BY account_id),
held_ AS (SELECT DISTINCT account_id, TRUE AS held FROM holds WHERE start_at <= {at} AND (end_at IS NULL OR end_at > {at})),
people AS (SELECT a.account_id, a.region, a.age, tier_now, allow, CASE WHEN NOT allow THEN said_at END AS refused_at, coalesce(held, FALSE) AS held
  FROM accounts a LEFT JOIN now_ USING (account_id) LEFT JOIN tiers_now USING (account_id) LEFT JOIN held_ USING (account_id))
SELECT c.id, t.tier AS raw_tier, p.tier_now AS raw_tier_now, p.region AS raw_region, p.region AS raw_region_now, 'none' AS raw_contract,
  'none' AS raw_organisation, 'none' AS raw_organisation_now, c.surface AS raw_surface, 'typed' AS raw_origin, '' AS raw_model,
  p.age AS raw_age, p.age AS raw_age_now, {said.format("ch.allow")} AS raw_say_model_training, {said.format("p.allow")} AS raw_say_now_model_training,
  FALSE AS raw_imported, c.incognito AS raw_private, coalesce(p.held, FALSE) AS raw_held, {count("c.flagged_at")} AS at_flagged,
  {count("c.feedback_at")} AS at_feedback, {count("c.deleted_at")} AS at_deleted, {count("c.last_activity_at")} AS at_last_turn,
  {count("c.last_activity_at")} AS at_collected, {count("p.refused_at")} AS at_refused_model_training, {count("c.created_at")} AS began_model_training{others}
FROM conversations c {asof("tier_events", "t")} {asof("choice_events", "ch")} LEFT JOIN people p ON c.account_id = p.account_id)"""


def java(pid: int) -> tuple[float, float]:
    """Return the CPU seconds and the peak memory in MB of Spark's own process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    peak = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmHWM"))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK"), int(peak.split()[1]) / 1024


def spark_pass(folder: Path) -> None:
    """Make the pass twice in one Spark, write the rulings, and print seconds and peak memory as JSON."""
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    from pyspark.sql import SparkSession  # noqa: PLC0415  # starts no Java in the other stages

    begin = time.perf_counter()
    settings = {
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false", "spark.driver.memory": MEMORY, "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(2 * THREADS), "spark.sql.autoBroadcastJoinThreshold": "512m", "spark.local.dir": str(folder / "spill"),
    }  # fmt: skip
    builder = SparkSession.builder.master(f"local[{THREADS}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    pid = session.sparkContext._gateway.proc.pid
    started, (spent, _) = time.perf_counter() - begin, java(pid)
    runs = []
    for _ in range(2):
        session.catalog.clearCache()
        begin, before, mine = time.perf_counter(), java(pid)[0], time.process_time()
        for name in TABLES:
            session.read.parquet(str(folder / f"{name}.parquet")).createOrReplaceTempView(name)
        frame = sparkpass.rulings(session, load(POLICY), source(f"TIMESTAMP '{AT:%Y-%m-%d}'"), AT)
        frame.select("id", *SAME, "keep_until", "next_end").write.mode("overwrite").parquet(
            str(folder / "spark-rulings"), compression="zstd"
        )
        runs.append({"seconds": time.perf_counter() - begin, "cpu": java(pid)[0] - before + time.process_time() - mine})
    peak = java(pid)[1] + resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"started": started, "started_cpu": spent, "cold": runs[0], "warm": runs[1], "peak_mb": peak}))
    session.stop()


def difference(folder: Path) -> dict[str, int]:
    """Return how many rulings each pass wrote, and how many of them differ in anything."""
    con = connect(folder)
    con.execute(f"CREATE VIEW one AS FROM read_parquet('{folder}/sayso-rulings.parquet')")
    con.execute(f"CREATE VIEW other AS FROM read_parquet('{folder}/spark-rulings/*.parquet')")
    unlike = " OR ".join(f"o.{one}::VARCHAR IS DISTINCT FROM s.{one}::VARCHAR" for one in ("id", *SAME, "keep_until", "next_end"))
    counts = con.execute("SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM other)").fetchone()
    (differing,) = con.execute(f"SELECT count(*) FROM one o FULL JOIN other s USING (id) WHERE {unlike}").fetchone()
    return {"duckdb": counts[0], "spark": counts[1], "differing": differing}


def here(folder: Path, stage: str) -> Any:
    """Return what a stage of this script prints, run in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--folder", str(folder), "--stage", stage], check=True, stdout=subprocess.PIPE, text=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def measure(count: int) -> dict[str, Any]:
    """Return what both passes over *count* conversations took, and how many rulings differ."""
    with tempfile.TemporaryDirectory(prefix="sayso-bench-") as name:
        folder = Path(name)
        generate(folder, count)
        untied(folder)
        duck = min((in_a_process(folder, "sayso") for _ in range(2)), key=lambda one: one["cpu"])
        return {"count": count, "duckdb": duck, "spark": here(folder, "spark"), "same": here(folder, "difference")}


def report(rows: list[dict[str, Any]]) -> str:
    """Return the result as Markdown."""
    lines = [
        f"Measured {iso(datetime.now(UTC))[:10]} by `bench/spark_overhead.py` on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, pyspark {version('pyspark')} on local[{THREADS}] with {MEMORY} for Java, duckdb {version('duckdb')}.",
        "",
        "| conversations | DuckDB, CPU s (s) | Spark, first pass | second pass | ratio of CPU, first | second | DuckDB, peak MB | Spark, peak MB | starting Spark, CPU s (s) | rulings | that differ |", "|---:|" + "---:|" * 10,
    ]  # fmt: skip
    for row in rows:
        duck, spark, same = row["duckdb"], row["spark"], row["same"]
        cold, warm = spark["cold"], spark["warm"]
        lines.append(
            f"| {row['count']:,} | {duck['cpu']:.1f} ({duck['seconds']:.1f}) | {cold['cpu']:.1f} ({cold['seconds']:.1f}) | {warm['cpu']:.1f} ({warm['seconds']:.1f}) "
            f"| {cold['cpu'] / duck['cpu']:.1f} | {warm['cpu'] / duck['cpu']:.1f} | {duck['peak_mb']:,.0f} | {spark['peak_mb']:,.0f} "
            f"| {spark['started_cpu']:.1f} ({spark['started']:.1f}) | {same['spark']:,} | {same['differing']} |"
        )
    return "\n".join(lines)


def put(path: Path, text: str) -> None:
    """Put *text* between the marks in *path*."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN_MARK)
    _, _, after = rest.partition(END_MARK)
    path.write_text(f"{before}{BEGIN_MARK}\n{text}\n{END_MARK}{after}", encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="put the table into this page, between its marks")
    options.add_argument("--millions", type=float, nargs="*", default=[1, 10], help="how many conversations, in millions")
    options.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    options.add_argument("--stage", help=argparse.SUPPRESS)
    given = options.parse_args()
    match given.stage:
        case "spark":
            spark_pass(given.folder)
        case "difference":
            print(json.dumps(difference(given.folder)))
        case _:
            text = report([measure(int(size * 1e6)) for size in given.millions])
            print(text)
            if given.write:
                put(given.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
