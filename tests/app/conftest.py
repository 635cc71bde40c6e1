"""Houses to test with: an empty one, and the one the bundled story was told to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sayso.app.clock import StoryClock
from sayso.app.house import House, create
from sayso.app.jobs import demo, story
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.jobs.people import enrol
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn

START = datetime(2025, 9, 1, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(START)


@pytest.fixture
def settings(tmp_path: Path, elsewhere: Callable[[], str | None]) -> Settings:
    return Settings(data=tmp_path / "data", keys=tmp_path / "data.keys", database=elsewhere())


@pytest.fixture
def house(settings: Settings, clock: StoryClock) -> Iterator[House]:
    """Ana (pro, US), Bo (free, DE) and Cy (free, FR) are enrolled; nobody has said anything."""
    with create(settings, clock=clock, policy="anthropic-consumer") as made:
        with made.writing() as work:
            for name, tier, region in (("ana", "pro", "US"), ("bo", "free", "DE"), ("cy", "free", "FR")):
                enrol(made, work, name, tier=tier, region=region)
        yield made


@pytest.fixture
def talk(house: House, clock: StoryClock) -> Callable[..., None]:
    """Take in a conversation of two turns, held now."""

    def held(name: str, key: str, *, text: str = "Hello", title: str = "", own: bool = True, private: bool = False) -> None:
        turns = (
            Turn(id=f"{key}-1", role="user", parts=(Text(text),), at=clock.now()),
            Turn(id=f"{key}-2", role="assistant", parts=(Text("Good to hear"),), at=clock.now(), origin="generated"),
        )
        conversation = Conversation(id=key, source="test", account=name, title=title, turns=turns, private=private)
        tally = collect_all(house, "test", [conversation], Arrival(own=own))
        assert tally.conversations == 1, [left.line() for left in tally.left]

    return held


@pytest.fixture(scope="module")
def told(
    tmp_path_factory: pytest.TempPathFactory, elsewhere: Callable[[], str | None]
) -> Iterator[tuple[House, StoryClock, story.Teller]]:
    """The bundled story, told to its end."""
    folder = tmp_path_factory.mktemp("story")
    clock = StoryClock(demo.BEGIN)
    where = Settings(data=folder / "data", keys=folder / "data.keys", database=elsewhere())
    with create(where, clock=clock, policy="anthropic-consumer") as house:
        teller = story.Teller(house, clock, demo.examples())
        teller.tell(story.load(demo.examples()))
        yield house, clock, teller
