"""A release that was built long ago is damaged or away: a no, a deletion and an order count all the same, and the recall is owed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.app.cli import main
from sayso.app.clock import StoryClock
from sayso.app.house import House, open_house
from sayso.app.jobs import build, deletion, enforce, evidence, mend, people, recall, recalling, rule, sweep, undoing
from sayso.app.settings import Settings
from sayso.facts.errors import Broken, Refused, SaysoError
from sayso.facts.words import AccountId
from sayso.release import load, paused, revoked

Talk = Callable[..., None]
MAIN = "model_training"
HARMS = {
    "the folder of the release is away": ("releases/r1",),
    "its list of rows is away": ("lineage/r1.jsonl",),
    "its manifest is away": ("releases/r1/manifest.json",),
    "all releases are away": ("releases", "lineage"),
}


MANY = {"who has few chats": 500, "who has very many": 0}
"""Above how many chats somebody is answered before their rows are masked; they all have one here."""


@pytest.fixture(params=MANY)
def has(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Whether what somebody withdraws is masked within their own request, or behind it."""
    monkeypatch.setattr(recall, "MANY", MANY[request.param])
    return str(request.param)


@pytest.fixture
def used(house: House, clock: StoryClock, talk: Talk) -> dict[str, AccountId]:
    """Ana and Bo allow, both are in two releases."""
    found = {name: people.account_of(house, name) for name in ("ana", "bo")}
    clock.set(clock.now() + timedelta(days=60))
    for name, account in found.items():
        people.choose(house, account, MAIN, "allow", via="settings")
        clock.set(clock.now() + timedelta(hours=1))
        talk(name, f"{name}-1", text=f"What does a harbour look like at night, asked {name}")
    clock.set(clock.now() + timedelta(hours=1))
    assert [build.build(house, one, MAIN).manifest.rows for one in ("r1", "r2")] == [2, 2]
    return found


def take_away(folder: Path, names: tuple[str, ...]) -> Callable[[], None]:
    """Take files or folders of a data folder away; return what puts them back."""
    aside = folder.with_name("aside")
    for name in names:
        (aside / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder / name, aside / name)

    def put_back() -> None:
        for name in names:
            shutil.rmtree(folder / name, ignore_errors=True)
            shutil.move(aside / name, folder / name)

    return put_back


@pytest.mark.usefixtures("has")
@pytest.mark.parametrize("harm", HARMS)
def test_a_no_and_a_deletion_count_though_a_release_is_damaged_and_are_masked_in_it_once_it_is_back(
    house: House, clock: StoryClock, used: dict[str, AccountId], harm: str
) -> None:
    put_back = take_away(house.folder, HARMS[harm])
    people.choose(house, used["ana"], MAIN, "refuse", via="settings")
    deletion.delete(house, account=used["bo"])
    assert house.present().answer(used["ana"], MAIN) == "refuse"
    assert house.present().deleted_at(used["bo"]) is not None
    assert "r1" in recall.owed(house)
    if "lineage" not in HARMS[harm]:
        assert len(revoked(house.folder / "releases" / "r2").ids) == 2, "the other release is whole, and lets go at once"
        assert recall.owed(house) == ["r1"]
        assert paused(house.folder / "releases" / "r2") is None, "and goes on"
    with pytest.raises(SaysoError):
        load(house.folder / "releases" / "r1")
    assert any("r1" in line or "releases" in line for line in mend.mend(house)), "whoever writes next is told"
    assert evidence.audit(house), "and so is whoever audits"
    clock.set(clock.now() + timedelta(days=40))
    done = sweep.sweep(house)
    assert done.shredded == 2, "what is due goes all the same"
    assert bool(done.wrong) == any(name.startswith("releases") for name in HARMS[harm])
    with pytest.raises(SaysoError):
        recall.recall(house, "r1")

    put_back()
    assert mend.mend(house) == []
    assert recall.owed(house) == []
    assert len(revoked(house.folder / "releases" / "r1").ids) == 2
    assert [row["masked"] for name in ("r1", "r2") for row in load(house.folder / "releases" / name)] == [True] * 4
    assert evidence.audit(house) == []


@pytest.mark.usefixtures("has")
@pytest.mark.parametrize("harm", HARMS)
def test_a_deletion_is_taken_back_though_a_release_is_damaged_and_that_one_gives_the_rows_again(
    house: House, used: dict[str, AccountId], harm: str
) -> None:
    put_back = take_away(house.folder, HARMS[harm])
    deletion.delete(house, account=used["ana"])
    people.choose(house, used["bo"], MAIN, "refuse", via="settings")
    assert undoing.undo(house, account=used["ana"]).shown == 1
    mend.mend(house)
    with pytest.raises(SaysoError):
        load(house.folder / "releases" / "r1")
    put_back()
    assert mend.mend(house) == []
    assert recall.owed(house) == []
    assert [row["masked"] for row in load(house.folder / "releases" / "r1")].count(True) == 1, "what bo refused"
    assert evidence.audit(house) == []


@pytest.mark.usefixtures("has")
@pytest.mark.parametrize("harm", HARMS)
def test_a_loader_that_runs_gives_no_row_of_a_release_that_was_damaged_when_ana_said_no(
    house: House, used: dict[str, AccountId], harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso.release.loader._PATIENCE", 0)
    running = load(house.folder / "releases" / "r1")
    assert not running[0]["masked"]
    put_back = take_away(house.folder, HARMS[harm])
    people.choose(house, used["ana"], MAIN, "refuse", via="settings")
    with pytest.raises((Refused, Broken)):
        running[0]
    put_back()
    if (house.folder / "releases" / "r1" / "revocations").exists():  # there was a folder left to say it in
        with pytest.raises(Refused, match="in a moment"):
            running[0]
    else:
        assert harm in ("the folder of the release is away", "all releases are away")
    recall.recall(house, "r1")
    assert sum(row["masked"] for row in running) == 1


@pytest.mark.usefixtures("has")
def test_a_process_that_goes_on_masks_what_is_owed_with_the_next_that_is_said(house: House, used: dict[str, AccountId]) -> None:
    put_back = take_away(house.folder, HARMS["the folder of the release is away"])
    people.choose(house, used["ana"], MAIN, "refuse", via="settings")
    assert house.recalls, "whoever is answered next has it looked at again"
    put_back()
    people.choose(house, used["bo"], MAIN, "refuse", via="settings")
    assert not house.recalls
    assert recall.owed(house) == []
    assert len(revoked(house.folder / "releases" / "r1").ids) == 2


@pytest.mark.parametrize("harm", HARMS)
def test_what_is_damaged_between_the_pause_and_the_masking_stays_paused_and_is_owed(
    house: House, used: dict[str, AccountId], harm: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recall, "MANY", 0)
    with house.writing() as work:
        people.choose_in(house, work, used["ana"], MAIN, "refuse", via="settings")
    put_back = take_away(house.folder, HARMS[harm])
    wrong: dict[str, str] = {}
    recalling.settle(house, wrong=wrong)
    assert set(wrong) == set(recall.owed(house)) == ({"r1", "r2"} if "lineage" in HARMS[harm] else {"r1"})
    put_back()
    with pytest.raises(Refused, match="in a moment"):
        load(house.folder / "releases" / "r1")
    assert recalling.settle(house, wrong=wrong) == len(wrong)
    assert recall.owed(house) == []
    assert [row["masked"] for name in ("r1", "r2") for row in load(house.folder / "releases" / name)].count(True) == 2
    assert evidence.audit(house) == []


def test_sayso_recall_masks_every_release_before_it_says_that_one_is_damaged(
    house: House, used: dict[str, AccountId], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recall, "MANY", 0)
    with house.writing() as work:
        people.choose_in(house, work, used["ana"], MAIN, "refuse", via="settings")
    take_away(house.folder, HARMS["its list of rows is away"])
    with pytest.raises(Broken, match="lineage"):
        recall.recall_all(house)
    assert paused(house.folder / "releases" / "r1") is not None
    assert paused(house.folder / "releases" / "r2") is None
    assert len(revoked(house.folder / "releases" / "r2").ids) == 1


def test_a_copy_of_a_release_from_before_the_no_lets_go_once_it_is_put_in_its_place(
    house: House, used: dict[str, AccountId], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recall, "MANY", 0)
    folder = house.folder / "releases" / "r1"
    shutil.copytree(folder, house.folder.with_name("copy"))
    (folder / "manifest.json").unlink()
    people.choose(house, used["ana"], MAIN, "refuse", via="settings")
    assert paused(house.folder / "releases" / "r2") is None
    shutil.rmtree(folder)
    shutil.copytree(house.folder.with_name("copy"), folder)
    assert paused(folder) is None
    assert mend.mend(house) == []
    assert len(revoked(folder).ids) == 1


@pytest.mark.usefixtures("has")
def test_a_list_of_rows_that_was_cut_short_is_not_taken_for_whole(house: House, used: dict[str, AccountId]) -> None:
    lineage = house.folder / "lineage" / "r1.jsonl"
    whole = lineage.read_bytes()
    lineage.write_bytes(b"")
    people.choose(house, used["ana"], MAIN, "refuse", via="settings")
    assert recall.owed(house) == ["r1"]
    assert not revoked(house.folder / "releases" / "r1").ids
    with pytest.raises(Refused, match="in a moment"):
        load(house.folder / "releases" / "r1")
    lineage.write_bytes(whole)
    recall.recall(house, "r1")
    assert recall.owed(house) == []
    assert len(revoked(house.folder / "releases" / "r1").ids) == 1
    assert sum(row["masked"] for row in load(house.folder / "releases" / "r1")) == 1


@pytest.mark.usefixtures("has")
def test_who_was_withdrawn_is_not_back_because_the_lists_of_withdrawals_are_away(house: House, used: dict[str, AccountId]) -> None:
    people.choose(house, used["ana"], MAIN, "refuse", via="settings")
    folder = house.folder / "releases" / "r1"
    gone = revoked(folder).ids
    put_back = take_away(house.folder, ("releases/r1/revocations",))
    people.choose(house, used["bo"], MAIN, "refuse", via="settings")
    assert revoked(folder).revision == 0, "no list is begun anew that says less than the one before"
    with pytest.raises(Refused, match="in a moment"):
        load(folder)
    assert recall.owed(house) == ["r1"]
    assert any("1" in line and "revocations" in line for line in mend.mend(house))
    put_back()
    assert mend.mend(house) == []
    assert set(revoked(folder).ids) > set(gone)
    assert len(revoked(folder).ids) == 2
    assert evidence.audit(house) == []


def test_a_stricter_policy_comes_into_force_though_a_release_is_away(
    house: House, clock: StoryClock, used: dict[str, AccountId]
) -> None:
    put_back = take_away(house.folder, HARMS["the folder of the release is away"])
    clock.set(clock.now() + timedelta(minutes=1))
    done = enforce.put_in_force(house, "anthropic-commercial", notice_given=clock.now())
    assert (done.name, done.withdrawn) == ("anthropic-commercial", 2)
    (chat,) = house.present().of_account(used["ana"])
    assert not rule.ruling(house, chat)[1].may(MAIN)
    assert recall.owed(house) == ["r1"]
    put_back()
    assert mend.mend(house) == []
    assert len(revoked(house.folder / "releases" / "r1").ids) == 2
    assert evidence.audit(house) == []


def test_what_was_owed_is_masked_by_the_next_command_also_in_another_process(
    house: House, settings: Settings, used: dict[str, AccountId], capsys: pytest.CaptureFixture[str]
) -> None:
    put_back = take_away(house.folder, HARMS["the folder of the release is away"])
    house.close()
    with pytest.raises(SystemExit) as left:
        main(["choose", "ana", "refuse", "--data", str(settings.data)])
    told = capsys.readouterr()
    assert left.value.code == 0, told.err
    assert "ana says refuse" in told.out
    assert "`r1`" in told.err
    with pytest.raises(SystemExit) as left:
        main(["sweep", "--data", str(settings.data)])
    assert left.value.code == 1
    assert "withdrawn rows keep their words in 1 releases" in capsys.readouterr().err
    put_back()
    with pytest.raises(SystemExit) as left:
        main(["sweep", "--data", str(settings.data)])
    assert left.value.code == 0
    with open_house(settings, write=False) as again:
        assert len(revoked(again.folder / "releases" / "r1").ids) == 1
        assert recall.owed(again) == []
