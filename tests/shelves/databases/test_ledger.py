"""The ledger says the same on SQLite and on PostgreSQL: whatever people are called, whoever writes at once, and whatever breaks."""

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
from sqlalchemy.exc import DBAPIError

from sayso.app import shelf
from sayso.facts.errors import Broken, SaysoError, Unfit
from sayso.facts.events import AccountOpened, ChoiceMade, TurnTaken
from sayso.ledger import Ledger, Request

from .conftest import AT, KEY, later

HOSTILE = [
    "Ana", "ana", "ANA", "ana ", " ana", "ana\0", "\0", "a\\0na", "a\\\\0", "\\", "a\\", "\u202eana", "x" * 255, "😀" * 63, "ana\u0301", "aná",
    "ﬁ", "İ", "ß", "'; DROP TABLE ledger_events; --", "%s", ":name", "{x}", "\u2028", "\r\n", "NULL", "", "\ufeffana", "\U0010ffff", "ａｎａ",
]  # fmt: skip
PASSED = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture], "max_examples": 25}


def said(who: str, say: str = "allow", **more: object) -> ChoiceMade:
    return ChoiceMade(at=AT, account=who, say=say, **more)  # type: ignore[arg-type]


def test_everybody_is_found_under_exactly_their_own_name(ledger, engine):
    with engine.begin() as conn:
        ledger.append(conn, [said(who) for who in HOSTILE], recorded=AT)
        ledger.append(conn, [TurnTaken(at=AT, account="ana", conversation=one) for one in HOSTILE], recorded=AT)
        ledger.sign(conn, KEY, KEY.name)
    with engine.begin() as conn:
        for number, who in enumerate(HOSTILE, 1):
            assert [entry.line.account for entry in ledger.of_account(conn, who, ["choice"])] == [who]
            assert [entry.seq for entry in ledger.of_account(conn, who, ["choice"])] == [number]
        assert [entry.line.conversation for entry in ledger.of_account(conn, "ana", ["turn"])] == HOSTILE
        assert ledger.history(conn).answer("ana\0", "model_training") == "allow"
        assert ledger.check(conn, [KEY.vkey()]) == []


@settings(**PASSED)
@given(names=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), min_size=1, max_size=6))
def test_any_name_comes_back_as_it_was_given(ledger, engine, names):
    with engine.begin() as conn:
        before = ledger.size(conn)
        ledger.append(conn, [said(who) for who in names], recorded=AT)
        assert [entry.line.account for entry in ledger.entries(conn, after=before)] == names
        assert {entry.line.account for who in names for entry in ledger.of_account(conn, who)} == set(names)
        assert ledger.check(conn, []) == []


def test_half_a_character_is_refused_and_nothing_of_its_append_stays(ledger, engine):
    with pytest.raises(Unfit), engine.begin() as conn:
        ledger.append(conn, [said("ana"), said("\ud800")], recorded=AT)
    with engine.begin() as conn:
        assert ledger.size(conn) == 0
        assert ledger.check(conn, []) == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_events SET account = 'bo'", "UPDATE ledger_events SET seq = seq", "DELETE FROM ledger_events WHERE seq = 1",
        "DELETE FROM ledger_events", "UPDATE ledger_head SET size = size", "UPDATE ledger_head SET size = size - 1", "DELETE FROM ledger_head",
        "UPDATE ledger_nodes SET number = number + 1", "DELETE FROM ledger_nodes", "UPDATE ledger_checkpoints SET note = 'x'",
        "DELETE FROM ledger_checkpoints",
        "INSERT INTO ledger_events SELECT 5000, recorded, at, type, account, conversation, body, salt, leaf FROM ledger_events WHERE seq = 1",
        "INSERT INTO ledger_head SELECT 2, size, frontier, behind FROM ledger_head",
    ],
)  # fmt: skip
def test_the_tables_refuse_to_do_anything_but_grow(ledger, engine, change):
    with engine.begin() as conn:
        ledger.append(conn, [said("ana")] * 300, recorded=AT)
        ledger.sign(conn, KEY, KEY.name)
    with pytest.raises(DBAPIError, match="the ledger only grows"), engine.begin() as conn:
        conn.exec_driver_sql(change)
    with engine.begin() as conn:
        assert ledger.check(conn, [KEY.vkey()]) == []


def test_a_change_of_the_past_is_found_wherever_it_is_made(ledger, engine):
    """By somebody who owns the database: they take the fences away first, and put them back afterwards."""
    with engine.begin() as conn:
        ledger.append(conn, [said("ana"), said("bo", "refuse"), said("cy")], recorded=AT)
        ledger.sign(conn, KEY, KEY.name)
        postgresql = conn.dialect.name == "postgresql"
    changes = {
        "UPDATE ledger_events SET account = 'bo' WHERE seq = 1": "line 1",
        "UPDATE ledger_events SET recorded = '2020-01-01T00:00:00.000000Z' WHERE seq = 1": "line 1",
        "UPDATE ledger_events SET leaf = salt WHERE seq = 2": "line 2",
        "DELETE FROM ledger_events WHERE seq = 3": "head",
        "DELETE FROM ledger_checkpoints": None,
    }
    for change, named in changes.items():
        with engine.connect() as conn, conn.begin() as transaction:
            if postgresql:
                for table in ("ledger_events", "ledger_head", "ledger_checkpoints"):
                    conn.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                for name in conn.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'").scalars().all():
                    conn.exec_driver_sql(f"DROP TRIGGER {name}")
            found = ledger.check(conn, [KEY.vkey()])
            assert found
            assert all(line.startswith("trigger ") for line in found)
            conn.exec_driver_sql(change)
            after = [line for line in ledger.check(conn, [KEY.vkey()]) if not line.startswith("trigger ")]
            assert named is None or any(line.startswith(named) for line in after), change
            transaction.rollback()


WRITER = """
import os, sys
from pathlib import Path
from sayso.app import shelf
from sayso.facts.errors import SaysoError
from sayso.ledger import Ledger
from tests.shelves.databases.conftest import AT, KEY
from tests.shelves.databases.test_ledger import said, plain
folder, database, who, count = Path(sys.argv[1]), sys.argv[2] or None, sys.argv[3], int(sys.argv[4])
engine = plain(folder, database)
ledger = Ledger(engine, entropy=os.urandom)
print("ready", flush=True)
done = 0
while done < count:
    with engine.begin() as conn:
        entries = ledger.append(conn, [said(who, "allow"), said(who, "refuse")], recorded=AT)
        if done % 5 == 0:
            ledger.sign(conn, KEY, KEY.name)
    print(*(entry.seq for entry in entries), flush=True)
    done += 1
"""


def plain(folder: Path, database: str | None):
    """An engine without the place of the one writer: the ledger itself must keep its writers apart."""
    if database is None:
        return shelf.engine(folder, write=True)
    from sqlalchemy import create_engine

    from sayso.app import postgres

    return create_engine(postgres.address(database), isolation_level="READ COMMITTED")


def start(folder: Path, database: str | None, who: str, count: int) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parents[3]
    command = [sys.executable, "-c", WRITER, str(folder), database or "", who, str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)


def test_many_processes_write_and_no_event_is_lost_doubled_or_out_of_order(ledger, engine, database, tmp_path):
    engine.dispose()
    names = ("ana", "bo", "cy")
    writers = {who: start(tmp_path, database, who, 15) for who in names}
    told = {}
    for who, writer in writers.items():
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        told[who] = [int(seq) for line in writer.stdout for seq in line.split()]
        assert writer.wait() == 0
    with engine.begin() as conn:
        assert sorted(seq for seqs in told.values() for seq in seqs) == list(range(1, 91))
        for who in names:
            mine = list(ledger.of_account(conn, who))
            assert [entry.seq for entry in mine] == told[who], "each in the order in which it was answered"
            assert [entry.line.say for entry in mine] == ["allow", "refuse"] * 15
            assert all(second - first == 1 for first, second in zip(told[who][::2], told[who][1::2], strict=True))
        assert ledger.check(conn, [KEY.vkey()]) == []


def test_what_was_acknowledged_before_a_kill_is_there_and_half_an_append_is_not(ledger, engine, database, tmp_path):
    engine.dispose()
    for _ in range(2):
        writer = start(tmp_path, database, "ana", 10**6)
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(12)]
        writer.send_signal(signal.SIGKILL)
        told += writer.stdout.read().splitlines()
        writer.wait()
        acknowledged = [int(line.split()[-1]) for line in told if len(line.split()) == 2]
        with engine.begin() as conn:
            size = ledger.size(conn)
            assert size % 2 == 0, "two lines go in together"
            assert size >= max(acknowledged)
            assert ledger.check(conn, [KEY.vkey()]) == []
            ledger.append(conn, [said("bo"), said("bo", "refuse")], recorded=AT)
        engine.dispose()


def request(key: str, asked: str) -> Request:
    return Request(key=key.encode().ljust(32, b"."), asked=asked.encode().hex().ljust(64, "0"))  # type: ignore[arg-type]


def test_a_request_that_is_sent_again_gets_the_same_answer_and_no_other_line(ledger, engine):
    with engine.begin() as conn:
        first = ledger.append(conn, [said("ana"), said("ana", "refuse")], recorded=AT, request=request("k", "ana both"))
        assert ledger.append(conn, [said("ana")], recorded=later(days=1), request=request("k", "ana both")) == first
    with engine.begin() as conn:
        assert ledger.append(conn, [said("ana")], recorded=later(days=2), request=request("k", "ana both")) == first
        assert ledger.became(conn, request("k", "ana both")) == first
        assert ledger.became(conn, request("other", "ana both")) is None
        with pytest.raises(Unfit, match="used for another request"):
            ledger.append(conn, [said("bo")], recorded=AT, request=request("k", "bo"))
        assert ledger.size(conn) == 2
        assert ledger.check(conn, []) == []
        with pytest.raises(Unfit, match="32 bytes"):
            ledger.became(conn, Request(key=b"short", asked="0" * 64))  # type: ignore[arg-type]


def test_an_append_that_failed_leaves_its_key_free(ledger, engine):
    with pytest.raises(Unfit), engine.begin() as conn:
        ledger.append(conn, [said("\ud800")], recorded=AT, request=request("k", "ana"))
    with engine.connect() as conn, conn.begin() as transaction:
        ledger.append(conn, [said("ana")], recorded=AT, request=request("k", "ana"))
        transaction.rollback()
    with engine.begin() as conn:
        assert [entry.seq for entry in ledger.append(conn, [said("ana")], recorded=AT, request=request("k", "ana"))] == [1]


def test_what_is_kept_of_a_request_cannot_be_pointed_elsewhere(ledger, engine):
    with engine.begin() as conn:
        ledger.append(conn, [said("ana"), said("bo")], recorded=AT)
        ledger.append(conn, [said("cy")], recorded=AT, request=request("k", "cy"))
        conn.exec_driver_sql("UPDATE ledger_requests SET first = 1")
        assert any("request at line 1" in line for line in ledger.check(conn, []))
        with pytest.raises(Broken, match="kept of a request was changed"):
            ledger.became(conn, request("k", "cy"))


def test_requests_are_kept_for_a_time_and_then_new_again(ledger, engine):
    with engine.begin() as conn:
        ledger.append(conn, [said("ana")], recorded=AT, request=request("old", "x"))
        ledger.append(conn, [said("ana")], recorded=later(days=8), request=request("new", "x"))
        assert ledger.expire(conn, later(days=1)) == 1
        assert ledger.became(conn, request("old", "x")) is None
        assert ledger.became(conn, request("new", "x")) is not None


def test_one_key_sent_by_many_at_once_is_recorded_once(ledger, engine, database, tmp_path):
    """Each on a connection of its own, as several servers behind one address would."""
    engine.dispose()
    gate, seqs, turned_away = threading.Barrier(6), [], []

    def send() -> None:
        mine = plain(tmp_path, database)
        gate.wait()
        try:
            with mine.begin() as conn:
                [entry] = Ledger(mine, entropy=os.urandom).append(conn, [said("ana")], recorded=AT, request=request("k", "ana"))
                seqs.append(entry.seq)
        except (DBAPIError, SaysoError) as error:
            turned_away.append(error)
        finally:
            mine.dispose()

    threads = [threading.Thread(target=send) for _ in range(6)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    with engine.begin() as conn:
        assert ledger.size(conn) == 1
    assert set(seqs) == {1}
    assert not turned_away


def test_ties_refuse_and_the_servers_order_counts_at_every_past_instant(ledger, engine):
    lines = [
        AccountOpened(at=AT, account="ana"),
        said("ana"),
        ChoiceMade(at=later(hours=1), account="ana", say="refuse"),
        ChoiceMade(at=later(hours=2), account="ana", say="allow"),
        ChoiceMade(at=later(hours=2), account="ana", say="refuse"),
    ]
    with engine.begin() as conn:
        ledger.append(conn, lines, recorded=later(hours=3))
        at = [
            ledger.history(conn, AT + timedelta(minutes=minutes)).answer("ana", "model_training")
            for minutes in (-1, 0, 59, 60, 119, 120)
        ]
        assert at == ["unasked", "allow", "allow", "refuse", "refuse", "refuse"]


def test_a_reader_sees_one_moment_while_others_write(ledger, engine, reader):
    with engine.begin() as conn:
        ledger.append(conn, [said("ana")] * 5, recorded=AT)
    with reader.begin() as reading:
        assert ledger.size(reading) == 5
        with engine.begin() as conn:
            ledger.append(conn, [said("bo")] * 5, recorded=AT)
        assert ledger.size(reading) == 5
        assert ledger.history(reading).answer("bo", "model_training") == "unasked"
    with reader.begin() as reading:
        assert ledger.size(reading) == 10
    with pytest.raises(DBAPIError), reader.begin() as reading:
        ledger.append(reading, [said("cy")], recorded=AT)


def test_entries_are_streamed_and_not_held_all_at_once(ledger, engine, reader):
    """The first lines are there when the last were not fetched yet: the answer lies in the database, not in our memory."""
    with engine.begin() as conn:
        ledger.append(conn, [said("ana", pressed="x" * 500)] * 6_000, recorded=AT)
    import tracemalloc

    with reader.begin() as conn:
        tracemalloc.start()
        assert sum(1 for _ in ledger.entries(conn)) == 6_000
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    with reader.begin() as conn:
        tracemalloc.start()
        everything = list(ledger.entries(conn))
        whole = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert len(everything) == 6_000
    assert peak < 0.7 * whole
