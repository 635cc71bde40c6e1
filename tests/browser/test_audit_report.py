"""The report of an audit as a page: read whole on a telephone and on a desk, by day and in the dark."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from sayso.audit import KINDS, LANGUAGES, Extent, Finding, Report, report_html

pytestmark = pytest.mark.browser
LONG = "17070655" * 8


def page_of(language: str) -> str:
    found = [
        Finding(kind=kind, where=f"release `autumn`, row {LONG}", what="no ruling allows it", next="recall it") for kind in KINDS
    ]
    told = Report(
        at="2025-11-22T12:00:00Z", instance="i" * 32, origin="example.com/log", size=1234, root="ab" * 32, version="1", extent=Extent(lines=7),
        findings=tuple(found),
    )  # fmt: skip
    return report_html(told, language)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_finding_can_be_read_and_nothing_is_cut_off(
    browser: Browser, axe: str, tmp_path: Path, width: int, theme: Any
) -> None:
    language = list(LANGUAGES)[width == 390]
    (tmp_path / "report.html").write_text(page_of(language), encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 844}, color_scheme=theme)
    page.goto((tmp_path / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    narrow = page.locator(".found td").evaluate_all("all => Math.min(...all.map(one => one.getBoundingClientRect().width))")
    assert narrow >= 120
    named = page.locator(".found td").first.evaluate("one => getComputedStyle(one, '::before').content")
    assert (LANGUAGES[language].columns[0] in named) == (width == 390)
    page.evaluate(axe)
    found = page.evaluate("axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})")
    assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found["violations"]] == []
    page.close()
