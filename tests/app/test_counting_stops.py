"""A count beside the pages that cannot go on says so in one line, and the pages keep what they had."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sayso.app.clock import StoryClock
from sayso.app.console import counting
from sayso.app.fair import FairLock
from sayso.app.house import create
from sayso.app.jobs import people
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import Broken
from sayso.facts.instants import parse_instant


def test_a_database_that_is_lost_while_rulings_are_counted_is_told_of_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def lost(*_: Any) -> None:
        raise Broken("the database cannot be reached; check that it runs and its address, then try again")

    clock = StoryClock(parse_instant("2026-11-02"))
    with create(Settings(data=tmp_path / "d", keys=tmp_path / "k"), clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            people.enrol(house, work, "ana", tier="pro", region="US")
        clock.set(clock.now() + timedelta(minutes=1))
        for key in ("1", "2", "3"):
            turn = Turn(id=key, role="user", parts=(Text("hello"),), at=house.now())
            collect_all(house, "t", [Conversation(id=key, source="t", account="ana", title="T", turns=(turn,))], Arrival(own=True))
        desk = counting.Counting(house, FairLock())
        monkeypatch.setattr(counting, "PATIENCE", -1.0)
        monkeypatch.setattr(counting, "CHUNK", 1)
        steps = desk._steps()
        next(steps)
        monkeypatch.setattr(counting.Counting, "_rule", lost)
        desk._rest(steps)
        assert [one.message for one in caplog.records if one.levelname == "ERROR"] == [
            "rulings were not counted: the database cannot be reached; check that it runs and its address, then try again"
        ]
        monkeypatch.undo()
        made = counting.Counting(house, FairLock()).now()
        assert made is not None
        assert made.conversations == 3
