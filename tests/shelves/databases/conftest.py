"""Rooms and houses on both databases, set up as the app sets up its own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sayso.app import shelf
from sayso.app.clock import StoryClock
from sayso.app.settings import Settings
from sayso.ledger import Ledger
from sayso.proofs import SigningKey
from sayso.vault import MasterKeys, Vault

AT = datetime(2025, 10, 8, 12, tzinfo=UTC)
KEY = SigningKey("example.com/log", bytes(range(32)))
MASTER = bytes(range(100, 132))
POLICY = "ab" * 32


def later(**passed: float) -> datetime:
    return AT + timedelta(**passed)


@pytest.fixture
def engine(database: str | None, tmp_path: Path) -> Iterator[Engine]:
    made = shelf.engine(tmp_path, database, write=True)
    yield made
    made.dispose()


@pytest.fixture
def reader(database: str | None, tmp_path: Path, engine: Engine) -> Iterator[Engine]:
    made = shelf.engine(tmp_path, database, write=False)
    yield made
    made.dispose()


@pytest.fixture
def ledger(engine: Engine) -> Ledger:
    made = Ledger(engine, entropy=os.urandom)
    made.create()
    return made


@pytest.fixture
def vault(engine: Engine, tmp_path: Path) -> Vault:
    made = Vault(engine, tmp_path, MasterKeys.of(MASTER), entropy=os.urandom)
    made.create()
    return made


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(datetime(2025, 9, 1, 12, tzinfo=UTC))


@pytest.fixture
def settings(database: str | None, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", keys=tmp_path / "data.keys", database=database)
