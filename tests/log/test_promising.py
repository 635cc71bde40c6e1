"""Ana answers and is promised at once that her line will be public; later she sees whether that was kept."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from sayso.app.cli import main
from sayso.app.house import House, create
from sayso.app.jobs import believing, cosigning, logs, people, promising
from sayso.app.jobs.logs import reader
from sayso.app.settings import Settings
from sayso.facts.deeds import Believed
from sayso.facts.errors import Refused, Unfit
from sayso.proofs import Verdict, verify
from sayso.proofs.promise import Shown
from sayso.proofs.statement import signed


@pytest.fixture
def line(house: House) -> int:
    return people.choose(house, people.account_of(house, "ana"), "model_training", "refuse").seq


@pytest.fixture
def kept(house: House, line: int, tmp_path: Path) -> Path:
    (tmp_path / "promise.json").write_bytes(msgspec.json.encode(promising.promised(house, people.account_of(house, "ana"), line)))
    return tmp_path / "promise.json"


@pytest.fixture
def asked(house: House, kept: Path) -> Callable[..., Verdict]:
    def ask(folder: Path | None = None, days: float = 0, *, cosigned: bool = False) -> Verdict:
        keys = [house.keys.cosigning.public] if cosigned and house.keys.cosigning else []
        shown = None if folder is None else Shown(read=reader(folder), cosigners=keys, at=house.now() + timedelta(days=days))
        return verify(kept, house.keys.signing.vkey(), shown=shown)

    return ask


def test_a_promise_says_what_was_answered_and_by_when_it_is_public(house, asked, line, kept):
    verdict = asked()
    assert verdict.ok
    assert f"line {line} of the log" in verdict.lines[0]
    assert "answered `refuse` for `model_training`" in verdict.lines[0]
    assert "does not prove: that the promise was kept" in verdict.lines[1]
    again = promising.promised(house, people.account_of(house, "ana"), line)
    assert json.loads(kept.read_bytes()) == json.loads(msgspec.json.encode(again))
    for account, seq in (("bo", line), ("ana", 1), ("ana", line + 1), ("ana", 0)):
        with pytest.raises(Refused, match="no such answer"):
            promising.promised(house, people.account_of(house, account), seq)


def test_it_is_kept_once_the_line_is_in_the_log(house, asked, tmp_path):
    logs.publish(house, tmp_path / "log")
    assert asked(tmp_path / "log").lines[0].startswith("kept: line")
    with house.writing() as work:
        people.enrol(house, work, "dee")
    logs.publish(house, tmp_path / "log")
    assert asked(tmp_path / "log", 400).lines[0].startswith("kept: line")


def test_a_log_that_does_not_show_it_in_time_has_broken_it(house, settings, tmp_path, line, monkeypatch):
    before = tmp_path / "log"
    logs.publish(house, before)
    later = people.choose(house, people.account_of(house, "bo"), "model_training", "allow")
    told = promising.promised(house, people.account_of(house, "bo"), later.seq)
    path = tmp_path / "bo.json"
    path.write_bytes(msgspec.json.encode(told))

    def said(at: datetime, *, cosigned: bool = False) -> Verdict:
        keys = [house.keys.cosigning.public] if cosigned else []
        return verify(path, house.keys.signing.vkey(), shown=Shown(read=reader(before), cosigners=keys, at=at))

    assert said(house.now()).ok
    assert said(house.now()).lines[0].startswith("not due yet")
    assert said(house.now() + timedelta(days=2)).lines[0].startswith("broken, unless these files are old")
    assert not said(house.now() + timedelta(days=2)).ok
    # The log cosigns, after the instant, what still lacks the line: no matter how old the copy, that was too late.
    note = logs.checkpoint_in(before)
    late = int((house.now() + timedelta(days=3)).timestamp())
    body = note.partition("\n\n")[0] + "\n"
    (before / "checkpoint").write_text(note + house.keys.cosigning.cosign(body, late), "utf-8")
    verdict = said(house.now(), cosigned=True)
    assert not verdict.ok
    assert verdict.lines[0].startswith("broken: after that instant the log was cosigned")


def test_a_log_in_which_another_line_stands_there_has_broken_it(house, asked, tmp_path, line):
    logs.publish(house, tmp_path / "log")
    honest = (tmp_path / "log/checkpoint").read_text("utf-8")
    other = people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
    told = promising.promised(house, people.account_of(house, "ana"), other.seq)
    text = told["opening"]["text"].replace(f'"seq":{other.seq}', f'"seq":{line}')
    lie = signed({**told, "line": line, "opening": {**told["opening"], "text": text}}, house.keys.signing)
    (tmp_path / "promise.json").write_bytes(msgspec.json.encode(lie))
    verdict = asked(tmp_path / "log")
    assert (verdict.ok, verdict.lines[0].startswith(f"broken: line {line} of the log is another one")) == (False, True)
    assert honest


def test_a_folder_that_is_no_log_breaks_no_promise_and_keeps_none(asked, tmp_path):
    verdict = asked(tmp_path)
    assert (verdict.ok, "there is no checkpoint of a log" in verdict.lines[0]) == (False, True)


@pytest.mark.parametrize(
    "bent",
    [
        {"line": 1},
        {"by": "2031-01-01T00:00:00Z"},
        {"log": "x"},
        {"recorded": "now"},
        {"more": 1},
        {"opening": {}},
        {"signature": None},
    ],
)
def test_no_field_of_a_promise_is_loose_not_even_for_who_signs(house, kept, bent):
    told = {**json.loads(kept.read_bytes()), **bent}
    kept.write_bytes(msgspec.json.encode(told))
    assert not verify(kept, house.keys.signing.vkey()).ok
    if "by" not in bent and "signature" not in bent:
        kept.write_bytes(msgspec.json.encode(signed(told, house.keys.signing)))
        assert not verify(kept, house.keys.signing.vkey()).ok


def test_while_it_is_served_the_log_is_written_within_seconds(house, tmp_path):
    folder, lock = tmp_path / "public", threading.RLock()
    with promising.publishing(house, folder, lock, every=0.01):
        with lock:
            entry = people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
        for _ in range(1_000):
            with house.reading() as conn:
                told = house.ledger.last_of(conn, Believed)
            if told is not None and int(logs.checkpoint_in(folder).split("\n")[1]) >= max(entry.seq, told.seq):
                break
            time.sleep(0.01)
        else:
            raise AssertionError("the line never came, or not what is believed")
        with lock:
            last = people.choose(house, people.account_of(house, "ana"), "model_training", "refuse")
    assert believing.of_account(house, "ana")["believed"] is not None
    assert int(logs.checkpoint_in(folder).split("\n")[1]) == last.seq  # whoever stops it is waited for
    with house.reading() as conn:
        assert cosigning.signer(house, conn, house.keys).public.name in logs.checkpoint_in(folder)


def test_a_failure_to_write_is_told_and_tried_again(house, tmp_path, caplog, monkeypatch):
    folder, tried, write = tmp_path / "public", [], logs.publish

    def failing(*words):
        tried.append(words)
        if len(tried) == 2:
            raise OSError(28, "no space left on device")
        return write(*words)

    monkeypatch.setattr(logs, "publish", failing)
    with promising.publishing(house, folder, every=0.001):
        while len(tried) < 4:
            time.sleep(0.001)
    assert "the log could not be written: no space left on device" in caplog.text
    with pytest.raises(Unfit, match="lie outside the data folder"), promising.publishing(house, house.folder / "log"):
        pass


def run(words: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    with pytest.raises(SystemExit) as left:
        main(words)
    return int(left.value.code or 0), capsys.readouterr().out


def test_the_commands_make_a_promise_and_hold_it_against_the_log(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    for name in ("SAYSO_HOME", "SAYSO_KEYS", "SAYSO_MASTER_KEY", "SAYSO_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    with create(Settings.read()) as house, house.writing() as work:
        people.enrol(house, work, "ana", tier="pro", region="US")
    monkeypatch.setenv("SAYSO_LOG_WITHIN", "60")
    assert run(["choose", "ana", "allow", "--promise", "promise.json"], capsys)[0] == 0
    told = json.loads((tmp_path / "promise.json").read_bytes())
    assert datetime.fromisoformat(told["by"]) - datetime.fromisoformat(told["recorded"]) == timedelta(seconds=60)
    assert run(["verify", "promise.json"], capsys)[0] == 0
    assert run(["log", "write", "public"], capsys)[0] == 0
    code, out = run(["verify", "promise.json", "--log", "public"], capsys)
    assert (code, out.startswith("kept: line")) == (0, True)
    assert run(["verify", "promise.json", "--log", "nowhere"], capsys)[0] == 1
    for wrong in ("0", "soon", "-1", "99999999"):
        monkeypatch.setenv("SAYSO_LOG_WITHIN", wrong)
        assert run(["choose", "ana", "allow"], capsys)[0] == 2
