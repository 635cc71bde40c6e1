"""Each journey enters the rooms in the order that docs/design/0002 draws: the order itself is what is tested."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType

import pytest

from sayso.app.clock import StoryClock
from sayso.app.house import House, create
from sayso.app.jobs import build, evidence, people, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn

ROOMS = ("notices", "ledger", "vault", "release", "audit", "policy", "scrub", "proofs", "intake")
START = datetime(2025, 9, 1, 12, tzinfo=UTC)
MADE_READY = (
    "sayso.scrub.persons", "sayso.scrub.searching.use", "sayso.vault.door.waiting_once", "sayso.vault.sealing.waiting_once",
    "sayso.vault.segments.begin",
)  # fmt: skip
"""The finder of names, the engine that was set, and one wait for the disk for a whole transaction: none of them opens anything."""


@contextmanager
def rooms_entered(*, ignore: tuple[str, ...] = (), but: tuple[str, ...] = ()) -> Iterator[list[str]]:
    """Yield the rooms in the order in which each was first entered, but for modules and functions of *but*."""
    seen: list[str] = []

    def watch(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            name = frame.f_globals.get("__name__", "")
            room = name.split(".")[1] if name.startswith("sayso.") else ""
            if room in ROOMS and room not in seen and room not in ignore and not f"{name}.{frame.f_code.co_name}".startswith(but):
                seen.append(room)

    sys.setprofile(watch)
    try:
        yield seen
    finally:
        sys.setprofile(None)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[House, StoryClock]]:
    clock = StoryClock(START)
    with create(Settings(data=tmp_path / "d", keys=tmp_path / "k"), clock=clock, policy="anthropic-consumer") as made:
        with made.writing() as work:
            people.enrol(made, work, "ana", tier="pro", region="US")
        made.policy_in_force()
        yield made, clock


def talked(house: House, clock: StoryClock) -> None:
    turns = (
        Turn(id="1", role="user", parts=(Text("write to ana@example.com"),), at=clock.now()),
        Turn(id="2", role="assistant", parts=(Text("done"),), at=clock.now(), origin="generated"),
    )
    item = Conversation(id="c", source="test", account="ana", turns=turns)
    assert collect_all(house, "test", [item], Arrival(own=True)).conversations == 1


def test_a_choice_goes_from_the_notice_to_the_ledger_to_the_proof(house: tuple[House, StoryClock]) -> None:
    made, _ = house
    ana = people.account_of(made, "ana")
    with rooms_entered(ignore=("policy", "vault")) as seen:  # which purposes there are, and whose secret it is
        words = people.shipped_notice("training-choice")
        with made.writing() as work:
            notice = people.show_notice(made, work, words)
        entry = people.choose(made, ana, "model_training", "allow", via="notice", notice=notice)
        receipt = people.receipt_of(made, ana, entry.seq)
    assert seen == ["notices", "ledger", "proofs"]
    assert receipt["evidence"]


def test_a_release_opens_nothing_before_it_is_allowed(house: tuple[House, StoryClock]) -> None:
    made, clock = house
    people.choose(made, people.account_of(made, "ana"), "model_training", "allow")
    clock.set(START + timedelta(minutes=1))
    talked(made, clock)
    made.policy_in_force()
    # The ledger hashes with the proofs' functions all along.
    with rooms_entered(ignore=("proofs",), but=MADE_READY) as seen:
        build.build(made, "r1", "model_training")
    assert seen[0] in ("release", "ledger"), "the name is checked, and the facts are pinned"
    assert [room for room in seen if room != "release"] == ["ledger", "policy", "vault", "scrub"]


def test_a_sweep_asks_the_policy_before_the_vault_shreds(house: tuple[House, StoryClock], monkeypatch: pytest.MonkeyPatch) -> None:
    made, clock = house
    talked(made, clock)
    clock.set(START + timedelta(days=31))
    order: list[str] = []
    decide, shred, record = sweep.decide, made.vault.shred, made.ledger.append
    monkeypatch.setattr(sweep, "decide", lambda *a, **k: (order.append("policy"), decide(*a, **k))[1])
    monkeypatch.setattr(made.vault, "shred", lambda *a, **k: (order.append("vault"), shred(*a, **k))[1])
    monkeypatch.setattr(made.ledger, "append", lambda *a, **k: (order.append("ledger"), record(*a, **k))[1])
    assert sweep.sweep(made).shredded == 1
    first = [order.index(room) for room in ("policy", "vault", "ledger")]
    assert first == sorted(first), order


def test_an_audit_enters_no_vault_key_and_no_scrubber(house: tuple[House, StoryClock]) -> None:
    made, clock = house
    people.choose(made, people.account_of(made, "ana"), "model_training", "allow")
    clock.set(START + timedelta(minutes=1))
    talked(made, clock)
    build.build(made, "r1", "model_training")
    with rooms_entered() as seen:
        assert evidence.audit(made) == []
    assert seen[0] == "ledger"
    assert seen.index("ledger") < seen.index("release") < seen.index("audit")
    assert "scrub" not in seen
    assert "intake" not in seen
