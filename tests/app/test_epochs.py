"""Epochs turn in a whole house: what was shredded is dead in every backup, and nothing that lives is lost on the way."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import event, text

from sayso.app import masters, migrations
from sayso.app.cli import cli
from sayso.app.clock import StoryClock
from sayso.app.house import House, create, open_house
from sayso.app.jobs import deletion, epochs, evidence, holds, mend, people, sweep
from sayso.app.settings import Settings
from sayso.facts.deeds import EpochBegun, EpochTurned, Rewrapped
from sayso.facts.errors import Broken, SaysoError, Unfit
from sayso.facts.events import Scope
from sayso.facts.words import ConversationId
from sayso.vault import Turned

Talk = Callable[..., None]
MONTH = timedelta(days=31)


@pytest.fixture
def living(house: House, clock: StoryClock, talk: Talk) -> dict[str, ConversationId]:
    """Ana has two conversations and has deleted the first; Bo and Cy have one each, and Bo's is held."""
    people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    found: dict[str, ConversationId] = {}
    for name, key in (("ana", "gone"), ("ana", "stays"), ("bo", "held"), ("cy", "other")):
        talk(name, key, text=f"the words of {key}")
        found[key] = next(iter(set(house.past.of_account(people.account_of(house, name))) - set(found.values())))
    holds.place(house, "order", Scope(accounts=(people.account_of(house, "bo"), people.account_of(house, "cy"))), "a matter")
    deletion.delete(house, conversation=found["gone"])
    return found


def shred(house: House, clock: StoryClock) -> None:
    clock.set(clock.now() + MONTH)
    assert sweep.sweep(house).shredded == 1


def copy(house: House, to: Path) -> Settings:
    """A backup of the data, and of no key."""
    house.vault.settle()
    made = Settings(data=to / "data", keys=to / "data.keys")
    shutil.copytree(house.folder, made.data)
    return made


def graft(backup: Settings, living: Settings, to: Path, conversation: str) -> Settings:
    """What a thief does: the living folder with its keys, and in it the rows and segments that the backup has of *conversation*."""
    made = Settings(data=to / "data", keys=to / "data.keys")
    shutil.copytree(living.data, made.data)
    shutil.copytree(living.keys, made.keys)
    for segment in (backup.data / "vault" / "segments").iterdir():
        shutil.copy(segment, made.data / "vault" / "segments")
    with open_house(made) as opened, opened.engine.connect() as conn:
        conn.exec_driver_sql("ROLLBACK")
        conn.exec_driver_sql(f"ATTACH '{backup.data / 'sayso.db'}' AS old")
        for table in ("keys", "blocks", "conversations"):
            conn.exec_driver_sql(f"DELETE FROM vault_{table} WHERE conversation = '{conversation}'")
            conn.exec_driver_sql(f"INSERT INTO vault_{table} SELECT * FROM old.vault_{table} WHERE conversation = '{conversation}'")
    return made


def read(settings: Settings, conversation: str) -> str:
    """What comes out of a folder with the keys beside it: words, or why not."""
    try:
        with (
            open_house(settings, write=False, older=True) as opened,
            opened.reading() as conn,
        ):  # a thief does not ask what is remembered
            return b"".join(opened.vault.open(conn, conversation)).decode()
    except SaysoError as error:
        return f"closed: {error}"


def kinds(house: House) -> list[str]:
    with house.reading() as conn:
        return [type(one.line).__name__ for one in house.ledger.of_kind(conn, EpochBegun, Rewrapped, EpochTurned)]


@pytest.mark.sqlite
def test_a_backup_beside_the_living_keys_opens_nothing_that_was_shredded_once_the_epoch_turned(
    house: House, clock: StoryClock, talk: Talk, tmp_path: Path
) -> None:
    """The same thief, with everything that lives and every old copy of the data, before the turn and after it."""
    people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    for name, key in (("ana", "gone"), ("ana", "stays"), ("bo", "of bo")):
        talk(name, key, text=f"the words of {key}")
    ana, bo = people.account_of(house, "ana"), people.account_of(house, "bo")
    people.choose(house, bo, "model_training", "allow", covers="stored")
    backup = copy(house, tmp_path / "backup")
    gone, stays = sorted(house.past.of_account(ana), key=lambda one: "gone" not in words_of(house, one))
    deletion.delete(house, conversation=gone)
    clock.set(clock.now() + MONTH)
    assert sweep.sweep(house).shredded == 1
    # (1) The trap: nothing has turned.
    shutil.copytree(house.settings.keys, backup.keys)
    assert "the words of gone" in read(backup, gone)
    assert "the words of gone" in read(graft(backup, house.settings, tmp_path / "g1", gone), gone)
    shutil.rmtree(backup.keys)
    # (2) The turn.
    done = epochs.turn(house)
    assert (done.epoch, done.previous, done.accounts, done.rekeyed, done.destroyed) == ("2", "1", 3, 1, True)
    shutil.copytree(house.settings.keys, backup.keys)
    assert read(backup, gone).startswith("closed: no master key of epoch `1`")
    assert "does not open" in read(graft(backup, house.settings, tmp_path / "g2", gone), gone)
    # (3) The living.
    for one, words in ((stays, "stays"), (house.past.of_account(bo)[0], "of bo")):
        assert f"the words of {words}" in words_of(house, one)
    assert evidence.audit(house) == []


def words_of(house: House, conversation: ConversationId) -> str:
    with house.reading() as conn:
        return b"".join(house.vault.open(conn, conversation)).decode()


def test_a_turn_leaves_held_and_hidden_conversations_names_and_pseudonyms_as_they_were(
    house: House, clock: StoryClock, living: dict[str, ConversationId]
) -> None:
    bo = people.account_of(house, "bo")
    deletion.delete(house, conversation=living["held"])
    shred(house, clock)
    before = {name: people.account_of(house, name) for name in ("ana", "bo", "cy")}
    assert epochs.turn(house).rekeyed == 1
    assert {name: people.account_of(house, name) for name in ("ana", "bo", "cy")} == before
    with house.reading() as conn:
        assert house.vault.open(conn, living["held"], hold="order")
        assert house.vault.open(conn, living["stays"])
        assert house.vault.look(conn, living["held"]).state == "hidden"  # type: ignore[union-attr]  # it is there
        assert house.vault.name(conn, bo) == "bo"
    assert evidence.audit(house) == []


@pytest.mark.parametrize("batches", range(1, 4))
def test_a_turn_that_is_stopped_after_any_batch_goes_on_in_the_next_process(
    house: House, clock: StoryClock, living: dict[str, ConversationId], monkeypatch: pytest.MonkeyPatch, batches: int
) -> None:
    shred(house, clock)
    monkeypatch.setattr(epochs, "BATCH", 1)
    seen = 0

    def stop(_: int) -> None:
        nonlocal seen
        seen += 1
        if seen == batches:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        epochs.turn(house, progress=stop)
    house.close()
    settings = house.settings
    assert (settings.keys / "master.key").exists(), "the old key is needed until nothing is under it"
    with open_house(settings, clock=clock) as again:
        assert evidence.audit(again) == []
        assert words_of(again, living["stays"])
        with again.writing() as work:
            people.enrol(again, work, "dee", tier="free", region="US")
        done = epochs.turn(again)
        assert (done.epoch, done.accounts, done.rekeyed, done.resumed) == ("2", 3, 1, True)
        assert not (settings.keys / "master.key").exists()
        assert evidence.audit(again) == []
        assert people.account_of(again, "dee")
        assert kinds(again).count("EpochBegun") == kinds(again).count("EpochTurned") == 1


@pytest.mark.parametrize("step", ["rename", "_overwrite", "unlink", "record"])
def test_a_crash_at_any_step_of_destroying_the_key_is_finished_by_the_next_command(
    house: House, clock: StoryClock, living: dict[str, ConversationId], monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def crash(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    shred(house, clock)
    with monkeypatch.context() as patched:
        if step == "_overwrite":
            patched.setattr(masters, step, crash)
        elif step == "record":
            patched.setattr(house.vault, "drop", crash)
        elif step == "rename":
            real = Path.rename
            patched.setattr(Path, "rename", lambda path, to: crash() if path.name == "master.key" else real(path, to))
        else:
            removed = Path.unlink
            patched.setattr(Path, "unlink", lambda path, **more: crash() if path.suffix == ".gone" else removed(path, **more))
        with pytest.raises(KeyboardInterrupt):
            epochs.turn(house)
    house.close()
    with open_house(house.settings, clock=clock) as again:
        assert words_of(again, living["stays"])
        mend.mend(again)
        assert sorted(path.name for path in house.settings.keys.rglob("*") if path.is_file()) == [
            "2.key",
            "cosigning.key",
            "deeds.jsonl",
            "seen.json",
            "session.key",
            "signing.key",
        ]
        assert kinds(again) == ["EpochBegun", "Rewrapped", "EpochTurned"]
        assert evidence.audit(again) == []


def test_a_new_key_that_was_made_and_never_used_is_used_by_the_next_turn(house: House, clock: StoryClock) -> None:
    house.keys.masters().prepare("2", os.urandom)
    made = (house.settings.keys / "masters" / "2.key").read_text()
    house.close()
    with open_house(house.settings, clock=clock) as again:
        with again.writing() as work:
            people.enrol(again, work, "dee", tier="free", region="US")
            assert work.conn.execute(text("select distinct epoch from vault_accounts")).scalars().all() == ["1"]
        epochs.turn(again)
    assert (house.settings.keys / "masters" / "2.key").read_text() == made


def test_turning_again_and_again_and_turning_an_empty_house(settings: Settings, clock: StoryClock) -> None:
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        for number in range(2, 12):
            done = epochs.turn(house)
            assert (done.epoch, done.previous, done.accounts) == (str(number), str(number - 1), 0)
        assert evidence.audit(house) == []
        assert [one.epoch for one in epochs.listed(house)] == [str(number) for number in range(1, 12)]
    assert [path.name for path in (settings.keys / "masters").iterdir()] == ["11.key"]
    with open_house(settings, clock=clock) as again, again.writing() as work:
        people.enrol(again, work, "ana", tier="pro", region="US")


def test_a_reader_in_another_process_and_one_that_came_before_see_nothing_broken(
    house: House, clock: StoryClock, living: dict[str, ConversationId], monkeypatch: pytest.MonkeyPatch
) -> None:
    shred(house, clock)
    monkeypatch.setattr(epochs, "BATCH", 1)
    wrong: list[str] = []
    over = threading.Event()
    before = open_house(house.settings, clock=clock, write=False)  # holds the keys as they were

    def look() -> None:
        rounds = 0
        while rounds < 3 or not over.is_set():
            rounds += 1
            try:
                with before.reading() as conn:
                    before.vault.open(conn, living["stays"])
                    before.vault.find(conn, "cy")
                with open_house(house.settings, clock=clock, write=False) as late, late.reading() as conn:
                    late.vault.open(conn, living["stays"])
                    late.vault.open(conn, living["other"])
            except SaysoError as error:
                wrong.append(str(error))

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for _ in range(5):
            epochs.turn(house)
    finally:
        over.set()
        thread.join()
        before.close()
    assert wrong == []


@pytest.mark.sqlite
def test_the_old_key_is_kept_as_long_as_somebody_still_reads_an_older_state(
    house: House, clock: StoryClock, living: dict[str, ConversationId]
) -> None:
    @event.listens_for(house.engine, "checkout")
    def impatient(raw: Any, *_: object) -> None:
        raw.execute("PRAGMA busy_timeout = 50")

    with open_house(house.settings, clock=clock, write=False) as other, other.reading() as conn:
        other.vault.find(conn, "bo")
        with pytest.raises(Broken, match="somebody still reads an older state"):
            epochs.turn(house)
        assert (house.settings.keys / "master.key").exists()
        assert other.vault.open(conn, living["stays"])
    assert epochs.turn(house).epoch == "2"
    assert not (house.settings.keys / "master.key").exists()
    assert kinds(house) == ["EpochBegun", "Rewrapped", "EpochTurned"]


def test_an_audit_finds_what_was_changed_after_a_turn_and_an_account_that_kept_its_key(
    house: House, clock: StoryClock, living: dict[str, ConversationId]
) -> None:
    shred(house, clock)
    ana = people.account_of(house, "ana")
    with house.engine.begin() as conn:
        conn.execute(text("delete from vault_worn"))
    assert [one.kind for one in evidence.audit(house)] == ["epoch"]
    assert epochs.turn(house).rekeyed == 0
    (found,) = evidence.audit(house)
    assert (found.kind, found.where) == ("epoch", f"account `{ana}`")
    assert "sayso epoch turn --everybody" in found.next
    assert epochs.turn(house, everybody=True).rekeyed == 3
    assert evidence.audit(house) == []
    with house.engine.begin() as conn:
        conn.execute(text("update vault_accounts set epoch = '1' where account = :a"), {"a": ana})
    assert {"changed", "vault"} <= {one.kind for one in evidence.audit(house)}


@pytest.mark.sqlite
def test_a_rewrapped_key_put_back_from_a_backup_is_found(
    house: House, clock: StoryClock, living: dict[str, ConversationId], tmp_path: Path
) -> None:
    backup = copy(house, tmp_path / "backup")
    shred(house, clock)
    epochs.turn(house)
    made = graft(backup, house.settings, tmp_path / "g", living["stays"])
    with open_house(made, clock=clock) as opened:
        assert f"key `{living['stays']}`" in [one.where for one in evidence.audit(opened) if one.kind == "changed"]


def test_a_missing_or_wrong_old_key_stops_the_turn_in_one_line(
    house: House, clock: StoryClock, living: dict[str, ConversationId], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "BATCH", 1)

    def stop(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        epochs.turn(house, progress=stop)
    house.close()
    old = house.settings.keys / "master.key"
    right = old.read_text()
    for change, line in (
        (lambda: old.unlink(), "no master key of epoch `1` is in `data.keys`"),
        (lambda: old.write_text(os.urandom(32).hex()), "master key does not open epoch `1`"),
        (lambda: old.write_text("zz"), "master.key is not 64 hexadecimal digits"),
    ):
        change()
        with pytest.raises(Broken, match=line), open_house(house.settings, clock=clock) as again:
            epochs.turn(again)
    old.write_text(right)
    with open_house(house.settings, clock=clock) as again:
        assert epochs.turn(again).accounts == 3
        assert evidence.audit(again) == []


@pytest.mark.parametrize("harm", ["swapped", "gone"])
def test_a_new_key_that_is_harmed_during_the_turn_is_written_again(
    house: House, clock: StoryClock, living: dict[str, ConversationId], monkeypatch: pytest.MonkeyPatch, harm: str
) -> None:
    real, new = house.vault.turn, house.settings.keys / "masters" / "2.key"

    def harmed(*given: Any, **more: Any) -> Turned:
        done = real(*given, **more)
        new.write_text(os.urandom(32).hex()) if harm == "swapped" else new.unlink()
        return done

    monkeypatch.setattr(house.vault, "turn", harmed)
    assert epochs.turn(house).destroyed
    house.close()
    with open_house(house.settings, clock=clock) as again:
        assert words_of(again, living["stays"])


def test_the_old_key_stays_where_the_new_one_is_not_what_the_vault_was_begun_with(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house.vault, "epoch_of", lambda *_: None)
    with pytest.raises(Broken, match="the old one was kept"):
        epochs.turn(house)
    assert (house.settings.keys / "master.key").exists()
    assert kinds(house) == ["EpochBegun", "Rewrapped"]


def test_master_keys_from_the_environment_turn_with_the_old_one_beside_the_new(tmp_path: Path, clock: StoryClock) -> None:
    first, second, third = (os.urandom(32).hex() for _ in range(3))

    def given(present: str, old: str | None = None) -> Settings:
        more = {"SAYSO_MASTER_KEY_OLD": old} if old else {}
        return Settings.read(tmp_path / "d", {"SAYSO_MASTER_KEY": present, **more})

    with create(given(first), clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            people.enrol(house, work, "ana", tier="pro", region="US")
        with pytest.raises(Unfit, match="set SAYSO_MASTER_KEY to a new key and SAYSO_MASTER_KEY_OLD to the present one"):
            epochs.turn(house)
    with pytest.raises(Broken, match="master key does not open epoch `1`"):
        open_house(given(second), clock=clock)
    with open_house(given(second, first), clock=clock) as house:
        assert people.account_of(house, "ana"), "before the turn both are there, and all goes on under the old one"
        done = epochs.turn(house)
        assert (done.epoch, done.accounts, done.destroyed) == ("2", 1, False)
        assert evidence.audit(house) == []
    with open_house(given(second), clock=clock) as house:
        assert people.account_of(house, "ana")
        assert [one.destroyed for one in epochs.listed(house)] == [False, None]
        with pytest.raises(Unfit, match="nothing was changed"):
            epochs.turn(house)
    with pytest.raises(Broken, match="epoch `2`"):
        open_house(given(first), clock=clock)
    with open_house(given(third, second), clock=clock) as house:
        assert epochs.turn(house).epoch == "3"
    secrets = [one.encode() for one in (first, second, third)]
    assert not any(key in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() for key in secrets)


def test_a_key_that_moves_from_its_file_to_the_environment_leaves_no_file(
    house: House, clock: StoryClock, living: dict[str, ConversationId]
) -> None:
    old = (house.settings.keys / "master.key").read_text().strip()
    house.close()
    moved = Settings(data=house.settings.data, keys=house.settings.keys, master_hex=os.urandom(32).hex(), old_master_hex=old)
    with open_house(moved, clock=clock) as again:
        epochs.turn(again)
        assert words_of(again, living["stays"])
    assert not any(old.encode() in path.read_bytes() for path in house.settings.keys.rglob("*") if path.is_file())


def test_a_key_is_overwritten_in_its_place_before_it_is_removed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    path = house.settings.keys / "master.key"
    kept = house.settings.keys / "second name of the same bytes"
    os.link(path, kept)
    right = path.read_text()
    epochs.turn(house)
    assert not path.exists()
    assert kept.read_text() != right
    assert len(kept.read_bytes()) == len(right)


def test_what_waits_for_the_next_turn_is_said_by_sweep_and_list(
    house: House, clock: StoryClock, living: dict[str, ConversationId]
) -> None:
    assert epochs.waiting(house) == epochs.Waiting(conversations=0, accounts=0)
    shred(house, clock)
    assert epochs.waiting(house) == epochs.Waiting(conversations=1, accounts=0)
    house.close()

    def said(*words: str) -> str:
        result = CliRunner().invoke(cli, ["--data", str(house.settings.data), *words], catch_exceptions=False)
        assert result.exit_code == 0
        return result.stdout

    swept = said("sweep")
    assert "in every backup after the next `sayso epoch turn`" in swept
    assert "older backups still open them until the next turn is over" in said("epoch", "list")
    turned = said("epoch", "turn", "--if-needed")
    assert "the master key of epoch 1 is destroyed: a backup of the data made before this turn opens nothing any more" in turned
    assert "back up the data anew" in turned
    assert "nothing was shredded since the last turn" in said("epoch", "turn", "--if-needed")
    assert "older backups open nothing of it" in said("epoch", "list")
    assert "in every backup after" not in said("sweep")


def test_a_folder_of_the_version_before_opens_and_turns(house: House, clock: StoryClock, living: dict[str, ConversationId]) -> None:
    """One `master.key`, and no list of who lost something."""
    shred(house, clock)
    with house.engine.begin() as conn:
        migrations.move(conn, "0001")
        conn.execute(text(f"drop table {migrations.TABLE}"))
    house.close()
    with open_house(house.settings, clock=clock, write=False, keys=False) as auditor:
        assert evidence.audit(auditor) == []
    with open_house(house.settings, clock=clock) as again:
        assert evidence.audit(again) == []
        assert epochs.turn(again).rekeyed == 1
        assert words_of(again, living["stays"])
        assert evidence.audit(again) == []


def test_a_thousand_accounts_turn_and_the_audit_agrees(settings: Settings, clock: StoryClock) -> None:
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            for number in range(1000):
                people.enrol(house, work, f"person {number}", tier="free", region="US")
        assert epochs.turn(house).accounts == 1000
        assert kinds(house).count("Rewrapped") == 5
        assert evidence.audit(house) == []
        assert people.account_of(house, "person 999")
