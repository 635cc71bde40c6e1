"""A data folder in which much has happened, and copies of it to harm."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sayso.app.clock import StoryClock
from sayso.app.house import House, create, open_house
from sayso.app.jobs import auditing, build, deletion, holds, logs, people, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.events import Scope

START = datetime(2025, 9, 1, 12, tzinfo=UTC)


class Home:
    """A data folder on the disk, its clock, and how it is opened."""

    def __init__(self, folder: Path, clock: StoryClock) -> None:
        self.folder, self.clock = folder, clock
        self.data, self.keys = folder / "data", folder / "data.keys"

    def open(self, *, keys: bool = True, write: bool = True) -> House:
        return open_house(Settings(data=self.data, keys=self.keys), clock=self.clock, write=write, keys=keys)

    @property
    def state(self) -> Path:
        """What the auditor keeps."""
        return self.folder / "audited.json"

    def audit(self) -> auditing.Audit:
        """What an auditor does who has no keys: goes on from the last time, and compares with the log that strangers read."""
        with self.open(keys=False, write=False) as house:
            return auditing.audit(house, earlier=auditing.read_state(self.state), published=[self.folder / "public"])

    def kinds(self) -> set[str]:
        return {one.kind for one in self.audit().report.findings}

    def copied(self, to: Path) -> Home:
        shutil.copytree(self.folder, to)
        return Home(to, StoryClock(self.clock.now()))

    @contextmanager
    def database(self) -> Iterator[sqlite3.Connection]:
        """The database as whoever holds the file writes to it: no trigger stands in the way, and they stand again afterwards."""
        made = sqlite3.connect(self.data / "sayso.db")
        fences = made.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in fences:
            made.execute(f"DROP TRIGGER {name}")
        yield made
        for _, sql in fences:
            made.execute(sql)
        made.commit()
        made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        made.close()


def conversation(name: str, number: int, at: datetime) -> Conversation:
    turns = (
        Turn(id=f"{number}u", role="user", parts=(Text(f"{name} asks {number}"),), at=at),
        Turn(id=f"{number}a", role="assistant", parts=(Text("answered"),), at=at, origin="generated"),
    )
    return Conversation(id=f"{name}-{number}", source="test", account=name, title="Title", turns=turns)


def furnish(home: Home) -> None:
    """Ana and Bo allow, Cy was never asked and is under a hold; a release, a recall, a deletion, a shredding, a published log."""
    with create(Settings(data=home.data, keys=home.keys), clock=home.clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            for name, tier in (("ana", "pro"), ("bo", "free"), ("cy", "free")):
                people.enrol(house, work, name, tier=tier, region="US")
            notice = people.show_notice(house, work, people.shipped_notice("training-choice"))
        who = {name: people.account_of(house, name) for name in ("ana", "bo", "cy")}
        for name in ("ana", "bo"):
            people.choose(
                house, who[name], "model_training", "allow", via="notice", notice=notice, locale="en", pressed="Allow training"
            )
        home.clock.set(START + timedelta(minutes=1))
        for name in who:
            for number in range(3):
                collect_all(house, "test", [conversation(name, number, home.clock.now())], Arrival(own=True))
        holds.place(house, "order-1", Scope(accounts=(who["cy"],)), "a matter")
        build.build(house, "r1", "model_training")
        logs.publish(house, home.folder / "early")
        people.choose(house, who["bo"], "model_training", "refuse")
        home.clock.set(START + timedelta(days=45))
        deletion.delete(house, conversation=house.past.of_account(who["ana"])[0])
        sweep.sweep(house)
        logs.publish(house, home.folder / "public")
        home.clock.set(START + timedelta(days=46))
        deletion.delete(house, conversation=house.past.of_account(who["ana"])[1])
        build.build(house, "r2", "model_training")


@pytest.fixture(scope="package")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Home:
    home = Home(tmp_path_factory.mktemp("furnished"), StoryClock(START))
    furnish(home)
    made = home.audit()
    assert (made.report.findings, made.state is not None) == ((), True)
    assert made.state is not None
    auditing.write_state(home.state, made.state, home.data)
    assert home.audit().report.findings == ()
    return home


@pytest.fixture
def home(furnished: Home, tmp_path: Path) -> Home:
    """A copy of the furnished folder, to be harmed."""
    return furnished.copied(tmp_path / "home")
