"""A ledger on a file, a key, and the people who answer."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import Connection, Engine, create_engine, event

from sayso.facts.deeds import Opened
from sayso.facts.events import AccountOpened, ChoiceMade, TurnTaken
from sayso.ledger import Controller, Ledger, Terms
from sayso.proofs import SigningKey

# Examples are not timed: a slow machine is no failure.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

AT = datetime(2025, 10, 8, 12, tzinfo=UTC)
KEY = SigningKey("example.com/log", bytes(range(32)))
NOTICE = hashlib.sha256(b"the words of a notice").hexdigest()
TERMS = Terms(
    controllers=(Controller(id="c1", name="Example Chat", address="1 Long Street, Example Town", contact="privacy@example.com"),),
    privacy_notice="https://example.com/privacy",
    withdrawal="Settings, Privacy, Use my conversations: off",
    retention="five years where allowed, else thirty days",
    jurisdiction="EU",
    recipients=("none",),
    rights=("access", "erasure"),
)


def later(**passed: float) -> datetime:
    return AT + timedelta(**passed)


def people() -> list[object]:
    """Ana allows, Bo refuses, Cy was never asked."""
    return [
        Opened(at=AT, instance="test", signing_key=KEY.vkey()),
        AccountOpened(at=AT, account="ana", tier="pro", region="US"),
        AccountOpened(at=AT, account="bo", tier="free", region="DE"),
        AccountOpened(at=AT, account="cy"),
        ChoiceMade(at=later(minutes=1), account="ana", say="allow", via="notice", notice=NOTICE, locale="en", pressed="Allow"),
        ChoiceMade(
            at=later(minutes=1), account="bo", say="refuse", via="notice", notice=NOTICE, locale="de", pressed="Nicht erlauben"
        ),
        TurnTaken(at=later(minutes=2), account="ana", conversation="c-ana"),
        TurnTaken(at=later(minutes=2), account="bo", conversation="c-bo"),
        TurnTaken(at=later(minutes=2), account="cy", conversation="c-cy"),
    ]


def open_engine(path: Path, begin: str = "BEGIN IMMEDIATE") -> Engine:
    """An engine set up as the app sets up its own."""
    made = create_engine(f"sqlite:///{path}", connect_args={"timeout": 30})

    @event.listens_for(made, "connect")
    def _connect(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return made


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "sayso.db"


@pytest.fixture
def engine(path: Path) -> Iterator[Engine]:
    made = open_engine(path)
    yield made
    made.dispose()


@pytest.fixture
def ledger(engine: Engine, entropy: Callable[[int], bytes]) -> Ledger:
    made = Ledger(engine, entropy=entropy)
    made.create()
    return made


@pytest.fixture
def filled(ledger: Ledger, engine: Engine) -> Ledger:
    """A ledger in which Ana, Bo and Cy have been, with two signed checkpoints."""
    lines = people()
    with engine.begin() as conn:
        ledger.append(conn, lines[:4], recorded=AT)  # type: ignore[arg-type]
        ledger.sign(conn, KEY, KEY.name)
    with engine.begin() as conn:
        ledger.append(conn, lines[4:], recorded=later(minutes=2))  # type: ignore[arg-type]
        ledger.sign(conn, KEY, KEY.name)
    return ledger
