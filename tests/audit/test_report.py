"""What an audit found, as people and programs read it: on a screen, on paper, in the dark, in English and in German."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from sayso.audit import KINDS, LANGUAGES, Extent, Finding, Report, as_json, lines, report_html, report_json, run
from sayso.facts.errors import Unfit

from .town import evidence

HOSTILE = "<script>alert(1)</script>'\"&"


def report(*findings: Finding, **more: object) -> Report:
    told = {
        "at": "2025-10-05T00:00:00Z",
        "instance": "1a2b",
        "origin": "sayso/1a2b",
        "size": 36,
        "root": "ab" * 32,
        "version": "1",
        "extent": Extent(lines=36, shreddings=2, shreddings_before=7),
    }
    return Report(findings=findings, **{**told, **more})  # type: ignore[arg-type]


class Page(HTMLParser):
    """The tags of a page, its text, and whether every tag was closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.text += data


def test_a_clean_audit_says_so_and_what_it_does_not_say() -> None:
    assert lines(run(evidence())) == ["no difference found"]
    page = report_html(report())
    assert "No difference found." in page
    assert "opens no conversation" in page
    assert json.loads(as_json([])) == []
    assert "Kein Unterschied gefunden." in report_html(report(), "de")


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_findings_are_escaped_and_the_page_needs_nothing_else(language: str) -> None:
    found = run(replace(evidence(), files=("sayso.db", HOSTILE)))
    page = report_html(report(*found, instance=HOSTILE, origin=HOSTILE, compared=(HOSTILE,)), language)
    assert "<script" not in page
    assert not re.search(r"""(src|href)\s*=|url\(|@import""", page)
    assert "default-src 'none'" in page
    read = Page(page)
    assert read.open == []
    assert read.tags.count("tr") == 2 + 7
    assert HOSTILE in read.text
    assert json.loads(as_json(found))[0]["where"] == f"file `{HOSTILE}`"


@pytest.mark.parametrize("language", list(LANGUAGES))
def test_the_page_is_fit_for_paper_and_for_the_dark_and_says_its_language(language: str) -> None:
    page = report_html(report(), language)
    assert page.startswith(f"<!doctype html><html lang='{language}'>")
    assert "@media print" in page
    assert "prefers-color-scheme:dark" in page


def test_every_kind_is_said_in_every_language_and_no_gap_is_left_open() -> None:
    for language, words in LANGUAGES.items():
        assert set(words.kinds) == set(KINDS), language
        findings = [Finding(kind=kind, where="w", what="x", next="n") for kind in KINDS]
        text = Page(report_html(report(*findings, since="2025-10-04T00:00:00Z"), language)).text
        for kind in words.kinds.values():
            assert kind.means in text
            assert kind.next in text
        assert "{" not in text
        # What an earlier audit judged is told apart from what this one did.
        assert re.search(r"\b7\b", text)
    same = [kind for kind in KINDS if LANGUAGES["de"].kinds[kind].means == KINDS[kind].means]
    assert same == []


def test_no_other_language_is_made_up() -> None:
    with pytest.raises(Unfit, match="there are en, de"):
        report_html(report(), "fr")


def test_the_data_says_what_the_page_says() -> None:
    found = run(replace(evidence(), holds=()))
    told = json.loads(report_json(report(*found)))
    assert told["format"] == "sayso/audit/v1"
    assert told["findings"] == msgspec.to_builtins(found)
    assert told["extent"]["shreddings_before"] == 7
    assert told["limits"] in report_html(report())


def test_the_specification_lists_every_kind_and_no_other() -> None:
    text = (Path(__file__).resolve().parents[2] / "spec" / "audit.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z_]+)` \|", text, re.M)) == set(KINDS)
