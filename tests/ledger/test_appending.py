"""What Ana, Bo and Cy said is kept in the order the server took it, all of it, or none of it."""

import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import DatabaseError, OperationalError

from sayso.facts.deeds import Released
from sayso.facts.errors import Broken, Unfit
from sayso.facts.events import AccountOpened, ChoiceMade, HoldPlaced, Scope, TurnTaken
from sayso.facts.history import History
from sayso.ledger import Ledger, Part
from sayso.proofs import merkle
from sayso.proofs.merkle import check_consistency, check_inclusion, leaf_hash

from .conftest import AT, KEY, later, open_engine, people

ZONELESS = datetime(2025, 10, 8)  # noqa: DTZ001 - what a careless caller hands over


def said(who: str, say: str, minutes: float = 0) -> ChoiceMade:
    return ChoiceMade(at=later(minutes=minutes), account=who, say=say)


def test_lines_are_numbered_from_one_and_come_back_as_they_went_in(filled, engine):
    with engine.begin() as conn:
        entries = list(filled.entries(conn))
        assert [entry.seq for entry in entries] == list(range(1, 10))
        assert [entry.line for entry in entries] == people()
        assert [entry.seq for entry in filled.entries(conn, after=3, upto=5)] == [4, 5]
        assert filled.entry(conn, 5).line.account == "ana"
        assert [entry.seq for entry in filled.of_account(conn, "bo")] == [3, 6, 8]
        assert [entry.seq for entry in filled.of_account(conn, "bo", ["choice"])] == [6]
        assert (
            [entry.seq for entry in filled.of_kind(conn, ChoiceMade)]
            == [entry.seq for entry in filled.entries_of(conn, "choice")]
            == [5, 6]
        )
        assert list(filled.of_kind(conn, Released)) == []
        with pytest.raises(Unfit, match="no ledger line 10"):
            filled.entry(conn, 10)


def test_a_ledger_that_is_opened_again_goes_on_where_it_was(filled, engine, path, entropy):
    with engine.begin() as conn:
        before = filled.head(conn)
    engine.dispose()
    again = Ledger(open_engine(path), entropy=entropy)
    again.create()
    with again._engine.begin() as conn:
        assert again.head(conn) == before
        [entry] = again.append(conn, [said("cy", "allow")], recorded=later(hours=1))
        assert entry.seq == before.size + 1
        assert again.check(conn) == []


def test_an_empty_ledger_has_a_head_and_can_be_signed(ledger, engine):
    with engine.begin() as conn:
        head = ledger.head(conn)
        assert (head.size, head.root, head.at) == (0, merkle.EMPTY.hex(), None)
        assert ledger.append(conn, [], recorded=AT) == []
        assert ledger.checkpoint(conn) is None
        assert ledger.sign(conn, KEY, KEY.name) == ledger.sign(conn, KEY, KEY.name) == ledger.checkpoint(conn)
        assert ledger.check(conn, [KEY.vkey()]) == []
        ledger.append(conn, people(), recorded=AT)
        ledger.sign(conn, KEY, KEY.name)
        assert ledger.check(conn) == []


def test_a_transaction_that_fails_leaves_nothing(filled, engine):
    with engine.begin() as conn:
        before = filled.head(conn)

    def interrupted() -> None:
        with engine.begin() as conn:
            filled.append(conn, [said("bo", "allow")], recorded=later(hours=1))
            filled.sign(conn, KEY, KEY.name)
            raise RuntimeError("the app fails before its commit")

    with pytest.raises(RuntimeError):
        interrupted()
    with engine.begin() as conn:
        assert filled.head(conn) == before
        assert filled.check(conn) == []


CRASH = """
import os, sys
sys.path.insert(0, {tests!r})
from pathlib import Path
from tests.ledger.conftest import AT, open_engine, people
from sayso.facts.history import History
from sayso.ledger import Ledger
engine = open_engine(Path({path!r}))
ledger = Ledger(engine, entropy=os.urandom)
with engine.begin() as conn:
    ledger.append(conn, people() * 300, recorded=AT)
    os._exit(9)
"""


def test_instants_of_other_zones_are_kept_in_utc(ledger, engine):
    zone = timezone(timedelta(hours=9))
    local = datetime(2025, 10, 8, 21, tzinfo=zone)
    with engine.begin() as conn:
        [entry, hold] = ledger.append(
            conn,
            [ChoiceMade(at=local, account="ana", say="allow"), HoldPlaced(at=AT, hold="h", scope=Scope(since=local))],
            recorded=local,
        )
        assert str(entry.line.at) == str(ledger.entry(conn, 1).line.at) == str(AT)
        assert str(hold.line.scope.since) == str(AT)
        assert ledger.check(conn, []) == []
        with pytest.raises(Unfit, match=r"scope\.to .*time zone"):
            ledger.append(conn, [HoldPlaced(at=AT, hold="h", scope=Scope(exempt=Scope(until=ZONELESS)))], recorded=AT)


def test_a_process_that_dies_in_the_middle_leaves_nothing(filled, engine, path):
    root = str(Path(__file__).resolve().parents[2])
    died = subprocess.run(
        [sys.executable, "-c", CRASH.format(tests=root, path=str(path))], check=False, capture_output=True, timeout=60
    )
    assert died.returncode == 9, died.stderr
    with engine.begin() as conn:
        assert filled.head(conn).size == 9
        assert filled.check(conn) == []
        filled.append(conn, [said("cy", "refuse")], recorded=later(hours=1))


@pytest.mark.parametrize(
    "bad",
    [said("ana\ud800", "allow"), ChoiceMade(at=AT, account="ana", say="maybe"), TurnTaken(at=ZONELESS, account="a", conversation="c")],
    ids=["half a character", "an answer that is none", "an instant without a zone"],
)  # fmt: skip
def test_a_line_that_could_not_be_read_back_refuses_the_whole_append(filled, engine, bad):
    with pytest.raises((Unfit, Broken)), engine.begin() as conn:
        filled.append(conn, [said("bo", "allow"), bad], recorded=later(hours=1))
    with engine.begin() as conn:
        assert filled.head(conn).size == 9


def test_a_clock_that_runs_backwards_is_lifted_and_told(filled, engine):
    with engine.begin() as conn:
        [entry] = filled.append(conn, [said("cy", "refuse")], recorded=later(days=-1))
        assert entry.recorded == later(minutes=2)
        assert filled.head(conn).behind
        filled.append(conn, [said("cy", "refuse")], recorded=later(days=1))
        assert not filled.head(conn).behind
        with pytest.raises(Unfit, match="time zone"):
            filled.append(conn, [said("cy", "refuse")], recorded=ZONELESS)
        assert filled.check(conn) == []


def test_randomness_that_runs_dry_writes_nothing(engine):
    dry = Ledger(engine, entropy=lambda count: b"")
    dry.create()
    with pytest.raises(Broken, match="randomness"), engine.begin() as conn:
        dry.append(conn, people(), recorded=AT)


@pytest.mark.parametrize("begin", ["BEGIN IMMEDIATE", "BEGIN"])
def test_two_writers_at_once_lose_and_reorder_nothing(ledger, path, begin):
    """With a plain BEGIN the loser is turned away with an error; it is never half done."""
    taken: dict[str, list[list[int]]] = {"ana": [], "bo": []}
    start = threading.Barrier(2)

    def write(who: str) -> None:
        engine = open_engine(path, begin)
        mine = Ledger(engine, entropy=lambda count: who.encode().ljust(count, b"."))
        start.wait()
        for _ in range(5_000):  # turned away means try again, as anybody would
            if len(taken[who]) == 20:
                break
            try:
                with engine.begin() as conn:
                    entries = mine.append(conn, [said(who, "allow"), said(who, "refuse"), said(who, "allow")], recorded=AT)
                taken[who].append([entry.seq for entry in entries])
            except DatabaseError:
                assert begin == "BEGIN"
        engine.dispose()

    writers = [threading.Thread(target=write, args=(who,)) for who in taken]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    engine = open_engine(path)
    with engine.begin() as conn:
        numbers = sorted(seq for runs in taken.values() for run in runs for seq in run)
        assert numbers == list(range(1, len(numbers) + 1))
        assert all(run == list(range(run[0], run[0] + 3)) for runs in taken.values() for run in runs)
        assert [entry.seq for who in taken for entry in ledger.of_account(conn, who)] == [
            seq for who in taken for run in taken[who] for seq in run
        ]
        assert len(numbers) == 120
        assert ledger.check(conn) == []
    engine.dispose()


def test_ledger_and_anything_else_commit_together(filled, engine):
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE vault_like (name TEXT UNIQUE)")
        conn.exec_driver_sql("INSERT INTO vault_like VALUES ('ana')")

    def both() -> None:
        with engine.begin() as conn:
            filled.append(conn, [said("ana", "refuse")], recorded=later(hours=1))
            conn.exec_driver_sql("INSERT INTO vault_like VALUES ('ana')")

    with pytest.raises(DatabaseError):
        both()
    with engine.begin() as conn:
        assert filled.head(conn).size == 9


def test_whoever_appends_while_reading_does_not_read_what_they_append(filled, engine):
    with engine.begin() as conn:
        for entry in filled.entries(conn):
            filled.append(conn, [entry.line], recorded=later(hours=1))
        assert filled.head(conn).size == 18
        assert sum(1 for _ in filled.of_account(conn, "bo")) == 6


def test_a_history_is_the_facts_up_to_an_instant_and_a_line(filled, engine):
    with engine.begin() as conn:
        now = filled.history(conn, later(hours=1))
        assert [now.answer(who, "model_training") for who in ("ana", "bo", "cy")] == ["allow", "refuse", "unasked"]
        assert filled.history(conn, AT).answer("ana", "model_training") == "unasked"
        assert filled.history(conn, upto=5).answer("bo", "model_training") == "unasked"
        assert filled.history(conn, later(hours=1)).standing("c-ana").stretches[0].say["model_training"] == "allow"


def test_a_history_at_an_instant_is_that_of_all_facts_seen_from_there(filled, engine):
    with engine.begin() as conn:
        filled.append(
            conn,
            [TurnTaken(at=later(hours=at), account="ana", conversation="c-ana", model=f"m{at}") for at in (3, 1, 4, 2)],
            recorded=later(hours=4),
        )
        lines = [entry.line for entry in filled.entries(conn)]
        for hours in range(1, 6):
            at = later(hours=hours)
            assert filled.history(conn, at).standing("c-ana") == History(lines, at).standing("c-ana")


def test_a_long_ledger_folds_and_proves(ledger, engine):
    turns = [TurnTaken(at=later(seconds=at), account=f"a{at % 500}", conversation=f"c{at // 4}") for at in range(20_000)]
    with engine.begin() as conn:
        ledger.append(conn, turns, recorded=AT)
        note = ledger.sign(conn, KEY, KEY.name)
        assert sum(1 for _ in ledger.history(conn).conversations()) == 5_000
        leaves = [leaf_hash(entry.leaf) for entry in ledger.entries(conn)]
        root = bytes.fromhex(ledger.head(conn).root)
        assert merkle.root(leaves) == root
        for seq in (1, 255, 256, 257, 9_999, 16_384, 16_385, 19_999, 20_000):
            assert ledger.proof(conn, seq) == merkle.inclusion(leaves, seq - 1)
            assert check_inclusion(seq - 1, 20_000, leaves[seq - 1], ledger.proof(conn, seq), root)
        for old in (1, 256, 300, 16_384, 20_000):
            proof = ledger.consistency(conn, old)
            assert check_consistency(old, 20_000, merkle.root(leaves[:old]), root, proof)
        assert ledger.proof(conn, 7, size=300) == merkle.inclusion(leaves[:300], 6)
        assert ledger.checkpoints(conn) == [note]
        assert ledger.check(conn, [KEY.vkey()]) == []


def test_a_proof_is_asked_for_within_the_tree(filled, engine):
    with engine.begin() as conn:
        for seq, size in ((0, None), (10, None), (5, 4), (1, 0), (1, 10)):
            with pytest.raises(Unfit, match="no "):
                filled.proof(conn, seq, size=size)
        with pytest.raises(Unfit, match="no consistency proof"):
            filled.consistency(conn, 0)


def test_every_part_of_a_line_survives_the_table(ledger, engine):
    far = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    early = datetime(1, 1, 1, tzinfo=UTC)
    inner = Scope(accounts=("bo",), until=far)
    lines = [
        HoldPlaced(
            at=later(microseconds=1),
            hold="h",
            matter="Ängström v. 北京 🙂 \u2028",
            scope=Scope(regions=("US",), since=AT, exempt=inner),
        ),
        AccountOpened(at=far, account="", birth_year="1990"),
        AccountOpened(at=early, account="x" * 10_000, birth_year=1990),
        TurnTaken(at=AT, account='"; DROP TABLE ledger_events; --', conversation="c\n\0", incognito=None),
    ]
    with engine.begin() as conn:
        ledger.append(conn, lines, recorded=AT)
        assert [entry.line for entry in ledger.entries(conn)] == lines
        assert [entry.seq for entry in ledger.of_account(conn, lines[3].account)] == [4]
        assert ledger.check(conn, []) == []


def test_another_database_is_refused_until_its_fences_are_written(monkeypatch, entropy):
    engine = create_engine("sqlite://")
    monkeypatch.setattr(engine.dialect, "name", "mysql")
    with pytest.raises(Unfit, match="fences are not written for `mysql`"):
        Ledger(engine, entropy=entropy).create()


def test_a_reader_who_cannot_write_cannot_append(filled, engine, path, entropy):
    reader = open_engine(path, "BEGIN")
    mine = Ledger(reader, entropy=entropy)
    with reader.begin() as conn:
        conn.exec_driver_sql("PRAGMA query_only=ON")
        assert mine.head(conn).size == 9
        with pytest.raises(OperationalError):
            mine.append(conn, people(), recorded=AT)
    reader.dispose()


def test_parts_that_are_appended_at_once_are_what_they_are_one_by_one(tmp_path):
    told = [(person, later(hours=hour)) for person, hour in zip(people(), (1, 1, 2, 0, 3, 3, 4, 5, 5), strict=True)] * 40
    made = []
    for name, together in (("one", False), ("all", True)):
        salts = iter(range(10**6))
        engine = open_engine(tmp_path / f"{name}.db")
        ledger = Ledger(engine, entropy=lambda count, salts=salts: next(salts).to_bytes(count, "big"))
        ledger.create()
        parts = [Part(lines=[line], recorded=at) for line, at in told]
        with engine.begin() as conn:
            if together:
                entries = [entry for part in ledger.append_all(conn, parts) for entry in part]
            else:
                entries = [ledger.append(conn, part.lines, recorded=part.recorded)[0] for part in parts]
            note = ledger.sign(conn, KEY, KEY.name)
            assert ledger.check(conn, [KEY.vkey()]) == []
            made.append((entries, ledger.head(conn), note, list(ledger.entries(conn))))
    assert made[0] == made[1]


def test_nothing_to_append_appends_nothing(ledger, engine):
    with engine.begin() as conn:
        assert ledger.append_all(conn, []) == []
        assert ledger.append_all(conn, [Part(lines=[], recorded=AT)]) == [[]]
        assert ledger.size(conn) == 0


def test_what_a_savepoint_took_back_is_not_built_upon(filled, engine):
    with engine.begin() as conn:
        before = filled.head(conn)
        filled.append(conn, [said("bo", "allow")], recorded=later(hours=1))
        kept = filled.head(conn)
        nested = conn.begin_nested()
        filled.append(conn, [said("bo", "refuse")], recorded=later(hours=1))
        nested.rollback()
        assert filled.head(conn) == kept
        [entry] = filled.append(conn, [said("cy", "allow")], recorded=later(hours=1))
        assert entry.seq == before.size + 2
        filled.sign(conn, KEY, KEY.name)
        assert filled.check(conn, [KEY.vkey()]) == []


def test_a_head_that_was_found_as_it_was_signed_spares_the_proof_and_any_other_does_not(filled, engine, monkeypatch):
    proved: list[int] = []
    real = Ledger._continues
    monkeypatch.setattr(Ledger, "_continues", lambda *given: (proved.append(1), real(*given))[1])
    with engine.begin() as conn:
        filled.sign(conn, KEY, KEY.name)
    proved.clear()
    with engine.begin() as conn:
        found = filled.head(conn)
        filled.append(conn, [said("bo", "allow")], recorded=later(hours=1))
        filled.sign(conn, KEY, KEY.name, found)
        assert proved == []
    with engine.begin() as conn:
        filled.append(conn, [said("bo", "refuse")], recorded=later(hours=2))
        filled.sign(conn, KEY, KEY.name, found)  # of an earlier transaction: no longer what was signed last
        assert proved == [1]
        assert filled.check(conn, [KEY.vkey()]) == []
