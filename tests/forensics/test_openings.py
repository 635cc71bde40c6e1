"""What the ledger said of somebody who left is in no byte of any file once the days of its proof are over; before, it is."""

from __future__ import annotations

import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.app.clock import StoryClock
from sayso.app.house import create
from sayso.app.jobs import deletion, epochs, people, retention, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn

from .hunting import Hunt
from .life import START

pytestmark = pytest.mark.sqlite
DAYS = 400


def test_what_was_said_of_who_left_is_in_no_file_once_its_days_are_over(tmp_path: Path) -> None:
    clock = StoryClock(START)
    planted = {f"{what} of {name}": secrets.token_hex(24) for what in ("button", "tier", "model") for name in ("ana", "bo")}
    data, keys = tmp_path / "data", tmp_path / "data.keys"
    with create(Settings(data=data, keys=keys), clock=clock, policy="anthropic-consumer") as house:
        for name in ("ana", "bo"):
            with house.writing() as work:
                people.enrol(house, work, name, tier=planted[f"tier of {name}"], region="US")
            whose = people.account_of(house, name)
            for number, say in enumerate(("allow", "refuse", "allow") * 40):
                clock.set(START + timedelta(minutes=number))
                people.choose(
                    house, whose, "model_training", say, via="settings", locale="en", pressed=planted[f"button of {name}"]
                )
            turn = Turn(id="1", role="user", parts=(Text("hello"),), at=clock.now(), model=planted[f"model of {name}"])
            collect_all(
                house, "test", [Conversation(id=name, source="t", account=name, title="", turns=(turn,))], Arrival(own=True)
            )
        retention.put_retention(house, evidence=DAYS)
        ana, bo = (people.account_of(house, name) for name in ("ana", "bo"))
        (chat,) = house.past.of_account(ana)
        with house.reading() as conn:
            salts = {one.seq: one.salt for one in house.ledger.of_account(conn, ana)}
        deletion.delete(house, account=ana)
        clock.set(clock.now() + timedelta(days=31))
        assert sweep.sweep(house).forgotten == 1
        everywhere = Hunt(planted | {"chat of ana": chat})
        there = everywhere.in_files(data)
        assert all(any(what in one for one in there) for what in planted)
        clock.set(clock.now() + timedelta(days=DAYS))
        assert sweep.sweep(house).unopened == 1
        for when in ("while it runs", "after a turn"):
            if when == "after a turn":
                epochs.turn(house)
                assert not any("of ana" in one for one in everywhere.in_files(keys)), "nor beside the keys, once the epoch turned"
            left = everywhere.in_files(data)
            assert not any("of ana" in one for one in left), when
            assert any("button of bo" in one for one in left), "the search sees what is there"
            raw = b"".join(path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file())
            assert not any(salt in raw or salt.hex().encode() in raw for salt in salts.values()), when
        with house.reading() as conn:
            lives = [one.salt for one in house.ledger.of_account(conn, bo)]
        assert all(salt in raw for salt in lives)
    raw = b"".join(path.read_bytes() for path in sorted(data.rglob("*")) if path.is_file())
    assert planted["button of ana"].encode() not in raw
