"""Epochs turn: what was shredded is dead in every copy made before, and nobody else loses a word."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from sayso.facts.errors import Broken, Refused, SaysoError, Unfit
from sayso.vault import MasterKeys, Turned, Vault
from sayso.vault import epochs as turning

from .conftest import MASTER, POLICY, engine_at

OTHER = bytes(range(50, 82))
THIRD = bytes(range(3, 35))
BOTH = {"1": MASTER, "2": OTHER}


def vault_of(house: Any, **keys: bytes) -> Vault:
    """The same vault, opened with other master keys at hand; `_1=...` is the key of epoch 1."""
    masters = MasterKeys({name.lstrip("_"): key for name, key in keys.items()})
    return Vault(house.engine, house.folder, masters, entropy=os.urandom, **house.options)


def turn(house: Any, vault: Vault, epoch: str = "2", limit: int = 200, **more: Any) -> list[Turned]:
    """Turn to *epoch*, each batch in a transaction of its own."""
    done: list[Turned] = []
    while not done or done[-1].left:
        with house.begin() as conn:
            done.append(vault.turn(conn, epoch, limit=limit, **more))
    return done


def wrapped(house: Any) -> dict[str, bytes]:
    with house.begin() as conn:
        return dict(conn.execute(text("select conversation, wrapped from vault_keys")).all())


def copy_of(house: Any, to: Path) -> Path:
    """A backup: the data folder, byte for byte, without any key."""
    house.vault.settle()
    return Path(shutil.copytree(house.folder, to))


def opened_in(folder: Path, keys: dict[str, bytes], conversation: str) -> list[bytes] | str:
    """What a thief reads in the copy at *folder* with *keys*: the words, or why not."""
    engine = engine_at(folder / "sayso.db")
    try:
        with engine.begin() as conn:
            return Vault(engine, folder, MasterKeys(keys), entropy=os.urandom).open(conn, conversation)
    except SaysoError as error:
        return str(error)
    finally:
        engine.dispose()


def grafted(house: Any, backup: Path, to: Path, keys: dict[str, bytes], conversation: str) -> list[bytes] | str:
    """What a thief reads who puts what the backup has of *conversation* beside everything that lives, with *keys*."""
    shutil.copytree(house.folder, to)
    for segment in (backup / "segments").iterdir():
        shutil.copy(segment, to / "segments")
    engine = engine_at(to / "sayso.db")
    with engine.connect() as conn:
        conn.exec_driver_sql("ROLLBACK")
        conn.exec_driver_sql(f"ATTACH '{backup / 'sayso.db'}' AS old")
        for table in ("keys", "blocks", "conversations"):
            conn.exec_driver_sql(f"DELETE FROM vault_{table} WHERE conversation = '{conversation}'")
            conn.exec_driver_sql(f"INSERT INTO vault_{table} SELECT * FROM old.vault_{table} WHERE conversation = '{conversation}'")
    engine.dispose()
    return opened_in(to, keys, conversation)


def test_until_the_epoch_turns_a_backup_opens_what_ana_deleted_and_afterwards_it_does_not(house: Any, tmp_path: Path) -> None:
    """The same attack before and after the turn: it succeeds before, so it can fail."""
    gone, stays, bo = house.seal("ana", "1", b"gone"), house.seal("ana", "2", b"stays"), house.seal("bo", "1", b"bo")
    backup = copy_of(house, tmp_path / "backup")
    with house.begin() as conn:
        assert house.vault.shred(conn, gone)
    assert opened_in(backup, {"1": MASTER}, gone) == [b"gone"], "the trap: yesterday's copy and today's key"
    assert grafted(house, backup, tmp_path / "graft1", {"1": MASTER}, gone) == [b"gone"], "also put beside the living rows"
    vault = vault_of(house, _1=MASTER, _2=OTHER)
    turn(house, vault)
    living = {"2": OTHER}  # the master key of epoch 1 is destroyed
    assert "epoch `1`" in opened_in(backup, living, gone)
    assert "does not open" in grafted(house, backup, tmp_path / "graft2", living, gone)
    # What lives opens in the living folder with the new key alone; an old copy of it opens nothing by itself any more.
    for one, words in ((stays, b"stays"), (bo, b"bo")):
        assert opened_in(house.folder, living, one) == [words]
        assert "epoch `1`" in opened_in(backup, living, one)


def test_without_a_new_account_key_the_middle_level_would_still_open_it(house: Any, tmp_path: Path) -> None:
    """The second trap: master keys alone are turned over, and the account's key is carried along."""
    gone, _ = house.seal("ana", "1", b"gone"), house.seal("ana", "2", b"stays")
    backup = copy_of(house, tmp_path / "backup")
    with house.begin() as conn:
        house.vault.shred(conn, gone)
        conn.execute(text("delete from vault_worn"))  # what the vault remembers of it is lost
    turn(house, vault_of(house, _1=MASTER, _2=OTHER))
    assert grafted(house, backup, tmp_path / "graft", {"2": OTHER}, gone) == [b"gone"]


def test_every_key_in_a_backup_is_dead_to_the_living_ones(house: Any, tmp_path: Path) -> None:
    """Not by way of the door: every wrapped key of the backup is tried against every key that lives."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    from sayso.vault.keys import derive, purpose

    named = {n: house.seal("ana", str(n), b"%d" % n) for n in range(6)}
    with house.begin() as conn:
        ana = house.vault.find(conn, "ana")
    before = wrapped(house)
    with house.begin() as conn:
        for n in (0, 2, 4):
            house.vault.shred(conn, named[n])
    turn(house, vault_of(house, _1=MASTER, _2=OTHER))
    with house.begin() as conn:
        row = conn.execute(text("select wrapped from vault_accounts")).scalar_one()
    wrapping = derive(OTHER, purpose("wrap", "2"))
    key = AESGCM(wrapping).decrypt(row[:12], row[12:], purpose("account", ana, "2"))

    def opens(raw: bytes, conversation: str) -> bool:
        try:
            AESGCM(key).decrypt(raw[:12], raw[12:], purpose("conversation", ana, conversation))
        except InvalidTag:
            return False
        return True

    assert not any(opens(raw, one) for one, raw in before.items())
    assert all(opens(raw, one) for one, raw in wrapped(house).items())


def test_an_account_with_deletions_gets_a_new_key_and_one_without_keeps_its_own(house: Any) -> None:
    gone, stays, bo = house.seal("ana", "1", b"gone"), house.seal("ana", "2", b"stays"), house.seal("bo", "1", b"bo")
    with house.begin() as conn:
        house.vault.shred(conn, gone)
        ana, before = house.vault.find(conn, "ana"), {one.id: one.digest for one in house.vault.fingerprints(conn)}
    old = wrapped(house)
    (done,) = turn(house, vault_of(house, _1=MASTER, _2=OTHER))
    assert (done.epoch, done.previous, done.left) == ("2", "1", 0)
    assert done.rekeyed == (ana,)
    assert [one for one, _ in done.keys] == [stays]
    new = wrapped(house)
    assert new[bo] == old[bo]
    assert new[stays] != old[stays]
    vault = vault_of(house, _2=OTHER)
    with house.begin() as conn:
        after = {one.id: one.digest for one in vault.fingerprints(conn)}
        assert dict(done.accounts) | dict(done.keys) == {one: after[one] for one in after if before.get(one) != after[one]}
        assert vault.check(conn) == []
        assert vault.name(conn, ana) == "ana"
        assert vault.identify(conn, ana, "claude", "2") == stays
        assert vault.identify(conn, ana, "claude", "1") == gone, "what was deleted is met again under its old pseudonym"
    (again,) = turn(house, vault_of(house, _2=OTHER, _3=THIRD), "3")
    assert again.rekeyed == (), "the new key has lost nothing yet"


def test_what_is_shredded_in_the_middle_of_a_turn_waits_for_the_next_one(house: Any, tmp_path: Path) -> None:
    late = house.seal("ana", "1", b"late")
    for n in range(3):
        house.seal(f"person {n}", "1", b"x")
    with house.begin() as conn:
        ana = house.vault.find(conn, "ana")
    vault = vault_of(house, _1=MASTER, _2=OTHER)
    seen: list[str] = []
    while ana not in seen:
        with house.begin() as conn:
            seen += [one for one, _ in vault.turn(conn, "2", limit=1).accounts]
    backup = copy_of(house, tmp_path / "backup")
    with house.begin() as conn:
        vault.shred(conn, late)
    turn(house, vault)
    assert grafted(house, backup, tmp_path / "g1", {"2": OTHER}, late) == [b"late"], "it was turned before it was shredded"
    done = turn(house, vault_of(house, _2=OTHER, _3=THIRD), "3")
    assert [one for batch in done for one in batch.rekeyed] == [ana]
    assert "does not open" in grafted(house, backup, tmp_path / "g2", {"3": THIRD}, late)


@pytest.mark.parametrize("stop", range(6))
def test_a_turn_that_dies_after_any_batch_goes_on_where_it_was(house: Any, stop: int) -> None:
    named = {n: house.seal(f"person {n}", str(n), b"%d" % n) for n in range(5)}
    extra = house.seal("person 0", "extra", b"gone")
    with house.begin() as conn:
        house.vault.shred(conn, extra)
    vault = vault_of(house, _1=MASTER, _2=OTHER)
    for _ in range(stop):
        with house.begin() as conn:
            vault.turn(conn, "2", limit=1)
    # The next batch dies before its commit; then the process begins anew.
    with house.engine.connect() as conn:
        vault.turn(conn, "2", limit=1)
        conn.rollback()
    again = vault_of(house, _1=MASTER, _2=OTHER)
    with house.begin() as conn:
        assert again.check(conn) == []
        assert [again.open(conn, named[n]) for n in named] == [[b"%d" % n] for n in named]
    late = turn(house, again, limit=2)
    assert sum(len(one.accounts) for one in late) == 5 - min(stop, 5)
    alone = vault_of(house, _2=OTHER)
    with house.begin() as conn:
        assert [alone.open(conn, named[n]) for n in named] == [[b"%d" % n] for n in named]
        assert [(one.epoch, one.accounts, one.current) for one in alone.epochs(conn)] == [("1", 0, False), ("2", 5, True)]
        assert alone.check(conn) == []


def test_a_statement_that_fails_in_a_batch_leaves_all_of_it_as_it_was(house: Any) -> None:
    for n in range(3):
        house.seal(f"person {n}", "1", b"words")
    with house.begin() as conn:
        before = list(house.vault.fingerprints(conn))
    seen = 0

    def fail(_conn: Any, _cursor: Any, statement: str, *_: Any) -> None:
        nonlocal seen
        if statement.startswith("UPDATE vault_accounts"):
            seen += 1
        if seen == 2 and statement.startswith("UPDATE"):
            raise OSError("no more")

    event.listen(house.engine, "before_cursor_execute", fail)
    vault = vault_of(house, _1=MASTER, _2=OTHER)
    with house.begin() as conn, pytest.raises(OSError, match="no more"):
        vault.turn(conn, "2")
    event.remove(house.engine, "before_cursor_execute", fail)
    with house.begin() as conn:
        assert list(house.vault.fingerprints(conn)) == before
        assert [one.epoch for one in house.vault.epochs(conn)] == ["1"]
    turn(house, vault)


def test_what_is_new_goes_under_the_new_epoch_at_once(house: Any) -> None:
    for n in range(3):
        house.seal(f"person {n}", "1", b"words")
    vault = vault_of(house, _1=MASTER, _2=OTHER)
    with house.begin() as conn:
        assert vault.turn(conn, "2", limit=1).left == 2
        new = vault.enrol(conn, "dee").account
        assert conn.execute(text("select epoch from vault_accounts where account = :a"), {"a": new}).scalar() == "2"
        assert vault.find(conn, "person 0") is not None
        assert vault.turn(conn, "2").left == 0


def test_turning_twice_and_turning_an_empty_vault_change_nothing_else(house: Any) -> None:
    vault = vault_of(house, _1=MASTER, _2=OTHER)
    (first,) = turn(house, vault)
    assert (first.previous, first.accounts, first.keys, first.left) == ("1", (), (), 0)
    (second,) = turn(house, vault)
    assert (second.previous, second.accounts, second.keys, second.left) == (None, (), (), 0)
    with house.begin() as conn, pytest.raises(Unfit, match="epoch `1` was begun before"):
        vault.turn(conn, "1")
    with house.begin() as conn, pytest.raises(Unfit, match="at least one account"):
        vault.turn(conn, "3", limit=0)
    with house.begin() as conn, pytest.raises(Unfit, match="name of an epoch"):
        vault.turn(conn, "")


def test_a_missing_or_wrong_master_key_stops_a_turn_in_one_line_and_changes_nothing(house: Any) -> None:
    house.seal("ana", "1", b"words")
    with house.begin() as conn:
        before = list(house.vault.fingerprints(conn))
    for keys, line in (
        ({"_2": OTHER}, "no master key is at hand for epoch `1`"),
        ({"_1": THIRD, "_2": OTHER}, "master key does not open epoch `1`"),
        ({"_1": MASTER}, "no master key is at hand for epoch `2`"),
    ):
        with house.begin() as conn, pytest.raises(Broken, match=line):
            vault_of(house, **keys).turn(conn, "2")
        with house.begin() as conn:
            assert list(house.vault.fingerprints(conn)) == before
            assert [one.epoch for one in house.vault.epochs(conn)] == ["1"]


def test_held_and_hidden_conversations_survive_a_turn(house: Any) -> None:
    held, gone, hidden = (house.seal("ana", n, b"words") for n in ("held", "gone", "hidden"))
    with house.begin() as conn:
        house.vault.hold(conn, "order", conversations=[held], matter="a matter")
        house.vault.hide(conn, held)
        house.vault.hide(conn, hidden)
        house.vault.shred(conn, gone)
        ana = house.vault.find(conn, "ana")
        assert not house.vault.forget(conn, ana).gone
    (done,) = turn(house, vault_of(house, _1=MASTER, _2=OTHER))
    assert {one for one, _ in done.keys} == {held}, "hidden was shredded with the account; held was not"
    vault = vault_of(house, _2=OTHER)
    with house.begin() as conn:
        assert vault.open(conn, held, hold="order") == [b"words"]
        with pytest.raises(Refused):
            vault.open(conn, held)
        with pytest.raises(Refused):
            vault.shred(conn, held)
        assert vault.leaving(conn) == [ana]
        assert vault.release_hold(conn, "order")
        assert vault.forget(conn, ana).gone
        assert conn.execute(text("select count(*) from vault_worn")).scalar() == 0
        assert vault.check(conn) == []


def test_a_reader_sees_every_conversation_whole_while_the_epoch_turns(house: Any) -> None:
    named = [house.seal(f"person {n % 10}", str(n), b"words") for n in range(40)]
    with house.begin() as conn:
        for one in named[:10]:
            house.vault.shred(conn, one)
    engine, _ = house.open()
    reader = Vault(engine, house.folder, MasterKeys(BOTH), entropy=os.urandom)
    wrong: list[str] = []
    rounds, over = 0, threading.Event()

    def read() -> None:
        nonlocal rounds
        while not over.is_set() or rounds < 2:
            with engine.connect() as conn:
                conn.exec_driver_sql("ROLLBACK")
                conn.exec_driver_sql("BEGIN")
                try:
                    assert [reader.open(conn, one) for one in named[10:]] == [[b"words"]] * 30
                except Exception as error:  # noqa: BLE001  # whatever a reader meets is a failure of this test
                    wrong.append(repr(error))
                conn.exec_driver_sql("ROLLBACK")
            rounds += 1

    thread = threading.Thread(target=read)
    thread.start()
    try:
        house.engine.dispose()
        engine_w, _ = house.open()
        vault = Vault(engine_w, house.folder, MasterKeys(BOTH), entropy=os.urandom)
        left = 1
        while left:
            with engine_w.begin() as conn:
                left = vault.turn(conn, "2", limit=1).left
    finally:
        over.set()
        thread.join()
    assert wrong == []
    assert rounds >= 2


def test_a_thousand_accounts_turn_and_each_still_opens(houses: Callable[..., Any]) -> None:
    house = houses()
    named = []
    with house.begin() as conn:
        for n in range(1000):
            account = house.vault.enrol(conn, f"person {n}").account
            named.append(house.vault.identify(conn, account, "x", "1"))
            house.vault.seal(conn, account, named[-1], b"%d" % n, turns=1, policy=POLICY)
        for one in named[::10]:
            house.vault.shred(conn, one)
    done = turn(house, vault_of(house, _1=MASTER, _2=OTHER))
    assert [one.left for one in done] == [800, 600, 400, 200, 0]
    assert sum(len(one.rekeyed) for one in done) == 100
    vault = vault_of(house, _2=OTHER)
    with house.begin() as conn:
        assert all(vault.open(conn, one) == [b"%d" % n] for n, one in enumerate(named) if n % 10)
        assert vault.check(conn) == []


def test_a_batch_ends_early_where_one_account_has_very_much(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turning, "ENOUGH", 3)
    for n in range(4):
        house.seal("ana", str(n), b"words")
        house.seal("bo", str(n), b"words")
    done = turn(house, vault_of(house, _1=MASTER, _2=OTHER), everybody=True)
    assert [(len(one.accounts), len(one.keys), one.left) for one in done] == [(1, 4, 1), (1, 4, 0)]


def test_a_lost_key_row_stops_the_turn_and_names_the_account(house: Any) -> None:
    conversation, _ = house.seal("ana", "1", b"words"), house.seal("ana", "2", b"words")
    with house.begin() as conn:
        conn.execute(text("delete from vault_keys where conversation = :c"), {"c": conversation})
        ana = house.vault.find(conn, "ana")
    with house.begin() as conn, pytest.raises(Broken, match=f"account `{ana}` has 2 conversations and 1 keys"):
        vault_of(house, _1=MASTER, _2=OTHER).turn(conn, "2", everybody=True)


def test_an_auditor_reads_a_folder_made_before_epochs_turned(house: Any) -> None:
    gone = house.seal("ana", "1", b"gone")
    with house.begin() as conn:
        house.vault.shred(conn, gone)
        ana = house.vault.find(conn, "ana")
        conn.execute(text("drop table vault_worn"))
        assert house.vault.check(conn) == []
        assert [one.id for one in house.vault.fingerprints(conn) if one.kind == "worn"] == [ana]
