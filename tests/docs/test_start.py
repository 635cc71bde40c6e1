"""The commands of docs/start.md do what the page says, in the order in which it says them."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "start.md").read_text("utf-8")


def commands() -> list[str]:
    blocks = re.findall(r"```console\n(.*?)```", PAGE, re.S)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def test_the_page_shows_every_step_from_the_first_to_the_audit() -> None:
    text = " ".join(commands())
    for step in ("init", "import", "choose", "decide", "build", "recall", "sweep", "audit"):
        assert f" {step}" in text, step


def test_the_commands_run_as_they_stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if importlib.util.find_spec("sayso.app.cli") is None:
        pytest.skip("the command line is not there yet")
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    for name in ("SAYSO_HOME", "SAYSO_KEYS", "SAYSO_MASTER_KEY"):
        monkeypatch.delenv(name, raising=False)
    ran = 0
    for command in commands():
        program, *arguments = shlex.split(command)
        if program == "make":  # installs, and serves until it is stopped
            continue
        assert program == "sayso", command
        done = subprocess.run(
            [sys.executable, "-c", "from sayso.app.cli import main; main()", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        found = "recall" in arguments  # the page says that this one finds something, and that it then ends with 1
        assert done.returncode == (1 if found else 0), f"{command}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr, command
        ran += 1
    assert ran >= 10


def test_every_command_is_on_the_page_and_every_command_on_it_exists() -> None:
    from sayso.app.cli import cli

    listed = set(re.findall(r"^\| `sayso (\w+)` \|", PAGE, re.M))
    assert listed == set(cli.commands)


def test_every_command_has_help_with_an_example() -> None:
    import click

    from sayso.app.cli import cli

    def leaves(group: click.Group) -> list[click.Command]:
        return [leaf for one in group.commands.values() for leaf in (leaves(one) if isinstance(one, click.Group) else [one])]

    silent = [one.name for one in leaves(cli) if not one.help or "Example" not in f"{one.epilog}{one.help}"]
    assert silent == []
