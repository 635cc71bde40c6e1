"""A whole house whose ledger and index lie in PostgreSQL: the same journeys, and what can go wrong on the way to a server."""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.postgres import Server

from sayso.app import migrations, postgres
from sayso.app.cli import cli
from sayso.app.clock import StoryClock
from sayso.app.house import House, create, open_house
from sayso.app.jobs import build, deletion, demo, epochs, evidence, logs, people, proving, restore, rule, story, strangers, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Attachment, Conversation, Text, Turn
from sayso.facts.errors import Broken, Refused, SaysoError, Unfit
from sayso.facts.instants import parse_instant
from sayso.facts.words import ConversationId
from sayso.proofs import verify

MONTH = timedelta(days=31)
END = parse_instant("2026-11-20T12:00:00Z")


@pytest.fixture
def settings(server: Server, tmp_path: Path) -> Settings:
    return Settings(data=tmp_path / "data", keys=tmp_path / "data.keys", database=server.new())


@pytest.fixture
def house(settings: Settings, clock: StoryClock) -> Iterator[House]:
    with create(settings, clock=clock, policy="anthropic-consumer") as made:
        with made.writing() as work:
            for name in ("ana", "bo", "cy"):
                people.enrol(made, work, name, tier="pro", region="US")
        yield made


def talk(house: House, clock: StoryClock, name: str, key: str, **words: str) -> ConversationId:
    known = set(house.past.conversations())
    turns = (
        Turn(
            id=words.get("turn", f"{key}-1"),
            role="user",
            parts=(Text(words.get("text", "Hello")), Attachment(name=words.get("file", "f"), text=words.get("inside", "t"))),
            at=clock.now(),
        ),
        Turn(id=f"{key}-2", role="assistant", parts=(Text("Good to hear"),), at=clock.now(), origin="generated"),
    )
    item = Conversation(id=key, source="test", account=name, title=words.get("title", ""), turns=turns)
    assert collect_all(house, "test", [item], Arrival(own=True)).conversations == 1
    return next(iter(set(house.past.conversations()) - known))


def name_of(address: str | None) -> str:
    return str(postgres.address(address or "").database)


def words_of(house: House, conversation: ConversationId) -> bytes:
    with house.reading() as conn:
        return b"".join(house.vault.open(conn, conversation))


def test_the_bundled_story_ends_in_postgresql_as_it_is_told(settings: Settings) -> None:
    clock = StoryClock(demo.BEGIN)
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        teller = story.Teller(house, clock, demo.examples())
        teller.tell(story.load(demo.examples()))
        clock.set(END)
        wrong = []
        for one in json.loads((demo.examples() / "expected.json").read_text()):
            if not one["expect"].get("gone"):
                _, ruled = rule.ruling(house, teller.conversation(one["conversation"]), parse_instant(one["at"]))
                wrong += [one["name"] for purpose, use in one["expect"].get("use", {}).items() if ruled.use[purpose].use != use]
        assert wrong == []
        assert build.build(house, "story-1", "model_training").manifest.rows > 10
        assert {finding.kind for finding in evidence.audit(house)} == {"overdue"}
        assert sweep.sweep(house).shredded > 0
        assert epochs.turn(house).destroyed
        assert evidence.audit(house) == []
    with open_house(settings, clock=clock, write=False, keys=False) as auditor:
        assert evidence.audit(auditor) == []


def test_no_word_and_no_name_reaches_the_server_in_the_clear_at_any_time(house: House, clock: StoryClock, server: Server) -> None:
    """Canaries, whole and in parts of 16 bytes, searched in tables, write-ahead log, statistics and the server's own log."""
    words = {place: secrets.token_hex(24) for place in ("name", "key", "text", "title", "turn", "file", "inside")}
    parts = [(place, word[at : at + 16].encode()) for place, word in words.items() for at in (0, 16, 32)]

    def found() -> list[str]:
        server.admin("CHECKPOINT")
        server.admin("ANALYZE", name_of(house.settings.database))
        ours = [(path.name, path.read_bytes()) for path in house.folder.rglob("*") if path.is_file()]
        return [f"{place} in {name}" for name, raw in [*server.every_byte(), *ours] for place, part in parts if part in raw]

    with house.writing() as work:
        ana = people.enrol(house, work, words["name"], tier="pro", region="US")
        assert found() == [], "while the transaction is open"
    people.choose(house, ana, "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    one = talk(house, clock, words["name"], **{k: v for k, v in words.items() if k != "name"})
    assert words["text"].encode() in words_of(house, one), "who has the keys reads it"
    assert found() == [], "while it is stored"
    people.choose(house, ana, "model_training", "refuse")
    deletion.delete(house, conversation=one)
    clock.set(clock.now() + MONTH)
    assert sweep.sweep(house).shredded == 1
    epochs.turn(house)
    server.admin("VACUUM FULL", name_of(house.settings.database))
    assert found() == [], "after everything"


def test_a_backup_of_the_server_opens_nothing_that_was_shredded_once_the_epoch_turned(
    house: House, clock: StoryClock, server: Server, settings: Settings, tmp_path: Path
) -> None:
    """PostgreSQL overwrites nothing: the wrapped key is still in its files, and opens nothing any more."""
    people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    gone, stays = (
        talk(house, clock, "ana", "1", text="the words of gone"),
        talk(house, clock, "ana", "2", text="the words that stay"),
    )
    name = name_of(settings.database)
    with house.reading() as conn:
        wrapped = conn.execute(text("SELECT wrapped FROM vault_keys WHERE conversation = :c"), {"c": gone}).scalar_one()
    shutil.copytree(settings.data, tmp_path / "backup")
    house.close()
    server.admin(f"CREATE DATABASE {name}_backup TEMPLATE {name}")
    with open_house(settings, clock=clock) as again:
        deletion.delete(again, conversation=gone)
        clock.set(clock.now() + MONTH)
        assert sweep.sweep(again).shredded == 1
        server.admin("CHECKPOINT")
        assert any(wrapped in raw for _, raw in server.every_byte()), "the trap: deleting a row does not overwrite it"
        assert epochs.turn(again).rekeyed == 1
        assert b"the words that stay" in words_of(again, stays)
        assert evidence.audit(again) == []
    old = Settings(data=tmp_path / "backup", keys=settings.keys, database=server.address(f"{name}_backup"))
    with pytest.raises(Broken, match="no master key of epoch `1`"), open_house(old, clock=clock, write=False) as thief:
        words_of(thief, gone)
    # The old row beside the living keys, in the living database.
    with open_house(settings, clock=clock) as again:
        with again.engine.begin() as conn:
            row = {"c": gone, "w": wrapped, "a": again.past.owner(gone)}
            conn.execute(text("INSERT INTO vault_keys VALUES (:c, :a, :w, '')"), row)
            conn.execute(text("UPDATE vault_conversations SET state = 'live' WHERE conversation = :c"), row)
        with pytest.raises(SaysoError):
            words_of(again, gone)
        assert evidence.audit(again)


def test_an_older_copy_of_the_server_does_not_open_and_goes_on_only_after_saying_again_what_it_lost(
    house: House, clock: StoryClock, server: Server, settings: Settings
) -> None:
    """The memory of the log lies with the keys, wherever the database is."""
    gone, bo = talk(house, clock, "ana", "1"), people.account_of(house, "bo")
    name = name_of(settings.database)
    house.close()
    server.admin(f"CREATE DATABASE {name}_older TEMPLATE {name}")
    with open_house(settings, clock=clock) as again:
        deletion.delete(again, conversation=gone)
        people.choose(again, bo, "model_training", "refuse")
    older = replace(settings, database=server.address(f"{name}_older"))
    for write in (True, False):
        with pytest.raises(Broken, match="this is an older copy"):
            open_house(older, clock=clock, write=write)
    with open_house(older, clock=clock, older=True) as again:
        mended = restore.restore(again)
        assert (mended.deletions, mended.refusals) == (1, 1)
        with pytest.raises(Refused):
            words_of(again, gone)
        assert evidence.audit(again) == []
    with open_house(older, clock=clock):
        pass


def test_any_changed_value_in_any_column_is_found(house: House, clock: StoryClock, settings: Settings) -> None:
    people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
    gone = talk(house, clock, "ana", "1")
    talk(house, clock, "bo", "2")
    with house.writing() as work:
        house.vault.hold(work.conn, "order", matter="a matter", accounts=[people.account_of(house, "cy")])
    deletion.delete(house, conversation=gone)
    clock.set(clock.now() + MONTH)
    sweep.sweep(house)
    assert [finding.kind for finding in evidence.audit(house)] == ["hold"], "the ledger was not told of this hold"
    house.close()
    engine = postgres.engine(settings.database or "", write=True)
    with engine.begin() as conn:
        columns = conn.exec_driver_sql(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        ).all()
    missed, tried = [], 0
    changes = {
        "bytea": "set_byte({c}, 0, get_byte({c}, 0) # 1)",
        "text": "{c} || 'x'",
        "character varying": "'x' || right({c}, -1)",
    }
    auditor = open_house(settings, clock=clock, write=False, keys=False)
    for table, column, kind in columns:
        if (table, column) == ("ledger_head", "behind"):
            continue  # a remark about the clock at the last append, no fact
        change = changes.get(kind, "{c} + 100000").format(c=f'"{column}"')
        with engine.begin() as conn:
            if table.startswith("ledger_") and table != "ledger_requests":
                conn.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER {table}_only_grows")
            saved = conn.exec_driver_sql(f'SELECT ctid::text, "{column}" FROM {table} WHERE "{column}" IS NOT NULL LIMIT 1').first()
            if saved is None:
                conn.rollback()
                continue
            conn.exec_driver_sql(f"CREATE TABLE saved AS SELECT \"{column}\" AS v FROM {table} WHERE ctid = '{saved[0]}'")
            where = conn.exec_driver_sql(
                f"UPDATE {table} SET \"{column}\" = {change} WHERE ctid = '{saved[0]}' RETURNING ctid::text"
            ).scalar_one()
        tried += 1
        try:
            with auditor.reading() as conn:
                migrations.version(conn)
            if [finding.kind for finding in evidence.audit(auditor)] == ["hold"]:
                missed.append(f"{table}.{column}")
        except SaysoError:
            pass
        with engine.begin() as conn:
            # Where the row went may differ from where it was, so it is found by the place it has now.
            conn.exec_driver_sql(f"UPDATE {table} SET \"{column}\" = (SELECT v FROM saved) WHERE ctid = '{where}'")
            conn.exec_driver_sql("DROP TABLE saved")
            if table.startswith("ledger_") and table != "ledger_requests":
                conn.exec_driver_sql(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_grows")
    engine.dispose()
    assert missed == []
    assert tried > 50
    assert [finding.kind for finding in evidence.audit(auditor)] == ["hold"]
    auditor.close()


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE ledger_events DISABLE TRIGGER ledger_events_only_grows",
        "ALTER TABLE ledger_events ENABLE TRIGGER ledger_events_only_grows",
        "ALTER TABLE ledger_head ENABLE REPLICA TRIGGER ledger_head_only_grows",
        "DROP TRIGGER ledger_checkpoints_stays ON ledger_checkpoints",
        "CREATE OR REPLACE FUNCTION ledger_events_only_grows() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE OR REPLACE TRIGGER ledger_nodes_only_grows BEFORE INSERT ON ledger_nodes FOR EACH ROW EXECUTE FUNCTION ledger_nodes_only_grows()",
        "CREATE OR REPLACE TRIGGER ledger_events_stays BEFORE TRUNCATE ON ledger_events WHEN (false) EXECUTE FUNCTION ledger_events_only_grows()",
    ],
)  # fmt: skip
def test_a_fence_that_was_loosened_is_named(house: House, change: str) -> None:
    with house.engine.begin() as conn:
        conn.exec_driver_sql(change)
    assert {finding.kind for finding in evidence.audit(house)} == {"log"}


def test_not_even_a_replica_or_truncate_gets_past_the_fences(house: House) -> None:
    for sql in (
        "TRUNCATE ledger_events",
        "TRUNCATE ledger_head, ledger_nodes",
        "DELETE FROM ledger_events",
        "UPDATE ledger_events SET at = at",
    ):
        with house.engine.connect() as conn:
            conn.exec_driver_sql("SET LOCAL session_replication_role = replica")
            with pytest.raises(DBAPIError, match="the ledger only grows"):
                conn.exec_driver_sql(sql)
            conn.rollback()
    assert evidence.audit(house) == []


def test_a_file_that_looks_like_the_database_is_found(house: House) -> None:
    (house.folder / "sayso.db").write_bytes(b"planted")
    assert len(evidence.audit(house)) == 1


def test_a_second_writer_is_refused_in_one_line_and_readers_are_not(
    house: House, settings: Settings, tmp_path: Path, clock: StoryClock
) -> None:
    other = Settings(data=tmp_path / "elsewhere", keys=settings.keys, database=settings.database)
    shutil.copytree(settings.data, other.data)
    with pytest.raises(Unfit, match="has another writer; stop that one first, nothing was changed") as told:
        open_house(other, clock=clock)
    assert "\n" not in str(told.value)
    with open_house(other, clock=clock, write=False) as reader, house.writing() as work:
        people.enrol(house, work, "dan", tier="pro", region="US")
        with reader.reading() as conn:
            assert reader.vault.find(conn, "dan") is None
            with pytest.raises(Exception, match="read-only"):
                conn.exec_driver_sql("UPDATE vault_accounts SET leaving = 1")


HOLDER = """
import os, signal, sys
from pathlib import Path
from sayso.app.house import open_house
from sayso.app.jobs import people
from sayso.app.settings import Settings
house = open_house(Settings(data=Path(sys.argv[1]), keys=Path(sys.argv[2]), database=sys.argv[3]))
with house.writing() as work:
    for number in range(50):
        people.enrol(house, work, f"person {number}", tier="pro", region="US")
    print("in the middle", flush=True)
    signal.pause()
"""


def test_a_writer_that_is_killed_in_the_middle_leaves_nothing_and_gives_its_place_up(
    house: House, settings: Settings, clock: StoryClock
) -> None:
    with house.reading() as conn:
        before = house.ledger.head(conn)
    house.close()
    words = [sys.executable, "-c", HOLDER, str(settings.data), str(settings.keys), str(settings.database)]
    writer = subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[3])
    assert writer.stdout is not None
    assert writer.stdout.readline() == "in the middle\n"
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    with open_house(settings, clock=clock) as again:
        with again.reading() as conn:
            assert again.ledger.head(conn) == before
            assert again.vault.find(conn, "person 1") is None
        assert evidence.audit(again) == []


def cut(server: Server, house: House) -> None:
    """End every connection of the house from the server's side."""
    name = name_of(house.settings.database)
    server.admin(f"SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE datname = '{name}'")


def test_a_connection_that_is_lost_in_the_middle_is_one_line_and_nothing_is_half_done(house: House, server: Server) -> None:
    ana = people.account_of(house, "ana")

    def interrupted() -> None:
        with house.writing() as work:
            people.choose_in(house, work, ana, "model_training", "allow")
            cut(server, house)
            people.choose_in(house, work, ana, "model_training", "refuse")

    with pytest.raises(Broken, match="connection to the database was lost") as told:
        interrupted()
    assert "\n" not in str(told.value)
    assert house.past.answer(ana, "model_training") == "unasked"
    people.choose(house, ana, "model_training", "allow")
    assert house.past.answer(ana, "model_training") == "allow"
    assert evidence.audit(house) == []


def test_a_house_that_lost_its_place_writes_nothing_and_then_hears_what_the_other_wrote(
    house: House, settings: Settings, server: Server, tmp_path: Path, clock: StoryClock
) -> None:
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow")
    other = Settings(data=tmp_path / "elsewhere", keys=settings.keys, database=settings.database)
    shutil.copytree(settings.data, other.data)
    cut(server, house)
    with open_house(other, clock=clock) as second:
        people.choose(second, ana, "model_training", "refuse")
        for _ in range(2):
            with pytest.raises(SaysoError, match=r"another writer|connection to the database was lost"):
                people.choose(house, ana, "model_training", "allow")
    assert house.past.answer(ana, "model_training") == "refuse", "what was folded before is not believed any more"
    people.defer(house, ana, "model_training", None)
    assert evidence.audit(house) == []


def test_a_folder_is_only_opened_with_its_own_database(
    house: House, settings: Settings, server: Server, tmp_path: Path, clock: StoryClock
) -> None:
    another = Settings(data=tmp_path / "d2", keys=tmp_path / "k2", database=server.new())
    create(another, clock=clock).close()
    house.close()
    for wrong, said in ((another.database, "of another data folder"), (server.new(), "holds no ledger")):
        for write in (True, False):
            with pytest.raises(Broken, match=said):
                open_house(Settings(data=settings.data, keys=settings.keys, database=wrong), clock=clock, write=write)
    with pytest.raises(Unfit, match="holds a ledger already; name an empty one"):
        create(Settings(data=tmp_path / "d3", keys=tmp_path / "k3", database=settings.database))
    assert not (tmp_path / "k3").exists()
    with open_house(Settings(data=settings.data, keys=settings.keys), clock=clock) as again:
        assert again.settings.database == json.loads((settings.data / "sayso.json").read_bytes())["database"]


SECRET = "correct-horse-battery"


def test_a_password_is_kept_shown_and_logged_nowhere(server: Server, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    address = server.new().replace("sayso@", f"sayso:{SECRET}@")
    run = CliRunner()
    env = {"SAYSO_KEYS": str(tmp_path / "k"), "SAYSO_DATABASE": address}
    done = run.invoke(cli, ["--data", str(tmp_path / "d"), "init"], env=env, catch_exceptions=False)
    assert done.exit_code == 0
    said = done.output
    for words in (["choose", "nobody", "allow"], ["audit"], ["sweep"], ["--json", "upgrade", "--show"]):
        done = run.invoke(cli, ["--data", str(tmp_path / "d"), *words], env=env)
        said += done.output + str(done.exception)
    seen = server.admin("SELECT query || application_name FROM pg_stat_activity")
    said += str(seen) + "".join(capfd.readouterr())
    assert SECRET not in said
    places = [*server.every_byte(), *((path.name, path.read_bytes()) for path in tmp_path.rglob("*") if path.is_file())]
    assert [name for name, raw in places if SECRET.encode() in raw] == []
    typed = run.invoke(
        cli, ["--data", str(tmp_path / "e"), "init", "--database", server.new().replace("sayso@", f"sayso:{SECRET}@")],
        env={"SAYSO_KEYS": str(tmp_path / "l")},
    )  # fmt: skip
    assert typed.exit_code == 0
    assert "a password in a command is read by others" in typed.output
    assert SECRET not in typed.output


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("postgresql://u:{secret}@127.0.0.1:1/x", "cannot be reached; check that it runs and its address"),
        ("postgresql://sayso:{secret}@/nowhere?host={folder}", "the database does not exist; have it created"),
        ("postgresql://u:{secret}@/postgres?host={folder}&bad_option={secret}", "cannot be reached"),
        (
            "postgresql://u:{secret}@/postgres?host={folder}&options=-c%20bad%3D{secret}",
            "the database let nobody in; check the user",
        ),
        ("mysql://u:{secret}@h/x", "no database of the kind `mysql`"),
        ("{secret}", "cannot be read; write postgresql://HOST/NAME"),
        ("postgresql://u:{secret}@h:port/x", "cannot be read; write postgresql://HOST/NAME"),
        ("sqlite:///{secret}.db", "no database of the kind `sqlite`"),
        ("", None),
    ],
)
def test_an_address_that_leads_nowhere_is_one_line_without_its_password(
    server: Server, tmp_path: Path, address: str, said: str | None
) -> None:
    given = address.format(secret=SECRET, folder=str(server.folder).replace("/", "%2F"))
    made = Settings(data=tmp_path / "d", keys=tmp_path / "k", database=given)
    with pytest.raises(SaysoError) as told:
        create(made)
    assert "\n" not in str(told.value)
    assert SECRET not in str(told.value)
    assert said is None or re.search(said, str(told.value)), str(told.value)
    assert not (tmp_path / "k").exists(), "nothing was made"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SET LOCAL statement_timeout = '30ms'; SELECT pg_sleep(5)", "took too long and was stopped; nothing was recorded"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'disk_full'; END $$", "disk of the database is full; nothing was recorded"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'insufficient_privilege'; END $$", "denies what is asked"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = 'deadlock_detected'; END $$", "busy with another process; nothing was recorded"),
    ],
)  # fmt: skip
def test_what_the_server_will_not_do_is_one_line(house: House, sql: str, said: str) -> None:
    with pytest.raises(Broken, match=said), house.writing() as work:
        work.conn.exec_driver_sql(sql)
    assert evidence.audit(house) == []


def test_the_demo_leaves_a_database_in_the_environment_alone(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = server.new()
    monkeypatch.setenv("SAYSO_DATABASE", address)
    monkeypatch.chdir(tmp_path)
    made = demo.own_folder(Settings.read("demo"), given_by_person=True)
    assert made.database is None
    assert not server.admin("SELECT 1 FROM pg_tables WHERE schemaname = 'public'", name_of(address))
    assert os.environ["SAYSO_DATABASE"] == address


def test_a_stranger_finds_out_from_the_files_alone_what_a_house_on_a_server_handed_out(
    house: House, clock: StoryClock, tmp_path: Path
) -> None:
    answered = people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
    talk(house, clock, "ana", "one")
    build.build(house, "r1", "model_training")
    kit, key = tmp_path / "kit", house.keys.signing.vkey()
    logs.publish(house, kit / "log")
    shutil.copytree(house.folder / "releases" / "r1", kit / "r1")
    shutil.copy(house.folder / "releases" / "r1.proof.json", kit)
    for name, told in (
        ("receipt.json", people.receipt_of(house, people.account_of(house, "ana"), answered.seq)),
        ("ana.json", proving.anything_of(house, "r1", "ana", "presence").proof),
        ("bo.json", proving.anything_of(house, "r1", "bo", "absence").proof),
    ):
        (kit / name).write_text(json.dumps(told), "utf-8")
    said = {
        path: verify(kit / path, key)
        for path in ("receipt.json", "ana.json", "bo.json", "r1/manifest.json", "r1.proof.json", "log/checkpoint")
    }
    assert all(one.ok for one in said.values()), said
    assert "answered `allow` for `model_training`" in said["receipt.json"].lines[0]
    assert "something of it is in there" in said["ana.json"].lines[0]
    assert "nothing of it is in there" in said["bo.json"].lines[0]
    held = [kit / name for name in ("receipt.json", "ana.json", "bo.json", "r1.proof.json")]
    assert strangers.check_log(kit / "log", key, receipts=held).problems == ()
