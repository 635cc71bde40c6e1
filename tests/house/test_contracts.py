"""The house stands, and each of its rules bites: one planted violation per rule, in a copy."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(BIN / "lint-imports"), "--no-cache", "--config", str(folder / "pyproject.toml")],
        cwd=folder, env={"PYTHONPATH": str(folder / "src"), "PATH": str(BIN)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.fixture(scope="module")
def copy_of_the_house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_house_keeps_its_own_rules(copy_of_the_house: Path) -> None:
    result = lint(copy_of_the_house)
    assert result.returncode == 0, result.stdout[-3000:]


@pytest.mark.parametrize(
    ("rule", "file", "line"),
    [
        ("The house has four storeys", "src/sayso/facts/planted.py", "import sayso.policy"),
        ("The house has four storeys", "src/sayso/ledger/planted.py", "import sayso.vault"),
        ("The house has four storeys", "src/sayso/policy/planted.py", "import sayso.scrub"),
        ("The house has four storeys", "src/sayso/attic/__init__.py", '"""A room nobody agreed to."""'),
        ("Benches are pure", "src/sayso/scrub/planted.py", "import random"),
        ("Benches are pure", "src/sayso/intake/planted.py", "import socket"),
        ("Benches are pure", "src/sayso/facts/planted.py", "import time"),
        ("Benches are pure", "src/sayso/darkpatterns/planted.py", "import subprocess"),
        ("What measures screens knows no screen", "src/sayso/darkpatterns/planted.py", "import sayso.notices"),
        ("Only the vault and the proofs hold keys", "src/sayso/release/planted.py", "import cryptography"),
        ("Only app reads the clock and the settings", "src/sayso/vault/planted.py", "import time"),
    ],
)
def test_a_planted_violation_is_caught(copy_of_the_house: Path, rule: str, file: str, line: str) -> None:
    planted = copy_of_the_house / file
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(line + "\n")
    try:
        result = lint(copy_of_the_house)
    finally:
        planted.unlink()
        if not any(planted.parent.iterdir()) or planted.parent.name == "attic":
            shutil.rmtree(planted.parent)
    assert result.returncode == 1
    assert f"{rule}" in result.stdout
    assert "BROKEN" in result.stdout


def test_a_circle_inside_a_room_is_caught(copy_of_the_house: Path) -> None:
    one, other = (copy_of_the_house / "src/sayso/scrub" / name for name in ("one.py", "other.py"))
    one.write_text("import sayso.scrub.other\n")
    other.write_text("import sayso.scrub.one\n")
    try:
        result = lint(copy_of_the_house)
    finally:
        one.unlink()
        other.unlink()
    assert result.returncode == 1
    assert "No room is tangled inside" in result.stdout


@pytest.mark.parametrize(
    "line",
    [
        "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n",
        "import time\n\nNOW = time.time()\n",
        "import os\n\nHOME = os.environ\n",
        'import os\n\nTHERE = os.path.lexists("revocations")\n',
    ],
)
def test_a_room_that_reads_the_clock_the_environment_or_takes_a_failing_disk_for_an_empty_one_is_caught(line: str) -> None:
    result = subprocess.run(
        [str(BIN / "ruff"), "check", "--select", "TID251", "--stdin-filename", "src/sayso/release/planted.py", "-"],
        cwd=ROOT, input=line, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert result.returncode == 1
    assert "TID251" in result.stdout


def test_every_room_says_what_it_is() -> None:
    for room in sorted((ROOT / "src/sayso").iterdir()):
        if room.is_dir() and room.name != "__pycache__":
            text = (room / "__init__.py").read_text()
            assert text.startswith('"""'), room.name
            assert len(text.split('"""')[1].split()) >= 20, f"{room.name} has no paragraph about itself"


def test_no_module_is_a_god() -> None:
    long = {
        str(path.relative_to(ROOT)): n for path in (ROOT / "src").rglob("*.py") if (n := len(path.read_text().splitlines())) > 400
    }
    assert not long


def test_lint_and_types_are_clean() -> None:
    for command in (["ruff", "check", "."], ["ruff", "format", "--check", "."], ["mypy"]):
        result = subprocess.run([str(BIN / command[0]), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False)
        assert result.returncode == 0, result.stdout[-3000:]
