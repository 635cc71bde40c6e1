"""The database comes from one version to the next and back, with what people said in it, on SQLite and on PostgreSQL."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, MetaData, create_engine, inspect

from sayso import ledger as ledger_room
from sayso import vault as vault_room
from sayso.app import answered, kept, migrations, postgres, shelf
from sayso.app.cli import cli
from sayso.app.clock import StoryClock
from sayso.app.house import create, open_house
from sayso.app.jobs import epochs, evidence, people
from sayso.app.settings import Settings
from sayso.app.upgrading import move, version_of
from sayso.facts.canonical import canonical
from sayso.facts.errors import Broken, Unfit

BEFORE = Path(__file__).parent / "before"
NOW = datetime(2025, 12, 24, tzinfo=UTC)


def tables() -> MetaData:
    """Every table that a room says it has."""
    whole = MetaData()
    for room in (ledger_room.metadata, vault_room.METADATA, kept.METADATA, answered.METADATA):
        for table in room.sorted_tables:
            table.to_metadata(whole)
    return whole


def differences(conn: Connection) -> list[object]:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    context = MigrationContext.configure(conn, opts={"compare_type": True, "version_table": migrations.TABLE})
    return list(compare_metadata(context, tables()))


def shape(conn: Connection) -> object:
    """What the tables, their fences and their statistics look like, in the database's own words."""
    if conn.dialect.name == "sqlite":
        lines = conn.exec_driver_sql("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").all()
        return sorted((kind, name, "".join(str(sql).split()).replace('"', "")) for kind, name, sql in lines)
    columns = conn.exec_driver_sql(
        "SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, coalesce(l.collname, ''), a.attstattarget "
        "FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid LEFT JOIN pg_collation l ON l.oid = a.attcollation "
        "WHERE a.attnum > 0 AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    ).all()
    indexes = conn.exec_driver_sql("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'").all()
    fences = conn.exec_driver_sql(
        "SELECT t.tgname, pg_get_triggerdef(t.oid), t.tgenabled::text, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
    ).all()
    return [sorted(map(tuple, part)) for part in (columns, indexes, fences)]


@pytest.fixture
def empty(database: str | None, tmp_path: Path) -> Iterator[Engine]:
    made = shelf.engine(tmp_path, database, write=True)
    yield made
    made.dispose()


@pytest.fixture
def other(request: pytest.FixtureRequest, database: str | None, tmp_path: Path) -> Iterator[Engine]:
    """A second database of the same kind."""
    (tmp_path / "other").mkdir()
    made = shelf.engine(tmp_path / "other", request.getfixturevalue("server").new() if database else None, write=True)
    yield made
    made.dispose()


def made_by_the_rooms(engine: Engine, folder: Path) -> None:
    ledger_room.Ledger(engine, entropy=os.urandom).create()
    vault_room.Vault(engine, folder, vault_room.MasterKeys.of(os.urandom(32)), entropy=os.urandom).create()
    with engine.begin() as conn:
        kept.create(conn)
        answered.create(conn)
        migrations.stamp(conn)


def test_what_the_versions_make_is_what_the_rooms_say_they_have(empty: Engine, other: Engine, tmp_path: Path) -> None:
    with empty.begin() as conn:
        migrations.begin(conn)
        assert differences(conn) == []
        step_by_step = shape(conn)
    made_by_the_rooms(other, tmp_path)
    with other.begin() as conn:
        assert differences(conn) == []
        assert shape(conn) == step_by_step


def test_every_version_can_be_left_and_reached_again(empty: Engine, tmp_path: Path) -> None:
    with empty.begin() as conn:
        migrations.begin(conn)
        newest = shape(conn)
        for one in reversed(migrations.KNOWN):
            assert migrations.move(conn, one)[1] == one == migrations.version(conn)
        for one in migrations.KNOWN:
            assert migrations.move(conn, one)[1] == one == migrations.version(conn)
        assert shape(conn) == newest
        with pytest.raises(Unfit, match="no version `0000`"):
            migrations.move(conn, "0000")


def test_the_versions_are_one_chain() -> None:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [migrations.NEWEST], "two branches each added a version: renumber the one that is merged last"
    assert tuple(sorted(one.revision for one in scripts.walk_revisions())) == migrations.KNOWN
    assert [f"v{one.revision}" == Path(one.path).stem[:5] for one in scripts.walk_revisions()].count(False) == 0


@pytest.fixture
def before(tmp_path: Path, database: str | None) -> Settings:
    """A folder of the version before, with its people in it; its rows moved to PostgreSQL where that is asked for."""
    shutil.copytree(BEFORE / "data", tmp_path / "data")
    shutil.copytree(BEFORE / "keys", tmp_path / "keys")
    for path in (tmp_path / "keys").rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
    file = tmp_path / "data" / "sayso.db"
    raw = sqlite3.connect(file)
    raw.executescript((tmp_path / "data" / "sayso.sql").read_text("utf-8"))
    raw.close()
    (tmp_path / "data" / "sayso.sql").unlink()
    made = Settings(data=tmp_path / "data", keys=tmp_path / "keys", database=database)
    if database is not None:
        _into_postgresql(file, database)
        file.unlink()
        mark = tmp_path / "data" / "sayso.json"
        mark.write_bytes(canonical({**json.loads(mark.read_bytes()), "database": postgres.without_secrets(database)}))
    return made


def _into_postgresql(file: Path, database: str) -> None:
    source = create_engine(f"sqlite:///{file}")
    target = shelf.engine(file.parent, database, write=True)
    with source.begin() as old, target.begin() as new:
        migrations.begin(new, "0002")
        known = tables()
        for name in inspect(old).get_table_names():
            rows = [dict(row) for row in old.execute(known.tables[name].select()).mappings()]
            if rows:
                new.execute(known.tables[name].insert(), rows)
        new.exec_driver_sql(f"DROP TABLE {migrations.TABLE}")
    source.dispose()
    target.dispose()


def test_a_folder_of_the_version_before_goes_on_with_everybody_in_it(before: Settings) -> None:
    clock = StoryClock(NOW)
    with open_house(before, clock=clock, write=False, keys=False) as auditor:
        assert evidence.audit(auditor) == [], "it is read as it is"
    assert version_of(before) == ("0002", "0002")
    with open_house(before, clock=clock) as house:
        assert house.past.answer(people.account_of(house, "ana"), "model_training") == "allow"
        assert house.past.answer(people.account_of(house, "bo"), "model_training") == "refuse"
        assert evidence.audit(house) == []
        with house.reading() as conn:
            assert differences(conn) == []
            (ana, *_) = (one for one in house.vault.of_account(conn, people.account_of(house, "ana")))
            assert b"ana asks 1" in b"".join(house.vault.open(conn, ana.conversation))
        assert epochs.turn(house).rekeyed == 1, "what Bo lost after the last turn was not forgotten on the way"
        assert evidence.audit(house) == []
    assert version_of(before) == (migrations.NEWEST, migrations.NEWEST)


def test_it_goes_back_to_the_version_before_and_to_the_one_before_that(before: Settings) -> None:
    clock = StoryClock(NOW)
    with open_house(before, clock=clock) as house:
        people.choose(house, people.account_of(house, "cy"), "model_training", "allow")
    for target in ("0002", "0001"):
        assert move(before, target)[1] == target
        with open_house(before, clock=clock, write=False, keys=False) as auditor:
            found = {one.kind for one in evidence.audit(auditor)}
            # The list of 0002 says more than 0001 can know: there every account that ever lost something counts.
            assert found <= ({"epoch"} if target == "0001" else set())
    with open_house(before, clock=clock) as house:
        assert house.past.answer(people.account_of(house, "cy"), "model_training") == "allow"
        with house.reading() as conn:
            assert differences(conn) == []
        # Ana, whose loss an earlier turn had dealt with, gets a new key once more: it costs little and loses nothing.
        assert epochs.turn(house).rekeyed == 2


def test_an_upgrade_that_fails_leaves_the_version_before(before: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = shelf.engine(before.data, before.database, write=True)
    with engine.begin() as conn:
        conn.exec_driver_sql("CREATE TABLE ledger_requests (somebody INTEGER)")
    engine.dispose()
    with pytest.raises(Broken) as told:
        open_house(before, clock=StoryClock(NOW))
    assert "\n" not in str(told.value)
    engine = shelf.engine(before.data, before.database, write=True)
    with engine.begin() as conn:
        assert migrations.version(conn) == "0002"
        assert not inspect(conn).has_table(migrations.TABLE)
        conn.exec_driver_sql("DROP TABLE ledger_requests")
    engine.dispose()
    with open_house(before, clock=StoryClock(NOW)) as house:
        assert evidence.audit(house) == []


@pytest.mark.parametrize("write", [True, False])
@pytest.mark.parametrize("said", ["9999", "000x", ""])
def test_a_folder_of_a_newer_version_is_refused_in_one_line(settings: Settings, said: str, write: bool) -> None:
    create(settings).close()
    engine = shelf.engine(settings.data, settings.database, write=True)
    with engine.begin() as conn:
        conn.exec_driver_sql(
            f"DELETE FROM {migrations.TABLE}" if not said else f"UPDATE {migrations.TABLE} SET version_num = '{said}'"
        )
    engine.dispose()
    with pytest.raises(Broken, match=r"this program knows 0001 to [0-9]{4}; use the program that made it") as told:
        open_house(settings, write=write)
    assert "\n" not in str(told.value)


def test_an_operator_sees_and_moves_the_version_by_command(before: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_KEYS", str(before.keys))
    monkeypatch.delenv("SAYSO_DATABASE", raising=False)

    def said(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["--data", str(before.data), "upgrade", *words])
        return done.exit_code, done.output.strip()

    newest = migrations.NEWEST
    assert said("--show") == (1, f"the database is of version 0002, this program's is {newest}")
    done, told = said()
    second, moved = told.splitlines()
    assert (done, moved) == (0, f"the database is of version {newest}, it was of 0002")
    assert re.fullmatch(r"line \d+ names a second key of the log, of ML-DSA-44; back up the folder of keys", second)
    assert said() == (0, f"the database is of version {newest}")
    assert said("--show") == (0, f"the database is of version {newest}, this program's is {newest}")
    assert said("--to", "0002") == (0, f"the database is of version 0002, it was of {newest}")
    done = CliRunner().invoke(cli, ["--data", str(before.data), "upgrade", "--to", "12"])
    assert isinstance(done.exception, Unfit)


def test_a_folder_that_was_never_finished_has_no_version(database: str | None, settings: Settings, empty: Engine) -> None:
    with empty.begin() as conn, pytest.raises(Broken, match="holds no ledger"):
        migrations.version(conn)


def test_the_installed_package_carries_the_versions() -> None:
    import tomllib

    shipped = tomllib.loads((Path(__file__).resolve().parents[3] / "pyproject.toml").read_text("utf-8"))
    assert shipped["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"] == ["src/sayso"]
    assert {path.suffix for path in migrations.FOLDER.rglob("*") if path.is_file() and "__pycache__" not in path.parts} == {".py"}
