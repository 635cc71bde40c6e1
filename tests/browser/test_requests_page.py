"""Ana asks for her rights on her own page, in a real browser: small and large, light and dark, in two languages, without JavaScript."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
SAID = {
    "en": ("Tell me what you have about me", "We answer by 1 December 2026."),
    "de": ("Sagen Sie mir, was Sie über mich haben", "1. Dezember 2026"),
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_ana_asks_sees_by_when_she_is_answered_and_nothing_is_in_her_way(visit: Visit, site: Any, axe: str, language: str) -> None:
    page = visit("ana", language=language)
    before = len(site.desk.requests)
    page.goto(f"{site.base}/me/requests")
    what, due = SAID[language]
    page.locator("select#what").select_option(label=what)
    page.locator("main form button").click()
    page.wait_for_url("**/me/requests?done=asked")
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("section.card").filter(has_text=what).last).to_contain_text(due)
    assert [line for line in site.desk.log if line[0] == "ask"] == [("ask", "ana", "access")]
    page.reload()
    assert len(site.desk.requests) == before + 1, "looking again asks for nothing"
    for width in (390, 1280):
        for theme in ("light", "dark"):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of its words
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (width, theme)
            page.evaluate(axe)
            ruled = page.evaluate("axe.run({resultTypes: ['violations']})")
            assert [(one["id"], one["nodes"][0]["html"]) for one in ruled["violations"]] == [], (width, theme)
    assert page.evaluate("document.documentElement.lang") == language


def test_without_javascript_and_by_keyboard_alone_she_asks_as_well(visit: Visit, site: Any) -> None:
    page = visit("ana", java_script_enabled=False, width=390)
    page.goto(f"{site.base}/me/requests")
    page.locator("select#what").select_option("portability")
    page.locator("select#what").press("Tab")
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("We have it.")
    expect(page.locator("main")).to_contain_text("We answer by 1 December 2026.")
    assert [line for line in site.desk.log if line[0] == "ask"] == [("ask", "ana", "portability")]


def test_what_became_of_it_is_said_in_words_and_bos_requests_are_not_there(visit: Visit, site: Any) -> None:
    asked = site.desk.ask("ana", "erasure")
    site.desk.requests[-1] = replace(
        asked, closed=datetime(2026, 11, 1, tzinfo=UTC), how="refused", why="<b>an order keeps it</b>", closed_by="olga"
    )
    site.desk.ask("bo", "correction")
    page = visit("ana")
    page.goto(f"{site.base}/me/requests")
    shown = page.locator("section.card").filter(has_text="Delete what you have about me").last
    expect(shown).to_contain_text("We refused on 1 November 2026, and you can complain")
    expect(shown).to_contain_text("<b>an order keeps it</b>")
    expect(page.locator("main section.card").filter(has_text="Correct what is wrong")).to_have_count(0)
    expect(page.locator("main")).not_to_contain_text("olga")
