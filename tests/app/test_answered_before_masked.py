"""Ana has very many chats in a release: she is answered at once, no row is given meanwhile, and what she said is masked behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from sayso import release as release_room
from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House, create, open_house
from sayso.app.jobs import build, deletion, evidence, mend, people, recall, recalling, sweep, undoing
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.deeds import Recalled, Released
from sayso.facts.errors import Refused
from sayso.facts.words import AccountId
from sayso.release import LineageLine

START = datetime(2025, 9, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CHATS = {"ana": 7, "bo": 3, "dee": 14}
"""Of whom there are how many chats, all of them in the release; more than five are many here."""


class Stopped(BaseException):
    """The process is killed."""


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(START)


@pytest.fixture
def where(tmp_path: Path, database: str | None) -> Settings:
    return Settings(data=tmp_path / "data", keys=tmp_path / "keys", database=database)


@pytest.fixture
def house(where: Settings, clock: StoryClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    for module, name in ((recall, "MANY"), (recalling, "STEP"), (undoing, "STEP")):
        monkeypatch.setattr(module, name, 5)
    with create(where, clock=clock, policy="anthropic-consumer") as made:
        told_all(made, clock)
        yield made


def told_all(house: House, clock: StoryClock) -> None:
    for name, count in CHATS.items():
        with house.writing() as work:
            people.enrol(house, work, name, tier="pro", region="US")
        people.choose(house, people.account_of(house, name), "model_training", "allow", via="settings")
        clock.set(clock.now() + timedelta(minutes=1))
        collect_all(house, "test", [chat(name, number, clock.now()) for number in range(count)], Arrival(own=True))
    build.build(house, "r1", "model_training")


def chat(name: str, number: int, at: datetime) -> Conversation:
    said = (("user", f"How do I plant pear tree {number} of {name}?"), ("assistant", f"Dig hole {number} for {name}."))
    turns = tuple(Turn(id=f"{number}-{role}", role=role, parts=(Text(words),), at=at) for role, words in said)  # type: ignore[arg-type]  # a role is one of a few words
    return Conversation(id=f"{name}-{number}", source="test", account=name, turns=turns)


@contextmanager
def statements(house: House) -> Iterator[list[str]]:
    """Every statement that is sent to the database meanwhile, as often as it has rows to write."""
    seen: list[str] = []

    def note(_c: Any, _cu: Any, statement: str, given: Any, _x: Any, many: bool) -> None:
        # How many hashes prove that the log goes on depends on where in its tree the new line falls, and on nothing of Ana's.
        if "ledger_nodes" not in statement and "leaf" not in statement:
            seen.extend([statement] * (len(given) if many else 1))

    event.listen(house.engine, "before_cursor_execute", note)
    yield seen
    event.remove(house.engine, "before_cursor_execute", note)


def who(house: House, name: str) -> AccountId:
    return people.account_of(house, name)


def folder(house: House) -> Path:
    return recall.folder_of(house, "r1")


def masked(house: House) -> int:
    return len(release_room.revoked(folder(house)).ids)


def refuse(house: House, name: str) -> None:
    """What the pages do for her: the answer alone, without waiting for what follows."""
    with house.writing() as work:
        people.choose_in(house, work, who(house, name), "model_training", "refuse", via="settings")


def delete(house: House, name: str) -> None:
    with house.writing() as work:
        deletion.delete_account_in(house, work, who(house, name))


@pytest.mark.parametrize("asks", [refuse, delete])
def test_who_has_twice_as_many_chats_in_a_release_asks_the_database_no_more(
    house: House, asks: Callable[[House, str], None]
) -> None:
    with house.writing() as work:
        people.enrol(house, work, "eve", tier="pro", region="US")
    asks(house, "eve")  # what a process reads once, it has read
    recalling.settle(house)
    found = []
    for name in ("ana", "dee"):
        with statements(house) as seen:
            asks(house, name)
        found.append(seen)
        assert release_room.paused(folder(house)) is not None
        recalling.settle(house)
    assert found[0] == found[1]
    assert masked(house) == CHATS["ana"] + CHATS["dee"]


@pytest.mark.parametrize("asks", [refuse, delete])
def test_from_the_moment_ana_said_no_no_row_is_given_until_all_of_hers_are_masked(
    house: House, asks: Callable[[House, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sayso.release.loader._PATIENCE", 0)
    running = release_room.load(folder(house))
    assert not running[0]["masked"]
    asks(house, "ana")
    assert masked(house) == 0
    with pytest.raises(Refused, match="load it again in a moment"):
        release_room.load(folder(house))
    with pytest.raises(Refused, match="load it again in a moment"):
        running[0]
    assert recalling.settle(house) == CHATS["ana"]
    rows = list(release_room.load(folder(house)))
    assert [row["id"] for row in rows if row["masked"]] == sorted(release_room.revoked(folder(house)).ids)
    assert sum(row["masked"] for row in running) == CHATS["ana"]
    assert release_room.check(folder(house)) == []
    assert evidence.audit(house) == []


def test_bo_with_few_chats_is_masked_within_his_own_request_and_pauses_nobody(house: House) -> None:
    refuse(house, "bo")
    assert masked(house) == CHATS["bo"]
    assert release_room.paused(folder(house)) is None
    assert not house.recalls


def test_a_loader_that_runs_waits_for_the_pause_to_end_and_goes_on_with_what_is_left(house: House) -> None:
    loader = release_room.load(folder(house))
    refuse(house, "ana")
    looked: list[int] = []

    class Waits:
        """Ends the pause while the loader waits."""

        def wait(self, _seconds: float) -> None:
            looked.append(recalling.settle(house))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sayso.release.loader.threading.Event", Waits)
        assert sum(row["masked"] for row in loader) == CHATS["ana"]
    assert looked == [CHATS["ana"]]


@pytest.mark.parametrize(("step", "asks"), [("before", delete), ("between", refuse), ("recorded", delete), ("masked", refuse)])
def test_a_process_that_is_killed_on_the_way_leaves_the_pause_and_the_next_one_masks_all(
    house: House, where: Settings, clock: StoryClock, step: str, asks: Callable[[House, str], None]
) -> None:
    asks(house, "ana")
    turns: list[int] = []

    @contextmanager
    def killed() -> Iterator[None]:
        turns.append(1)
        if step == "before" or (step == "between" and len(turns) > 3):
            raise Stopped
        yield

    def stops(*_: object) -> None:
        raise Stopped

    with pytest.MonkeyPatch.context() as patched:
        if step == "recorded":
            patched.setattr("sayso.ledger.Ledger.sign", stops)  # the file of withdrawals is written, and its line is not
        if step == "masked":
            patched.setattr(release_room, "go_on", stops)
        with pytest.raises(Stopped):
            recalling.settle(house, killed)
    assert house.recalls
    assert release_room.paused(folder(house)) is not None
    house.close()
    with open_house(where, clock=clock) as again:
        mend.mend(again)
        assert release_room.paused(folder(again)) is None
        assert masked(again) == CHATS["ana"]
        assert evidence.audit(again) == []


def test_a_request_that_is_killed_before_its_commit_leaves_a_pause_that_masks_nothing(house: House) -> None:
    def killed() -> None:
        with house.writing() as work:
            people.choose_in(house, work, who(house, "ana"), "model_training", "refuse", via="settings")
            raise Stopped

    with pytest.raises(Stopped):
        killed()
    assert release_room.paused(folder(house)) is not None
    assert recalling.settle(house) == 0
    assert release_room.paused(folder(house)) is None
    assert not any(row["masked"] for row in release_room.load(folder(house)))


def test_what_others_say_while_ana_is_masked_is_masked_too_and_nobody_twice(house: House) -> None:
    refuse(house, "ana")
    turns: list[int] = []

    @contextmanager
    def turn() -> Iterator[None]:
        turns.append(1)
        if len(turns) == 3:
            refuse(house, "bo")
            delete(house, "dee")
        yield

    recalling.settle(house, turn)
    assert release_room.paused(folder(house)) is None
    assert masked(house) == sum(CHATS.values())
    with house.reading() as conn:
        told = [entry.line for entry in house.ledger.of_kind(conn, Recalled)]
    assert [one.rows for one in told if isinstance(one, Recalled)][-1] == sum(CHATS.values())
    assert evidence.audit(house) == []


def test_a_policy_that_comes_into_force_meanwhile_decides(house: House) -> None:
    refuse(house, "ana")
    turns: list[int] = []

    @contextmanager
    def turn() -> Iterator[None]:
        turns.append(1)
        if len(turns) == 3:
            with house.writing() as work:
                house.set_policy(work, "anthropic-consumer")
        yield

    assert recalling.settle(house, turn) == CHATS["ana"]
    assert release_room.paused(folder(house)) is None


def test_a_pause_that_cannot_be_read_is_none_that_is_over(house: House) -> None:
    refuse(house, "ana")
    (folder(house) / "revocations" / "paused.json").write_text("{}")
    assert release_room.paused(folder(house)) == 0
    with pytest.raises(Refused, match="in a moment"):
        release_room.load(folder(house))
    assert recalling.settle(house) == CHATS["ana"]


def test_sayso_recall_masks_everything_and_ends_a_pause(house: House) -> None:
    refuse(house, "ana")
    assert recall.recall(house, "r1").withdrawn == CHATS["ana"]
    assert release_room.paused(folder(house)) is None


def test_the_desk_answers_first_and_masks_behind(house: House) -> None:
    desk = FrontDesk(house)
    notice = desk.notice("settings")[1]
    desk.choose(who(house, "ana"), "model_training", "refuse", via="settings", notice=notice, locale="en", pressed="No")
    desk.delete_account(who(house, "dee"))
    desk.behind.wait(60)
    assert masked(house) == CHATS["ana"] + CHATS["dee"]
    assert release_room.paused(folder(house)) is None


def test_a_service_that_ends_in_the_middle_leaves_the_rest_to_the_next_one(house: House) -> None:
    desk = FrontDesk(house)
    notice = desk.notice("settings")[1]
    with desk.one:  # it has its first turn once this is given back, and is told to end by then
        desk.choose(who(house, "ana"), "model_training", "refuse", via="settings", notice=notice, locale="en", pressed="No")
        desk.behind._stopping = True
    desk.close()
    assert masked(house) == 0
    assert release_room.paused(folder(house)) is not None
    mend.mend(house)
    assert masked(house) == CHATS["ana"]


def test_where_masking_fails_the_pause_stands_and_the_next_commit_tries_again(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    desk = FrontDesk(house)
    notice = desk.notice("settings")[1]
    press: dict[str, Any] = {"via": "settings", "notice": notice, "locale": "en", "pressed": "No"}

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "no space left")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("sayso.app.jobs.recalling.withdraw_foreseen", fails)
        desk.choose(who(house, "ana"), "model_training", "refuse", **press)
        desk.behind.wait(60)
    assert release_room.paused(folder(house)) is not None
    assert "stays paused" in caplog.text
    assert who(house, "ana") not in caplog.text
    desk.choose(who(house, "bo"), "model_training", "refuse", **press)
    desk.behind.wait(60)
    assert masked(house) == CHATS["ana"] + CHATS["bo"]


@pytest.mark.parametrize("away", ["releases/r2", "lineage/r2.jsonl", "releases/r2/manifest.json"])
def test_a_release_that_is_damaged_keeps_nobody_from_a_no_and_no_other_release_from_going_on(
    house: House, where: Settings, clock: StoryClock, away: str, caplog: pytest.LogCaptureFixture
) -> None:
    build.build(house, "r2", "model_training")
    aside = house.folder.with_name("aside")
    (house.folder / away).rename(aside)
    desk = FrontDesk(house)
    notice = desk.notice("settings")[1]
    press: dict[str, Any] = {"via": "settings", "notice": notice, "locale": "en", "pressed": "No"}
    desk.choose(who(house, "ana"), "model_training", "refuse", **press)
    desk.delete_account(who(house, "dee"))
    desk.behind.wait(60)
    assert masked(house) == CHATS["ana"] + CHATS["dee"]
    assert release_room.paused(folder(house)) is None
    assert recall.owed(house) == ["r2"]
    assert house.recalls
    assert caplog.text.count("stays paused") == 1, "told once"
    desk.undo(who(house, "dee"), None)
    desk.close()
    house.close()
    with open_house(where, clock=clock) as again:
        assert again.present().answer(who(again, "ana"), "model_training") == "refuse"
        assert any("r2" in line for line in mend.mend(again))
        assert release_room.paused(folder(again)) is None
        aside.rename(again.folder / away)
        assert mend.mend(again) == []
        assert recall.owed(again) == []
        rows = list(release_room.load(recall.folder_of(again, "r2")))
        assert sum(row["masked"] for row in rows) == CHATS["ana"], "what dee took back was never withdrawn there"
        assert evidence.audit(again) == []


def test_who_deletes_while_a_damaged_release_is_tried_is_not_left_to_the_next_who_comes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    build.build(house, "r2", "model_training")
    (recall.folder_of(house, "r2") / "manifest.json").unlink()
    desk = FrontDesk(house)
    notice = desk.notice("settings")[1]
    begun: list[str] = []
    meant = recalling.standing_rows

    def stands(opened: House, line: Released) -> Iterator[LineageLine]:
        begun.append(line.release)
        if begun.count("r2") == 1 and line.release == "r2":  # what ana said of the other release is masked by now
            desk.delete_account(who(house, "dee"))
        return meant(opened, line)

    monkeypatch.setattr(recalling, "standing_rows", stands)
    desk.choose(who(house, "ana"), "model_training", "refuse", via="settings", notice=notice, locale="en", pressed="No")
    desk.behind.wait(60)
    assert "r2" in begun
    assert masked(house) == CHATS["ana"] + CHATS["dee"]
    assert release_room.paused(folder(house)) is None
    desk.close()


@pytest.mark.parametrize("asks", [refuse, delete])
def test_a_release_that_fails_while_it_is_masked_is_not_let_go(
    house: House, asks: Callable[[House, str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    asks(house, "ana")

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "no space left")

    wrong: dict[str, str] = {}
    with monkeypatch.context() as patched:
        patched.setattr(release_room, "revoke", fails)
        assert recalling.settle(house, wrong=wrong) == 0
    assert list(wrong) == recall.owed(house) == ["r1"]
    assert release_room.paused(folder(house)) is not None
    assert recalling.settle(house) == CHATS["ana"]
    assert release_room.paused(folder(house)) is None
    assert recall.owed(house) == []


def test_taking_a_deletion_back_asks_the_database_no_more_for_twice_as_many_chats(house: House) -> None:
    found = []
    for name in ("bo", "ana", "dee"):
        delete(house, name)
        seen = undoing.ends_of(house, who(house, name))
        with statements(house) as made, house.writing() as work:
            done = undoing.undo_in(house, work, account=who(house, name), seen=seen)
        assert (done.shown, done.stay) == (CHATS[name], 0)
        found.append(made)
        recalling.settle(house)
    assert found[1] == found[2]
    assert masked(house) == CHATS["bo"], "of the others it was taken back before anything was withdrawn"
    with house.reading() as conn:
        assert [len(house.vault.of_account(conn, who(house, name))) for name in CHATS] == list(CHATS.values())
    assert evidence.audit(house) == []


@pytest.mark.parametrize("swept", [True, False])
def test_what_ana_deleted_before_stays_deleted_when_her_account_comes_back(house: House, clock: StoryClock, swept: bool) -> None:
    account = who(house, "ana")
    first = house.past.of_account(account)[0]
    deletion.delete(house, conversation=first)
    delete(house, "ana")
    if swept:
        clock.set(clock.now() + DAY)
        sweep.sweep(house)
    done = undoing.undo(house, account=account)
    assert (done.shown, done.stay) == (CHATS["ana"] - 1, 1)
    with house.reading() as conn:
        assert first not in [one.conversation for one in house.vault.of_account(conn, account)]
        assert len(house.vault.of_account(conn, account)) == CHATS["ana"] - 1
    recalling.settle(house)
    sweep.sweep(house)
    assert evidence.audit(house) == []


def test_what_was_worked_out_before_ana_said_something_else_is_not_gone_by(house: House) -> None:
    account = who(house, "ana")
    delete(house, "ana")
    seen = undoing.ends_of(house, account)
    undoing.undo(house, account=account)
    refuse(house, "ana")
    delete(house, "ana")
    ruled: list[str] = []
    with pytest.MonkeyPatch.context() as patched, house.writing() as work:
        patched.setattr(undoing, "_day_is_past", lambda standing, _: bool(ruled.append(standing.conversation)))
        undoing.undo_in(house, work, account=account, seen=seen)
    assert len(ruled) == CHATS["ana"]


def test_others_have_their_turn_while_it_is_worked_out_what_comes_back(house: House) -> None:
    delete(house, "dee")
    turns: list[int] = []

    def turn() -> AbstractContextManager[object]:
        turns.append(1)
        return nullcontext()

    undoing.ends_of(house, who(house, "dee"), turn)
    assert len(turns) > CHATS["dee"] // 5
