"""Which engine searches is a setting; one that is not there is refused and never replaced in silence."""

from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from sayso.app.cli import cli
from sayso.app.settings import Settings
from sayso.facts.errors import Unfit
from sayso.scrub import find, gates, use


@pytest.fixture(autouse=True)
def _usual():
    yield
    use(None)


NEEDS = pytest.mark.skipif(
    importlib.util.find_spec("hyperscan") is None and not os.environ.get("CI"), reason="the package hyperscan is not installed"
)


@pytest.mark.parametrize("name", [None, "re2", "re", pytest.param("hyperscan", marks=NEEDS)])
def test_the_engine_asked_for_is_the_one_that_searches(name: str | None):
    assert use(name) == (name or "re2")
    assert [span.kind for span in find("write to ana@example.org")] == ["email"]


def test_an_unknown_engine_is_refused_and_the_usual_one_stays():
    with pytest.raises(Unfit, match="no scrub engine `grep`; there are re2, hyperscan and re"):
        use("grep")
    assert use(None) == "re2"


def test_an_engine_that_is_not_installed_is_refused_and_not_replaced(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gates, "find_spec", lambda name: None)
    with pytest.raises(Unfit, match="`hyperscan` is not installed"):
        use("hyperscan")


def test_the_setting_comes_from_the_environment():
    assert Settings.read("d", {"SAYSO_SCRUB_ENGINE": "hyperscan"}).scrub_engine == "hyperscan"
    assert Settings.read("d", {}).scrub_engine is None


@pytest.mark.parametrize("engine", ["re2", "re", pytest.param("hyperscan", marks=NEEDS)])
def test_the_command_prints_the_same_whatever_the_engine(tmp_path: Path, engine: str):
    (tmp_path / "notes.txt").write_text("I am ana@example.org", encoding="utf-8")
    done = CliRunner().invoke(cli, ["--json", "scrub", "--engine", engine, str(tmp_path / "notes.txt")])
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["text"] == "I am [EMAIL_1]"


def test_the_command_refuses_an_engine_that_is_none(tmp_path: Path):
    (tmp_path / "notes.txt").write_text("I am ana@example.org", encoding="utf-8")
    done = CliRunner().invoke(cli, ["scrub", "--engine", "grep", str(tmp_path / "notes.txt")])
    assert isinstance(done.exception, Unfit)
    assert "ana@" not in done.output
