"""Whoever asks for what does not exist gets one line and exit code 2, from every command that asks a policy."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from sayso.app.cli import main

OURS = "anthropic-consumer"
BROKEN = "title = 'x'\npurposes = ['ads']\n"


def sayso(data: Path, *words: str) -> tuple[int, str, list[str]]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main([*words, "--data", str(data)])
    lines = [line for line in err.getvalue().splitlines() if "master key is a plain file" not in line]
    return int(left.value.code or 0), out.getvalue(), lines


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with Ana's chats, and files beside it that are no policies."""
    folder = tmp_path_factory.mktemp("desk")
    export = Path(__file__).resolve().parents[2] / "examples/demo/claude/ana"
    assert sayso(folder / "d", "init", "--policy", OURS)[0] == 0
    assert sayso(folder / "d", "import", str(export), "--account", "ana", "--tier", "pro", "--region", "US")[0] == 0
    (folder / "broken.toml").write_text(BROKEN)
    (folder / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (folder / "empty.toml").write_bytes(b"")
    (folder / "cases.json").write_text("{")
    (folder / "folder.toml").mkdir()
    return folder


PROFILES = [
    ("nobody", "no policy `nobody`"),
    ("", "no policy ``"),
    ("../../etc/passwd", "no policy `../../etc/passwd`"),
    ("broken.toml", "broken"),
    ("binary.toml", "not UTF-8"),
    ("empty.toml", "empty"),
    ("folder.toml", "no policy"),
    ("x" * 5000, "no policy"),
    ("a\x00b", "no policy"),
]
VERSIONS = [
    (f"{OURS}@", "has no version ``"),
    (f"{OURS}@2024-02-30", "has no version `2024-02-30`"),
    ("nobody@2025-08-28", "no policy `nobody`"),
]
TAKES_A_PROFILE = [
    ["policy", "show", "?"],
    ["policy", "show", "?", "--toml"],
    ["policy", "check", "?"],
    ["policy", "set", "?"],
    ["policy", "set", "?", "--preview"],
    ["policy", "diff", "?", OURS],
    ["policy", "diff", OURS, "?"],
    ["policy", "simulate", "?", OURS],
    ["policy", "simulate", OURS, "?"],
]
INSTANTS = [
    ("soon", "no ISO 8601 instant"),
    ("", "no ISO 8601 instant"),
    ("2025-02-30", "not a day or time that exists"),
    ("2025-10-08T12:00:00", "has no time zone"),
    ("20251008", "no ISO 8601 instant"),
    ("1759924800", "no ISO 8601 instant"),
    ("2025-W41-3", "no ISO 8601 instant"),
    ("2999-01-01", "lies in the future"),
    ("-1", "is"),
    ("٢٠٢٥-١٠-٠٨", "is"),
]
TAKES_AN_INSTANT = [
    ["decide", "--at"],
    ["policy", "simulate", OURS, OURS, "--at"],
    ["policy", "set", "protective", "--notice-given"],
]


def refused(desk: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str) -> None:
    monkeypatch.chdir(desk)
    for more in ([], ["--json"])[: 2 if words[0] == "decide" else 1]:
        code, _, lines = sayso(desk / "d", *words, *more)
        assert code == 2, (words, lines)
        assert len(lines) == 1, lines
        assert lines[0].startswith("sayso: ")
        assert said in lines[0], lines[0]
        assert len(lines[0]) < 700
        assert "Traceback" not in lines[0]


@pytest.mark.parametrize("words", TAKES_A_PROFILE, ids=" ".join)
def test_a_profile_nobody_knows_is_one_line(desk: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    for name, said in PROFILES:
        if words[1] == "show" and name in ("broken.toml", "empty.toml"):
            continue  # what a file says is shown, whether or not it would load
        said = "does not load" if words[1] in ("check", "set") and name in ("broken.toml", "empty.toml") else said
        said = "no policy" if words == ["policy", "show", "?"] else said  # the table lies beside it, and there is none
        refused(desk, monkeypatch, [name if word == "?" else word for word in words], said)


@pytest.mark.parametrize("words", [["policy", "diff", "?", OURS], ["policy", "simulate", OURS, "?"]], ids=" ".join)
def test_a_version_nobody_knows_is_one_line(desk: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    for name, said in VERSIONS:
        refused(desk, monkeypatch, [name if word == "?" else word for word in words], said)


@pytest.mark.parametrize("words", TAKES_AN_INSTANT, ids=" ".join)
def test_an_instant_that_is_none_is_one_line(desk: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    for instant, said in INSTANTS:
        refused(desk, monkeypatch, [*words[:-1], f"{words[-1]}={instant}"], said)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["decide", "nothing"], "no conversation `nothing`"),
        (["decide", ""], "no conversation ``"),
        (["decide", "a\x00b"], "no conversation"),
        (["decide", "x" * 5000], "no conversation"),
        (["decide", "nothing", "--explain"], "no conversation `nothing`"),
        (["decide", "nothing", "--at", "2025-10-08"], "no conversation `nothing`"),
        (["decide", "--account", "nobody"], "no account `nobody`"),
        (["decide", "--purpose", "mind_reading"], "knows no purpose `mind_reading`; it rules on model_training"),
        (["decide", "--purpose", ""], "knows no purpose ``"),
        (["choose", "ana", "allow", "--purpose", "mind_reading"], "knows no purpose `mind_reading`"),
        (["choose", "nobody", "allow"], "no account `nobody`"),
        (["choose", "ana", "perhaps"], "perhaps"),
        (["build", "r1", "--purpose", "mind_reading"], "mind_reading"),
        (["init", "--policy", "nobody"], "no policy `nobody`"),
        (["policy", "test", "nowhere.json"], "no case file `nowhere.json`"),
        (["policy", "test", "cases.json"], "cases.json"),
        (["policy", "test", "binary.toml"], "not UTF-8"),
        (["policy", "set"], "missing argument"),
        (["policy", "sing"], "no such command"),
        (["policy", "simulate", OURS, "protective", "--html", "nowhere/x.html"], "cannot be written"),
    ],
    ids=lambda one: " ".join(one)[:40] if isinstance(one, list) else "",
)
def test_a_question_about_what_is_not_there_is_one_line(
    desk: Path, monkeypatch: pytest.MonkeyPatch, words: list[str], said: str
) -> None:
    refused(desk, monkeypatch, words, said)


def test_conversations_that_begin_later_are_left_out_and_counted(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    code, out, lines = sayso(desk / "d", "decide", "--json", "--at", "2020-01-01")
    assert (code, out.strip(), len(lines)) == (0, "[]", 1)
    assert lines[0].endswith("had not begun by then; left out")
    code, out, _ = sayso(desk / "d", "decide", "--json")
    chat = json.loads(out)[0]["conversation"]
    code, _, lines = sayso(desk / "d", "decide", chat, "--at", "2020-01-01")
    assert code == 2
    assert "had not begun by 2020-01-01T00:00:00Z; name a later instant" in lines[0]
