"""The index of the vault says the same on SQLite and on PostgreSQL, and so does what the database may not do."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.app import shelf
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.vault import MasterKeys, Vault, assert_safe

from .conftest import AT, MASTER, POLICY, later
from .test_ledger import HOSTILE, plain


def test_everybody_has_an_account_and_conversations_of_their_own(vault, engine):
    names = [one for one in HOSTILE if one]
    with engine.begin() as conn:
        accounts = {who: vault.enrol(conn, who).account for who in names}
        named = {who: vault.identify(conn, accounts[who], who.replace("\0", "?"), who) for who in names}
        for who in names:
            vault.seal(conn, accounts[who], named[who], who.encode(), turns=1, policy=POLICY)
    with engine.begin() as conn:
        assert len(set(accounts.values())) == len(set(named.values())) == len(names)
        for who in names:
            assert vault.find(conn, who) == accounts[who]
            assert vault.name(conn, accounts[who]) == who
            assert vault.open(conn, named[who]) == [who.encode()]
            assert not vault.enrol(conn, who).created
        assert vault.check(conn) == []
    with pytest.raises(Unfit, match="lone surrogate"), engine.begin() as conn:
        vault.enrol(conn, "ana\ud800")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=20)
@given(
    matter=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60),
    hold=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60),
)
def test_a_hold_is_found_under_its_own_words(vault, engine, matter, hold):
    with engine.begin() as conn:
        vault.hold(conn, hold, matter=matter)
        assert (hold, matter) in [(one.hold, one.matter) for one in vault.holds(conn)]
        assert vault.release_hold(conn, hold)
        assert hold not in [one.hold for one in vault.holds(conn)]
        assert vault.check(conn) == []


def test_what_the_index_knows_it_knows_on_both(vault, engine):
    with engine.begin() as conn:
        ana, bo = vault.enrol(conn, "ana").account, vault.enrol(conn, "bo").account
        chats = [vault.identify(conn, ana, "x", str(n)) for n in range(6)]
        for n, one in enumerate(chats):
            vault.seal(conn, ana, one, b"%d" % n, turns=n, policy=POLICY, began=later(days=n), ended=later(days=n, hours=1))
        other = vault.identify(conn, bo, "x", "0")
        vault.seal(conn, bo, other, b"bo", turns=1, policy=POLICY)
        vault.schedule(conn, [(chats[3], later(days=3)), (chats[1], later(days=1)), (chats[2], None)])
    with engine.begin() as conn:
        assert vault.due(conn, later(days=2)) == [chats[1]]
        assert vault.due(conn, later(days=3)) == [chats[1], chats[3]]
        assert [one.conversation for one in vault.of_account(conn, ana, offset=1, limit=2)] == [chats[4], chats[3]]
        assert vault.hold(conn, "order", matter="a matter", accounts=[ana], since=later(days=2), until=later(days=4)) == 1
        assert vault.look(conn, chats[2]).held == ("order",)
        assert vault.look(conn, chats[5]).held == ()
        assert vault.look(conn, other).held == ()
        with pytest.raises(Refused, match="held by `order`"):
            vault.shred(conn, chats[4])
        assert vault.shred(conn, chats[0])
        assert not vault.shred(conn, chats[0])
        gone = vault.forget(conn, ana, AT)
        assert set(gone.held) == {chats[2], chats[3], chats[4]}
        assert vault.find(conn, "ana") is None
        assert vault.leaving(conn) == [ana]
        assert vault.stats(conn).shredded == 3
        assert vault.check(conn) == []
    with engine.begin() as conn:
        vault.release_hold(conn, "order")
        assert vault.forget(conn, ana, AT).gone
        vault.compact(conn, share=0)
        assert vault.check(conn) == []
    assert vault.settle().log_empty
    with engine.begin() as conn:
        assert vault.stats(conn).dead_bytes == 0
        assert vault.open(conn, other) == [b"bo"]
        done = vault.turn(conn, "1")
        assert done.left == 0


def test_a_segment_is_not_removed_while_somebody_still_reads_what_lies_in_it(vault, engine, reader):
    with engine.begin() as conn:
        ana = vault.enrol(conn, "ana").account
        kept, gone = (vault.identify(conn, ana, "x", n) for n in "12")
        vault.seal(conn, ana, kept, b"kept", turns=1, policy=POLICY)
        vault.seal(conn, ana, gone, b"gone", turns=1, policy=POLICY)
    reading = reader.connect()
    with reading.begin():
        assert vault.open(reading, gone) == [b"gone"]
        with engine.begin() as conn:
            vault.shred(conn, gone)
            vault.compact(conn, share=0)
        settled = vault.settle() if engine.dialect.name == "postgresql" else None
        assert settled is None or not settled.log_empty
        assert settled is None or settled.removed == ()
        assert vault.open(reading, gone) == [b"gone"], "its view began before"
    reading.close()
    assert vault.settle().removed == (1,)
    with engine.begin() as conn:
        assert vault.open(conn, kept) == [b"kept"]
        with pytest.raises(Refused):
            vault.open(conn, gone)


WRITER = """
import os, sys
from pathlib import Path
from sayso.vault import MasterKeys, Vault
from tests.shelves.databases.conftest import MASTER, POLICY
from tests.shelves.databases.test_ledger import plain
folder, who, count = Path(sys.argv[1]), sys.argv[3], int(sys.argv[4])
engine = plain(folder, sys.argv[2] or None)
vault = Vault(engine, folder, MasterKeys.of(MASTER), entropy=os.urandom, roll=4000)
print("ready", flush=True)
for n in range(count):
    with engine.begin() as conn:
        account = vault.enrol(conn, who).account
        conversation = vault.identify(conn, account, "x", str(n // 2))
        vault.seal(conn, account, conversation, b"%d" % n * 50, turns=1, policy=POLICY)
    print(conversation, n, flush=True)
"""


def start(folder: Path, database: str | None, who: str, count: int) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", WRITER, str(folder), database or "", who, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)


def test_many_processes_seal_and_every_block_is_there_once(vault, engine, database, tmp_path):
    engine.dispose()
    writers = {who: start(tmp_path, database, who, 12) for who in ("ana", "bo", "cy")}
    told: dict[str, list[str]] = {}
    for writer in writers.values():
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        for line in writer.stdout:
            conversation, n = line.split()
            told.setdefault(conversation, []).append(n)
        assert writer.wait() == 0
    with engine.begin() as conn:
        assert len(told) == 18
        for conversation, numbers in told.items():
            assert vault.open(conn, conversation) == [n.encode() * 50 for n in numbers]
        assert vault.check(conn) == []


def test_what_was_sealed_before_a_kill_opens_afterwards(vault, engine, database, tmp_path):
    engine.dispose()
    writer = start(tmp_path, database, "ana", 10**6)
    assert writer.stdout is not None
    lines = [writer.stdout.readline() for _ in range(14)]
    writer.send_signal(signal.SIGKILL)
    lines += writer.stdout.read().splitlines()
    writer.wait()
    with engine.begin() as conn:
        told: dict[str, list[bytes]] = {}
        for line in lines:
            if len(line.split()) == 2:
                told.setdefault(line.split()[0], []).append(line.split()[1].encode() * 50)
        for conversation, blocks in told.items():
            assert vault.open(conn, conversation)[: len(blocks)] == blocks
        assert vault.check(conn) == []


def test_two_who_enrol_one_person_at_once_get_one_account(vault, engine, database, tmp_path):
    engine.dispose()
    gate, got = threading.Barrier(4), []

    def enrol() -> None:
        mine = plain(tmp_path, database)
        again = Vault(mine, tmp_path, MasterKeys.of(MASTER), entropy=os.urandom)
        gate.wait()
        with mine.begin() as conn:
            got.append(again.enrol(conn, "ana"))
        mine.dispose()

    threads = [threading.Thread(target=enrol) for _ in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len({one.account for one in got}) == 1
    assert [one.created for one in got].count(True) == 1


def test_a_database_that_does_not_wait_for_its_disk_is_refused(vault, engine, database):
    careless = "SET synchronous_commit = off" if database else "PRAGMA synchronous = NORMAL"
    with engine.connect() as conn:
        raw = conn.connection.dbapi_connection
        assert raw is not None
        raw.cursor().execute(careless)
        if database:
            raw.commit()
        conn.info.pop("durable", None)
        with conn.begin(), pytest.raises(Broken, match="does not wait for the disk"):
            assert_safe(conn)


def test_a_vault_that_was_never_begun_says_so(engine, tmp_path):
    mine = Vault(engine, tmp_path, MasterKeys.of(MASTER), entropy=os.urandom)
    with pytest.raises(Broken, match="holds no vault; run `sayso init`"), engine.begin() as conn:
        mine.enrol(conn, "ana")


def test_a_changed_row_is_found_and_nothing_is_done_upon_it(vault, engine):
    with engine.begin() as conn:
        ana = vault.enrol(conn, "ana").account
        one = vault.identify(conn, ana, "x", "1")
        vault.seal(conn, ana, one, b"words", turns=1, policy=POLICY)
    for change in (
        "UPDATE vault_conversations SET turns = 7", "UPDATE vault_keys SET account = 'a_x'", "UPDATE vault_blocks SET start = 1",
        "UPDATE vault_accounts SET leaving = 1", "UPDATE vault_epochs SET epoch = '7'", "UPDATE vault_conversations SET state = 'shredded'",
    ):  # fmt: skip
        with engine.connect() as conn, conn.begin() as transaction:
            conn.exec_driver_sql(change)
            assert vault.check(conn), change
            transaction.rollback()
    with engine.begin() as conn:
        assert vault.check(conn) == []


def test_statistics_of_postgresql_hold_nothing_wrapped(server, tmp_path):
    address = server.new()
    engine = shelf.engine(tmp_path, address, write=True)
    vault = Vault(engine, tmp_path, MasterKeys.of(MASTER), entropy=os.urandom)
    vault.create()
    with engine.begin() as conn:
        for n in range(120):
            ana = vault.enrol(conn, f"person {n}").account
            vault.seal(
                conn, ana, vault.identify(conn, ana, "x", "1"), b"words", turns=1, policy=POLICY, began=AT + timedelta(days=n)
            )
    name = address.split("/@/")[-1].split("@/")[-1].split("?")[0]
    server.admin("ANALYZE", name)
    seen = server.admin("SELECT tablename || '.' || attname FROM pg_stats WHERE tablename LIKE 'vault_%'", name)
    sampled = {row[0] for row in seen}
    assert "vault_conversations.began_at" in sampled
    assert not sampled & {
        "vault_keys.wrapped",
        "vault_accounts.wrapped",
        "vault_accounts.lookup",
        "vault_accounts.name",
        "vault_accounts.secret",
    }
    engine.dispose()
