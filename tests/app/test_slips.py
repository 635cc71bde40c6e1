"""Slips of the hand, a reader that leaves, a door that is closed: one clear line, and what was said counts or was not done."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tomllib
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from sayso.app.cli import main
from sayso.app.house import House, open_house
from sayso.app.jobs import people
from sayso.app.settings import Settings

CHAT = {"messages": [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Good day"}]}


def sayso(settings: Settings, *words: str, given: str = "") -> tuple[int, str, str]:
    """Run one command; what it is given to read ends there, as in a script."""
    out, err, before = io.StringIO(), io.StringIO(), sys.stdin
    sys.stdin = io.StringIO(given)
    try:
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
            main([*words, "--data", str(settings.data)])
    finally:
        sys.stdin = before
    told = "\n".join(line for line in err.getvalue().splitlines() if "master key is a plain file" not in line)
    return int(left.value.code or 0), out.getvalue(), told


@pytest.fixture
def shut(house: House, settings: Settings) -> Settings:
    """The house of Ana, Bo and Cy, closed, so that commands may open it."""
    house.close()
    return settings


def one_line(came: tuple[int, str, str], code: int, *words: str) -> None:
    assert came[0] == code, came
    assert came[2].startswith("sayso: "), came
    assert "\n" not in came[2].strip(), came
    for word in words:
        assert word in came[2], came


def test_a_name_that_was_not_set_is_no_folder_and_no_account(
    shut: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "mine.jsonl").write_text(json.dumps(CHAT) + "\n", "utf-8")
    monkeypatch.chdir(tmp_path / "in")
    one_line(sayso(shut, "import", "", "--account", "ana"), 2, "the path is empty")
    one_line(sayso(shut, "import", "mine.jsonl", "--account", ""), 2, "--account is empty")
    one_line(sayso(shut, "demo", "--from", ""), 2, "the path is empty")
    assert json.loads(sayso(shut, "--json", "decide")[1]) == [], "nothing came in"
    code, out, _ = sayso(shut, "import", ".", "--account", "ana")
    assert (code, out.split()[0]) == (0, "in"), "the folder one stands in is called by its name"


def test_a_receipt_that_cannot_be_written_says_that_the_answer_is_recorded(shut: Settings, tmp_path: Path) -> None:
    one_line(sayso(shut, "choose", "ana", "refuse", "--receipt", str(tmp_path)), 2, "directory")
    with open_house(shut, write=False) as house:
        assert house.present().answer(people.account_of(house, "ana"), "model_training") == "unasked", "refused before anything"
    away = str(tmp_path / "not-there" / "receipt.json")
    one_line(sayso(shut, "choose", "ana", "refuse", "--receipt", away), 1, "is recorded", "sayso receipt")
    one_line(sayso(shut, "choose", "bo", "refuse", "--promise", away), 1, "is recorded")
    with open_house(shut, write=False) as house:
        for name in ("ana", "bo"):
            assert house.present().answer(people.account_of(house, name), "model_training") == "refuse"
    assert sayso(shut, "choose", "ana", "refuse", "--receipt", str(tmp_path / "r.json"))[0] == 0
    assert sayso(shut, "verify", str(tmp_path / "r.json"))[0] == 0


def test_a_port_that_is_none_is_one_line(shut: Settings, tmp_path: Path) -> None:
    assert sayso(shut, "log", "write", str(tmp_path / "log"))[0] == 0
    for words in (("log", "serve", str(tmp_path / "log")), ("serve",), ("demo", "--no-serve")):
        for port in ("65536", "0", "-1"):
            one_line(sayso(shut, *words, "--port", port), 2, "65535")
    witness = ("log", "witness", "--state", str(tmp_path / "s"), "--key", str(tmp_path / "k"), "--port", "65536")
    one_line(sayso(shut, *witness), 2, "65535")


def test_who_asks_for_nothing_gets_the_help_as_it_stands(shut: Settings) -> None:
    for words in ((), ("hold",), ("policy",)):
        out, err = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
            main([*words])
        assert left.value.code == 2
        assert "Commands:\n" in err.getvalue()
    one_line(sayso(shut, "key", "create", "billing"), 2, "--scope")
    assert "\t" not in sayso(shut, "key", "create", "billing")[2]


def test_where_nobody_can_answer_a_question_the_line_says_what_does_instead(shut: Settings, tmp_path: Path) -> None:
    code, _, err = sayso(shut, "delete", "--account", "ana")
    assert (code, "--yes" in err, "nothing was changed" in err) == (2, True, True)
    code, _, err = sayso(shut, "delete", "--account", "ana", given="n\n")
    assert (code, "stopped" in err) == (130, True)
    (tmp_path / "none.txt").write_text("# nothing\n", "utf-8")
    one_line(sayso(shut, "delete", "--file", str(tmp_path / "none.txt"), "--yes"), 2, "names no conversation")
    with open_house(shut, write=False) as house:
        assert house.present().deleted_at(people.account_of(house, "ana")) is None
    assert sayso(shut, "delete", "--account", "ana", given="y\n")[0] == 0
    with open_house(shut, write=False) as house:
        assert house.present().deleted_at(people.account_of(house, "ana")) is not None


def test_who_writes_down_what_somebody_asked_for_has_a_name(shut: Settings) -> None:
    one_line(sayso(shut, "request", "add", "access", "--account", "ana", "--by", " "), 2, "who")
    assert sayso(shut, "request", "add", "access", "--account", "ana", "--by", "olga")[0] == 0
    one_line(sayso(shut, "request", "extend", "--by", "", "--why", "more systems"), 2, "who")
    one_line(sayso(shut, "request", "done", "--by", "", "--why", "sent"), 2, "who")


def program(settings: Settings, *words: str) -> list[str]:
    return [sys.executable, "-c", "from sayso.app.cli import main; main()", *words, "--data", str(settings.data)]


def test_a_reader_that_has_enough_and_an_output_that_is_closed_are_no_errors(shut: Settings, tmp_path: Path) -> None:
    many = tmp_path / "many.jsonl"
    many.write_text("".join(json.dumps({"messages": [{"role": "user", "content": f"Hello {n}"}]}) + "\n" for n in range(1_500)))
    assert sayso(shut, "import", str(many), "--account", "ana")[0] == 0
    with subprocess.Popen(program(shut, "decide"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as ran:
        assert ran.stdout is not None
        assert ran.stderr is not None
        ran.stdout.read(1)
        ran.stdout.close()
        assert (ran.stderr.read(), ran.wait()) == (b"", 0)
    closed = subprocess.run(
        ["/bin/sh", "-c", 'exec "$@" >&-', "sh", *program(shut, "decide", "--account", "bo")],
        stderr=subprocess.PIPE,
        env=os.environ,
        check=False,
    )
    assert (closed.returncode, closed.stderr) == (0, b"")


def test_a_ctrl_c_while_the_program_is_loading_is_one_line(tmp_path: Path) -> None:
    # The module that reads the commands is one that is stopped: as fast as the signal would have to come, no test is.
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n", "utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from sayso.app.start import main; main()"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stdout, ran.stderr) == (130, "", "sayso: stopped before it began; nothing was changed\n")


def test_the_program_starts_where_a_ctrl_c_is_heard() -> None:
    told = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text("utf-8"))
    assert told["project"]["scripts"] == {"sayso": "sayso.app.start:main"}


def test_a_right_is_named_once(shut: Settings) -> None:
    assert json.loads(sayso(shut, "--json", "officer", "add", "olga", "--role", "hold")[1])["roles"] == ["read", "hold"]
    assert json.loads(sayso(shut, "--json", "key", "create", "court", "--scope", "hold")[1])["scopes"] == ["hold"]
