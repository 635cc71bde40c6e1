"""Whoever changes a line, a column, a head or a checkpoint is found, and the tables do not help them."""

import sqlite3

import pytest
from sqlalchemy.exc import DatabaseError

from sayso.facts.errors import Broken, SaysoError
from sayso.facts.events import ChoiceMade
from sayso.facts.instants import parse_instant
from sayso.ledger import Ledger
from sayso.ledger.entries import leaf_of
from sayso.proofs import SigningKey, merkle
from sayso.proofs.merkle import Frontier, leaf_hash

from .conftest import AT, KEY, later, people

TABLES = {"ledger_events": "seq", "ledger_head": "one", "ledger_nodes": "level", "ledger_checkpoints": "size"}


@pytest.fixture
def long(filled, engine):
    """Long enough that whole subtrees are stored."""
    with engine.begin() as conn:
        filled.append(conn, people() * 60, recorded=later(minutes=3))
        filled.sign(conn, KEY, KEY.name)
    return filled


def unfenced(path) -> sqlite3.Connection:
    """A connection of an attacker who drops the triggers first."""
    raw = sqlite3.connect(path)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f"DROP TRIGGER {name}")
    raw.commit()
    return raw


@pytest.mark.parametrize("table", TABLES)
def test_no_row_can_be_changed_deleted_or_replaced(long, engine, table):
    for sql in (
        f"UPDATE {table} SET {TABLES[table]} = {TABLES[table]} - 1",
        f"UPDATE {table} SET {TABLES[table]} = {TABLES[table]}",
        f"DELETE FROM {table}",
        f"REPLACE INTO {table} SELECT * FROM {table} LIMIT 1",
        f"INSERT OR IGNORE INTO {table} SELECT * FROM {table} LIMIT 1",
    ):
        with pytest.raises(DatabaseError, match="the ledger only grows"), engine.begin() as conn:
            conn.exec_driver_sql(sql)


def test_a_line_cannot_be_put_far_ahead(filled, engine):
    with pytest.raises(DatabaseError, match="only grows"), engine.begin() as conn:
        conn.exec_driver_sql(
            "INSERT INTO ledger_events SELECT 100, recorded, at, type, account, conversation, body, salt, leaf FROM ledger_events WHERE seq = 1"
        )


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_events SET recorded = '2025-10-08T12:02:00.000001Z' WHERE seq = 6",
        "UPDATE ledger_events SET recorded = 'soon' WHERE seq = 6",
        "UPDATE ledger_events SET at = '2020-01-01T00:00:00.000000Z' WHERE seq = 6",
        "UPDATE ledger_events SET type = 'deferred' WHERE seq = 6",
        "UPDATE ledger_events SET account = 'ana' WHERE seq = 6",
        "UPDATE ledger_events SET account = NULL WHERE seq = 6",
        "UPDATE ledger_events SET conversation = 'c-bo' WHERE seq = 6",
        "UPDATE ledger_events SET body = CAST(replace(CAST(body AS TEXT), '\"refuse\"', '\"allow\"') AS BLOB) WHERE seq = 6",
        "UPDATE ledger_events SET body = CAST(replace(CAST(body AS TEXT), ':', ': ') AS BLOB) WHERE seq = 6",
        "UPDATE ledger_events SET body = CAST(body AS TEXT) WHERE seq = 6",
        "UPDATE ledger_events SET body = x'7b7d' WHERE seq = 6",
        "UPDATE ledger_events SET body = x'ff' WHERE seq = 6",
        "UPDATE ledger_events SET body = CAST(replace(CAST(body AS TEXT), '\"choice\"', '\"chance\"') AS BLOB) WHERE seq = 6",
        "UPDATE ledger_events SET salt = zeroblob(32) WHERE seq = 6",
        "UPDATE ledger_events SET salt = substr(salt, 1, 31) WHERE seq = 6",
        "UPDATE ledger_events SET leaf = zeroblob(32) WHERE seq = 6",
        "UPDATE ledger_events SET leaf = x'' WHERE seq = 6",
        "UPDATE ledger_events SET leaf = 'text' WHERE seq = 6",
        "UPDATE ledger_events SET seq = 100000 WHERE seq = 6",
        "DELETE FROM ledger_events WHERE seq = 6",
        "DELETE FROM ledger_events WHERE seq = (SELECT max(seq) FROM ledger_events)",
        "DELETE FROM ledger_events",
        "UPDATE ledger_head SET size = 548",
        "UPDATE ledger_head SET size = -1",
        "UPDATE ledger_head SET one = 2, size = 550",
        "UPDATE ledger_head SET frontier = zeroblob(length(frontier))",
        "UPDATE ledger_head SET frontier = x'00'",
        "UPDATE ledger_head SET frontier = NULL",
        "DELETE FROM ledger_head",
        "INSERT INTO ledger_head SELECT 2, size, frontier, behind FROM ledger_head",
        "UPDATE ledger_nodes SET hash = zeroblob(32) WHERE number = 1",
        "UPDATE ledger_nodes SET number = 7 WHERE number = 1",
        "UPDATE ledger_nodes SET level = 16 WHERE number = 1",
        "DELETE FROM ledger_nodes WHERE number = 1",
        "UPDATE ledger_checkpoints SET size = 5 WHERE size = 4",
        "UPDATE ledger_checkpoints SET signer = 'example.com/else+00000000' WHERE size = 4",
        "UPDATE ledger_checkpoints SET root = zeroblob(32) WHERE size = 4",
        "UPDATE ledger_checkpoints SET note = replace(note, 'example.com', 'example.org') WHERE size = 4",
        "UPDATE ledger_checkpoints SET note = replace(note, char(10) || '4' || char(10), char(10) || '5' || char(10)) WHERE size = 4",
        "UPDATE ledger_checkpoints SET note = 'gone' WHERE size = 4",
        "UPDATE ledger_checkpoints SET note = (SELECT note FROM ledger_checkpoints WHERE size = 9) WHERE size = 4",
    ],
)
def test_each_change_to_each_column_is_found(long, engine, path, change):
    with engine.begin() as conn:
        assert long.check(conn, [KEY.vkey()]) == []
    raw = unfenced(path)
    raw.execute("PRAGMA ignore_check_constraints=ON")
    try:
        changed = raw.execute(change).rowcount
    except sqlite3.IntegrityError:  # a NOT NULL column: the table itself refuses
        assert "NULL" in change
        return
    assert changed >= 1
    raw.commit()
    raw.close()
    long.create()  # the attacker puts the triggers back
    with engine.begin() as conn:
        found = long.check(conn, [KEY.vkey()])
    assert found
    assert all("\n" not in line for line in found)


def test_a_fence_that_was_taken_away_or_weakened_is_named(filled, engine, path):
    raw = sqlite3.connect(path)
    raw.execute("DROP TRIGGER ledger_events_no_update")
    raw.execute("DROP TRIGGER ledger_events_no_delete")
    raw.execute("CREATE TRIGGER ledger_events_no_delete BEFORE DELETE ON ledger_events BEGIN SELECT 1; END")
    raw.commit()
    raw.close()
    with engine.begin() as conn:
        assert [line.split(":")[0] for line in filled.check(conn)] == [
            "trigger ledger_events_no_update",
            "trigger ledger_events_no_delete",
        ]


def rewrite(path, say: str, *, checkpoints: bool = False) -> None:
    """An attacker who knows all of sayso but holds no key: Bo's refusal becomes *say*, and every leaf, edge and root fits."""
    raw = unfenced(path)
    if not checkpoints:
        raw.execute("DELETE FROM ledger_checkpoints")
    edge = Frontier()
    for seq, recorded, body, salt in raw.execute("SELECT seq, recorded, body, salt FROM ledger_events ORDER BY seq").fetchall():
        body = body.replace(b'"say":"refuse"', b'"say":"%b"' % say.encode())
        leaf = leaf_of(salt, seq, parse_instant(recorded), body)
        raw.execute("UPDATE ledger_events SET body = ?, leaf = ? WHERE seq = ?", (body, leaf, seq))
        edge.append(leaf_hash(leaf))
    raw.execute("UPDATE ledger_head SET frontier = ?", (edge.state(),))
    raw.commit()
    raw.close()


def test_a_past_rewritten_from_end_to_end_is_found_by_a_checkpoint_kept_elsewhere(filled, engine, path):
    with engine.begin() as conn:
        kept = filled.checkpoints(conn)[-1]
    rewrite(path, "allow")
    filled.create()
    with engine.begin() as conn:
        assert filled.history(conn).answer("bo", "model_training") == "allow"
        assert filled.check(conn) == []  # alone it cannot know: this is what witnesses and receipts are for
        assert filled.check(conn, [KEY.vkey()], remembered=[kept]) == [
            "remembered checkpoint 9: its root is not that of the first 9 lines; the past was changed"
        ]


def test_lines_cut_off_at_the_end_are_found_by_a_checkpoint_kept_elsewhere(filled, engine, path):
    with engine.begin() as conn:
        kept = filled.checkpoints(conn)[-1]
    raw = unfenced(path)
    raw.execute("DELETE FROM ledger_events WHERE seq > 4")
    edge = Frontier()
    for (leaf,) in raw.execute("SELECT leaf FROM ledger_events ORDER BY seq").fetchall():
        edge.append(leaf_hash(leaf))
    raw.execute("UPDATE ledger_head SET size = 4, frontier = ?", (edge.state(),))
    raw.execute("DELETE FROM ledger_checkpoints WHERE size > 4")
    raw.commit()
    raw.close()
    filled.create()
    with engine.begin() as conn:
        assert filled.check(conn) == []
        assert filled.check(conn, remembered=[kept]) == [
            "remembered checkpoint 9: counts 9 lines, the ledger has 4; lines were cut off"
        ]


def test_a_changed_past_is_never_signed_over(filled, engine, path):
    rewrite(path, "allow", checkpoints=True)
    filled.create()
    with engine.begin() as conn:
        filled.append(conn, people(), recorded=later(minutes=4))
        before = filled.checkpoints(conn)
        for key in (KEY, SigningKey("example.com/new", bytes(32))):
            with pytest.raises(Broken, match="no longer continues"):
                filled.sign(conn, key, key.name)
        assert filled.checkpoints(conn) == before


def test_a_head_that_lost_its_lines_takes_no_more(filled, engine, path):
    raw = unfenced(path)
    raw.execute("DELETE FROM ledger_events WHERE seq > 7")
    raw.commit()
    raw.close()
    with engine.begin() as conn:
        with pytest.raises(Broken, match="7 lines, its head says 9"):
            filled.append(conn, people(), recorded=AT)
        with pytest.raises(Broken, match="7 lines"):
            filled.head(conn)


def test_a_line_of_an_unknown_kind_is_broken_not_skipped(filled, engine, path):
    raw = unfenced(path)
    raw.execute("UPDATE ledger_events SET body = ? WHERE seq = 6", (b'{"at":"2025-10-08T12:00:00Z","type":"novelty"}',))
    raw.commit()
    raw.close()
    with engine.begin() as conn, pytest.raises(Broken, match="ledger line 6"):
        filled.history(conn)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE ledger_events SET leaf = 'text' WHERE seq = 6",
        "UPDATE ledger_events SET salt = 7 WHERE seq = 6",
        "UPDATE ledger_events SET body = 'text' WHERE seq = 6",
        "UPDATE ledger_events SET recorded = 5 WHERE seq = 6",
        "UPDATE ledger_nodes SET hash = 'text' WHERE number = 0",
        "UPDATE ledger_head SET frontier = 'text'",
    ],
)
def test_a_column_of_another_type_breaks_in_one_line_and_never_otherwise(long, engine, path, change):
    raw = unfenced(path)
    raw.execute(change)
    raw.commit()
    raw.close()
    with engine.begin() as conn:
        assert long.check(conn, [KEY.vkey()])
        told = []
        for ask in (
            lambda: list(long.entries(conn)),
            lambda: long.proof(conn, 300),
            lambda: long.proof(conn, 5),
            lambda: long.head(conn),
            lambda: long.entry(conn, 6),
        ):
            try:
                ask()
            except SaysoError as error:
                told.append(str(error))
        assert told
        assert all("\n" not in line for line in told)


def test_a_checkpoint_of_another_key_is_not_taken_for_ours(filled, engine):
    other = SigningKey("example.com/log", bytes(32))
    with engine.begin() as conn:
        filled.sign(conn, other, other.name)
        found = filled.check(conn, [KEY.vkey()])
        assert found == ["checkpoint 9: no signature of the key you gave is on this note; check which key its log publishes"]
        assert filled.check(conn, [KEY.vkey(), other.vkey()]) == []
        assert filled.check(conn, ["bent"])[0].startswith("key: ")


def test_a_new_key_takes_over_where_the_old_one_stopped(filled, engine):
    new = SigningKey("example.com/log2", bytes(32))
    with engine.begin() as conn:
        filled.append(conn, [ChoiceMade(at=AT, account="ana", say="refuse")], recorded=later(hours=1))
        filled.sign(conn, new, new.name)
        assert filled.check(conn, [KEY.vkey(), new.vkey()]) == []


def test_a_leaf_tells_nothing_of_its_line(ledger: Ledger, engine):
    """The same answer twice gives two leaves: without the salt there is nothing to compare with."""
    line = ChoiceMade(at=AT, account="ana", say="allow")
    with engine.begin() as conn:
        one, two = ledger.append(conn, [line, line], recorded=AT)
    assert one.leaf != two.leaf
    assert one.salt != two.salt
    assert len(one.leaf) == len(one.salt) == 32
    assert merkle.leaf_hash(one.leaf) != one.leaf


def test_a_head_that_was_exchanged_for_another_tree_is_not_signed_though_it_was_found_so(long, engine, tmp_path):
    """Whoever changes the edge between two transactions is asked for the proof, and has none."""
    path = engine.url.database
    raw = unfenced(path)
    other = Frontier()
    with engine.begin() as conn:
        for number in range(long.size(conn)):
            other.append(leaf_hash(str(number).encode()))
    raw.execute("UPDATE ledger_head SET frontier = ?", (other.state(),))
    raw.commit()
    raw.close()
    with engine.begin() as conn:
        found = long.head(conn)
        long.append(conn, [people()[4]], recorded=later(hours=1))
        with pytest.raises(Broken, match="no longer continues"):
            long.sign(conn, KEY, KEY.name, found)
