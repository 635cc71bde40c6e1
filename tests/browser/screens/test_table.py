"""Rule by screen: each rule on each screen of ours, in each language, size and theme, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.browser.screens.driving import Driver
from tests.browser.screens.planted import past_the_deadline
from tests.browser.screens.stage import SCREENS, SIZES, Screen, Stage, covering, look, looked, looking

from sayso.darkpatterns import RULES, Snapshot, judge

pytestmark = pytest.mark.browser
ASKS = [one for one in SCREENS if one.kind == "ask"]


def chosen() -> list[tuple[Screen, str, int]]:
    """The covering selection: every screen, every language on elements twice or more, every size with each screen, every theme."""
    picked = []
    for at, screen in enumerate(SCREENS):
        languages = screen.languages
        for step in range(2 if screen.name in ("signup", "notice", "settings") else 1):
            picked.append((screen, languages[(at + step * 3) % len(languages)], at + step))
    return picked


@pytest.fixture(scope="module")
def seen(browser: Browser, standing: Stage) -> dict[tuple[str, str, str], tuple[Screen, Snapshot]]:
    found = {}
    for screen, language, turn in chosen():
        standing.anew()
        with looking(browser) as context:
            page = standing.open(context.new_page(), screen, language)
            some = covering(turn)
            for view, one in zip(some, look(page, screen, some), strict=True):
                found[screen.name, language, view.name] = (screen, one)
    return found


def test_the_selection_covers_every_screen_language_size_and_theme(seen: Any) -> None:
    assert {name for name, _, _ in seen} == {one.name for one in SCREENS}
    assert {language for _, language, _ in seen} == {"ar", "de", "en", "es", "fr", "ja"}
    views = {view for _, _, view in seen}
    assert {size for size in SIZES if any(view.startswith(f"{size},") for view in views)} == set(SIZES)
    assert {theme for theme in ("light", "dark", "forced", "reduced motion") if any(view.endswith(theme) for view in views)} == {
        "light",
        "dark",
        "forced",
        "reduced motion",
    }


@pytest.mark.parametrize("rule", [rule.id for rule in RULES if rule.on != "deeds"])
def test_a_rule_about_what_is_drawn_holds_on_every_screen(seen: Any, rule: str) -> None:
    wrong = {}
    for key, (screen, one) in seen.items():
        peers = tuple(other for (_, _, view), (_, other) in seen.items() if view.split(",")[0] == key[2].split(",")[0])
        (found,) = judge(looked(screen, one, peers=peers), only=[rule])
        if not found.good:
            wrong[key] = (found.verdict, found.measured)
    assert wrong == {}


def test_nothing_scrolls_sideways_nothing_is_cut_and_nothing_moves_for_who_wants_none(seen: Any) -> None:
    assert [key for key, (_, one) in seen.items() if one.wide] == []
    assert [key for key, (_, one) in seen.items() if key[2].endswith("reduced motion") and one.moving] == []
    assert all(one.direction == ("rtl" if key[1] == "ar" else "ltr") for key, (_, one) in seen.items())


@pytest.fixture(scope="module")
def done(browser: Browser, standing: Stage) -> dict[str, Any]:
    """Everything is tried on the notice; on a page both answers are pressed. `make screens` tries all on all."""
    found = {}
    for at, screen in enumerate(one for one in ASKS if one.name in ("notice", "page: answer")):
        parts = () if screen.name == "notice" else ("press", "links")
        found[screen.name] = Driver(standing, browser, screen, screen.languages[at % len(screen.languages)]).deeds(*parts)
    return found


@pytest.mark.parametrize("rule", [rule.id for rule in RULES if rule.on == "deeds"])
def test_a_rule_about_what_happens_holds(seen: Any, done: dict[str, Any], rule: str) -> None:
    from msgspec.structs import replace

    everywhere = {"C02", "C14", "C30", "C31", "C35", "C37"}
    screens = [one for one in ASKS if one.name == "notice" or (rule in everywhere and one.name in done)]
    for screen in screens:
        deeds = replace(done[screen.name], after_deadline=past_the_deadline())
        one = next(snapshot for (name, _, _), (_, snapshot) in seen.items() if name == screen.name)
        (found,) = judge(looked(screen, one, deeds), only=[rule])
        assert found.verdict == "holds", (screen.name, found.measured)
