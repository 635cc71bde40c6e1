"""A house is moved from one kind of place to another and back: nothing lost, nothing believed too early, the old place refused."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec.structs import replace
from tests.postgres import Server

from sayso.app import copying, postgres, shelf, stores
from sayso.app.cli import cli
from sayso.app.clock import StoryClock
from sayso.app.house import House, create, open_house
from sayso.app.jobs import deletion, epochs, evidence, holds, mend, moving, people, places, sweep
from sayso.app.mark import read_mark
from sayso.app.settings import Settings
from sayso.facts.errors import Broken, SaysoError, Unfit
from sayso.facts.events import Scope
from sayso.vault import Objects

from .conftest import Swift
from .test_blocks_house import START, aws, enrol, path, talk, words

__all__ = ["aws"]


KILLED = "import sys; from tests.shelves.test_moving import dying; dying(*sys.argv[1:])"


def dying(folder: str, at: str, owner: str, name: str, n: str, what: str, *to: str) -> None:
    """Move a house, and have the process killed when it asks for something for the n-th time."""
    module: Any = {"moving": moving, "places": places, "copying": copying, "evidence": evidence}[owner]
    real, calls = getattr(module, name), iter(range(1, 10_000))

    def dies(*args: Any, **named: Any) -> Any:
        if next(calls) == int(n):
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*args, **named)

    setattr(module, name, dies)
    settings = Settings(data=Path(folder) / "data", keys=Path(folder) / "data.keys")
    with open_house(settings, clock=StoryClock(datetime.fromisoformat(at))) as house:
        moving.move_database(house, to[0]) if what == "database" else moving.move_segments(house, to[0], to[1] or None)


def killed(settings: Settings, clock: StoryClock, where: tuple[str, str, int], *to: str) -> None:
    given = [str(settings.data.parent), clock.now().isoformat(), *map(str, where), *to]
    if to[0] == "segments":  # the client of the store has threads, which a fork would lose
        command = [sys.executable, "-c", KILLED, *given]
        assert subprocess.run(command, env=os.environ | {"PYTHONPATH": path()}, check=False).returncode == -signal.SIGKILL
        return
    pid = os.fork()
    if pid == 0:
        try:
            dying(*given)
        finally:
            os._exit(1)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == signal.SIGKILL


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(START + timedelta(days=31, minutes=1))


@pytest.fixture
def settings(tmp_path: Path, story: Path) -> Settings:
    for name in ("data", "data.keys"):
        shutil.copytree(story / name, tmp_path / name)
    return Settings(data=tmp_path / "data", keys=tmp_path / "data.keys")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ana and Bo have talked, Ana deleted one chat, an order holds another that Bo deleted."""
    folder, clock = tmp_path_factory.mktemp("story"), StoryClock(START)
    made = Settings(data=folder / "data", keys=folder / "data.keys")
    with create(made, clock=clock) as house:
        enrol(house, "ana", "bo\\0")
        people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
        clock.set(clock.now() + timedelta(minutes=1))
        talk(house, "ana", "stays")
        gone, held = talk(house, "ana", "gone"), talk(house, "bo\\0", "held")
        holds.place(house, "old", Scope(accounts=(people.account_of(house, "bo\\0"),)), "m1")
        for one in (gone, held):
            deletion.delete(house, conversation=one)
        clock.set(clock.now() + timedelta(days=31))
        talk(house, "ana", "late")
        sweep.sweep(house)
        assert evidence.audit(house) == []
    return folder


def read(settings: Settings, clock: StoryClock) -> tuple[list[str], int]:
    """What Ana's chats say, and how many lines there are, as somebody finds them who opens the house."""
    with open_house(settings, clock=clock) as house:
        mend.mend(house)
        mine = [one for one in house.past.of_account(people.account_of(house, "ana")) if one not in house.past.shredded]
        with house.reading() as conn:
            size = house.ledger.size(conn)
        found = sorted("stays" if "the words of stays" in words(house, one) else "late" for one in mine)
    with open_house(settings, clock=clock, write=False, keys=False) as auditor:
        left = [one for one in evidence.audit(auditor) if one.kind != "file_unknown"]
        assert left == []
    return found, size


def move(settings: Settings, clock: StoryClock, how: Callable[[House], moving.Moved | None]) -> moving.Moved | None:
    with open_house(settings, clock=clock) as house:
        return how(house)


def to_database(address: str) -> Callable[[House], moving.Moved | None]:
    return lambda house: moving.move_database(house, address)


def to_segments(where: str, endpoint: str | None = None) -> Callable[[House], moving.Moved | None]:
    return lambda house: moving.move_segments(house, where, endpoint)


def cleared(settings: Settings, clock: StoryClock) -> list[str]:
    with open_house(settings, clock=clock) as house:
        return [one.url for one in moving.clear(house)]


def test_a_house_goes_to_postgresql_and_back_with_all_that_was_said_and_the_old_copy_is_refused(
    settings: Settings, clock: StoryClock, server: Server, tmp_path: Path
) -> None:
    address = server.new()
    _, size = read(settings, clock)
    shutil.copytree(settings.data, tmp_path / "old")
    done = move(settings, clock, to_database(address))
    assert done is not None
    assert done.rows > 40
    assert read(settings, clock) == (["late", "stays"], size + 1), "one line says that it was moved"
    assert move(settings, clock, to_database(address)) is None, "asked twice says so"
    with pytest.raises(Broken, match="this is an older copy"):
        open_house(replace(settings, data=tmp_path / "old"), clock=clock)
    shutil.copy(tmp_path / "old" / "sayso.json", settings.data / "sayso.json.old")
    mark = (settings.data / "sayso.json").read_bytes()
    (settings.data / "sayso.json.old").replace(settings.data / "sayso.json")
    with pytest.raises(Broken, match="this is an older copy"):
        open_house(settings, clock=clock)
    (settings.data / "sayso.json").write_bytes(mark)
    with pytest.raises(Unfit, match=r"`sqlite` is not empty.*sayso move clear"):
        move(settings, clock, to_database("sqlite"))
    assert cleared(settings, clock) == ["sqlite"]
    assert not list(settings.data.glob("sayso.db*"))
    assert move(settings, clock, to_database("sqlite")) is not None
    assert read(settings, clock)[0] == ["late", "stays"]
    assert cleared(settings, clock) == [postgres.without_secrets(address)]
    assert server.admin("SELECT count(*) FROM pg_class WHERE relname LIKE 'ledger%'", name_of(address)) == [(0,)]
    with open_house(settings, clock=clock) as house:
        assert epochs.turn(house).destroyed
        assert evidence.audit(house) == []
        with house.writing() as work:
            people.enrol(house, work, "cy", tier="pro", region="US")


def name_of(address: str) -> str:
    return str(postgres.address(address).database)


def test_sealed_words_go_to_objects_and_back_under_their_numbers_and_what_is_held_stays_apart(
    settings: Settings, clock: StoryClock, swift: Swift, aws: None, tmp_path: Path
) -> None:
    bucket = swift.bucket()
    before = read(settings, clock)
    shutil.copy(settings.data / "sayso.json", tmp_path / "old.json")
    done = move(settings, clock, to_segments(f"s3://{bucket}/town", swift.endpoint))
    assert done is not None
    assert (done.segments, done.bytes > 100) == (2, True), "one of what is held and deleted, one of the rest"
    assert read(settings, clock) == (before[0], before[1] + 1)
    mark = (settings.data / "sayso.json").read_bytes()
    shutil.copy(tmp_path / "old.json", settings.data / "sayso.json")
    with pytest.raises(Broken, match="is from before segments was moved"):
        open_house(settings, clock=clock)
    (settings.data / "sayso.json").write_bytes(mark)
    with CliRunner().isolation():
        restored = CliRunner().invoke(cli, ["--data", str(settings.data), "restore", "--yes"])
        assert restored.exit_code == 0, restored.output
    assert cleared(settings, clock) == ["folder"]
    assert not (settings.data / "vault").exists()
    with open_house(settings, clock=clock) as house:
        talk(house, "ana", "there")
        held = [one for one in listed(swift, bucket) if "/held/" in one]
        assert len(held) == 1
        assert all(stores.known(one.removeprefix("town/"), stores.OBJECTS) for one in listed(swift, bucket))
        sweep.sweep(house)
        assert [one for one in listed(swift, bucket) if "/held/" in one] == held, "a sweep has nothing to move apart"
    assert move(settings, clock, to_segments("folder")) is not None
    files = [path.relative_to(settings.data).as_posix() for path in (settings.data / "vault").rglob("*.seg")]
    assert all(stores.known(one) for one in files)
    with open_house(settings, clock=clock) as house:
        talk(house, "ana", "back")
        house.vault.settle()
        holds.end(house, "old")
        clock.set(clock.now() + timedelta(days=31))
        sweep.sweep(house)
        with house.writing() as work:
            house.vault.compact(work.conn, share=0)
        house.vault.settle()
        assert evidence.audit(house) == []
    assert cleared(settings, clock) == [f"s3://{bucket}/town"]
    assert listed(swift, bucket) == []


def listed(swift: Swift, bucket: str) -> list[str]:
    return re.findall(r"<Key>([^<]*)</Key>", swift.ask("GET", f"/{bucket}", "")[1].decode())


@pytest.mark.parametrize(
    ("back", "owner", "name", "n"),
    [
        (False, "moving", "write_mark", 1),
        (False, "copying", "_batches", 9),
        (False, "evidence", "audit", 2),
        (False, "moving", "write_mark", 2),
        (True, "copying", "_batches", 9),
        (True, "moving", "write_mark", 2),
    ],
)
def test_a_move_of_the_database_that_was_killed_serves_at_the_old_place_and_goes_on(
    settings: Settings, clock: StoryClock, server: Server, back: bool, owner: str, name: str, n: int
) -> None:
    to = address = server.new()
    if back:
        move(settings, clock, to_database(address))
        cleared(settings, clock)
        to = "sqlite"
    before = read(settings, clock)
    killed(settings, clock, (owner, name, n), "database", to)
    assert read(settings, clock) == before, "the old place serves, whatever lies at the new one"
    with open_house(settings, clock=clock) as house:
        talk(house, "ana", "later")
    assert move(settings, clock, to_database(to)) is not None
    assert read(settings, clock)[0] == ["late", "late", "stays"], "and what was said meanwhile goes along"


@pytest.mark.parametrize(
    ("back", "owner", "name", "n"),
    [(False, "places", "copy_segment", 2), (False, "moving", "write_mark", 2), (True, "evidence", "audit", 2)],
)
def test_a_move_of_sealed_words_that_was_killed_serves_at_the_old_place_and_goes_on_or_is_given_up(
    settings: Settings, clock: StoryClock, swift: Swift, aws: None, back: bool, owner: str, name: str, n: int
) -> None:
    bucket = swift.bucket()
    to: tuple[str, str] = (f"s3://{bucket}/town", swift.endpoint)
    if back:
        move(settings, clock, to_segments(*to))
        cleared(settings, clock)
        to = ("folder", "")
    before = read(settings, clock)
    killed(settings, clock, (owner, name, n), "segments", *to)
    assert read(settings, clock) == before
    with open_house(settings, clock=clock) as house, pytest.raises(Unfit, match="was begun"):
        moving.move_segments(house, "s3://other/town", swift.endpoint)
    if name == "copy_segment":
        with open_house(settings, clock=clock) as house:
            assert moving.stop(house) is not None
            assert moving.stop(house) is None
        assert listed(swift, bucket) == []
        assert read(settings, clock) == before
    assert move(settings, clock, to_segments(*to)) is not None
    assert read(settings, clock)[0] == before[0]


def test_a_move_that_was_switched_and_not_recorded_is_recorded_by_the_next_command(
    settings: Settings, clock: StoryClock, server: Server, swift: Swift, aws: None
) -> None:
    _, size = read(settings, clock)
    bucket = swift.bucket()
    move(settings, clock, to_segments(f"s3://{bucket}/town", swift.endpoint))
    move(settings, clock, to_database(server.new()))
    assert read(settings, clock) == (["late", "stays"], size + 1)
    with open_house(settings, clock=clock) as house:
        mend.mend(house)
        assert read_mark(house.folder)["moves"] == 2
        assert [one.url for one in moving.left_behind(house)] == ["folder", "sqlite"]


def test_what_is_in_the_way_is_refused_in_one_line_and_nothing_is_changed(
    settings: Settings, clock: StoryClock, server: Server, swift: Swift, aws: None, tmp_path: Path
) -> None:
    bucket, full = swift.bucket(), server.new()
    other = Settings(data=tmp_path / "other", keys=tmp_path / "other.keys", database=full)
    create(replace(other, objects=f"s3://{bucket}/town", endpoint=swift.endpoint), clock=clock).close()
    before, mark = read(settings, clock), (settings.data / "sayso.json").read_bytes()
    wrong: list[tuple[Callable[[House], moving.Moved | None], type[SaysoError], str]] = [
        (to_database(full), Unfit, "is not empty"),
        (to_database(server.address("nowhere")), Broken, "does not exist"),
        (to_database("postgresql://sayso@/x?host=%2Fnowhere"), Broken, "cannot be reached"),
        (to_database("mysql://x/y"), Unfit, "no database of the kind"),
        (to_segments(f"s3://{bucket}/town", swift.endpoint), Unfit, "is not empty"),
        (to_segments("s3://nobody-made-it/town", swift.endpoint), Broken, "there is no such bucket"),
        (to_segments(f"s3://{bucket}/other", "http://127.0.0.1:1"), Broken, "it does not answer"),
        (to_segments(f"s3://{bucket}", swift.endpoint), Unfit, "objects lie at"),
    ]
    for how, kind, line in wrong:
        with pytest.raises(kind, match=line) as said:
            move(settings, clock, how)
        assert "\n" not in str(said.value)
        assert (settings.data / "sayso.json").read_bytes() == mark, line
    assert read(settings, clock) == before
    with open_house(settings, clock=clock), pytest.raises(Unfit, match="in use by process"):
        move(settings, clock, to_database(server.new()))
    with open_house(other, clock=clock) as theirs:
        assert evidence.audit(theirs) == []


def test_a_full_target_leaves_the_old_place_serving(
    settings: Settings, clock: StoryClock, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file system of one megabyte where root may mount one would do the same; here the calls say that it is full."""
    address = server.new()
    move(settings, clock, to_database(address))
    cleared(settings, clock)
    before, real = read(settings, clock), shelf.engine

    def small(folder: Path, database: str | None = None, **named: object):  # type: ignore[no-untyped-def]  # as the real one
        made = real(folder, database, **named)  # type: ignore[arg-type]  # handed on
        if database is None:
            from sqlalchemy import event

            event.listen(made, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count=20"))
        return made

    monkeypatch.setattr(shelf, "engine", small)
    with pytest.raises(Broken, match="the disk is full"):
        move(settings, clock, to_database("sqlite"))
    monkeypatch.undo()
    assert read(settings, clock) == before
    assert move(settings, clock, to_database("sqlite")) is not None
    assert read(settings, clock)[0] == before[0]


def test_a_copy_that_does_not_read_back_as_it_was_is_not_believed(
    settings: Settings, clock: StoryClock, server: Server, swift: Swift, aws: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket, address, before = swift.bucket(), server.new(), read(settings, clock)
    real = copying.copy

    def loses(source, target, progress):  # type: ignore[no-untyped-def]  # as the real one
        real(source, target, progress)
        with shelf.transaction(target) as conn:
            conn.exec_driver_sql("DELETE FROM vault_holds")

    with monkeypatch.context() as patched:
        patched.setattr(copying, "copy", loses)
        with pytest.raises(Broken, match="table `vault_holds` does not read back"):
            move(settings, clock, to_database(address))
    with monkeypatch.context() as patched:
        patched.setattr(Objects, "take_in", lambda self, _, parts: self._bucket.put("x", b"".join(parts)))
        with pytest.raises(Broken, match="does not read back as it was"):
            move(replace(settings), clock, to_segments_after_stop(address, bucket, swift))
    assert read(settings, clock) == before


def to_segments_after_stop(address: str, bucket: str, swift: Swift) -> Callable[[House], moving.Moved | None]:
    def how(house: House) -> moving.Moved | None:
        assert moving.stop(house) is not None
        return moving.move_segments(house, f"s3://{bucket}/town", swift.endpoint)

    return how


def test_nothing_in_the_clear_goes_with_a_house(
    settings: Settings, clock: StoryClock, server: Server, swift: Swift, aws: None
) -> None:
    bucket = swift.bucket()
    with open_house(settings, clock=clock) as house:
        talk(house, "ana", "quixotically")
    move(settings, clock, to_segments(f"s3://{bucket}/town", swift.endpoint))
    move(settings, clock, to_database(server.new()))
    server.admin("CHECKPOINT")
    stored = [raw for _, raw in server.every_byte()] + [path.read_bytes() for path in swift.folder.rglob("*") if path.is_file()]
    assert not any(b"quixotically" in raw for raw in stored)
    assert any(b"ledger_events" in raw for raw in stored), "the search sees what is there"


def test_the_operator_moves_and_is_told_what_to_destroy(
    settings: Settings, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = server.new()
    monkeypatch.setenv("SAYSO_DATABASE", address)

    def run(*said: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli, ["--data", str(settings.data), *said])
        assert done.exception is None or isinstance(done.exception, SystemExit | SaysoError), done.exception
        return done.exit_code, done.output + str(done.exception or "")

    assert "the database at" not in run("move", "database", address)[1].split("is refused")[0]
    code, said = run("--json", "move", "database", "sqlite")
    assert "is not empty" in said
    code, said = run("move", "clear", "--yes")
    assert (code, "removed the file `sayso.db`" in said) == (0, True)
    assert "no room accounts for it" not in run("audit")[1]
    code, said = run("--json", "move", "database", "sqlite")
    assert (code, json.loads(said[said.index("{") :])["new"]["url"]) == (0, "sqlite")
    monkeypatch.setenv("SAYSO_DATABASE", server.new())
    assert "SAYSO_DATABASE names another database" in run("move", "database", server.new())[1]
    assert os.environ["SAYSO_DATABASE"] not in (settings.data / "sayso.json").read_text()
