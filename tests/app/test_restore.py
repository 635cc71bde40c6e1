"""A database restored from an old copy: noticed when it is opened, and what was deleted, refused or held since is said again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.app.cli import main
from sayso.app.clock import StoryClock
from sayso.app.house import House, open_house
from sayso.app.jobs import build, deletion, epochs, evidence, holds, people, restore, retention, sweep, undoing
from sayso.facts.endings import Retention
from sayso.facts.errors import Broken, Refused, SaysoError, Unfit
from sayso.facts.events import Scope

Talk = Callable[..., None]


def saved(house: House, to: Path) -> Path:
    """A backup of the data folder, without its keys."""
    house.vault.settle()
    shutil.copytree(house.folder, to)
    return to


def put_back(house: House, backup: Path) -> None:
    house.close()
    shutil.rmtree(house.folder)
    shutil.copytree(backup, house.folder)


def test_an_older_copy_is_refused_for_reading_and_writing_and_deleted_things_do_not_come_back(
    house: House, clock: StoryClock, talk: Talk, tmp_path: Path
) -> None:
    ana, bo = people.account_of(house, "ana"), people.account_of(house, "bo")
    for account in (ana, bo):
        people.choose(house, account, "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    for name in ("ana", "bo"):
        talk(name, "one", text=f"words of {name}")
    build.build(house, "r1", "model_training")
    backup = saved(house, tmp_path / "backup")
    (gone,), (refused,) = house.past.of_account(ana), house.past.of_account(bo)
    deletion.delete(house, conversation=gone)
    people.choose(house, bo, "model_training", "refuse")
    clock.set(clock.now() + timedelta(days=31))
    sweep.sweep(house)
    put_back(house, backup)
    for write in (True, False):
        with pytest.raises(Broken, match=r"this is an older copy: the ledger has \d+ lines and had \d+") as said:
            open_house(house.settings, clock=clock, write=write)
        assert "\n" not in str(said.value)
        assert "sayso restore" in str(said.value)
    with open_house(house.settings, clock=clock, older=True) as again:
        mended = restore.restore(again)
        assert (mended.deletions, mended.refusals) == (1, 1)
        with again.reading() as conn, pytest.raises(Refused):
            again.vault.open(conn, gone)
        assert again.present().answer(bo, "model_training") == "refuse"
        assert sweep.sweep(again).shredded == 2, "what was gone is gone again: its day is the day it had"
        assert evidence.audit(again) == []
        assert build.build(again, "r2", "model_training").manifest.rows == 0
    with open_house(house.settings, clock=clock) as again, again.reading() as conn, pytest.raises(Refused):
        again.vault.open(conn, refused)


def test_a_hold_placed_since_the_copy_holds_again_and_one_that_ended_does_not(
    house: House, clock: StoryClock, talk: Talk, tmp_path: Path
) -> None:
    talk("ana", "one")
    talk("bo", "one")
    ana, bo = people.account_of(house, "ana"), people.account_of(house, "bo")
    holds.place(house, "old", Scope(accounts=(bo,)), "m1")
    backup = saved(house, tmp_path / "backup")
    holds.place(house, "new", Scope(accounts=(ana,)), "m2")
    holds.end(house, "old")
    deletion.delete(house, account=ana)
    put_back(house, backup)
    clock.set(clock.now() + timedelta(days=100))
    with open_house(house.settings, clock=clock, older=True) as again:
        assert restore.restore(again).holds == 2
        assert [one.hold for one in holds.listed(again)] == ["new"]
        sweep.sweep(again)
        assert [again.present().owner(one) for one in again.past.shredded] == [bo]
        assert evidence.audit(again) == []


def test_what_ana_took_back_since_the_copy_stays_hers_and_what_she_deleted_again_goes(
    house: House, clock: StoryClock, talk: Talk, tmp_path: Path
) -> None:
    """Each of four chats is deleted or taken back before or after the copy."""
    for key in ("one", "two", "three", "four"):
        talk("ana", key)
    one, two, three, four = house.past.of_account(people.account_of(house, "ana"))
    for gone in (one, four):
        deletion.delete(house, conversation=gone)
    retention.put_retention(house, notice=3)
    backup = saved(house, tmp_path / "backup")
    undoing.undo(house, conversation=one)  # deleted in the copy, taken back since
    deletion.delete(house, conversation=two)
    undoing.undo(house, conversation=two)  # both since the copy
    deletion.delete(house, conversation=three)
    undoing.undo(house, conversation=three)
    deletion.delete(house, conversation=three)  # deleted in the end
    retention.put_retention(house, notice=9)
    retention.put_retention(house, grace=5)
    put_back(house, backup)
    with open_house(house.settings, clock=clock, older=True) as again:
        mended = restore.restore(again)
        assert mended.deletions == 1, "what was taken back is not deleted again"
        past = again.present()
        assert [past.standing(name).deleted_at is None for name in (one, two, three, four)] == [True, True, False, False]
        with again.reading() as conn:
            for shown in (one, two):
                assert again.vault.open(conn, shown)
            for gone in (three, four):
                with pytest.raises(Refused):
                    again.vault.open(conn, gone)
        assert retention.retention(again) == Retention(notice=9, grace=5), "nobody's end comes unannounced because of a copy"
        clock.set(clock.now() + timedelta(days=31))
        assert sweep.sweep(again).shredded == 2
        assert past.shredded | again.present().shredded == {three, four}
        assert evidence.audit(again) == []
    with open_house(house.settings, clock=clock):
        pass


def test_a_whole_account_that_was_taken_back_since_the_copy_is_back(
    house: House, clock: StoryClock, talk: Talk, tmp_path: Path
) -> None:
    talk("ana", "one")
    ana = people.account_of(house, "ana")
    (one,) = house.past.of_account(ana)
    deletion.delete(house, account=ana)
    backup = saved(house, tmp_path / "backup")
    undoing.undo(house, account=ana)
    put_back(house, backup)
    with open_house(house.settings, clock=clock, older=True) as again:
        assert restore.restore(again).deletions == 0
        assert again.present().deleted_at(ana) is None
        with again.reading() as conn:
            assert again.vault.open(conn, one)
        assert evidence.audit(again) == []


def test_another_past_of_the_same_length_is_refused_too(house: House, clock: StoryClock, talk: Talk, tmp_path: Path) -> None:
    talk("ana", "one")
    backup = saved(house, tmp_path / "backup")
    keys = tmp_path / "keys"
    shutil.copytree(house.settings.keys, keys)
    deletion.delete(house, conversation=next(iter(house.past.conversations())))
    put_back(house, backup)
    (house.settings.keys / "seen.json").rename(tmp_path / "seen.json")
    (house.settings.keys / "deeds.jsonl").rename(tmp_path / "deeds.jsonl")
    with open_house(house.settings, clock=clock) as fork:
        for account in ("bo", "cy"):
            people.choose(fork, people.account_of(fork, account), "model_training", "refuse")
    for name in ("seen.json", "deeds.jsonl"):
        shutil.copy(tmp_path / name, house.settings.keys / name)
    with pytest.raises(Broken, match="this is another past"):
        open_house(house.settings, clock=clock)
    with open_house(house.settings, clock=clock, older=True) as again:
        assert restore.restore(again).deletions == 1
        assert evidence.audit(again) == []


def test_once_the_epoch_turned_nothing_needs_to_be_remembered_of_before(
    house: House, clock: StoryClock, talk: Talk, tmp_path: Path
) -> None:
    talk("ana", "one")
    talk("ana", "two")
    backup = saved(house, tmp_path / "backup")
    deletion.delete(house, conversation=next(iter(house.past.conversations())))
    assert b"deleted" in (house.settings.keys / "deeds.jsonl").read_bytes()
    epochs.turn(house)
    assert b"deleted" not in (house.settings.keys / "deeds.jsonl").read_bytes()
    put_back(house, backup)
    with pytest.raises(Broken, match="no master key of epoch `1`"):
        open_house(house.settings, clock=clock)


def test_what_a_killed_process_did_not_remember_is_caught_up_with(
    house: House, clock: StoryClock, talk: Talk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk("ana", "one")
    backup = saved(house, tmp_path / "backup")
    monkeypatch.setattr(house.memory, "note", lambda *_: None)
    deletion.delete(house, conversation=next(iter(house.past.conversations())))
    house.close()
    with open_house(house.settings, clock=clock):
        pass
    put_back(house, backup)
    with pytest.raises(Broken, match="older copy"):
        open_house(house.settings, clock=clock)


@pytest.mark.parametrize(
    ("name", "raw", "line"),
    [
        ("seen.json", b"{", "seen.json in the folder of keys is damaged"),
        ("seen.json", None, "seen.json is missing though deeds.jsonl is there"),
        ("deeds.jsonl", b"{}\n{}\n", "line 1 of deeds.jsonl in the folder of keys is damaged"),
    ],
)
def test_a_damaged_memory_is_one_line_and_nothing_opens(
    house: House, clock: StoryClock, talk: Talk, tmp_path: Path, name: str, raw: bytes | None, line: str
) -> None:
    talk("ana", "one")
    backup = saved(house, tmp_path / "backup")
    deletion.delete(house, conversation=next(iter(house.past.conversations())))
    put_back(house, backup)
    path = house.settings.keys / name
    path.unlink() if raw is None else path.write_bytes(raw)
    with pytest.raises(SaysoError, match=line), open_house(house.settings, clock=clock, older=name == "deeds.jsonl") as again:
        restore.restore(again)


def test_half_a_line_that_a_crash_left_is_no_damage(house: House, clock: StoryClock, talk: Talk) -> None:
    talk("ana", "one")
    deletion.delete(house, conversation=next(iter(house.past.conversations())))
    path = house.settings.keys / "deeds.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"seq":9,"li')
    assert len(house.memory.deeds()) == len(whole.splitlines())
    people.choose(house, people.account_of(house, "bo"), "model_training", "refuse")
    assert len(house.memory.deeds()) == len(whole.splitlines()) + 1


def test_the_operator_is_told_and_decides(house: House, talk: Talk, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    talk("ana", "one")
    backup = saved(house, tmp_path / "backup")
    deletion.delete(house, conversation=next(iter(house.past.conversations())))
    base = ["--data", str(house.folder)]
    put_back(house, backup)

    def run(*words: str) -> int:
        with pytest.raises(SystemExit) as left:
            main([*base, *words])
        return int(left.value.code or 0)

    assert run("decide") == 1
    assert "this is an older copy" in capsys.readouterr().err
    assert run("restore") == 2, "it says what that would mean, and asks"
    assert run("restore", "--yes") == 0
    assert "1 deletions" in capsys.readouterr().out
    assert run("audit") == 0
    assert run("restore", "--yes") == 0, "twice changes nothing"
    with open_house(house.settings) as again, pytest.raises(Unfit, match="nothing to restore"):
        restore.restore(again)
