"""`make bench` measures what docs/benchmarks.md tells, and no script of it begins to measure before it was asked what it takes."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "benchmarks.md").read_text("utf-8")
SCRIPTS = [path for path in sorted((ROOT / "bench").glob("*.py")) if '__name__ == "__main__"' in path.read_text("utf-8")]


def recipe() -> str:
    text = (ROOT / "Makefile").read_text("utf-8")
    return text[text.index("\nbench:") :].partition("\n\n")[0]


def test_every_block_of_the_page_is_measured_by_make_bench_or_named_with_the_reason() -> None:
    left_out = re.search(r"(?s)Not in `make bench`:(.*?)\n\n", PAGE)
    assert left_out is not None
    named = set(re.findall(r"bench/(\w+\.py)", PAGE))
    assert {"commit_speed.py", "log_speed.py", "beliefs_cost.py", "pages_speed.py"} <= named
    for name in named:
        assert f"bench/{name}" in recipe() or f"`{name}" in left_out[1], name
    for name in re.findall(r"bench/(\w+\.py)", recipe()):
        assert name in named, f"{name} is run and told nowhere"


def test_what_make_bench_runs_is_there() -> None:
    assert all((ROOT / "bench" / name).is_file() for name in re.findall(r"bench/(\w+\.py)", recipe()))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_reads_its_arguments_before_it_does_anything(path: Path) -> None:
    """Its own arguments, by a parser that knows `--help`; what a made-up one would start is not left to a look at `sys.argv`."""
    source = path.read_text("utf-8")
    calls = {
        one.func.attr for one in ast.walk(ast.parse(source)) if isinstance(one, ast.Call) and isinstance(one.func, ast.Attribute)
    }
    assert "parse_args" in calls
    assert not re.search(r"sys\.argv\[1", source)


def test_the_script_for_pages_shows_what_it_takes_and_measures_nothing() -> None:
    done = subprocess.run(  # our own script
        [sys.executable, str(ROOT / "bench" / "pages_speed.py"), "--help"], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.startswith("usage: pages_speed.py")
    assert "DATABASE:CHATS" in done.stdout
