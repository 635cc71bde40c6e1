"""The commands of the end, as a person at a terminal or a script meets them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sayso.app.cli import main
from sayso.app.clock import StoryClock, SystemClock
from sayso.app.house import House
from sayso.app.jobs import people
from sayso.app.settings import Settings

Talk = Callable[..., None]


@pytest.fixture
def run(
    house: House,
    clock: StoryClock,
    settings: Settings,
    talk: Talk,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, str, str]]:
    """Ana has two chats and Bo one; give back a function that runs a command and says how it ended."""
    clock.set(SystemClock().now() - timedelta(hours=1))  # commands go by the clock of this machine
    for name, key in (("ana", "one"), ("ana", "two"), ("bo", "three")):
        talk(name, key)
    house.close()
    monkeypatch.setenv("SAYSO_HOME", str(settings.data))
    for name in ("SAYSO_KEYS", "SAYSO_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)

    def ran(*words: str, stdin: str | bytes = "") -> tuple[int, str, str]:
        raw = stdin.encode() if isinstance(stdin, str) else stdin
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        with pytest.raises(SystemExit) as left:
            main(list(words))
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return int(left.value.code or 0), said.out, said.err

    return ran


def chats(house: House, name: str) -> list[str]:
    return [str(one) for one in house.past.of_account(people.account_of(house, name))]


def test_several_are_deleted_by_name_by_file_and_by_standard_input(
    house: House, run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    one, two = chats(house, "ana")
    (three,) = chats(house, "bo")
    file = tmp_path / "ids.txt"
    file.write_text(f"# who asked on Monday\n\n{one}\n  {two}  \n", "utf-8")
    code, out, err = run("delete", "--file", str(file), "--conversation", "no such", "--yes")
    assert code == 2
    assert "1 of 3 are no conversations here: `no such`" in err
    code, out, _ = run("delete", "--file", str(file), "--yes", "--json")
    assert code == 0
    assert [(told["conversation"], told["new"]) for told in json.loads(out)] == [(one, True), (two, True)]
    code, out, _ = run("delete", one, "--file", "-", "--yes", stdin=f"{three}\n")
    assert code == 0
    assert f"conversation {one}: was deleted already" in out
    assert f"conversation {three}: deleted" in out
    assert run("delete", "--file", "-", "--yes", stdin=b"\xff\xfe\n")[0] == 2
    assert run("delete", "--yes")[0] == 2
    assert run("delete", one, "--account", "ana", "--yes")[0] == 2


def test_a_deletion_is_taken_back_once_and_the_second_time_says_so(house: House, run: Callable[..., tuple[int, str, str]]) -> None:
    one, two = chats(house, "ana")
    assert run("delete", "--account", "ana", "--yes")[0] == 0
    code, _, err = run("delete", one, "--undo")
    assert code == 1
    assert "deleted with its account" in err
    code, out, _ = run("delete", "--account", "ana", "--undo")
    assert code == 0
    assert "2 conversations are shown again" in out
    assert "nothing to take back" in run("delete", "--account", "ana", "--undo")[1]
    assert run("delete", one, two, "--undo")[0] == 2
    assert run("delete", "--account", "nobody", "--undo")[0] == 2
    assert run("retention", "--grace", "0")[0] == 0
    assert run("delete", one, "--yes")[0] == 0
    assert "that is over" in run("delete", one, "--undo")[2]


def test_ends_are_announced_and_shown_beforehand(house: House, run: Callable[..., tuple[int, str, str]]) -> None:
    assert "no notice period" in run("sweep", "--announce")[2]
    assert "not announced beforehand" in run("retention")[1]
    assert run("retention", "--notice", "100000")[0] == 2
    assert run("retention", "--notice", "366")[0] == 0
    assert json.loads(run("sweep", "--announce", "--json")[1])["announced"] == 3
    assert json.loads(run("sweep", "--announce", "--json")[1])["announced"] == 0
    shown = json.loads(run("sweep", "--preview", "--account", "ana", "--json")[1])
    assert [one["announced"] is not None for one in shown["preview"]] == [True, True]
    assert run("sweep", "--account", "ana")[0] == 2
    assert run("sweep", "--announce", "--preview")[0] == 2
    assert run("sweep", "--preview", "--account", "nobody")[0] == 2


def test_a_certificate_is_written_and_verified_with_nothing_but_the_key(
    house: House, run: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    (three,) = chats(house, "bo")
    file, page, key = str(tmp_path / "c.json"), tmp_path / "c.html", house.keys.signing.vkey()
    assert run("prove", "deletion", three, "--out", file)[0] == 1
    assert run("delete", three, "--yes")[0] == 0
    assert "not yet final" in run("prove", "deletion", three, "--out", file, "--page", str(page), "--language", "de")[1]
    assert "Noch nicht endgültig" in page.read_text("utf-8")
    code, out, _ = run("verify", file, "--key", key)
    assert code == 0
    assert "not yet final" in out
    Path(file).write_text(Path(file).read_text("utf-8").replace("not yet final", "final"), "utf-8")
    assert run("verify", file, "--key", key)[0] != 0
    assert run("prove", "deletion", three, "--out", file, "--page", str(page), "--language", "xx")[0] == 2
    assert run("prove", "deletion", "nobody", "--out", file)[0] == 2


def test_where_ana_says_she_lives_is_taken_down_shown_and_taken_back_with_one_command(
    run: Callable[..., tuple[int, str, str]],
) -> None:
    for words, stated, counts in (
        ((), None, "US"),
        (("DE",), "DE", "unknown"),
        ((), "DE", "unknown"),
        (("--take-back",), None, "US"),
    ):
        code, out, _ = run("--json", "region", "ana", *words)
        told = json.loads(out)
        assert (code, told["told"], told["stated"], told["region"]) == (0, "US", stated, counts)
    for wrong in (("Atlantis",), ("DE", "--take-back")):
        code, _, err = run("region", "ana", *wrong)
        assert (code, len(re.findall(r"(?m)^sayso: (?!the master key is a plain file)", err))) == (2, 1), err
        assert "nothing was recorded" in err
