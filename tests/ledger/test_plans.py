"""What is asked about one person or one chat is found by them, and not by reading every line of its kind."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, Engine, create_engine, event

from sayso.facts.events import AccountOpened, ChoiceMade
from sayso.facts.words import AccountId
from sayso.ledger import Ledger

AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://")
    ledger = Ledger(made, entropy=lambda size: b"s" * size)
    ledger.create()
    with made.begin() as conn:
        for name in ("ana", "bo", "cy"):
            ledger.append(conn, [AccountOpened(at=AT, account=AccountId(name), tier="pro", region="US")], recorded=AT)
            ledger.append(conn, [ChoiceMade(at=AT, account=AccountId(name), say="refuse", via="settings")], recorded=AT)
    yield made
    made.dispose()


@contextmanager
def plans(engine: Engine) -> Iterator[list[str]]:
    """Yield how the database went about each question that was asked."""
    told: list[str] = []
    asked: list[tuple[str, object]] = []

    def heard(conn: Connection, _: object, statement: str, parameters: object, *__: object) -> None:
        if statement.startswith("SELECT") and "ledger_events" in statement:
            asked.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", heard)
    yield told
    event.remove(engine, "before_cursor_execute", heard)
    with engine.begin() as conn:
        for statement, parameters in asked:
            told += [str(row[3]) for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]  # type: ignore[arg-type]  # as it was sent


@pytest.mark.parametrize("kinds", [["choice"], ["choice", "notice_shown", "deferred"], ["account"]])
def test_what_ana_said_is_not_looked_for_among_what_everybody_said(engine: Engine, kinds: list[str]) -> None:
    ledger = Ledger(engine, entropy=lambda size: b"s" * size)
    with engine.connect() as conn, plans(engine) as told:
        found = list(ledger.of_account(conn, AccountId("ana"), kinds))
        list(ledger.about_conversations(conn, ["c"], kinds))
        ledger.about_conversation(conn, "c", kinds)
        ledger.about(conn, ["ana"], limit=5)
        ledger.marked(conn, [AccountId("ana")], 5)
    assert {one.line.account for one in found} == {"ana"}  # type: ignore[union-attr]  # both kinds name one
    looked = [line for line in told if "ledger_events" in line and "max" not in line]
    assert len(looked) >= 5
    assert not [line for line in looked if "ledger_events_type" in line or line.startswith("SCAN ledger_events")], looked
