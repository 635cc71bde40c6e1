"""Spark alone: settings change nothing, nothing listens beyond this machine, and its pass over a table is DuckDB's, row by row."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from sayso.facts.errors import Unfit
from sayso.policy import Policy, columns, flat, load, parse, passes, sparkpass

from .domain import DOMAIN, GROUNDS, LEAP, NOWS, everything, standing
from .test_agreement import Ask
from .test_notice_and_basis import TEXT

CONTRARY = {
    "spark.sql.ansi.enabled": "false",
    "spark.sql.session.timeZone": "America/Los_Angeles",
    "spark.sql.parser.escapedStringLiterals": "true",
    "spark.sql.legacy.consecutiveStringLiterals.enabled": "true",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
WORDS = ("o'max", "back\\slash", "${user.home}", "ünï", 'say "no"', "a`b", "pro --")


@pytest.fixture
def contrary(spark: Any) -> Any:
    """Every setting that a query could hang on, set the other way round, and back afterwards."""
    before = {name: spark.conf.get(name, None) for name in CONTRARY}
    for name, value in CONTRARY.items():
        spark.conf.set(name, value)
    yield spark
    for name, value in before.items():
        spark.conf.unset(name) if value is None else spark.conf.set(name, value)


def same(ask: Ask, policy: Policy, rows: list[dict[str, Any]]) -> None:
    assert ask("spark")(policy, rows) == ask("scalar")(policy, rows)


def test_leap_days_and_ends_of_months_are_the_same_whatever_the_settings_of_a_session(contrary: Any, ask: Ask) -> None:
    policy = load("anthropic-consumer")
    night = datetime(
        2025, 3, 30, 23, 59, 59, 999999, tzinfo=UTC
    )  # another day in Los Angeles, and an hour that clocks elsewhere skip
    ends = [
        LEAP,
        night,
        datetime(2025, 8, 31, 4, tzinfo=UTC),
        datetime(9998, 12, 31, tzinfo=UTC),
        datetime(1969, 12, 31, 23, tzinfo=UTC),
    ]
    asked = [standing({"collected": end, **ground}) for end in ends for ground in GROUNDS if "collected" not in ground]
    same(ask, policy, [row for one in asked for row in flat.spell(policy, one, one.at + timedelta(days=1))])


def odd() -> tuple[Policy, list[dict[str, Any]]]:
    """A policy whose tiers are words that a query could trip over, and people who have them, or almost."""
    listed = ", ".join("'''" + word + "'''" for word in WORDS)
    policy = parse(TEXT.replace('tier = ["free", "pro", "team"]', f"tier = [{listed}]"), name="odd.toml")
    tiers = (*WORDS, "omax", "o''max", "back\\\\slash", "o\\'max", str(Path.home()))
    return policy, [row for tier in tiers for row in flat.spell(policy, standing({"tier": tier, "tier_now": tier}), NOWS[1])]


def test_words_with_quotes_backslashes_and_dollar_signs_are_taken_as_they_are(ask: Ask) -> None:
    policy, rows = odd()
    same(ask, policy, rows)
    assert len({outcome.use for outcome in ask("scalar")(policy, rows)[-1]}) > 1


def test_they_are_so_whatever_the_settings_of_a_session(contrary: Any, ask: Ask) -> None:
    same(ask, *odd())


def test_spark_listens_on_the_loopback_address_alone(spark: Any) -> None:
    if not Path("/proc/net/tcp").exists():
        pytest.skip("/proc is missing; only Linux tells who listens where")
    process = Path(f"/proc/{spark.sparkContext._gateway.proc.pid}")
    held = {os.readlink(one) for one in (process / "fd").iterdir() if one.is_symlink()}
    listening = [
        fields[1].split(":")[0]
        for table in ("tcp", "tcp6")
        for fields in (line.split() for line in (process / "net" / table).read_text().splitlines()[1:])
        if fields[3] == "0A" and f"socket:[{fields[9]}]" in held
    ]
    assert listening
    assert set(listening) <= {"0100007F", "0000000000000000FFFF00000100007F", "00000000000000000000000001000000"}


def rulings(spark: Any, policy: Policy, rows: list[dict[str, Any]], at: datetime) -> tuple[list[Any], list[Any]]:
    """The pass by Spark and the pass by DuckDB over the same rows, by their ids."""
    spark.createDataFrame(columns.arrow(policy, rows)).createOrReplaceTempView("flat")
    found = sparkpass.rulings(spark, policy, "(SELECT *, `row` AS id FROM flat)", at).toArrow().to_pylist()
    with columns.connect() as connection:
        connection.register("flat", columns.arrow(policy, rows))
        select = passes.rulings(connection, policy, '(SELECT *, "row" AS id FROM flat)', at)
        cursor = connection.execute(f"SELECT * FROM ({select}) ORDER BY id")
        names = [column[0] for column in cursor.description]
        return sorted(found, key=lambda row: row["id"]), [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


@pytest.mark.parametrize("profile", ["anthropic-consumer", "protective"])
def test_the_pass_by_spark_gives_the_rows_that_the_pass_by_duckdb_gives(spark: Any, profile: str) -> None:
    policy, at = load(profile), NOWS[1]
    ends = [
        standing({"collected": end, fact: True})
        for end in (LEAP, *DOMAIN["collected"])
        for fact in ("flagged", "feedback", "held", "deleted")
    ]
    rows = [row for one in (*everything(policy), *ends) for row in flat.spell(policy, one, at)]
    by_spark, by_duckdb = rulings(spark, policy, rows, at)
    assert by_spark == by_duckdb
    assert len(by_spark) > 2000
    assert len({repr(sorted({**row, "id": 0}.items())) for row in by_spark}) > 20


def test_a_pass_by_spark_before_the_first_version_is_refused_and_over_nothing_gives_nothing(spark: Any) -> None:
    policy = load("anthropic-consumer")
    with pytest.raises(Unfit, match="no version of `anthropic-consumer` is in force at 2019-01-01"):
        sparkpass.rulings(spark, policy, "flat", datetime(2019, 1, 1, tzinfo=UTC))
    assert rulings(spark, policy, [], NOWS[1]) == ([], [])
