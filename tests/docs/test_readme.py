"""The README is short, and its commands do what it says."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest

from sayso.app.cli import main

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text("utf-8")
COMMANDS = [
    line[2:] for block in re.findall(r"```console\n(.*?)```", README, re.S) for line in block.splitlines() if line.startswith("$ ")
]


def test_it_is_about_thirty_lines() -> None:
    assert len(README.splitlines()) <= 40
    assert COMMANDS[0] == "make run"
    assert COMMANDS[-1] == "make test"


def test_its_sayso_commands_run_as_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    for name in ("SAYSO_HOME", "SAYSO_KEYS", "SAYSO_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)
    ran = 0
    for command in COMMANDS:
        program, *words = shlex.split(command)
        if program == "make":
            continue
        assert program == "sayso"
        with pytest.raises(SystemExit) as left:
            main(words)
        assert left.value.code == 0, (command, capsys.readouterr().err)
        ran += 1
    assert ran == 6
    said = capsys.readouterr().out
    assert "nothing differs" in said
    assert re.search(r"release `first` built: [1-9]\d* conversations", said)


def test_make_run_tells_the_story(tmp_path: Path) -> None:
    result = subprocess.run(
        ["make", "run", f"ARGS=--no-serve --data {tmp_path / 'demo'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    assert result.returncode == 0, result.stderr[-2000:]
    for words in ("1. A story", "2. Who said what", "3. A training set", "4. A sweep", "5. Hana deletes", "nothing differs"):
        assert words in result.stdout, words


def test_make_alone_lists_the_commands() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for command in ("run", "test", "check", "bench", "docs"):
        assert re.search(rf"^{command}\s+\S", listed, re.M), command


def test_the_gate_runs_the_readme_s_test_command_and_nothing_else() -> None:
    lines = [line for line in (ROOT / ".ci/run").read_text().splitlines() if line and not line.startswith("#")]
    assert lines[-1] == "exec make test"
