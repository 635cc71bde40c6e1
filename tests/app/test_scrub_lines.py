"""Files of many conversations: each line is somebody's own, whatever the number of processes, and nothing is half written."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.app.cli import cli
from sayso.app.jobs import lines
from sayso.facts.errors import Unfit
from sayso.scrub import Marks, Persons, mask_each, mask_json, mask_texts

LINES = [
    "my name is Ana Lima, write to ana@example.org",
    "",
    json.dumps(
        {"messages": [{"role": "user", "content": "I am Bo Kowalski, bo@example.org"}, {"role": "user", "content": "Bo is out"}]}
    ),
    "ana@example.org is not mine",
    "no one is here",
]
MASKED = ["my name is [NAME_1], write to [EMAIL_1]", "", "", "[EMAIL_1] is not mine", "no one is here"]


def scrubbed(folder: Path, *options: str, raw: bytes | None = None) -> tuple[object, Path]:
    (folder / "in.jsonl").write_bytes("\n".join(LINES).encode() if raw is None else raw)
    return CliRunner().invoke(
        cli, ["--json", "scrub", "--lines", "--to", str(folder / "out"), *options, str(folder / "in.jsonl")]
    ), folder / "out"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_each_line_is_a_conversation_of_its_own_however_many_processes_mask(tmp_path: Path, jobs: str):
    done, out = scrubbed(tmp_path, "--jobs", jobs)
    assert done.exit_code == 0, done.output
    lines = out.read_text(encoding="utf-8").split("\n")
    assert [line for n, line in enumerate(lines) if n != 2] == [line for n, line in enumerate(MASKED) if n != 2]
    assert "Kowalski" not in lines[2]
    assert json.loads(lines[2])["messages"][1]["content"] == "[NAME_2] is out"
    assert json.loads(done.stdout)["lines"] == 5
    assert json.loads(done.stdout)["counts"]["email"] == 3
    assert out.stat().st_mode & 0o777 == 0o600


def test_lines_are_printed_where_no_file_is_named(tmp_path: Path):
    (tmp_path / "in.txt").write_text("bo@example.org\ncy@example.org\n", encoding="utf-8")
    done = CliRunner().invoke(cli, ["scrub", "--lines", "--no-names", str(tmp_path / "in.txt")])
    assert done.stdout == "[EMAIL_1]\n[EMAIL_1]\n"
    assert "2 lines; found: 2 email" in done.stderr


def test_a_line_that_is_no_text_leaves_no_half_file_and_says_which(tmp_path: Path):
    done, _ = scrubbed(tmp_path, raw=b"fine\nfine\n\xff\xfe\n")
    assert isinstance(done.exception, Unfit)
    assert "line 3 is not UTF-8" in str(done.exception)
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("option", [["--spans"], ["--html", "page.html"], ["--policy", "moderate"]])
def test_what_shows_one_text_is_refused_for_lines(tmp_path: Path, option: list[str]):
    done, _ = scrubbed(tmp_path, *option)
    assert isinstance(done.exception, Unfit)


def test_processes_without_lines_are_refused(tmp_path: Path):
    (tmp_path / "in.txt").write_text("a", encoding="utf-8")
    done = CliRunner().invoke(cli, ["scrub", "--jobs", "2", str(tmp_path / "in.txt")])
    assert isinstance(done.exception, Unfit)
    assert "--lines" in str(done.exception)


def test_many_conversations_at_once_give_what_each_gives_alone():
    texts = [*LINES, "Lima is a town", "call Ana", '{"password": "Kj8xPq2m"}', "[EMAIL_1] and bo@example.org"]
    names = [Persons()]
    alone = [mask_texts([text], Marks(), recognizers=names)[0].text for text in texts if text[:1] not in "{"]
    assert [one.text for one, text in zip(mask_each(texts, recognizers=names), texts, strict=True) if text[:1] not in "{"] == alone
    assert mask_each([texts[7]])[0] == mask_json(texts[7], Marks())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text("ab\né", max_size=9)).map("\n".join), st.integers(1, 12))
def test_a_file_goes_to_the_processes_in_whole_lines_and_none_is_left_out(text: str, size: int):
    raw = text.encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "AT_ONCE", size)
        pieces = list(lines._pieces(io.BytesIO(raw)))
    assert b"".join(piece for _, piece in pieces) == raw
    assert all(piece.endswith(b"\n") for _, piece in pieces[:-1])
    before = 0
    for number, piece in pieces:
        assert number == 1 + raw[:before].count(b"\n")
        before += len(piece)
