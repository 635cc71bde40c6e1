"""The engines as the tests ask them: each says of flat rows what every version says."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.postgres import running

from sayso.policy import Policy, columns, flat, frames
from sayso.policy.columns import Answers
from sayso.policy.compiled import Outcome
from sayso.policy.compiling import compiled
from sayso.policy.engines import engine
from sayso.policy.sql import query

Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A PostgreSQL of our own in a temporary folder, reached through a socket in it; no port is opened."""
    with running() as server:
        import psycopg  # `running` skips where it is missing

        with psycopg.connect(host=str(server.folder), user="sayso", dbname="postgres", autocommit=True) as connection:
            yield connection


SETTINGS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.memory": "1g",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # what overflows or cannot be cast fails; it does not become NULL unseen
    "spark.sql.shuffle.partitions": "2",
}


@pytest.fixture(scope="session")
def spark() -> Iterator[Any]:
    """A Spark of our own on two threads, in one process that ends with it; it listens on the loopback address alone.

    Starting it takes some ten seconds, so all tests share it.
    """
    pytest.importorskip("pyspark", reason="pyspark is missing; make test installs it")
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        pytest.skip("Java is missing; apt-get install openjdk-17-jre-headless")
    from pyspark import SparkContext
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory(prefix="sayso-spark-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        quiet = Path(folder, "log4j2.properties")
        quiet.write_text("rootLogger.level = off\n", encoding="utf-8")
        places = {"spark.local.dir": folder, "spark.sql.warehouse.dir": f"{folder}/tables"}
        logging = {"spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={quiet} -Dderby.system.home={folder}"}
        builder = SparkSession.builder.master("local[2]").appName("sayso")
        for name, value in {**SETTINGS, **places, **logging}.items():
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        try:
            yield session
        finally:
            session.stop()
            gateway = SparkContext._gateway
            gateway.shutdown()  # the process of the gateway would live on until this one ends
            gateway.proc.stdin.close()
            gateway.proc.wait(timeout=60)
            SparkContext._gateway = SparkContext._jvm = None


def _scalar(policy: Policy, rows: Rows) -> list[list[Outcome]]:
    return [[terms.outcome(row) for row in rows] for terms in compiled(policy)]


def _selected(policy: Policy, name: str, execute: Callable[[str], list[Any]]) -> list[list[Outcome]]:
    dialect = engine(name).dialect
    said = [sorted(execute(query(terms, dialect)), key=lambda row: row[0]) for terms in compiled(policy)]
    return [columns.read(policy, version, found) for version, found in enumerate(said)]


def _table(policy: Policy) -> tuple[str, list[str]]:
    named = flat.columns(policy.purposes)
    return ", ".join(f'"{name}" {kind.replace("VARCHAR", "TEXT")}' for name, kind in named), [name for name, _ in named]


def _sqlite(policy: Policy, rows: Rows) -> list[list[Outcome]]:
    with sqlite3.connect(":memory:") as connection:
        declared, names = _table(policy)
        connection.execute(f'CREATE TABLE flat ("row" BIGINT, {declared})')
        marks = ", ".join("?" for _ in range(len(names) + 1))
        connection.executemany(
            f"INSERT INTO flat VALUES ({marks})", [(place, *map(row.get, names)) for place, row in enumerate(rows)]
        )
        return _selected(policy, "sqlite", lambda select: connection.execute(select).fetchall())


def _postgres(connection: Any, policy: Policy, rows: Rows) -> list[list[Outcome]]:
    declared, names = _table(policy)
    connection.execute("DROP TABLE IF EXISTS flat")
    connection.execute(f'CREATE TEMP TABLE flat ("row" BIGINT, {declared})')
    with connection.cursor().copy("COPY flat FROM STDIN") as copy:
        for place, row in enumerate(rows):
            copy.write_row((place, *map(row.get, names)))
    return _selected(policy, "postgresql", lambda select: connection.execute(select).fetchall())


def _duckdb(policy: Policy, rows: Rows) -> list[list[Outcome]]:
    with columns.connect() as connection:
        return columns.outcomes(connection, policy, rows)


def _spark(session: Any, policy: Policy, rows: Rows) -> list[list[Outcome]]:
    session.createDataFrame(columns.arrow(policy, rows)).createOrReplaceTempView("flat")

    def execute(select: str) -> list[Any]:
        found = session.sql(select).toArrow()
        return list(zip(*(column.to_pylist() for column in found.columns), strict=True))

    return _selected(policy, "spark", execute)


def answers(name: str, request: pytest.FixtureRequest) -> Answers:
    """Return how the engine of that name says what versions say; refuses as the table of engines does."""
    engine(name)
    if name == "postgresql":
        connection = request.getfixturevalue("postgres")
        return lambda policy, rows: _postgres(connection, policy, rows)
    if name == "spark":
        session = request.getfixturevalue("spark")
        return lambda policy, rows: _spark(session, policy, rows)
    return {"scalar": _scalar, "duckdb": _duckdb, "polars": frames.outcomes, "sqlite": _sqlite}[name]


@pytest.fixture(scope="session")
def ask(request: pytest.FixtureRequest) -> Callable[[str], Answers]:
    """Return the engines by name."""
    return lambda name: answers(name, request)
