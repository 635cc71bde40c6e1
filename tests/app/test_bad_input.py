"""Bad input, a bad clock, a full disk, a second process, a kill: one clear line, nothing lost, nothing allowed that was not."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from sayso.app import shelf
from sayso.app.cli import main
from sayso.app.clock import StoryClock
from sayso.app.house import House, create, open_house
from sayso.app.jobs import build, deletion, evidence, people, rule, sweep
from sayso.app.settings import Settings
from sayso.facts.errors import Broken, Refused, SaysoError, Unfit

Talk = Callable[..., None]


def sayso(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run one command in this process, as the installed program would."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main([*words, "--data", str(folder / "d")])
    return subprocess.CompletedProcess(words, int(left.value.code or 0), out.getvalue(), err.getvalue())


def one_line(result: subprocess.CompletedProcess[str], code: int, *words: str) -> None:
    """The command failed with exactly one line that says these words."""
    lines = [line for line in result.stderr.splitlines() if "master key is a plain file" not in line]
    assert result.returncode == code, (result.returncode, result.stderr)
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith("sayso: ")
    assert "Traceback" not in result.stderr
    for word in words:
        assert word in lines[0], lines[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("cli")
    assert sayso(made, "init").returncode == 0
    return made


def test_a_choice_for_an_account_that_does_not_exist(folder: Path) -> None:
    one_line(sayso(folder, "choose", "nobody", "allow"), 2, "no account `nobody`", "nothing was recorded")


def test_an_answer_that_is_none(folder: Path) -> None:
    one_line(sayso(folder, "choose", "ana", "maybe"), 2, "maybe")


def test_a_command_that_does_not_exist(folder: Path) -> None:
    one_line(sayso(folder, "sell"), 2, "sell")


def test_an_unknown_conversation_release_hold_purpose_and_instant(folder: Path) -> None:
    one_line(sayso(folder, "decide", "c_nothing"), 2, "c_nothing")
    one_line(sayso(folder, "recall", "nothing"), 2, "no release `nothing`")
    one_line(sayso(folder, "hold", "end", "nothing"), 2, "no hold `nothing`")
    one_line(sayso(folder, "build", "r1", "--purpose", "selling"), 2, "no purpose `selling`")
    one_line(sayso(folder, "decide", "--at", "yesterday"), 2, "yesterday")
    one_line(sayso(folder, "decide", "--at", "2999-01-01"), 2, "future")
    one_line(sayso(folder, "build", "../escape"), 2)


def test_a_wrong_policy_file_never_comes_into_force(folder: Path, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("name = 'x'\n[[use]]\nwhen = { tier = 'pro'\n")
    one_line(sayso(folder, "policy", "check", str(wrong)), 2, "wrong.toml")
    one_line(sayso(tmp_path, "init", "--policy", str(wrong)), 2, "wrong.toml")
    assert not (tmp_path / "d").exists()
    one_line(sayso(tmp_path, "init", "--policy", "no-such-policy"), 2, "no-such-policy")


def test_what_is_no_export_is_named_and_nothing_comes_in(folder: Path, tmp_path: Path) -> None:
    empty = tmp_path / "empty.json"
    empty.write_bytes(b"")
    one_line(sayso(folder, "import", str(empty), "--account", "ana"), 2, "empty.json")
    one_line(sayso(folder, "import", str(tmp_path / "absent.zip"), "--account", "ana"), 2, "absent.zip")
    cut = tmp_path / "cut.zip"
    cut.write_bytes(b"PK\x03\x04 and then nothing")
    result = sayso(folder, "import", str(cut), "--account", "ana")
    assert "Traceback" not in result.stderr
    assert "cut.zip" in result.stderr + result.stdout
    assert json.loads(sayso(folder, "decide", "--json").stdout) == []


def test_a_broken_record_is_left_out_with_its_line_and_the_rest_comes_in(tmp_path: Path) -> None:
    assert sayso(tmp_path, "init").returncode == 0
    mixed = tmp_path / "mixed.jsonl"
    good = {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day"}]}
    mixed.write_bytes(
        json.dumps(good).encode()
        + b'\n{"messages": [{"role": "user", "con\n'
        + b'{"messages": "\xff\xfe"}\n'
        + json.dumps(good).replace("Hello", "Again").encode()
        + b"\n"
    )
    result = sayso(tmp_path, "--json", "import", str(mixed), "--account", "ana", "--tier", "pro", "--region", "US")
    answer = json.loads(result.stdout)
    assert answer["conversations"] == 2
    assert len(answer["left"]) == 2
    assert all("mixed.jsonl" in line for line in answer["left"])
    rulings = json.loads(sayso(tmp_path, "decide", "--json").stdout)
    assert [one["use"]["model_training"]["use"] for one in rulings] != ["allow", "allow"], "imported starts as not allowed"
    assert all(one["use"]["model_training"]["use"] != "allow" for one in rulings)


def test_an_unknown_tier_or_region_denies_even_after_an_allow(tmp_path: Path) -> None:
    assert sayso(tmp_path, "init").returncode == 0
    file = tmp_path / "chat.json"
    file.write_text(
        json.dumps([{"id": "1", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}])
    )
    assert sayso(tmp_path, "import", str(file), "--account", "ana", "--tier", "Pro ", "--region", "US").returncode == 0
    assert sayso(tmp_path, "choose", "ana", "allow", "--stored").returncode == 0
    assert sayso(tmp_path, "decide", "--account", "ana", "--purpose", "model_training").returncode == 1


def test_imported_conversations_are_used_only_after_a_say_so_that_covers_them(tmp_path: Path) -> None:
    assert sayso(tmp_path, "init").returncode == 0
    file = tmp_path / "chat.json"
    file.write_text(
        json.dumps([{"id": "1", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]}])
    )
    assert sayso(tmp_path, "import", str(file), "--account", "ana", "--tier", "pro", "--region", "US").returncode == 0
    assert sayso(tmp_path, "decide", "--account", "ana", "--purpose", "model_training").returncode == 1
    assert sayso(tmp_path, "choose", "ana", "allow").returncode == 0
    assert sayso(tmp_path, "decide", "--account", "ana", "--purpose", "model_training").returncode == 1
    assert sayso(tmp_path, "choose", "ana", "allow", "--stored").returncode == 0
    assert sayso(tmp_path, "decide", "--account", "ana", "--purpose", "model_training").returncode == 0
    assert sayso(tmp_path, "choose", "ana", "refuse").returncode == 0
    assert sayso(tmp_path, "decide", "--account", "ana", "--purpose", "model_training").returncode == 1


def test_a_folder_that_is_none_or_is_taken(tmp_path: Path, folder: Path) -> None:
    one_line(sayso(tmp_path, "audit"), 2, "no data folder")
    one_line(sayso(folder, "init"), 2, "data folder already")
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "mine.txt").write_text("mine")
    one_line(sayso(tmp_path, "init"), 2, "not empty")
    one_line(sayso(tmp_path, "demo", "--no-serve"), 2, "left alone")
    assert (tmp_path / "d" / "mine.txt").read_text() == "mine"


def test_a_second_process_is_told_who_holds_the_folder_and_may_still_read(house: House, settings: Settings) -> None:
    with pytest.raises(Unfit, match=r"in use by process \d+"):
        open_house(settings)
    with open_house(settings, write=False, keys=False) as reader:
        assert evidence.audit(reader) == []
        with pytest.raises(Unfit, match="reading only"), reader.writing():
            pass


def test_a_clock_that_goes_backwards_records_a_refusal_and_releases_nothing(house: House, clock: StoryClock, talk: Talk) -> None:
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow")
    clock.set(clock.now() + timedelta(minutes=1))
    talk("ana", "one")
    clock.set(clock.now() - timedelta(days=2))
    people.choose(house, ana, "model_training", "refuse")
    assert house.present().answer(ana, "model_training") == "refuse"
    for journey in (lambda: build.build(house, "r1", "model_training"), lambda: sweep.sweep(house)):
        with pytest.raises(Broken, match="mend the clock"):
            journey()
    assert evidence.audit(house) == []


def test_a_tie_of_answers_refuses(house: House, clock: StoryClock, talk: Talk) -> None:
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "refuse")
    people.choose(house, ana, "model_training", "allow")
    assert house.present().answer(ana, "model_training") == "refuse"


@pytest.mark.sqlite
def test_a_full_disk_records_nothing_and_says_so(house: House, talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    ana = people.account_of(house, "ana")
    real = house.ledger.append_all

    def full(*args: object, **kwargs: object) -> object:
        real(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(house.ledger, "append_all", full)
    with pytest.raises(Broken, match="disk is full; nothing was recorded"):
        people.choose(house, ana, "model_training", "allow")
    monkeypatch.undo()
    assert house.present().answer(ana, "model_training") == "unasked"
    people.choose(house, ana, "model_training", "allow")
    assert house.present().answer(ana, "model_training") == "allow"


@pytest.mark.sqlite
def test_a_real_full_disk_says_so(tmp_path: Path, settings: Settings, clock: StoryClock) -> None:
    with create(settings, clock=clock, policy="anthropic-consumer") as house, house.writing() as work:
        work.conn.exec_driver_sql(f"PRAGMA max_page_count = {work.conn.exec_driver_sql('PRAGMA page_count').scalar()}")

        def many() -> None:
            for number in range(200):
                people.enrol(house, work, f"person {number}", tier="pro", region="US")

        with pytest.raises(Exception, match="full"):
            many()
        work.recorded = 0


def test_a_wrong_or_missing_key_opens_nothing(house: House, settings: Settings, talk: Talk, clock: StoryClock) -> None:
    talk("ana", "one")
    house.close()
    key = settings.keys / "master.key"
    right = key.read_text()
    for wrong in ("", "zz", "ab" * 31):
        key.write_text(wrong)
        with pytest.raises(SaysoError):
            open_house(settings)
    key.write_text(os.urandom(32).hex())
    with pytest.raises(Broken, match="master key"):
        open_house(settings)
    key.unlink()
    with pytest.raises(Broken, match=r"master\.key"):
        open_house(settings)
    key.write_text(right)
    with open_house(settings, clock=clock) as again:
        assert len(list(again.past.conversations())) == 1


def test_a_deleted_conversation_does_not_come_back_with_the_next_import(house: House, clock: StoryClock, talk: Talk) -> None:
    talk("ana", "one")
    conversation = next(iter(house.past.conversations()))
    fresh, _ = deletion.delete(house, conversation=conversation)
    assert fresh
    assert deletion.delete(house, conversation=conversation)[0] is False
    with pytest.raises(AssertionError, match="deleted"):
        talk("ana", "one")
    with house.reading() as conn, pytest.raises(Refused):
        house.vault.open(conn, conversation)


KILLED = """
import sys, os, signal
from pathlib import Path
from sayso.app.house import open_house
from sayso.app.settings import Settings
from sayso.app.jobs import people
folder = Path(sys.argv[1])
house = open_house(Settings(data=folder / "data", keys=folder / "data.keys"))
who = people.account_of(house, "ana")
number = 0
while True:
    number += 1
    entry = people.choose(house, who, "model_training", "allow" if number % 2 else "refuse")
    print(entry.seq, "allow" if number % 2 else "refuse", flush=True)
"""


def test_a_killed_process_loses_nothing_it_acknowledged(house: House, settings: Settings, tmp_path: Path) -> None:
    house.close()
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    acknowledged = [process.stdout.readline().split() for _ in range(20)]
    process.send_signal(signal.SIGKILL)
    acknowledged += [line.split() for line in process.stdout.read().splitlines() if len(line.split()) == 2]
    process.wait()
    time.sleep(0.05)
    with open_house(settings) as again:
        assert evidence.audit(again) == []
        with again.reading() as conn:
            said = {entry.seq: entry.line.say for entry in again.ledger.entries_of(conn, "choice")}  # type: ignore[union-attr]  # choices only
    for seq, say in acknowledged:
        assert said[int(seq)] == say


def test_what_the_house_says_about_a_full_or_locked_disk_is_one_line() -> None:
    for text in ("database or disk is full", "attempt to write a readonly database", "database is locked", "something else"):
        assert "\n" not in shelf.why(text)
        assert shelf.why(text).split(":")[0]


def test_nothing_is_allowed_while_nobody_spoke(house: House, talk: Talk) -> None:
    for name in ("ana", "bo", "cy"):
        talk(name, f"{name}-one")
    policy = house.policy_in_force()
    assert not any(ruled.may("model_training") for _, ruled in rule.rulings(house.present(), policy))
    assert build.build(house, "r1", "model_training").manifest.rows == 0
