"""The made-up tables of the policy bench, by a seed: `hash(number, purpose of the draw)` in DuckDB; and what is asked of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from sayso.facts.standings import Standing, Stretch
from sayso.policy.clock import instant

THREADS = 2
PURPOSES = ("model_training", "safety_training", "human_review")


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
        # Two answers of one account at one instant are one, and a refusal where they differ.
        "choice_events": f'SELECT account_id, "at", bool_and(allow) AS allow FROM (SELECT account_id, greatest(born(account_id), TIMESTAMP \'2025-08-28\') + day(r(i, 9) * r(i, 9) * 270) AS "at", r(i, 10) < .55 AS allow FROM (SELECT i, CAST(floor(r(i, 8) * {accounts} * .72) AS BIGINT) AS account_id FROM range({int(accounts * 2.4)}) t(i))) GROUP BY ALL',
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

    Not ASOF JOIN: the yardstick takes less with spans from one event to the next (docs/benchmarks.md says how much).
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


WHOLE = "(SELECT *, created_at AS began, last_activity_at AS ended, 1 AS stretches, 0 AS stretch FROM conversations)"
"""Every conversation as one stretch."""
PARTED = """(WITH cuts AS (SELECT c.id, e."at" AS began FROM conversations c JOIN (SELECT account_id, "at" FROM tier_events UNION SELECT account_id, "at" FROM choice_events) e
    ON c.account_id = e.account_id AND e."at" > c.created_at AND e."at" <= c.last_activity_at),
  starts AS (SELECT DISTINCT id, began FROM (SELECT id, created_at AS began FROM conversations WHERE id IN (SELECT id FROM cuts) UNION ALL FROM cuts)),
  parts AS (SELECT id, began, count(*) OVER (PARTITION BY id) AS stretches, row_number() OVER (PARTITION BY id ORDER BY began) - 1 AS stretch FROM starts)
SELECT c.*, c.created_at AS began, c.last_activity_at AS ended, 1 AS stretches, 0 AS stretch FROM conversations c WHERE id NOT IN (SELECT id FROM cuts)
UNION ALL SELECT c.*, p.began, CASE WHEN p.stretch + 1 = p.stretches THEN c.last_activity_at ELSE p.began END AS ended, p.stretches, p.stretch
FROM parts p JOIN conversations c USING (id))"""
"""The same, a new stretch wherever the tier or the answer changed between the first turn and the last."""


def source(at: str, conversations: str = WHOLE) -> str:
    """Return the relation of flat rows: the same joins as of an instant that the yardstick makes, and nothing of the policy."""
    said = "CASE WHEN {0} IS NULL THEN 'unasked' WHEN {0} THEN 'allow' ELSE 'refuse' END"
    others = "".join(
        f", 'unasked' AS raw_say_{one}, 'unasked' AS raw_say_now_{one}, NULL::BIGINT AS at_refused_{one}, epoch_us(c.began) AS began_{one}"
        for one in PURPOSES[1:]
    )
    return f"""(WITH {people(at)[:-2]}
SELECT c.id, c.stretches, c.stretch, t.tier AS raw_tier, p.tier_now AS raw_tier_now, p.region AS raw_region, p.region AS raw_region_now, 'none' AS raw_contract,
  'none' AS raw_organisation, 'none' AS raw_organisation_now, c.surface AS raw_surface, 'typed' AS raw_origin, '' AS raw_model,
  p.age AS raw_age, p.age AS raw_age_now, {said.format("ch.allow")} AS raw_say_model_training, {said.format("p.allow")} AS raw_say_now_model_training,
  FALSE AS raw_imported, c.incognito AS raw_private, coalesce(p.held, FALSE) AS raw_held, epoch_us(c.flagged_at) AS at_flagged,
  epoch_us(c.feedback_at) AS at_feedback, epoch_us(c.deleted_at) AS at_deleted, epoch_us(c.last_activity_at) AS at_last_turn,
  epoch_us(c.ended) AS at_collected, epoch_us(p.refused_at) AS at_refused_model_training, epoch_us(c.began) AS began_model_training{others}
FROM {conversations} c
LEFT JOIN tiers t ON c.account_id = t.account_id AND c.ended >= t."at" AND c.ended < t.upto
LEFT JOIN answers ch ON c.account_id = ch.account_id AND c.ended >= ch."at" AND c.ended < ch.upto
LEFT JOIN people p ON c.account_id = p.account_id)"""


def told(rows: list[dict[str, Any]], at: Any) -> Standing:
    """Return the standing of the conversation that flat *rows* tell of, in their order."""
    one = rows[0]

    def when(column: str, row: dict[str, Any] = one) -> Any:
        return None if row[column] is None else instant(row[column])

    stretches = tuple(
        Stretch(
            first=row["stretch"], last=row["stretch"], began_at=when("began_model_training", row), ended_at=when("at_collected", row), account="",
            imported=row["raw_imported"], age=row["raw_age"], say={one: row[f"raw_say_{one}"] for one in PURPOSES}, model=row["raw_model"],
            **{fact: row[f"raw_{fact}"] for fact in ("tier", "tier_now", "region", "region_now", "contract", "organisation", "organisation_now", "surface", "origin")},
        )
        for row in rows
    )  # fmt: skip
    refused = when("at_refused_model_training")
    return Standing(
        conversation=str(one["id"]), account="", at=at, stretches=stretches, say_now={each: one[f"raw_say_now_{each}"] for each in PURPOSES},
        refused_at={} if refused is None else {"model_training": refused}, private=one["raw_private"], last_turn_at=when("at_last_turn"),
        flagged_at=when("at_flagged"), feedback_at=when("at_feedback"), deleted_at=when("at_deleted"), holds=("order",) if one["raw_held"] else (), age_now=one["raw_age_now"],
    )  # fmt: skip
