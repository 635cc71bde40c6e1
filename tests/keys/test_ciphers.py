"""Algorithms can follow one another: everything sealed names its cipher, and both are read beside each other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from tests.vault.conftest import MASTER, POLICY, engine_at

from sayso.app.clock import StoryClock
from sayso.app.house import create, open_house
from sayso.app.jobs import epochs, evidence, people
from sayso.app.settings import Settings
from sayso.facts.errors import Broken, Unfit
from sayso.vault import MasterKeys, Vault, ciphers, frames
from sayso.vault.keys import derive, lock, purpose, unlock

OLD, NEW = "aes-256-gcm", "aes-256-gcm-siv"
OTHER = bytes(range(50, 82))


class Home:
    def __init__(self, folder: Path) -> None:
        self.folder, self.engine = folder, engine_at(folder / "sayso.db")
        self.vault(OLD).create()

    def vault(self, cipher: str, **more: bytes) -> Vault:
        return Vault(self.engine, self.folder, MasterKeys({"1": MASTER} | more), entropy=os.urandom, cipher=cipher)

    def seal(self, cipher: str, name: str, external: str, words: bytes) -> str:
        vault = self.vault(cipher)
        with self.engine.begin() as conn:
            account = vault.enrol(conn, name).account
            conversation = vault.identify(conn, account, "x", external)
            vault.seal(conn, account, conversation, words, turns=1, policy=POLICY)
        return conversation

    def versions(self) -> list[int]:
        """Which cipher each block on the disk names, in its place."""
        with self.engine.begin() as conn:
            rows = conn.exec_driver_sql("select start from vault_blocks order by start").scalars().all()
        raw = (self.folder / "segments" / "000001.seg").read_bytes()
        return [raw[start + len(frames.MAGIC)] for start in rows]


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    made = Home(tmp_path)
    yield made
    made.engine.dispose()


def test_a_conversation_begun_under_the_first_cipher_goes_on_under_the_second(home: Home) -> None:
    ana = home.seal(OLD, "ana", "1", b"old")
    home.seal(NEW, "ana", "1", b"new")
    home.seal(OLD, "ana", "1", b"old again")
    bo = home.seal(NEW, "bo", "1", b"of bo")
    assert home.versions() == [1, 2, 1, 2]
    for cipher in (OLD, NEW):
        vault = home.vault(cipher)
        with home.engine.begin() as conn:
            assert vault.open(conn, ana) == [b"old", b"new", b"old again"]
            assert vault.open(conn, bo) == [b"of bo"]
            assert vault.name(conn, vault.find(conn, "bo") or "") == "bo"
            assert vault.check(conn) == []


def test_an_epoch_that_turns_brings_keys_under_the_new_cipher_and_leaves_blocks_as_they_are(home: Home) -> None:
    ana = home.seal(OLD, "ana", "1", b"old")
    gone = home.seal(OLD, "ana", "2", b"gone")
    vault = home.vault(NEW, **{"2": OTHER})
    with home.engine.begin() as conn:
        vault.shred(conn, gone)
        assert vault.turn(conn, "2").left == 0
        for table, column in (("accounts", "wrapped"), ("accounts", "name"), ("accounts", "secret"), ("keys", "wrapped")):
            for raw in conn.exec_driver_sql(f"select {column} from vault_{table}").scalars():
                assert raw.startswith(b"sayso\0k\x02"), f"{table}.{column}"
        assert vault.open(conn, ana) == [b"old"]
        assert home.vault(OLD, **{"2": OTHER}).open(conn, ana) == [b"old"]
    assert home.versions() == [1]


@pytest.mark.parametrize("named", [0, 1, 3, 255])
def test_a_block_that_names_another_cipher_than_it_was_sealed_with_does_not_open(home: Home, named: int) -> None:
    ana = home.seal(NEW, "ana", "1", b"words")
    path = home.folder / "segments" / "000001.seg"
    raw = bytearray(path.read_bytes())
    raw[len(frames.MAGIC)] = named
    path.write_bytes(raw)
    vault = home.vault(NEW)
    with home.engine.begin() as conn:
        with pytest.raises(Broken, match=f"conversation `{ana}` block 0") as raised:
            vault.open(conn, ana)
        assert ("cipher version" in str(raised.value)) == (named > 2)
        assert vault.check(conn)


@given(
    plain=st.binary(max_size=200),
    bound=st.binary(max_size=40),
    version=st.sampled_from(list(ciphers.CIPHERS)),
    place=st.integers(0),
)
@examples(max_examples=60)
def test_what_is_locked_opens_by_the_cipher_it_names_and_not_when_a_bit_differs(
    plain: bytes, bound: bytes, version: int, place: int
) -> None:
    key = bytes(range(32))
    sealed = lock(key, plain, bound, os.urandom, version)
    assert unlock(key, sealed, bound, "it") == plain
    bad = bytearray(sealed)
    bad[place % len(bad)] ^= 1 << place % 8
    with pytest.raises(Broken):
        unlock(key, bytes(bad), bound, "it")
    with pytest.raises(Broken):
        unlock(key, sealed, bound + b"x", "it")


def test_the_first_cipher_never_writes_what_a_later_one_would_be_taken_for() -> None:
    drawn = iter([b"sayso\0k\x02rest", b"twelve bytes"])
    sealed = lock(bytes(range(32)), b"words", b"", lambda _: next(drawn))
    assert sealed.startswith(b"twelve bytes")
    assert unlock(bytes(range(32)), sealed, b"", "it") == b"words"


def test_no_key_is_used_by_two_ciphers() -> None:
    """Version 2 seals under a key derived from the conversation's, so what one gives away says nothing of the other."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

    key, nonce = bytes(range(32)), bytes(12)
    sealed = ciphers.encrypt(2, key, nonce, b"words", b"bound")
    assert AESGCMSIV(key).encrypt(nonce, b"words", b"bound") != sealed
    assert AESGCMSIV(derive(key, b"sayso/vault/v2/cipher")).encrypt(nonce, b"words", b"bound") == sealed


def test_randomness_that_repeats_tells_less_under_the_second_cipher() -> None:
    """A machine restored from a snapshot draws the same nonce: under the first the two texts can be compared bit by bit."""
    key, nonce = bytes(range(32)), bytes(12)

    def difference(version: int) -> bytes:
        one, two = (ciphers.encrypt(version, key, nonce, text, b"") for text in (b"yes, keep my words", b"no, erase my words"))
        return bytes(a ^ b for a, b in zip(one[:18], two[:18], strict=True))

    plain = bytes(a ^ b for a, b in zip(b"yes, keep my words", b"no, erase my words", strict=True))
    assert difference(1) == plain
    assert difference(2) != plain


def test_what_a_later_version_wrapped_is_refused_in_one_line() -> None:
    key = bytes(range(32))
    sealed = b"sayso\0k\x07" + os.urandom(40)
    with pytest.raises(Broken, match="cipher version 7, which this program does not know"):
        unlock(key, sealed, purpose("name", "a_1"), "the name")


def test_an_operator_sets_the_cipher_and_a_wrong_name_is_refused(tmp_path: Path) -> None:
    env = {"SAYSO_CIPHER": NEW}
    clock = StoryClock(datetime(2025, 9, 1, tzinfo=UTC))
    with create(Settings.read(tmp_path / "d", {}), clock=clock) as house, house.writing() as work:
        people.enrol(house, work, "ana", tier="pro", region="US")
    with open_house(Settings.read(tmp_path / "d", env), clock=clock) as house:
        with house.writing() as work:
            people.enrol(house, work, "bo", tier="pro", region="US")
        assert people.account_of(house, "ana")
        assert epochs.turn(house).accounts == 2
        assert evidence.audit(house) == []
        with house.reading() as conn:
            rows: Any = conn.exec_driver_sql("select wrapped from vault_accounts").scalars().all()
        assert all(raw.startswith(b"sayso\0k\x02") for raw in rows)
    with open_house(Settings.read(tmp_path / "d", {}), clock=clock) as house:
        assert people.account_of(house, "bo"), "without the setting all is read as before"
    with pytest.raises(Unfit, match="no cipher `rot13`; choose one of aes-256-gcm, aes-256-gcm-siv"):
        open_house(Settings.read(tmp_path / "d", {"SAYSO_CIPHER": "rot13"}), clock=clock)
