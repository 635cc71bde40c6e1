"""What the page on scrubbing says at its top is what its tables say."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "scrub.md").read_text("utf-8")


@pytest.fixture(scope="module")
def minute() -> Iterator[ModuleType]:
    sys.path.insert(0, str(ROOT / "bench"))
    try:
        yield importlib.import_module("scrub_minute")
    finally:
        sys.path.remove(str(ROOT / "bench"))


def test_the_table_at_the_top_says_what_the_tables_below_say(minute: ModuleType) -> None:
    said = minute.block(PAGE, "minute")
    assert said == f"{minute.table(PAGE)}\n", "a table was measured anew; run python bench/scrub_minute.py --write docs/scrub.md"


def test_what_falls_short_is_called_so(minute: ModuleType) -> None:
    least = min((one for one in minute.rows(PAGE, "quality") if one["label"] != "PERSON"), key=lambda one: float(one["found"]))
    worse = PAGE.replace(f"| {least['label']} | {least['labelled']} | {least['found']} |", f"| {least['label']} | 9 | 0.979 |")
    assert worse != PAGE
    (line,) = (one for one in minute.table(worse).splitlines() if "structured kinds" in one)
    assert "0.979" in line
    assert "| **no** |" in line


def test_every_link_of_the_table_leads_to_a_heading(minute: ModuleType) -> None:
    heads = {f"#{line.lstrip('# ').lower().replace(' ', '-')}" for line in PAGE.splitlines() if line.startswith("## ")}
    links = {one.partition("(")[2].rstrip(")") for row in minute.rows(PAGE, "minute") for one in [row["more"]]}
    assert links <= heads


def test_one_command_measures_the_data_that_sayso_data_names_and_ends_with_the_table_at_the_top(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spec = importlib.util.spec_from_file_location("quality_of_scrub", ROOT / "scripts" / "quality.py")
    assert spec is not None
    assert spec.loader is not None
    quality = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(quality)
    ran: list[list[str]] = []
    monkeypatch.setattr(quality.subprocess, "run", lambda command, **_: ran.append([str(one) for one in command]))
    monkeypatch.setattr(quality, "kinds", lambda page: None)
    for given in ([], ["--data", "elsewhere"]):
        ran.clear()
        monkeypatch.setattr(sys, "argv", ["quality", "--texts", "t", "--peers", "p", *given])
        quality.main()
        assert {one[one.index("--data") + 1] for one in ran if "--data" in one} == set(given[1:]), "else SAYSO_DATA counts"
        assert Path(ran[-1][1]).name == "scrub_minute.py"
        assert all(Path(one[1]).is_file() for one in ran)
