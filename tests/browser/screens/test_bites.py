"""Every rule bites: one planted change makes it fail, and only those beside it that the change breaks by its nature."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.browser.screens.driving import Driver
from tests.browser.screens.planted import DONE, DRAWN, FIND, Done, Drawn, past_the_deadline
from tests.browser.screens.stage import BY_NAME, Stage, View, look, looked, looking

from sayso.darkpatterns import RULES, judge

pytestmark = pytest.mark.browser
DESK = [View(name="1280x800, light", width=1280, height=800)]
PARTS = {"press": {"C02", "C14", "C30", "C31", "C37"}, "without": {"C11"}, "prompts": {"C32"}, "places": {"C33"}, "links": {"C35"}}


def failing(found: Any) -> set[str]:
    return {one.rule for one in found if one.verdict == "fails"}


def test_every_rule_has_a_change_planted_against_it(shared_data: Path) -> None:
    planted = {one.rule for one in (*DRAWN, *DONE)} | {"C12"}
    assert planted == {rule.id for rule in RULES}
    asked = json.loads((shared_data / "screens" / "rules.json").read_text(encoding="utf-8"))
    assert [rule.id for rule in RULES] == [rule["id"] for rule in asked]


@pytest.fixture(scope="module")
def whole(browser: Browser, standing: Stage) -> dict[str, Any]:
    """The screens as they are, looked at once."""
    seen = {}
    for name in {one.screen for one in DRAWN}:
        standing.anew()
        with looking(browser) as context:
            seen[name] = look(standing.open(context.new_page(), BY_NAME[name], "en"), BY_NAME[name], DESK)[0]
    return seen


@pytest.mark.parametrize("change", DRAWN, ids=lambda change: change.rule)
def test_one_change_of_what_is_drawn_fails_the_rule_it_is_planted_against(
    stage: Stage, browser: Browser, whole: dict[str, Any], change: Drawn
) -> None:
    screen, before = BY_NAME[change.screen], whole[change.screen]
    assert failing(judge(looked(screen, before, peers=(before,)))) == set()
    with looking(browser) as context:
        page = stage.open(context.new_page(), screen, "en")
        page.evaluate(FIND, [screen.element, change.script])
        after = look(page, screen, DESK)[0]
    assert failing(judge(looked(screen, after, peers=(before,)))) == {change.rule} | change.also


@pytest.mark.parametrize("change", DONE, ids=lambda change: change.rule)
def test_one_change_of_what_happens_fails_the_rule_it_is_planted_against(
    stage: Stage, browser: Browser, whole: dict[str, Any], change: Done
) -> None:
    def spoil(on: Stage, page: Any) -> None:
        if page is None:
            if change.behind:
                change.behind(on.desk)
        elif change.script:
            if "recordYes" in change.script:
                page.expose_function(
                    "recordYes",
                    lambda: on.desk.choose("cy", "model_training", "allow", via="notice", notice="", locale="en", pressed=""),
                )
            page.evaluate(FIND, [BY_NAME[change.screen].element, change.script])

    done = Driver(stage, browser, BY_NAME[change.screen], spoil=spoil).deeds(change.part)
    found = judge(looked(BY_NAME[change.screen], whole["notice"], done), only=PARTS[change.part])
    assert failing(found) == {change.rule} | change.also


def test_a_yes_filled_in_for_the_silent_fails_the_rule_against_it(whole: dict[str, Any]) -> None:
    from sayso.darkpatterns import Deeds

    for filled_in, expected in ((False, set()), (True, {"C12"})):
        done = Deeds(after_deadline=past_the_deadline(filled_in=filled_in))
        found = judge(looked(BY_NAME["notice"], whole["notice"], done), only=["C12"])
        assert failing(found) == expected


def test_what_is_not_there_is_unknown_and_never_a_pass(stage: Stage, browser: Browser) -> None:
    with looking(browser) as context:
        page = context.new_page()
        page.goto(f"{stage.shop}/host.css")
        found = judge(looked(BY_NAME["notice"], look(page, BY_NAME["notice"], DESK)[0]))
    measured = {one.rule for one in found if one.verdict == "holds"}
    assert measured <= {"C03", "C09", "C17", "C24"}, "nothing may hold on an empty page but what says that nothing is there"
    assert {one.rule for one in found if one.verdict == "unknown"} >= {"C01", "C04", "C07", "C10", "C13", "C19", "C25", "C36"}
