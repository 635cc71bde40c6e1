"""A database server that dies under somebody who is reading: one line says so, and no library says it once more."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.postgres import Server, running

from sayso.app import quiet
from sayso.app.clock import StoryClock
from sayso.app.house import create
from sayso.app.jobs.people import enrol
from sayso.app.settings import Settings
from sayso.facts.events import NoticeShown

LINE = "sayso: the connection to the database was lost"
READS = """
import os, signal, sys
import click
from sqlalchemy import text
from sayso.app import cli
from sayso.app.cli.context import opened

@cli.cli.command("read")
@click.pass_context
def read(context):
    with opened(context, write=False) as (house, out), house.reading() as conn:
        rows = conn.execute(text("SELECT seq FROM ledger_events ORDER BY seq").execution_options(yield_per=2_000))
        next(rows)
        serving = conn.connection.dbapi_connection.info.backend_pid
        os.kill(serving, signal.SIGKILL)  # whereupon the server ends all others too, and begins anew
        while os.path.exists(f"/proc/{serving}"):
            pass
        if sys.argv[1] == "stops":
            rows.close()  # the first to notice is whoever closes the cursor
        else:
            list(rows)

cli.main(["--data", sys.argv[2], "read"])
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A server of its own, since it is killed."""
    with running() as made:
        yield made


@pytest.mark.parametrize("then", ["reads on", "stops"])
def test_a_server_that_dies_in_the_middle_of_a_long_read_is_told_of_in_one_line(server: Server, tmp_path: Path, then: str) -> None:
    settings = Settings(data=tmp_path / "data", keys=tmp_path / "data.keys", database=server.new())
    with create(settings, clock=StoryClock(datetime(2025, 9, 1, tzinfo=UTC))) as house, house.writing() as work:
        ana = enrol(house, work, "ana", tier="pro", region="US")
        work.record([NoticeShown(at=work.at, account=ana) for _ in range(9_000)])
    words = [then, str(settings.data)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("SAYSO_")}
    done = subprocess.run([sys.executable, "-c", READS, *words], capture_output=True, text=True, timeout=120, env=env)  # our own
    lines = done.stderr.splitlines()
    assert done.returncode == 1, done
    assert [one for one in lines if not one.startswith("sayso: the master key is a plain file")] == [lines[-1]], done.stderr
    assert lines[-1].startswith(LINE), lines
    assert "look, then ask again" in lines[-1], "what to do next"
    assert done.stdout == ""
    server.awake()


def record(name: str, text: str, error: BaseException | None, *given: object) -> logging.LogRecord:
    told = None if error is None else (type(error), error, None)
    return logging.LogRecord(name, logging.ERROR, __file__, 1, text, given, told)


class OperationalError(Exception):
    """As every driver calls it."""


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("sqlalchemy.pool.impl.QueuePool", "Error closing cursor", TypeError("a fault of ours")),
        ("sqlalchemy.pool.impl.QueuePool", "Error closing cursor", None),
        ("sqlalchemy.pool.impl.QueuePool", "The garbage collector is trying to clean up non-checked-in connection", None),
        ("sqlalchemy.pool.impl.QueuePool", "QueuePool limit reached", OperationalError("lost")),
        ("psycopg", "query cancellation failed: %s", None),
    ],
)
def test_whatever_else_they_say_comes_out_as_ever(
    name: str, text: str, error: BaseException | None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    quiet.keep_to_our_line()
    quiet.keep_to_our_line()
    logging.getLogger(name).handle(record(name, text, error, *(["x"] if "%s" in text else [])))
    assert capsys.readouterr().err.count(text.partition("%")[0]) == 1, "once, though it was asked for twice"


def test_whoever_sets_up_a_log_gets_all_of_it(caplog: pytest.LogCaptureFixture) -> None:
    quiet.keep_to_our_line()
    name = "sqlalchemy.pool.impl.QueuePool"
    logging.getLogger(name).handle(record(name, "Error closing cursor", OperationalError("lost")))
    assert "Error closing cursor" in caplog.text


def test_what_only_tidies_up_a_lost_connection_is_said_by_nobody_else(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    quiet.keep_to_our_line()
    for name, text, error in (
        ("sqlalchemy.pool.impl.QueuePool", "Error closing cursor", OperationalError("lost")),
        ("psycopg", "error ignored in rollback on %s: %s", None),
    ):
        logging.getLogger(name).handle(record(name, text, error, *(["a", "b"] if "%s" in text else [])))
    assert capsys.readouterr().err == ""
