"""A house in which much has happened, and a way to make more of it happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sayso.app.clock import StoryClock
from sayso.app.house import House, create
from sayso.app.jobs.people import enrol
from sayso.app.settings import Settings
from sayso.facts.events import NoticeShown


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", keys=tmp_path / "data.keys")


@pytest.fixture
def house(settings: Settings) -> Iterator[House]:
    """Ana, Bo and Cy are enrolled; nobody has said anything."""
    with create(settings, clock=StoryClock(datetime(2025, 9, 1, 12, tzinfo=UTC)), policy="anthropic-consumer") as made:
        with made.writing() as work:
            for name, tier, region in (("ana", "pro", "US"), ("bo", "free", "DE"), ("cy", "free", "FR")):
                enrol(made, work, name, tier=tier, region=region)
        yield made


@pytest.fixture
def grow(house: House) -> Callable[[int], int]:
    """Record lines until the ledger has as many as asked for, and sign them."""

    def to(size: int) -> int:
        with house.writing() as work:
            there = house.ledger.head(work.conn).size
            work.record([NoticeShown(at=work.at, account="ana", purpose="model_training") for _ in range(size - there)])
        return size

    return to
