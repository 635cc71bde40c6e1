"""What a new folder begins under, and the tables in both languages that tell a lawyer what that is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sayso.app.house import open_house
from sayso.app.jobs import demo
from sayso.app.settings import DEFAULT_POLICY, Settings
from sayso.policy import shipped


def sayso(data: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from sayso.app.cli import main; main()", "--data", str(data), *words]
    told = {"PYTHONPATH": ":".join(sys.path), "PATH": "/usr/bin:/bin", "PYTHONIOENCODING": "utf-8", **env}
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False, env=told, timeout=120)


def test_a_new_folder_is_under_the_protective_policy_and_says_so_and_how_to_change_it(tmp_path: Path) -> None:
    made = sayso(tmp_path / "new", "init")
    assert made.returncode == 0, made.stderr
    assert "the policy in force is `protective` (Protective: nothing without a yes" in made.stdout
    assert "`sayso policy set NAME`" in made.stdout
    settings = Settings(data=tmp_path / "new", keys=tmp_path / "new.keys")
    with open_house(settings) as house:
        assert house.policy_in_force().name == DEFAULT_POLICY == "protective"
    changed = sayso(tmp_path / "new", "policy", "set", "anthropic-consumer")
    assert (changed.returncode, "anthropic-consumer is in force instead of protective" in changed.stdout) == (0, True)


def test_the_demo_names_the_policy_its_story_is_about() -> None:
    assert demo.POLICY == "anthropic-consumer"
    assert demo.POLICY in shipped()


@pytest.mark.parametrize("language", ["C.UTF-8", "de_DE.UTF-8"])
def test_the_table_is_english_unless_german_is_asked_for_whatever_the_machine_speaks(tmp_path: Path, language: str) -> None:
    english = sayso(tmp_path, "policy", "show", LANG=language, LANGUAGE=language)
    german = sayso(tmp_path, "policy", "show", "anthropic-consumer", "--lang", "de", LANG=language, LANGUAGE=language)
    assert english.stdout.startswith("# Protective: nothing without a yes")
    assert german.stdout.startswith("# Chats von Privatkunden:")
    assert "(Fassung `2025-08-28`)" in german.stdout


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["protective", "--lang", "fr"], "no table in `fr`; name one of en, de"),
        (["protective", "--lang", ""], "no table in ``; name one of en, de"),
        (["protectiv", "--lang", "de"], "no policy `protectiv`; name a .toml file or one of"),
        (["protective", "--lang", "de", "--toml"], "leave one out"),
    ],
)
def test_a_language_or_a_name_that_there_is_not_is_one_line_and_exit_2(tmp_path: Path, words: list[str], says: str) -> None:
    done = sayso(tmp_path, "policy", "show", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_file_of_ones_own_is_told_which_table_is_missing_beside_it(tmp_path: Path) -> None:
    rules = tmp_path / "ours.toml"
    rules.write_text(sayso(tmp_path, "policy", "show", "protective", "--toml").stdout, "utf-8")
    done = sayso(tmp_path, "policy", "show", str(rules), "--lang", "de")
    assert (done.returncode, "no table `ours.de.md` beside `ours.toml`" in done.stderr) == (2, True)
    (tmp_path / "ours.de.md").write_text("# Unsere Regeln\n", "utf-8")
    assert sayso(tmp_path, "policy", "show", str(rules), "--lang", "de").stdout.strip() == "# Unsere Regeln"
