"""Every command is documented, and the example in its help runs as it stands."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest

from sayso.app.cli import cli, main
from sayso.app.grants import Grants

ROOT = Path(__file__).resolve().parents[2]
spec = importlib.util.spec_from_file_location("write_docs", ROOT / "scripts" / "write_docs.py")
assert spec is not None
assert spec.loader is not None
write_docs = importlib.util.module_from_spec(spec)
spec.loader.exec_module(write_docs)
COMMANDS: dict[str, click.Command] = dict(write_docs.leaves(cli))
ORDER = [
    "sayso init", "sayso upgrade", "sayso import", "sayso choose", "sayso region", "sayso receipt", "sayso decide", "sayso build", "sayso recall", "sayso review report", "sayso review export", "sayso hold place", "sayso hold list",
    "sayso hold report", "sayso hold read", "sayso hold end", "sayso export", "sayso notice publish", "sayso notice list", "sayso notice show", "sayso notice invalidate", "sayso policy list", "sayso policy show", "sayso policy check", "sayso policy test", "sayso policy set",
    "sayso policy diff", "sayso policy simulate", "sayso scrub", "sayso verify",
    "sayso log write", "sayso log key", "sayso log witness", "sayso log verify", "sayso prove choice", "sayso prove belief", "sayso prove absence", "sayso prove presence",
    "sayso retention", "sayso sweep", "sayso delete", "sayso prove deletion", "sayso epoch turn", "sayso epoch list",
    "sayso move database", "sayso move segments", "sayso move master", "sayso move clear", "sayso move stop", "sayso restore", "sayso officer add", "sayso officer list",
    "sayso officer link", "sayso officer bind", "sayso policy persons", "sayso policy propose", "sayso policy decline", "sayso policy approve", "sayso policy proposals", "sayso request add", "sayso request list", "sayso request extend", "sayso request done", "sayso officer end", "sayso officer readmit", "sayso officer provider", "sayso host list", "sayso host issuer", "sayso host end", "sayso host readmit", "sayso key create", "sayso key list", "sayso key revoke", "sayso audit", "sayso demo",
]  # fmt: skip


def test_the_page_of_commands_is_the_one_their_help_makes() -> None:
    assert (ROOT / "docs" / "commands.md").read_text("utf-8") == write_docs.page(), "run `make docs`"


def test_every_command_has_an_example_that_runs() -> None:
    assert set(ORDER) | {"sayso serve", "sayso log serve"} == set(COMMANDS)
    for name, command in COMMANDS.items():
        assert write_docs.example(command).startswith(name) or "--data" in write_docs.example(command), name
        assert command.help, name
        assert all(option.help for option in command.params if isinstance(option, click.Option)), name


def run(words: list[str]) -> int:
    with pytest.raises(SystemExit) as left:
        main(words)
    return int(left.value.code or 0)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder as the examples expect it: an export, a policy, cases, a text, and two people."""
    monkeypatch.chdir(tmp_path)
    for name in ("SAYSO_HOME", "SAYSO_KEYS", "SAYSO_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)
    shutil.make_archive("data-export", "zip", ROOT / "examples/demo/claude/ana")
    rules = (ROOT / "policies/anthropic-consumer.toml").read_text("utf-8")
    Path("my-policy.toml").write_text(f"{rules}# ours from here on\n", "utf-8")
    words = (ROOT / "src/sayso/notices/wording/training-choice.toml").read_text("utf-8")
    newer = re.sub(r"(?m)^version = (\d+)$", lambda found: f"version = {int(found[1]) + 1}", words)
    Path("our-words.toml").write_text(newer, "utf-8")
    shutil.copy(sorted((ROOT / "policies/cases").glob("*.json"))[0], "cases.json")
    Path("notes.txt").write_text("write to ana@example.com")
    assert run(["init", "--policy", "anthropic-consumer"]) == 0
    for name in ("nia", "lu"):
        assert (
            run(["import", str(ROOT / "examples/demo/claude" / name), "--account", name, "--tier", "free", "--region", "US"]) == 0
        )
    return tmp_path


def test_the_examples_run_in_order(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ORDER:
        program, *words = shlex.split(write_docs.example(COMMANDS[name]))
        assert program == "sayso"
        if name == "sayso verify":
            assert run(["choose", "ana", "allow", "--receipt", "receipt.json"]) == 0
        if name == "sayso prove presence":
            assert run(["choose", "lu", "allow", "--stored"]) == 0
            assert run(["build", "autumn-2026"]) == 0
        if name == "sayso officer readmit":
            grants, now = Grants(Path("sayso-data.keys")), datetime.now(UTC)
            assert grants.sign_in(words[-1], "olga-at-work", ["hold"], now)
            grants.end_officer(words[-1], now)
        if name == "sayso policy persons":
            assert run(["officer", "add", "otto", "--role", "approve"]) == 0
        if name == "sayso policy approve":
            assert run(shlex.split(write_docs.example(COMMANDS["sayso policy propose"]))[1:]) == 0
        code = run(words)
        assert code == 0, (name, capsys.readouterr().err)
    hold = shlex.split(str(COMMANDS["sayso hold list"] and cli.commands["hold"].epilog).removeprefix("Example:"))
    assert run(hold[1:]) == 0
    assert Path("report.html").read_text().startswith("<!doctype html>")


def test_serve_serves_until_it_is_stopped(desk: Path) -> None:
    assert run(["import", "data-export.zip", "--account", "ana", "--tier", "pro", "--region", "US"]) == 0
    lines = served(desk, "sayso serve")
    assert any(line.strip().startswith("ana") and "/enter?" in line for line in lines)


def test_the_log_is_served_until_it_is_stopped(desk: Path) -> None:
    assert run(["log", "write", "public-log"]) == 0
    assert "/checkpoint" in served(desk, "sayso log serve")[-1]


def served(desk: Path, name: str) -> list[str]:
    """Start what the example of *name* starts, on a free port, until it answers; give back what it said."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = shlex.split(write_docs.example(COMMANDS[name]))[1:]
    process = subprocess.Popen(
        [sys.executable, "-c", "from sayso.app.cli import main; main()", *words, "--port", str(port)],
        cwd=desk, env={**os.environ, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        # A shell that runs the tests in the background has Ctrl-C ignored, and so would have what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert process.stdout is not None
    try:
        lines: list[str] = []
        while not any(line.startswith("serving ") for line in lines):
            line = process.stdout.readline()
            assert line, process.stderr.read() if process.stderr else ""
            lines.append(line)
        for _ in range(100):
            with socket.socket() as knock:
                knock.settimeout(1)
                if knock.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=120) in (0, 130)
        return lines
    finally:
        process.kill()
