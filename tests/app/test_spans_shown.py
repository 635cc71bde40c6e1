"""What scrubbing found is seen in its place: in a terminal, and on a page that opens offline."""

from __future__ import annotations

import io
import json
import os
import re
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.app import spans as shown
from sayso.app.cli import main
from sayso.scrub import ROWS, Span, find

TEXT = "Ana writes to bo@bank.de\nfrom 86.121.97.248, <script>alert(1)</script> & \x1b[2Jgone"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def scrub(tmp_path: Path, *words: str, out: io.StringIO | None = None) -> tuple[int, str, str]:
    path = tmp_path / "notes.txt"
    path.write_text(TEXT, "utf-8")
    out, err = out or io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main(["scrub", str(path), *words])
    return int(left.value.code or 0), out.getvalue(), err.getvalue()


def test_spans_are_in_brackets_with_their_kind_and_in_colour_in_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    plain = scrub(tmp_path, "--spans")[1]
    assert "«bo@bank.de»(email)" in plain
    assert "\x1b" not in plain
    coloured = scrub(tmp_path, "--spans", out=Terminal())[1]
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain
    assert "\x1b[1;36m«bo@bank.de»(email)\x1b[0m" in coloured
    assert "\x1b[2J" not in coloured, "the file cannot act on the terminal"
    monkeypatch.setenv("NO_COLOR", "1")
    assert scrub(tmp_path, "--spans", out=Terminal())[1] == plain


def test_without_asking_the_text_is_masked_as_ever(tmp_path: Path) -> None:
    assert "bo@bank.de" not in scrub(tmp_path)[1]


def test_the_page_shows_the_text_asks_nothing_of_the_net_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    page = tmp_path / "found.html"
    page.write_text("old", "utf-8")
    page.chmod(0o644)
    code, out, _ = scrub(tmp_path, "--html", str(page))
    assert (code, "bo@bank.de" in out) == (0, False)
    html = page.read_text("utf-8")
    assert '<mark class="contact">bo@bank.de<small>email</small></mark>' in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert not re.search(r"\b(?:src|href)=|url\(", html)
    assert "prefers-color-scheme: dark" in html
    assert page.stat().st_mode & 0o777 == 0o600 or sys.platform == "win32"


def test_a_page_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    code, _, err = scrub(tmp_path, "--html", str(tmp_path / "nowhere" / "found.html"))
    assert code == 2
    assert "`found.html` cannot be written" in err


def test_a_policy_and_spans_are_two_questions(tmp_path: Path) -> None:
    code, out, err = scrub(tmp_path, "--policy", "anthropic-consumer", "--spans")
    assert (code, out) == (2, "")
    assert "ask for one of the two" in err


def test_each_group_differs_from_the_others_by_more_than_colour() -> None:
    groups = {shown.group(row.kind) for row in ROWS}
    html = shown.page("x", "", [])
    styles = {name: re.search(rf"\.{name} {{[^}}]*text-decoration-style: (\w+)", html) for name in groups}
    assert all(styles.values())
    assert len({found[1] for found in styles.values() if found}) == len(groups) == 5


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.sampled_from(["bo@bank.de", "x\u202ey", "\u2067", "é", "86.121.97.248", "\x9b31m", "<b>", "\r\n", "שלום", " "]),
        max_size=8,
    )
)
def test_nothing_of_a_text_is_lost_or_added_but_the_brackets(parts: list[str]) -> None:
    text = " ".join(parts)
    spans = find(text)
    told = shown.in_terminal(text, spans, colour=False)
    assert re.sub(r"«|»\([\w-]+\)", "", told) == shown.plain(text)
    assert len(shown.plain(text)) == len(text)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", told)


def test_a_span_of_a_foreign_finder_has_a_group_too() -> None:
    assert shown.in_terminal("Rex", [Span(0, 3, "dog-name")], colour=True) == "\x1b[1;33m«Rex»(dog-name)\x1b[0m"


def run(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as left:
        main(["scrub", "--no-names", *words])
    return int(left.value.code or 0), out.getvalue(), err.getvalue()


def test_a_file_that_is_json_stays_json_and_is_read_behind_its_escapes(tmp_path: Path) -> None:
    path = tmp_path / "call.json"
    path.write_text('{"mail": "ana\\u0040bank.de", "n": 4111111111111111, "ok": true}', "utf-8")
    code, out, err = run(str(path))
    assert (code, json.loads(out)) == (0, {"mail": "[EMAIL_1]", "n": "[CARD_1]", "ok": True})
    assert "1 card, 1 email" in err
    told = json.loads(run("--json", str(path))[1])
    assert (told["counts"], len(told["spans"])) == ({"email": 1, "card": 1}, 2)
    assert "«ana\\u0040bank.de»(email)" in run("--spans", str(path))[1]


def test_nothing_found_in_an_empty_file_prints_nothing(tmp_path: Path) -> None:
    (tmp_path / "none.txt").touch()
    assert run(str(tmp_path / "none.txt")) == (0, "", "found: nothing\n")


@pytest.mark.parametrize("words", [("--html",), ("--lines", "--to")])
def test_neither_the_file_that_is_read_nor_a_pipe_is_written_over(tmp_path: Path, words: tuple[str, ...]) -> None:
    path, link, pipe = tmp_path / "notes.txt", tmp_path / "link.txt", tmp_path / "pipe"
    path.write_text(TEXT, "utf-8")
    link.symlink_to(path)
    os.mkfifo(pipe)
    for to, why in ((path, "is the file that is read"), (link, "is the file that is read"), (pipe, "is no file")):
        code, out, err = run(*words, str(to), str(path))
        assert (code, out) == (2, "")
        assert why in err
    assert (path.read_text("utf-8"), pipe.is_fifo(), link.is_symlink()) == (TEXT, True, True)
