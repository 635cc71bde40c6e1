"""Releases of a real house, weighed: what stands out is left out, what it counted goes with it, and it builds again to its bytes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sayso import release as release_room
from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import build, evidence, people, proving, recall
from sayso.facts.errors import Refused
from sayso.facts.words import Purpose
from sayso.release import Risk, identifying
from sayso.scrub import telling

TRAINING: Purpose = "model_training"
RANGER = "I am 34. I live in Port Howard and I work at Kelp Trust as a ranger. Mail bo@bank.de"


@pytest.fixture
def asked(house: House, clock: StoryClock, talk: Callable[..., None]) -> House:
    for name in ("ana", "bo"):
        people.choose(house, people.account_of(house, name), TRAINING, "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    talk("ana", "one", text=RANGER)
    talk("bo", "two", text="Hello from 86.121.97.248")
    clock.set(clock.now() + timedelta(minutes=1))
    return house


def test_what_stands_out_is_left_out_with_all_it_counted_and_the_audit_agrees(asked: House) -> None:
    made = build.build(asked, "r1", TRAINING).manifest
    assert made.rows == 1
    assert [count for why, count in made.plan.left_out.items() if why.startswith("risk: tells")] == [1]
    assert made.plan.scrub is not None
    assert made.plan.scrub.counts == {"ipv4": 1}, "the address in what was left out is not counted as masked"
    assert made.plan.scrub.actions == {"ipv4": {"mark": 1}}
    assert build.build(asked, "r1", TRAINING).again
    assert evidence.audit(asked) == []
    shown = proving.anything_of(asked, "r1", "ana", "absence")
    assert shown.conversations == (), "nothing of Ana is in it, and her proof says so"


def test_the_setting_is_recorded_and_counts_when_it_is_built_again(asked: House) -> None:
    made = build.build(asked, "r1", TRAINING, risk=Risk(told=0)).manifest
    assert made.rows == 2
    assert made.plan.weighed.risk == Risk(told=0)  # type: ignore[union-attr]  # it was weighed
    assert build.build(asked, "r1", TRAINING, risk=Risk(crowd=50)).again, "the release's own setting, not the one given now"
    build.build(asked, "r2", TRAINING, risk=Risk(crowd=2, told=0))
    told = identifying(recall.folder_of(asked, "r2"))
    assert told is not None
    assert told.left_out == {"risk: labels that fewer than 2 accounts share": 2}, "Ana pays and Bo does not"
    assert told.conversations == 0


def test_a_release_from_before_there_was_weighing_is_built_again_to_its_bytes(
    asked: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = release_room.write

    def then(*args: Any, risk: Risk | None, **more: Any) -> Any:
        return now(*args, **more)

    with monkeypatch.context() as before:
        before.setattr(build.release_room, "write", then)
        made = build.build(asked, "r1", TRAINING).manifest
    assert (made.rows, b'"weighed"' in made.raw) == (2, False)
    assert build.build(asked, "r1", TRAINING).again


def test_a_release_weighed_with_another_table_is_not_called_broken(asked: House, monkeypatch: pytest.MonkeyPatch) -> None:
    build.build(asked, "r1", TRAINING)
    monkeypatch.setattr(telling, "table_digest", lambda: "0" * 64)
    with pytest.raises(Refused, match="weighed with another table"):
        build.build(asked, "r1", TRAINING)
