"""What the vault promises Ana, Bo and Cy at its door."""

from __future__ import annotations

import base64
import os
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from sayso.facts.errors import Broken, Refused, Unfit
from sayso.vault import MasterKeys, Vault, assert_safe, parse_master

POLICY = "ab" * 32
NOON = datetime(2025, 10, 8, 12, tzinfo=UTC)


def test_what_ana_says_comes_back_in_order(house: Any) -> None:
    conversation = house.seal("ana", "1", b"first", b"", b"third")
    house.seal("ana", "1", b"fourth")
    with house.begin() as conn:
        assert house.vault.open(conn, conversation) == [b"first", b"", b"third", b"fourth"]


def test_ana_is_enrolled_once_and_found_again_after_a_restart(house: Any) -> None:
    with house.begin() as conn:
        first = house.vault.enrol(conn, "ana@example.org")
        again = house.vault.enrol(conn, "ana@example.org")
    assert first.created
    assert not again.created
    assert (first.account, first.digest) == (again.account, again.digest)
    engine, vault = house.open()
    with engine.begin() as conn:
        assert vault.find(conn, "ana@example.org") == first.account
        assert vault.name(conn, first.account) == "ana@example.org"
        assert vault.find(conn, "bo@example.org") is None
    assert re.fullmatch(r"a_[a-z2-7]{26}", first.account)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ana", "ana"),
        ("ana", "ana "),
        ("ana", "ana\0"),
        ("ana\u202e", "ana"),
        ("é", "e\u0301"),
        ("👩‍💻", "👩"),
        ("x" * 255, "x" * 256),
        ("\x80", "\x80\0"),
    ],
)
def test_names_that_differ_in_anything_are_different_people(house: Any, one: str, other: str) -> None:
    with house.begin() as conn:
        first, second = house.vault.enrol(conn, one), house.vault.enrol(conn, other)
        assert first.account != second.account
        assert (house.vault.name(conn, first.account), house.vault.name(conn, second.account)) == (one, other)


@pytest.mark.parametrize("bad", ["", "half \ud800", "x" * 4097, None, 7])
def test_what_is_no_name_is_refused_without_being_shown(house: Any, bad: Any) -> None:
    with house.begin() as conn:
        with pytest.raises(Unfit) as caught:
            house.vault.enrol(conn, bad)
        ana = house.vault.enrol(conn, "ana").account
        with pytest.raises(Unfit):
            house.vault.identify(conn, ana, "claude", bad)
        with pytest.raises(Unfit):
            house.vault.identify(conn, ana, bad, "1")
    assert "xxx" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_outside_id_means_the_same_conversation_while_the_account_lives(house: Any) -> None:
    with house.begin() as conn:
        ana, bo = house.vault.enrol(conn, "ana").account, house.vault.enrol(conn, "bo").account
        named = [
            house.vault.identify(conn, who, source, external)
            for who in (ana, bo)
            for source in ("claude", "chatgpt", "Claude")
            for external in ("1", "1 ", "I", "\u202e1", "1\0", "👍", "z" * 255)
        ]
        assert len(set(named)) == len(named)
        assert all(re.fullmatch(r"c_[a-z2-7]{26}", one) for one in named)
        assert house.vault.identify(conn, ana, "claude", "1") == named[0]
        with pytest.raises(Unfit):
            house.vault.identify(conn, ana, "cla\0ude", "1")


def test_each_person_has_a_blinding_secret_of_their_own(house: Any) -> None:
    with house.begin() as conn:
        ana, bo = house.vault.enrol(conn, "ana").account, house.vault.enrol(conn, "bo").account
        assert len(house.vault.blinding(conn, ana)) == 32
        assert house.vault.blinding(conn, ana) != house.vault.blinding(conn, bo)
        assert house.vault.blinding(conn, ana) == house.vault.blinding(conn, ana)


def test_a_hidden_conversation_is_not_shown_nor_continued_nor_listed(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words")
    with house.begin() as conn:
        assert house.vault.hide(conn, conversation, NOON)
        assert not house.vault.hide(conn, conversation, NOON)
        with pytest.raises(Refused):
            house.vault.open(conn, conversation)
        ana = house.vault.find(conn, "ana")
        with pytest.raises(Refused):
            house.vault.seal(conn, ana, conversation, b"more", turns=1, policy=POLICY)
        assert house.vault.of_account(conn, ana) == []
        (row,) = house.vault.of_account(conn, ana, states=("hidden",))
        assert row.hidden_at == NOON


def test_a_shredded_conversation_is_gone_and_shredding_it_again_says_so(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words")
    with house.begin() as conn:
        assert house.vault.shred(conn, conversation)
        assert not house.vault.shred(conn, conversation)
        assert not house.vault.hide(conn, conversation)
        with pytest.raises(Refused):
            house.vault.open(conn, conversation)
        ana = house.vault.find(conn, "ana")
        with pytest.raises(Refused):
            house.vault.seal(conn, ana, conversation, b"more", turns=1, policy=POLICY)
        assert conn.execute(text("select count(*) from vault_keys")).scalar() == 0
        assert house.vault.check(conn) == []


def test_a_conversation_nobody_sealed_is_named_as_such(house: Any) -> None:
    with house.begin() as conn:
        never = "c_" + "a" * 26
        for ask in (house.vault.open, house.vault.shred, house.vault.hide):
            with pytest.raises(Unfit, match=never):
                ask(conn, never)
            with pytest.raises(Unfit):
                ask(conn, "../../etc/passwd")
        assert house.vault.look(conn, never) is None


def test_bo_cannot_write_into_a_conversation_of_ana(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words")
    with house.begin() as conn:
        bo = house.vault.enrol(conn, "bo").account
        with pytest.raises(Unfit):
            house.vault.seal(conn, bo, conversation, b"words", turns=1, policy=POLICY)


def test_forgetting_ana_leaves_no_way_back_to_her(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words")
    house.seal("bo", "1", b"his words")
    with house.begin() as conn:
        ana = house.vault.find(conn, "ana")
        done = house.vault.forget(conn, ana)
        assert (done.shredded, done.held, done.gone) == ((conversation,), (), True)
        assert house.vault.find(conn, "ana") is None
        for ask in (house.vault.name, house.vault.blinding):
            with pytest.raises(Refused):
                ask(conn, ana)
        with pytest.raises(Refused):
            house.vault.identify(conn, ana, "claude", "1")
        with pytest.raises(Refused):
            house.vault.seal(conn, ana, conversation, b"late", turns=1, policy=POLICY)
        assert house.vault.forget(conn, ana).gone
        back = house.vault.enrol(conn, "ana")
        assert back.created
        assert back.account != ana
        assert house.vault.identify(conn, back.account, "claude", "1") != conversation
        assert house.vault.check(conn) == []


def test_what_changes_is_due_and_nothing_else(house: Any) -> None:
    conversations = [house.seal("ana", str(n), b"words") for n in range(5)]
    with house.begin() as conn:
        days = [NOON + timedelta(days=n) for n in range(4)]
        assert house.vault.schedule(conn, [*zip(conversations, days, strict=False), ("c_" + "b" * 26, NOON)]) == 4
        assert house.vault.due(conn, NOON - timedelta(microseconds=1)) == []
        assert house.vault.due(conn, NOON) == conversations[:1]
        assert house.vault.due(conn, days[3]) == conversations[:4]
        assert house.vault.due(conn, days[3], limit=2) == conversations[:2]
        house.vault.schedule(conn, [(conversations[0], None)])
        house.vault.shred(conn, conversations[1])
        assert house.vault.due(conn, days[3]) == conversations[2:4]
        plan = conn.execute(text("explain query plan select conversation from vault_conversations where next_change_at <= 5")).all()
        assert "vault_due" in str(plan)
        with pytest.raises(Unfit):
            house.vault.due(conn, datetime(2025, 1, 1))  # noqa: DTZ001 - a time without zone is what is refused


def test_the_end_of_the_calendar_is_kept_exactly(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words")
    last = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    with house.begin() as conn:
        house.vault.schedule(conn, [(conversation, last)])
        assert house.vault.look(conn, conversation).next_change_at == last


def test_an_account_is_listed_newest_first_page_by_page(house: Any) -> None:
    conversations = [house.seal("ana", str(n), b"words") for n in range(5)]
    house.seal("ana", "1", b"again")
    house.seal("bo", "1", b"his")
    with house.begin() as conn:
        ana = house.vault.find(conn, "ana")
        listed = [row.conversation for row in house.vault.of_account(conn, ana)]
        assert listed == [conversations[n] for n in (1, 4, 3, 2, 0)]
        assert [row.conversation for row in house.vault.of_account(conn, ana, offset=1, limit=2)] == listed[1:3]
        assert house.vault.of_account(conn, ana)[0].blocks == 2
        assert len(list(house.vault.rows(conn))) == 6
        with pytest.raises(Unfit):
            house.vault.of_account(conn, ana, offset=-1)


def test_stats_count_what_lives_and_what_is_dead(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words" * 100)
    house.seal("bo", "1", b"words")
    with house.begin() as conn:
        before = house.vault.stats(conn)
        house.vault.shred(conn, conversation)
        after = house.vault.stats(conn)
    assert (before.accounts, before.live, before.blocks, before.turns, before.dead_bytes) == (2, 2, 2, 4, 0)
    assert (after.live, after.shredded, after.blocks) == (1, 1, 1)
    assert after.dead_bytes + after.live_bytes == before.live_bytes


def test_a_wrong_master_key_is_found_at_once(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words")
    engine, vault = house.open(master=bytes(range(32)))
    with pytest.raises(Broken, match="master key does not open epoch `1`; hand over"):
        vault.create()
    with engine.begin() as conn:
        for ask in (
            lambda: vault.unlock(conn),
            lambda: vault.enrol(conn, "cy"),
            lambda: vault.find(conn, "ana"),
            lambda: vault.open(conn, conversation),
        ):
            with pytest.raises(Broken, match="master key does not open epoch `1`"):
                ask()
    with house.begin() as conn:
        assert house.vault.stats(conn).accounts == 1


def test_a_new_epoch_opens_what_the_old_one_sealed(house: Any) -> None:
    conversation = house.seal("ana", "1", b"words")
    keys = MasterKeys({"1": house.master, "2": bytes(range(50, 82))})
    vault = Vault(house.engine, house.folder, keys, entropy=os.urandom)
    with house.begin() as conn:
        vault.turn(conn, "2")
        assert vault.open(conn, conversation) == [b"words"]
        bo = vault.enrol(conn, "bo").account
        assert vault.find(conn, "ana") is not None
        assert conn.execute(text("select epoch from vault_accounts where account = :a"), {"a": bo}).scalar() == "2"
        with pytest.raises(Broken, match="epoch `2`"):
            house.vault.name(conn, bo)


def test_a_key_that_is_not_random_is_refused() -> None:
    for bad in (bytes(32), b"password" * 4, b"short"):
        with pytest.raises(Unfit) as caught:
            MasterKeys.of(bad)
        assert "password" not in str(caught.value)
    assert "100" not in repr(MasterKeys.of(bytes(range(100, 132))))
    key = bytes(range(7, 39))
    assert parse_master(key) == parse_master(key.hex().encode() + b"\n") == parse_master(base64.b64encode(key)) == key
    assert parse_master(base64.urlsafe_b64encode(bytes([255] * 32))) == bytes([255] * 32)
    for bad in (b"", b"hello", b"g" * 64, key + b"1"):
        with pytest.raises(Unfit):
            parse_master(bad)


def test_a_database_that_keeps_what_it_deletes_is_refused(house: Any) -> None:
    for pragma, value in (("secure_delete", "OFF"), ("secure_delete", "FAST"), ("synchronous", "NORMAL")):
        engine, vault = house.open(**{pragma: value})
        with pytest.raises(Broken, match=pragma):
            vault.create()
        with engine.begin() as conn, pytest.raises(Broken, match=pragma):
            vault.enrol(conn, "ana")
        with engine.begin() as conn, pytest.raises(Broken, match=pragma):
            assert_safe(conn)


def test_a_database_without_a_vault_says_what_to_do(tmp_path: Any) -> None:
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{tmp_path / 'x.db'}")
    vault = Vault(engine, tmp_path, MasterKeys.of(bytes(range(32))), entropy=lambda n: bytes(n))
    with engine.begin() as conn:
        conn.execute(text("PRAGMA secure_delete = ON"))
        for ask in (vault.find, vault.enrol):
            with pytest.raises(Broken, match="sayso init"):
                ask(conn, "ana")


@pytest.mark.parametrize(
    "more",
    [
        {"turns": -1},
        {"turns": 2**31},
        {"turns": "2"},
        {"policy": "consumer"},
        {"policy": "AB" * 32},
        {"began": datetime(2025, 1, 1)},  # noqa: DTZ001  # without a zone, which is what is wrong with it
    ],
)
def test_a_block_that_cannot_be_listed_is_refused_before_it_is_written(house: Any, more: dict[str, Any]) -> None:
    with house.begin() as conn:
        ana = house.vault.enrol(conn, "ana").account
        conversation = house.vault.identify(conn, ana, "claude", "1")
        with pytest.raises(Unfit):
            house.vault.seal(conn, ana, conversation, b"x", **{"turns": 1, "policy": POLICY} | more)
        assert house.vault.stats(conn).segments == 0


def test_many_are_enrolled_at_once_each_once_and_found_again(house: Any) -> None:
    with house.engine.begin() as conn:
        ana = house.vault.enrol(conn, "ana")
        made = house.vault.enrol_all(conn, ["bo", "ana", "cy", "bo"])
        assert [one.created for one in made] == [True, False, True, False]
        assert (made[1].account, made[1].digest, made[3].account) == (ana.account, ana.digest, made[0].account)
        assert house.vault.find(conn, "cy") == made[2].account
        assert house.vault.enrol_all(conn, []) == []
        assert [house.vault.name(conn, one.account) for one in made] == ["bo", "ana", "cy", "bo"]
