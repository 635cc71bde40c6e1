"""What an audit found, as people and programs read it."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

from msgspec.structs import replace

from sayso.audit import KINDS, as_html, as_json, lines, run

from .town import evidence

HOSTILE = "<script>alert(1)</script>'\"&"


def test_a_clean_audit_says_so_and_what_it_does_not_say() -> None:
    assert lines(run(evidence())) == ["no difference found"]
    page = as_html([], about={"At": "2025-10-05"})
    assert "No difference found." in page
    assert "opens no conversation" in page
    assert json.loads(as_json([])) == []


def test_findings_are_escaped_and_the_page_needs_nothing_else() -> None:
    found = run(replace(evidence(), files=("sayso.db", HOSTILE)))
    page = as_html(found, title=HOSTILE, about={HOSTILE: HOSTILE})
    assert "<script" not in page
    assert not re.search(r"""(src|href)\s*=""", page)
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            tags.append(tag)

    Reader().feed(page)
    assert tags.count("tr") == 3
    assert json.loads(as_json(found))[0]["where"] == f"file `{HOSTILE}`"


def test_the_specification_lists_every_kind_and_no_other() -> None:
    text = (Path(__file__).resolve().parents[2] / "spec" / "audit.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z_]+)` \|", text, re.M)) == set(KINDS)
