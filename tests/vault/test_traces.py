"""What was said is in no file, at no time; what was shredded leaves the files too."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import Broken
from sayso.vault import encode
from sayso.vault.frames import HEADER

POLICY = "ab" * 32


class Canaries:
    """Random hex words planted wherever a person's words or names go in, searched for whole and in pieces of 16."""

    def __init__(self) -> None:
        self.planted: list[str] = []

    def plant(self) -> str:
        self.planted.append(os.urandom(24).hex())
        return self.planted[-1]

    def found_in(self, house: Any) -> list[str]:
        found = []
        for name, raw in house.bytes_on_disk().items():
            for canary in self.planted:
                pieces = [canary.encode()[at : at + 16] for at in range(0, 48, 8)]
                forms = [*pieces, bytes.fromhex(canary)[:16], canary.encode("utf-16-le")[:32]]
                found += [f"{name}: {canary}" for form in forms if form in raw]
        return found


def live_through(house: Any, canaries: Canaries, look: Callable[[str], None]) -> None:
    """Everything that can happen to a conversation, with a look at the files after each step."""
    named = {}
    for n in range(6):
        with house.begin() as conn:
            account = house.vault.enrol(conn, canaries.plant()).account
            named[n] = house.vault.identify(conn, account, "claude", canaries.plant())
            turn = Turn(id=canaries.plant(), role="user", parts=(Text(canaries.plant()),), author=canaries.plant())
            header = Conversation(id=canaries.plant(), source="claude", title=canaries.plant(), account=canaries.plant())
            house.vault.seal(conn, account, named[n], encode(header, [turn] * 3), turns=3, policy=POLICY)
            look("while the transaction is open")
        look("after the commit")
    with house.begin() as conn:
        accounts = [row.account for row in house.vault.rows(conn)]
        house.vault.hide(conn, named[0])
        house.vault.open(conn, named[1])
        house.vault.name(conn, accounts[-1])
        look("after hiding and opening")
        house.vault.hold(conn, "h", conversations=[named[2]])
        house.vault.shred(conn, named[1])
        house.vault.forget(conn, accounts[2])
        house.vault.forget(conn, accounts[3])
        look("after forgetting")
        house.vault.compact(conn, share=0)
        look("after compacting")
    look("after that commit")
    house.vault.settle()
    look("after settling")
    house.close()
    look("after closing")


def test_no_word_and_no_name_is_in_any_file_at_any_time(house: Any) -> None:
    canaries = Canaries()
    looks: list[str] = []

    def look(when: str) -> None:
        assert canaries.found_in(house) == [], when
        looks.append(when)

    live_through(house, canaries, look)
    assert len(looks) > 12


def test_the_search_would_find_a_name_that_was_written_plainly(house: Any) -> None:
    canaries = Canaries()
    with house.begin() as conn:
        conn.execute(text("create table plain (name text)"))
        conn.execute(text("insert into plain values (:n)"), {"n": canaries.plant()})
    assert canaries.found_in(house)


def test_a_shredded_key_and_its_ciphertext_leave_every_file(houses: Callable[..., Any]) -> None:
    house = houses(roll=3000)
    conversations = [house.seal("ana", str(n), os.urandom(700)) for n in range(12)]
    with house.begin() as conn:
        keys = dict(conn.execute(text("select conversation, wrapped from vault_keys")).all())
        blocks = {
            row.conversation: (house.folder / "segments" / f"{row.segment:06d}.seg").read_bytes()[
                row.start : row.start + row.length
            ]
            for row in conn.execute(text("select * from vault_blocks"))
        }
    gone, stay = conversations[::2], conversations[1::2]

    def left(what: dict[str, bytes]) -> int:
        return sum(
            what[one][at : at + 16] in raw
            for raw in house.bytes_on_disk().values()
            for one in gone
            for at in (0, 20, len(what[one]) - 16)
        )

    assert left(keys) > 0
    with house.begin() as conn:
        for one in gone:
            assert house.vault.shred(conn, one)
    assert house.vault.settle().log_empty
    assert left(keys) == 0
    with house.begin() as conn:
        before = {one.id: one.digest for one in house.vault.fingerprints(conn)}
        assert house.vault.compact(conn, share=0.9).segments == ()
        done = house.vault.compact(conn)
        assert done.freed > 6 * 700
        for one in stay:
            assert len(house.vault.open(conn, one)) == 1
    assert house.vault.settle().removed == done.segments
    sealed = {one: raw[HEADER:] for one, raw in blocks.items()}
    assert left(sealed) == 0
    with house.begin() as conn:
        assert {one.id: one.digest for one in house.vault.fingerprints(conn)} == before
        assert [len(house.vault.open(conn, one)[0]) for one in stay] == [700] * 6
        assert house.vault.stats(conn).dead_bytes == 0
        assert house.vault.check(conn) == []
        assert house.vault.compact(conn, share=0).segments == ()


def test_a_compaction_that_dies_at_any_point_can_be_run_again(house: Any) -> None:
    gone, stay = house.seal("ana", "1", b"x" * 300), house.seal("ana", "2", b"y" * 300)
    with house.begin() as conn:
        house.vault.shred(conn, gone)
    # (1) The copy is made, then the process dies before its commit.
    with house.engine.connect() as conn:
        house.vault.compact(conn)
        conn.rollback()
    with house.begin() as conn:
        assert house.vault.open(conn, stay) == [b"y" * 300]
        assert house.vault.check(conn) == []
    # (2) The commit is made, then the process dies before the old file is removed.
    with house.begin() as conn:
        assert house.vault.compact(conn).segments == (1,)
    engine, vault = house.open()
    assert vault.settle().removed == (1, 2)
    with engine.begin() as conn:
        assert vault.open(conn, stay) == [b"y" * 300]
        assert vault.check(conn) == []
    house.seal("ana", "3", b"goes on")
    with engine.begin() as conn:
        assert vault.stats(conn).segments == 1


def test_nothing_is_removed_while_somebody_still_reads_the_older_state(house: Any) -> None:
    gone, stay = house.seal("ana", "1", b"x" * 300), house.seal("ana", "2", b"y" * 300)
    engine, vault = house.open()
    with engine.connect() as reader:
        reader.info["reader"] = True
        vault.unlock(reader)
        with house.begin() as conn:
            house.vault.shred(conn, gone)
            house.vault.compact(conn)
        settled = house.vault.settle()
        assert not settled.log_empty
        assert settled.removed == ()
        assert vault.open(reader, gone) == [b"x" * 300]
        assert vault.open(reader, stay) == [b"y" * 300]
        reader.rollback()
    assert house.vault.settle().removed == (1,)
    with house.begin() as conn:
        assert house.vault.open(conn, stay) == [b"y" * 300]


def test_until_epochs_turn_an_older_backup_still_opens_with_the_living_master_key(house: Any, tmp_path_factory: Any) -> None:
    """The limit that `spec/vault.md` states plainly; how it ends is told in `test_epochs.py`."""
    conversation = house.seal("ana", "1", b"words")
    house.vault.settle()
    backup = type(house)(tmp_path_factory.mktemp("backup"))
    backup.close()
    shutil.copytree(house.folder, backup.folder, dirs_exist_ok=True)
    with house.begin() as conn:
        house.vault.shred(conn, conversation)
    house.vault.settle()
    with backup.begin() as conn:
        assert backup.vault.open(conn, conversation) == [b"words"]
    engine, stranger = backup.open(master=bytes(range(32)))
    with engine.begin() as conn, pytest.raises(Broken):
        stranger.open(conn, conversation)
    backup.close()


def test_a_lone_name_does_not_tell_its_length(house: Any) -> None:
    with house.begin() as conn:
        for name in ("a", "a much longer name than that", "x" * 63):
            house.vault.enrol(conn, name)
        assert len(set(conn.execute(text("select length(name) from vault_accounts")).scalars())) == 1


def test_segments_are_for_their_owner_only(house: Any) -> None:
    house.seal("ana", "1", b"words")
    folder = house.folder / "segments"
    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "000001.seg").stat().st_mode & 0o077 == 0


def test_a_segment_that_is_a_link_is_not_followed(house: Any) -> None:
    elsewhere = house.folder / "elsewhere"
    elsewhere.write_bytes(b"")
    (house.folder / "segments" / "000001.seg").symlink_to(elsewhere)
    with pytest.raises(Broken):
        house.seal("ana", "1", b"words")
    assert elsewhere.read_bytes() == b""
