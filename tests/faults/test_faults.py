"""A sample of the blows of `make fault`: nothing acknowledged is lost, nothing deleted is back, the audit is clean."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from tests import postgres

from . import blows, kept, public, quick, stage
from .blows import Blow, Outcome

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = 60


SERVED = 14


def sample(count: int, *ways: str) -> dict[str, Any]:
    asked = ["--sample", str(count), "--seed", "4", "--json", *(one for way in ways for one in ("--way", way))]
    command = [sys.executable, str(ROOT / "scripts" / "faults.py"), *asked]
    done = subprocess.run(command, capture_output=True, text=True, timeout=500, check=False)
    assert done.stdout, done.stderr[-2000:]
    return dict(json.loads(done.stdout))


def test_whatever_system_call_fails_nothing_acknowledged_is_lost_and_nothing_deleted_is_back() -> None:
    told = sample(SAMPLE, *(["strace", "python"] if blows.may_trace() else ["python"]))
    outcomes = told["outcomes"]
    print(f"struck by {' and '.join(told['ways'])}: {len(outcomes)} of {sum(told['planned'].values())} blows")
    assert "strace" in told["ways"] or not blows.may_trace()
    wrong = [(one["blow"], one["said"], one["problems"]) for one in outcomes if one["problems"]]
    assert wrong == []
    assert len(outcomes) == SAMPLE
    assert sum(one["fell"] for one in outcomes) >= SAMPLE * 9 // 10, "the blows fall where they were aimed"
    assert {one["blow"]["operation"] for one in outcomes} == set(stage.OPERATIONS)
    ends = Counter("killed" if one["said"] == "killed" else "said no" if one["said"] != "done" else "went on" for one in outcomes)
    assert ends["killed"] >= 5
    assert ends["said no"] >= 5


def test_wherever_the_server_or_the_way_to_it_dies_nothing_acknowledged_is_lost_and_nothing_deleted_is_back() -> None:
    """The same house in PostgreSQL: its calls to the server fail or it dies at one; the server's process, or all of it, dies."""
    pytest.importorskip("psycopg", reason="psycopg is missing; make test installs it")
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is missing; apt-get install postgresql")
    told = sample(SERVED, "server", *(["client"] if blows.may_trace() else []))
    outcomes = told["outcomes"]
    print(f"struck by {' and '.join(told['ways'])}: {len(outcomes)} of {sum(told['planned'].values())} blows")
    assert [(one["blow"], one["said"], one["problems"]) for one in outcomes if one["problems"]] == []
    assert len(outcomes) == SERVED
    assert sum(one["fell"] for one in outcomes) >= SERVED * 9 // 10, "the blows fall where they were aimed"
    assert {one["blow"]["operation"] for one in outcomes} == set(stage.OPERATIONS) - {"log witness"}, "a witness asks no database"


@pytest.fixture(scope="module")
def deleted(tmp_path_factory: pytest.TempPathFactory) -> dict[str, stage.State]:
    return stage.states(tmp_path_factory.mktemp("life"))


HARMS: dict[str, tuple[str, str, str]] = {
    "a lost conversation": ("delete", "delete from vault_keys where conversation = :second", "`second` reads otherwise"),
    "a deletion that came undone": ("sweep", "update vault_conversations set state = 'live'", "was changed"),
    "a lost answer": ("choose", "delete from vault_blocks where conversation = :bo", "`of bo` reads otherwise"),
}


@pytest.mark.parametrize("harm", list(HARMS))
def test_the_judge_sees_what_was_harmed(deleted: dict[str, stage.State], tmp_path: Path, harm: str) -> None:
    from sqlalchemy import text

    operation, change, expected = HARMS[harm]
    state = deleted[stage.OPERATIONS[operation][0]].copied(tmp_path / "harmed")
    ids = {"second": state.known["ids"]["second"], "bo": state.known["ids"]["of bo"]}
    with state.open() as house, house.engine.begin() as conn:
        conn.execute(text(change), {key: value for key, value in ids.items() if f":{key}" in change})
    problems = blows.apart(lambda: stage.judge(state, operation, []))
    assert any(expected in line for line in problems), problems


def test_the_judge_sees_what_was_acknowledged_and_never_done(deleted: dict[str, stage.State], tmp_path: Path) -> None:
    for operation, said in (("append", "new one"), ("delete", "second"), ("choose", "refused"), ("sweep", "swept")):
        state = deleted[stage.OPERATIONS[operation][0]].copied(tmp_path / operation)
        problems = blows.apart(lambda: stage.judge(state, operation, [said]))  # noqa: B023 - asked at once
        assert any("was acknowledged" in line or "is back" in line for line in problems), (operation, problems)


def test_the_judge_sees_a_log_that_does_not_go_on(deleted: dict[str, stage.State], tmp_path: Path) -> None:
    """Somebody was shown more lines than the log has now, or the witness is rolled back, or a tile is gone."""
    ahead = deleted["shown"].copied(tmp_path / "ahead")
    said: list[str] = []
    with ahead.open() as house:
        public.answer(house, said.append)
    behind = deleted["shown"].copied(tmp_path / "behind")
    problems = blows.apart(lambda: stage.judge(behind, "log write", said[:1]))
    assert any("lines were cut off" in line for line in problems), problems
    torn = deleted["shown"].copied(tmp_path / "torn")
    next(iter(sorted((torn.folder / "public" / "tile").rglob("*/*.p/*")))).unlink()
    problems = blows.apart(lambda: stage.judge(torn, "log witness", []))
    assert any("the log strangers read" in line for line in problems), problems


def test_a_blow_by_python_falls_where_it_was_aimed(deleted: dict[str, stage.State], tmp_path: Path) -> None:
    """The way that is left where nobody may trace another process."""
    for fault, end in (("EIO", "Broken: "), ("KILL", "killed"), ("LIE", "Broken: ")):
        outcome = blows.strike(Blow("append", "commit", 1, fault, "python"), deleted["whole"], tmp_path)
        assert outcome.fell
        assert outcome.said.startswith(end)
        assert outcome.acknowledged == []
        assert outcome.problems == []


def test_a_house_left_the_same_is_judged_once_and_one_that_differs_in_a_byte_anew(
    deleted: dict[str, stage.State], tmp_path: Path
) -> None:
    verdicts, asked = quick.Verdicts(tmp_path / "verdicts"), 0

    def ask() -> list[str]:
        nonlocal asked
        asked += 1
        return [f"answer {asked}"]

    def verdict(state: stage.State, operation: str = "append", said: tuple[str, ...] = ()) -> tuple[list[str], bool]:
        return verdicts.of(state, operation, list(said), ask)

    one, same = (deleted["whole"].copied(tmp_path / name) for name in ("one", "same"))
    assert verdict(one) == (["answer 1"], False)
    assert verdict(same) == (["answer 1"], True), "the folder's name is no part of it"
    assert verdict(same, "delete") == (["answer 2"], False)
    assert verdict(same, said=("new one",)) == (["answer 3"], False)
    mark = same.folder / "data" / "sayso.json"
    mark.write_bytes(mark.read_bytes() + b" ")
    assert verdict(same) == (["answer 4"], False)
    (one.folder / "data" / "empty").mkdir()
    assert verdict(one) == (["answer 5"], False)


def test_outcomes_of_two_sources_are_not_put_together_unless_somebody_says_so(tmp_path: Path) -> None:
    path, blow = tmp_path / "kept", Blow("append", "write", 1, "EIO")
    plans = {"strace": [blow, Blow("append", "write", 2, "EIO")]}
    for struck, problems in ((blow, []), (plans["strace"][1], ["lost"])):
        kept.Results(path, lambda: plans).keep(Outcome(struck, fell=True, said="done", acknowledged=[], problems=problems), 0.1)
    assert [one.problems for one in kept.Results(path, dict).outcomes] == [[], ["lost"]], "it goes on where it stopped"
    path.write_text(path.read_text().replace(kept.source(), "0" * 64) + '{"outco')
    with pytest.raises(SystemExit, match="another source; name a new file or remove it, or go on in it with --again"):
        kept.Results(path, dict)
    again = kept.Results(path, dict, again=True)
    assert ([one.blow for one in again.outcomes], again.repeated) == ([blow], 1), "what went wrong is struck anew"
    assert again.plans == plans
    assert sum(again.commits.values()) == 1
