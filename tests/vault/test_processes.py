"""Several processes, and one that is killed: what was acknowledged is there afterwards."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, event

from sayso.vault import MasterKeys, Vault

POLICY = "ab" * 32

WRITER = """
import os, sys
from pathlib import Path
from tests.vault.conftest import engine_at, MASTER, POLICY
from sayso.vault import MasterKeys, Vault
folder, who = Path(sys.argv[1]), sys.argv[2]
engine = engine_at(folder / "sayso.db")
vault = Vault(engine, folder, MasterKeys.of(MASTER), entropy=os.urandom, roll=4000)
n = 0
while n < int(sys.argv[3]):
    try:
        with engine.begin() as conn:
            account = vault.enrol(conn, who).account
            conversation = vault.identify(conn, account, "x", str(n))
            vault.seal(conn, account, conversation, b"%d" % n * 50, turns=1, policy=POLICY)
    except Exception as error:
        if "locked" not in str(error) and "another writer" not in str(error):
            raise
        continue
    print(conversation, n, flush=True)
    n += 1
"""


def start(house: Any, who: str, count: int) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", WRITER, str(house.folder), who, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)


def test_what_was_acknowledged_before_a_kill_is_there(house: Any) -> None:
    writer = start(house, "ana", 10**6)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().split() for _ in range(25)]
    writer.send_signal(signal.SIGKILL)
    acknowledged += [line.split() for line in writer.stdout.read().splitlines() if len(line.split()) == 2]
    writer.wait()
    with house.begin() as conn:
        for conversation, n in acknowledged:
            assert house.vault.open(conn, conversation) == [n.encode() * 50]
        assert house.vault.check(conn) == []


def test_two_processes_write_while_a_third_compacts(house: Any) -> None:
    writers = [start(house, who, 25) for who in ("ana", "bo")]
    done: list[tuple[str, str]] = []

    def listen(writer: subprocess.Popen[str]) -> None:
        assert writer.stdout is not None
        for line in writer.stdout:
            conversation, n = line.split()
            done.append((conversation, n))

    listeners = [threading.Thread(target=listen, args=[writer]) for writer in writers]
    for one in listeners:
        one.start()
    shredded: set[str] = set()
    while any(one.is_alive() for one in listeners):
        try:
            with house.begin() as conn:
                victims = [one for one, n in list(done) if int(n) % 2 and one not in shredded]
                for one in victims:
                    house.vault.shred(conn, one)
                house.vault.compact(conn, share=0.1)
            shredded.update(victims)
            house.vault.settle()
        except Exception as error:
            if "locked" not in str(error) and "another writer" not in str(error):
                raise
    assert [writer.wait() for writer in writers] == [0, 0]
    assert len(done) == 50
    with house.begin() as conn:
        for conversation, n in done:
            if conversation not in shredded:
                assert house.vault.open(conn, conversation) == [n.encode() * 50]
        assert house.vault.check(conn) == []


def test_an_engine_with_plain_transactions_will_do(house: Any) -> None:
    engine = create_engine(f"sqlite:///{house.folder / 'sayso.db'}")

    @event.listens_for(engine, "connect")
    def connect(raw: Any, _: Any) -> None:
        raw.execute("PRAGMA secure_delete = ON")

    house.opened.append(engine)
    vault = Vault(engine, house.folder, MasterKeys.of(house.master), entropy=os.urandom)
    vault.create()
    with engine.begin() as conn:
        account = vault.enrol(conn, "ana").account
        conversation = vault.identify(conn, account, "x", "1")
        vault.seal(conn, account, conversation, b"words", turns=1, policy=POLICY)
    with engine.connect() as conn:
        vault.seal(conn, account, conversation, b"never", turns=1, policy=POLICY)
        conn.rollback()
    with engine.begin() as conn:
        assert vault.open(conn, conversation) == [b"words"]
        assert vault.shred(conn, conversation)
    assert vault.settle().log_empty
