"""The end of conversations: not a day too early, not in a release afterwards, and never undone by a crash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import build, deletion, evidence, holds, mend, people, recall, sweep
from sayso.facts.errors import Refused
from sayso.facts.events import Scope

Talk = Callable[..., None]


def allowed(house: House, clock: StoryClock, talk: Talk, *keys: str, text: str = "Hello") -> list[str]:
    """Ana allows and talks; return her conversations."""
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    for key in keys:
        talk("ana", key, text=f"{text} {key}")
    return list(house.past.of_account(ana))


def words_in(house: House, word: str) -> list[str]:
    return [path.name for path in (house.folder / "releases").rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_a_deleted_account_is_kept_sealed_for_its_thirty_days_and_not_a_day_longer(
    house: House, clock: StoryClock, talk: Talk
) -> None:
    (conversation,) = allowed(house, clock, talk, "one")
    ana = people.account_of(house, "ana")
    _, by = deletion.delete(house, account=ana)
    assert by == clock.now() + timedelta(days=30)
    clock.set(clock.now() + timedelta(days=29))
    assert sweep.sweep(house).shredded == 0
    assert ana not in house.present().forgotten, "a sweep must not forget an account whose conversations have days left"
    clock.set(clock.now() + timedelta(days=1, minutes=1))
    result = sweep.sweep(house)
    assert (result.shredded, result.forgotten) == (1, 1)
    with house.reading() as conn:
        assert house.vault.find(conn, "ana") is None
        with pytest.raises(Refused):
            house.vault.open(conn, conversation)
    assert evidence.audit(house) == []
    assert sweep.sweep(house).shredded == 0, "sweeping twice changes nothing"


def test_withdrawn_words_leave_the_files_of_a_release_at_the_next_sweep(house: House, clock: StoryClock, talk: Talk) -> None:
    allowed(house, clock, talk, "one", text="quixotically")
    built = build.build(house, "r1", "model_training").manifest
    assert words_in(house, "quixotically")
    people.choose(house, people.account_of(house, "ana"), "model_training", "refuse")
    found = recall.recall(house, "r1")
    assert (found.withdrawn, found.added) == (1, 0), "the refusal itself recalled it"
    assert sweep.sweep(house).emptied == 1
    assert words_in(house, "quixotically") == []
    assert evidence.audit(house) == []
    assert recall.find(house, "r1").manifest == built.digest


def test_a_release_is_built_twice_to_the_same_bytes_and_never_changes(house: House, clock: StoryClock, talk: Talk) -> None:
    allowed(house, clock, talk, "one", "two", "three")
    first = build.build(house, "r1", "model_training")
    clock.set(clock.now() + timedelta(days=1))
    talk("ana", "four")
    again = build.build(house, "r1", "model_training")
    assert again.again
    assert again.manifest == first.manifest
    assert build.build(house, "r2", "model_training").manifest.rows == 4


def test_a_hold_keeps_what_is_due_and_deleted_and_ends_cleanly(house: House, clock: StoryClock, talk: Talk) -> None:
    (conversation,) = allowed(house, clock, talk, "one")
    ana = people.account_of(house, "ana")
    holds.place(house, "order-1", Scope(accounts=(ana,)), "a matter")
    _, by = deletion.delete(house, conversation=conversation)  # type: ignore[arg-type]  # an id of the house's own
    assert by is None
    clock.set(clock.now() + timedelta(days=400))
    assert sweep.sweep(house).shredded == 0
    assert build.build(house, "r1", "model_training").manifest.rows == 0, "held means kept, not used"
    assert evidence.audit(house) == []
    holds.end(house, "order-1")
    assert sweep.sweep(house).shredded == 1
    assert evidence.audit(house) == []


def test_what_a_killed_build_left_is_cleared_and_what_it_recorded_is_finished(house: House, clock: StoryClock, talk: Talk) -> None:
    allowed(house, clock, talk, "one")
    build.build(house, "r1", "model_training")
    (house.folder / "releases" / "r1.proof.json").unlink()
    stray = house.folder / "releases" / "r9"
    stray.mkdir()
    (stray / "manifest.json").write_bytes((house.folder / "releases" / "r1" / "manifest.json").read_bytes())
    (house.folder / "releases" / ".r8.partial").mkdir()
    assert evidence.audit(house) != []
    mend.mend(house)
    assert evidence.audit(house) == []
    assert sorted(path.name for path in (house.folder / "releases").iterdir()) == ["r1", "r1.proof.json"]


def test_a_sweep_that_is_stopped_goes_on_where_it_was(
    house: House, clock: StoryClock, talk: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key in ("one", "two", "three"):
        talk("bo", key)
    clock.set(clock.now() + timedelta(days=31))
    monkeypatch.setattr(sweep, "BATCH", 1)
    calls = 0

    def stop(_: int) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep.sweep(house, progress=stop)
    assert len(house.past.shredded) == 2
    assert sweep.sweep(house).shredded == 1
    assert evidence.audit(house) == []


def test_refusing_costs_nothing_but_the_training(house: House, clock: StoryClock, talk: Talk) -> None:
    """Ana allows, Bo refuses: both keep, see and delete their conversations alike."""
    for name, say in (("ana", "allow"), ("bo", "refuse")):
        people.choose(house, people.account_of(house, name), "model_training", say)  # type: ignore[arg-type]  # one of two words
    clock.set(clock.now() + timedelta(minutes=1))
    for name in ("ana", "bo"):
        talk(name, "one", title="A title")
    for name in ("ana", "bo"):
        account = people.account_of(house, name)
        (conversation,) = house.past.of_account(account)
        with house.reading() as conn:
            assert house.vault.open(conn, conversation)
        fresh, by = deletion.delete(house, conversation=conversation)
        assert fresh
        assert by == clock.now() + timedelta(days=30)
