"""Flip one thing of each kind in a data folder: each file, each column of each table, each missing and each added thing is found."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sayso.app.clock import StoryClock
from sayso.app.house import create, open_house
from sayso.app.jobs import build, deletion, evidence, holds, people, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.errors import SaysoError
from sayso.facts.events import Scope

pytestmark = pytest.mark.sqlite
START = datetime(2025, 9, 1, 12, tzinfo=UTC)
DERIVED = {
    # What may be lost or changed without a promise being broken, and why.
    ("ledger_heads", "behind"): "a remark about the clock at the last append, no fact",
    ("sqlite_sequence", "name"): "SQLite's own",
    ("sqlite_sequence", "seq"): "SQLite's own",
}


def furnish(settings: Settings) -> StoryClock:
    """Make a folder with one of everything: choices, a notice, releases, a recall, a hold, a deletion, a shredding."""
    clock = StoryClock(START)
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            for name, tier in (("ana", "pro"), ("bo", "free"), ("cy", "free")):
                people.enrol(house, work, name, tier=tier, region="US")
            notice = people.show_notice(house, work, people.shipped_notice("training-choice"))
        who = {name: people.account_of(house, name) for name in ("ana", "bo", "cy")}
        people.choose(
            house, who["ana"], "model_training", "allow", via="notice", notice=notice, locale="en", pressed="Allow training"
        )
        people.choose(
            house, who["bo"], "model_training", "allow", via="notice", notice=notice, locale="en", pressed="Allow training"
        )
        clock.set(START + timedelta(minutes=1))
        for name in who:
            for number in range(3):
                turns = (
                    Turn(id=f"{number}u", role="user", parts=(Text(f"{name} asks {number}"),), at=clock.now()),
                    Turn(id=f"{number}a", role="assistant", parts=(Text("answered"),), at=clock.now(), origin="generated"),
                )
                item = Conversation(id=f"{name}-{number}", source="test", account=name, title="Title", turns=turns)
                collect_all(house, "test", [item], Arrival(own=True))
        holds.place(house, "order-1", Scope(accounts=(who["cy"],)), "a matter")
        build.build(house, "r1", "model_training")
        people.choose(house, who["bo"], "model_training", "refuse")
        clock.set(START + timedelta(days=45))
        deletion.delete(house, conversation=house.past.of_account(who["ana"])[0])
        sweep.sweep(house)
        assert evidence.audit(house) == []
    return clock


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, StoryClock]:
    folder = tmp_path_factory.mktemp("furnished")
    settings = Settings(data=folder / "data", keys=folder / "data.keys")
    return settings, furnish(settings)


@pytest.fixture
def copied(furnished: tuple[Settings, StoryClock], tmp_path: Path) -> Iterator[tuple[Path, Callable[[], list[str]]]]:
    """A copy of the furnished folder, and a way to audit it as somebody without keys."""
    settings, clock = furnished
    shutil.copytree(settings.data, tmp_path / "data")

    def audited() -> list[str]:
        try:
            with open_house(
                Settings(data=tmp_path / "data", keys=tmp_path / "none"), clock=clock, write=False, keys=False
            ) as house:
                return [finding.kind for finding in evidence.audit(house)]
        except SaysoError as problem:
            return [f"refused: {problem}"]

    assert audited() == []
    yield tmp_path / "data", audited


@contextmanager
def at(path: Path) -> Iterator[sqlite3.Connection]:
    """Yield the database at *path*, as whoever stole the folder would open it; written and closed at the end."""
    database = sqlite3.connect(path)
    try:
        yield database
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        database.close()


def files_of(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def test_a_changed_byte_in_any_file_is_found(copied: tuple[Path, Callable[[], list[str]]]) -> None:
    folder, audited = copied
    missed = []
    tried = 0
    for name in files_of(folder):
        path = folder / name
        raw = path.read_bytes()
        if not raw or name.startswith("sayso.db"):
            continue
        for place in {len(raw) // 2, len(raw) - 1} if "segments" not in name else {len(raw) // 3, len(raw) - 1}:
            path.write_bytes(raw[:place] + bytes([raw[place] ^ 0x01]) + raw[place + 1 :])
            tried += 1
            if not audited():
                missed.append(f"{name} byte {place} of {len(raw)}")
        path.write_bytes(raw)
    assert not missed
    assert tried > 12
    assert audited() == []


def test_a_removed_or_added_file_is_found(copied: tuple[Path, Callable[[], list[str]]]) -> None:
    folder, audited = copied
    missed = []
    for name in files_of(folder):
        if name in ("lock", "sayso.db") or name.startswith("sayso.db-"):
            continue
        path = folder / name
        raw = path.read_bytes()
        path.unlink()
        if not audited():
            missed.append(f"removed {name}")
        path.write_bytes(raw)
    for where in (
        "stray.txt",
        "releases/r1/data/train-extra.parquet",
        "policies/other.toml",
        "notices/other.json",
        "lineage/r2.jsonl",
    ):
        (folder / where).write_bytes(b"planted")
        if not audited():
            missed.append(f"added {where}")
        (folder / where).unlink()
    assert not missed


def altered(value: object) -> object:
    match value:
        case None:
            return 1
        case bool() | int():
            return int(value) + 1
        case float():
            return value + 1
        case bytes():
            return value[:-1] + bytes([value[-1] ^ 1]) if value else b"x"
        case str():
            return value[:-1] + ("x" if value[-1:] != "x" else "y")
    raise AssertionError(type(value))


def test_a_changed_value_in_any_column_of_any_table_is_found(copied: tuple[Path, Callable[[], list[str]]]) -> None:
    folder, audited = copied
    source = folder / "sayso.db"
    with at(source) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = source.read_bytes()
    with at(source) as database:
        tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        columns = {table: [row[1] for row in database.execute(f"PRAGMA table_info({table})")] for table in tables}
        rows = {table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}
    assert {"ledger_events", "vault_conversations", "vault_keys", "vault_blocks", "vault_accounts"} <= set(tables)
    missed, tried = [], 0
    for table in tables:
        if not rows[table]:
            continue
        for column in columns[table]:
            if (table, column) in DERIVED:
                continue
            if not _flip(source, table, column):
                continue
            tried += 1
            if not audited():
                missed.append(f"{table}.{column}")
            _restore(source, raw)
    assert not missed, missed
    assert tried > 50
    assert audited() == []


def test_a_removed_row_of_any_table_is_found(copied: tuple[Path, Callable[[], list[str]]]) -> None:
    folder, audited = copied
    source = folder / "sayso.db"
    with at(source) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw = source.read_bytes()
    with at(source) as database:
        tables = [
            row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        ]
    missed = []
    for table in tables:
        for order in ("ASC", "DESC"):
            with at(source) as database:
                _drop_triggers(database)
                gone = database.execute(
                    f"DELETE FROM {table} WHERE rowid = (SELECT rowid FROM {table} ORDER BY rowid {order} LIMIT 1)"
                ).rowcount
            if gone and not audited():
                missed.append(f"{table} {order}")
            _restore(source, raw)
    assert not missed, missed


def _flip(source: Path, table: str, column: str) -> bool:
    with at(source) as database:
        _drop_triggers(database)
        found = database.execute(f"SELECT rowid, {column} FROM {table} ORDER BY {column} IS NULL, rowid LIMIT 1").fetchone()
        try:
            database.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (altered(found[1]), found[0]))
        except sqlite3.IntegrityError:
            return False  # the database itself refuses this one
    return True


def _drop_triggers(database: sqlite3.Connection) -> None:
    for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        database.execute(f"DROP TRIGGER {name}")
    database.execute("PRAGMA foreign_keys = OFF")


def _restore(source: Path, raw: bytes) -> None:
    for beside in ("-wal", "-shm"):
        source.with_name(source.name + beside).unlink(missing_ok=True)
    source.write_bytes(raw)


def test_dropped_triggers_alone_are_found(copied: tuple[Path, Callable[[], list[str]]]) -> None:
    folder, audited = copied
    with at(folder / "sayso.db") as database:
        _drop_triggers(database)
    assert audited(), "a ledger that anyone could rewrite is not the ledger that was made"


def test_the_audit_writes_nothing(copied: tuple[Path, Callable[[], list[str]]]) -> None:
    folder, audited = copied

    def seen() -> dict[str, bytes]:
        return {name: (folder / name).read_bytes() for name in files_of(folder) if not name.endswith(("-wal", "-shm"))}

    before = seen()
    assert audited() == []
    assert seen() == before


def test_a_house_says_which_line_was_lost(copied: tuple[Path, Callable[[], list[str]]]) -> None:
    folder, audited = copied
    with at(folder / "sayso.db") as database:
        _drop_triggers(database)
        database.execute("UPDATE ledger_events SET body = replace(body, 'refuse', 'allow') WHERE type = 'choice'")
    assert "log" in audited()
