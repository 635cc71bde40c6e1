"""What people do with the question inside a host product, and what a host product cannot do with it."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import UNSET
from msgspec.structs import replace
from playwright.sync_api import Browser, BrowserContext, Page, expect
from tests.browser.screens.stage import BY_NAME, SCREENS, Stage, look, looked, looking, views

from sayso.app.pages import element_files
from sayso.darkpatterns import RULES, judge
from sayso.notices.deadline import until

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
NOTICE, SETTINGS = BY_NAME["notice"], BY_NAME["settings"]


@pytest.fixture
def host(browser: Browser, stage: Stage) -> Iterator[BrowserContext]:
    """A browser on the host's pages, under the fence they are served with."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(20_000)
    context.add_init_script(
        "window.told = []; for (const n of ['shown', 'state', 'choice', 'error', 'refused']) addEventListener(`sayso-${n}`, e => told.push([n, e.detail]));"
    )
    yield context
    context.close()


def chosen(stage: Stage) -> list[str]:
    return [line[3] for line in stage.desk.log if line[0] == "choose"]


def told(page: Page, name: str) -> list[Any]:
    return [detail for kind, detail in page.evaluate("told") if kind == name]


def test_cy_refuses_in_the_host_s_page_and_keeps_a_receipt(host: BrowserContext, stage: Stage) -> None:
    page = stage.open(host.new_page(), NOTICE, "en")
    page.get_by_role("button", name="Refuse training").click()
    expect(page.get_by_role("status")).to_contain_text("Your answer “Refuse training” is written down.")
    assert page.locator("[data-answer]").count() == 0
    assert stage.desk.log[-1][:5] == ("choose", "cy", "model_training", "refuse", "notice")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the receipt").click()
    assert json.loads(download.value.path().read_text())["purpose"] == "model_training"
    assert told(page, "choice") == [{"answer": "refuse", "line": 42}]
    assert [one["state"] for one in told(page, "state")] == ["open", "refuse"]


def test_who_signs_up_answers_as_signing_up_and_who_was_asked_is_not_asked_again(host: BrowserContext, stage: Stage) -> None:
    page = stage.open(host.new_page(), BY_NAME["signup"], "en")
    assert page.locator("[data-answer]").count() == 2
    page.get_by_role("button", name="Allow training").click()
    expect(page.get_by_role("status")).to_contain_text("is written down")
    assert stage.desk.log[-1][3:5] == ("allow", "signup")
    with page.expect_response("**/ask/question"):
        page.goto(stage.address(NOTICE, "en"))
    page.wait_for_function("() => told.length > 0")
    assert (page.locator("[data-answer]").count(), told(page, "shown")) == (0, [])


def test_ana_takes_her_yes_back_from_the_line_in_the_conversation(host: BrowserContext, stage: Stage) -> None:
    page = stage.open(host.new_page(), BY_NAME["reminder"], "de")
    expect(page.locator("[data-state]")).to_have_text("Sie erlauben das Training mit Ihren Chats.")
    page.get_by_role("button", name="Ändern").click()
    page.get_by_role("button", name="So lassen").click()
    expect(page.locator("[data-answer]")).to_have_count(0)
    page.get_by_role("button", name="Ändern").click()
    page.get_by_role("button", name="Training ablehnen").click()
    expect(page.locator("[data-state]")).to_have_text("Sie lehnen das Training mit Ihren Chats ab.")
    assert stage.desk.log[-1][3:7] == ("refuse", "withdrawal", stage.desk.notice("settings", "sayso-settings.js")[1], "de")


def test_a_double_click_is_one_answer(host: BrowserContext, stage: Stage) -> None:
    page = stage.open(host.new_page(), NOTICE, "en")
    page.get_by_role("button", name="Refuse training").dblclick()
    expect(page.get_by_role("status")).to_contain_text("is written down")
    assert chosen(stage) == ["refuse"]


def test_a_connection_lost_before_the_answer_arrived_says_so_and_the_same_press_is_sent_under_the_same_key(
    host: BrowserContext, stage: Stage
) -> None:
    page = stage.open(host.new_page(), NOTICE, "en")
    keys = []

    def lose(route: Any) -> None:
        keys.append(re.search(r"key=([0-9a-f]{32})", route.request.post_data)[1])  # type: ignore[index]
        if len(keys) == 1:
            route.abort("connectionreset")
        elif len(keys) == 2:
            # It arrives, and what comes back is lost.
            route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/ask/answer", lose)
    for count in (1, 2):
        page.get_by_role("button", name="Refuse training").click()
        expect(page.get_by_role("status")).to_contain_text("We do not know whether your answer arrived")
        page.wait_for_function("n => told.filter(([k]) => k === 'error').length === n", arg=count)
    page.get_by_role("button", name="Refuse training").click()
    expect(page.get_by_role("status")).to_contain_text("is written down")
    assert len(set(keys)) == 1
    assert len(keys) == 3


def test_going_back_shows_what_holds_and_asks_nobody_twice(host: BrowserContext, stage: Stage) -> None:
    page = stage.open(host.new_page(), NOTICE, "en")
    page.get_by_role("button", name="Refuse training").click()
    expect(page.get_by_role("status")).to_contain_text("is written down")
    page.goto(f"{stage.shop}/host.css")
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-answer]").count() == 0
    assert chosen(stage) == ["refuse"]


def test_a_link_that_has_ended_or_entered_before_asks_nothing_and_says_so(host: BrowserContext, stage: Stage) -> None:
    page = host.new_page()
    old = stage.link("cy", minutes=1)
    stage.desk.at += timedelta(minutes=2)
    page.goto(stage.address(SETTINGS, "fr"))
    for link in (old, stage.link("cy"), "https://other.example/enter?t=x"):
        for _ in range(2):  # the second time the good one is spent
            page.evaluate(
                "link => { told.length = 0; const e = document.createElement('sayso-settings'); e.setAttribute('link', link); document.querySelector('main').replaceChildren(e); }",
                link,
            )
            page.wait_for_function("() => told.length > 0")
    codes = told(page, "error")
    assert codes[-1]["code"] == "lost"
    page.evaluate("link => { told.length = 0; document.querySelector('sayso-settings').setAttribute('link', link); }", old)
    page.wait_for_function("() => told.some(([k]) => k === 'error')")
    assert told(page, "error")[0]["code"] == "ended"
    expect(page.locator("[data-failed]")).to_be_visible()
    assert chosen(stage) == []


def test_two_browsers_at_once_and_the_later_answer_counts(browser: Browser, host: BrowserContext, stage: Stage) -> None:
    other = browser.new_context()
    try:
        one, two = stage.open(host.new_page(), SETTINGS, "en"), stage.open(other.new_page(), SETTINGS, "en")
        for page, button, answer in ((one, "Refuse training", "refuse"), (two, "Allow training", "allow")):
            # The second browser shows Ana's yes from the start: what tells that her press arrived is its answer.
            with page.expect_response("**/ask/answer") as answered:
                page.get_by_role("button", name=button).click()
            assert answered.value.ok
            expect(page.locator("[data-state]")).to_have_attribute("data-state", answer)
    finally:
        other.close()
    assert chosen(stage) == ["refuse", "allow"]


def test_words_that_changed_meanwhile_are_shown_anew_and_nothing_is_recorded(host: BrowserContext, stage: Stage) -> None:
    from msgspec.structs import replace

    page = stage.open(host.new_page(), NOTICE, "en")
    stage.desk.notices["training-choice"] = replace(stage.desk.notices["training-choice"], version=99)
    page.get_by_role("button", name="Allow training").click()
    expect(page.get_by_role("status")).to_contain_text("We have recorded nothing")
    assert chosen(stage) == []
    page.get_by_role("button", name="Allow training").click()
    expect(page.get_by_role("status")).to_contain_text("is written down")
    assert chosen(stage) == ["allow"]


def test_ten_tabs_ask_at_once_and_each_answer_is_one(host: BrowserContext, stage: Stage) -> None:
    pages = [host.new_page() for _ in range(10)]
    for page in pages:
        stage.open(page, NOTICE, "en")
    for page in pages:
        page.get_by_role("button", name="Refuse training").click()
    for page in pages:
        expect(page.get_by_role("status")).to_contain_text("is written down")
    assert chosen(stage) == ["refuse"] * 10
    assert stage.desk.people["cy"].says["model_training"] == "refuse"


def test_the_keyboard_alone_is_enough(host: BrowserContext, stage: Stage) -> None:
    page = stage.open(host.new_page(), NOTICE, "ar")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('sayso-ask').shadowRoot.activeElement.dataset.answer") == "refuse"
    assert page.evaluate("getComputedStyle(document.querySelector('sayso-ask').shadowRoot.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_be_focused()
    assert chosen(stage) == ["refuse"]


THEMES = [
    ("white on white", "--sayso-ink: #fff; --sayso-paper: #fff", "text rgb(255, 255, 255)"),
    ("grey on grey", "--sayso-ink: #888; --sayso-paper: #999", "contrast of 1."),
    ("edges that vanish", "--sayso-edge: #eee; --sayso-paper: #fff; --sayso-ink: #000; --sayso-link: #000", "edges"),
    ("paper to look through", "--sayso-paper: #ffffff80; --sayso-ink: #000", "plain rgb"),
]


@pytest.mark.parametrize(("name", "theme", "why"), THEMES, ids=[name for name, _, _ in THEMES])
def test_a_theme_that_would_hide_the_answers_is_refused_with_a_line(
    browser: Browser, stage: Stage, name: str, theme: str, why: str
) -> None:
    context = browser.new_context(bypass_csp=True)
    lines: list[str] = []
    try:
        page = context.new_page()
        page.on("console", lambda message: lines.append(message.text))
        stage.extra = f"<style>sayso-ask {{ {theme} }}</style>"
        stage.open(page, NOTICE, "en")
        assert any("this theme is refused" in line and why in line for line in lines), lines
        ink, paper = page.evaluate(
            "() => { const s = getComputedStyle(document.querySelector('sayso-ask').shadowRoot.querySelector('.question')); return [s.color, s.backgroundColor]; }"
        )
        assert (ink, paper) == ("rgb(28, 34, 38)", "rgb(255, 255, 255)")
    finally:
        context.close()


def test_a_good_theme_is_taken_and_a_page_s_own_rules_do_not_come_in(browser: Browser, stage: Stage) -> None:
    context = browser.new_context(bypass_csp=True)
    lines: list[str] = []
    try:
        page = context.new_page()
        page.on(
            "console", lambda message: lines.append(message.text) if message.type != "error" or "404" not in message.text else None
        )
        stage.extra = (
            "<style>sayso-ask { --sayso-ink: #102a43; --sayso-paper: #f0f4f8; --sayso-link: #0b4f8a; --sayso-radius: 1rem; font-size: 6px !important; color: #eee !important; "
            "opacity: .2 !important; transform: scale(.3) !important; filter: blur(4px) } button { font-size: 40px !important } sayso-ask [data-answer=refuse] { display: none !important }</style>"
        )
        stage.open(page, NOTICE, "en")
        seen = page.evaluate(
            "() => [...document.querySelector('sayso-ask').shadowRoot.querySelectorAll('[data-answer]')].slice(0, 2).map(b => { const s = getComputedStyle(b), r = b.getBoundingClientRect(); return [s.color, s.fontSize, s.borderRadius, Math.round(r.width), Math.round(r.height)]; })"
        )
        assert seen[0] == seen[1]
        assert seen[0][:3] == ["rgb(16, 42, 67)", "16px", "16px"]
        assert lines == []
        page.get_by_role("button", name="Allow training").click()
        expect(page.get_by_role("status")).to_contain_text("is written down")
    finally:
        context.close()


LEANS = [
    ("a faded page", "document.querySelector('main').style.opacity = .5", "fades it"),
    (
        "a covered no",
        "const b = r.querySelector('[data-answer=refuse]').getBoundingClientRect(), d = document.createElement('div'); d.style.cssText = `position:fixed;left:${b.x}px;top:${b.y}px;width:${b.width}px;height:${b.height}px;background:#fff`; document.body.append(d)",
        "covers refuse",
    ),
    ("a smaller no", "r.querySelector('.answers').style.gridTemplateColumns = '3fr 1fr'", "differ in size"),
    ("a coloured yes", "r.querySelector('[data-answer=allow]').style.background = '#0a0'", "differ in backgroundColor"),
    ("a no that is gone", "r.querySelector('[data-answer=refuse]').remove()", "missing"),
]


@pytest.mark.parametrize(("name", "script", "why"), LEANS, ids=[name for name, _, _ in LEANS])
def test_a_yes_on_a_question_that_was_made_to_lean_is_not_recorded_and_a_no_is(
    browser: Browser, stage: Stage, name: str, script: str, why: str
) -> None:
    context = browser.new_context(bypass_csp=True)
    lines: list[str] = []
    try:
        page = stage.open(context.new_page(), SETTINGS, "en")
        page.on("console", lambda message: lines.append(message.text))
        page.evaluate(f"() => {{ const r = document.querySelector('sayso-settings').shadowRoot; {script} }}")
        page.get_by_role("button", name="Allow training").click()
        assert any("not recorded" in line and why in line for line in lines), lines
        assert chosen(stage) == []
        refuse = page.get_by_role("button", name="Refuse training")
        if refuse.count():
            refuse.dispatch_event("click")
            expect(page.locator("[data-state]")).to_have_attribute("data-state", "refuse")
            assert chosen(stage) == ["refuse"]
    finally:
        context.close()


def test_a_program_cannot_press_yes_for_people(host: BrowserContext, stage: Stage) -> None:
    page = stage.open(host.new_page(), NOTICE, "en")
    page.evaluate("document.querySelector('sayso-ask').shadowRoot.querySelector('[data-answer=allow]').click()")
    page.wait_for_function("() => told.some(([k]) => k === 'refused')")
    assert told(page, "refused") == [{"why": "a program pressed it"}]
    assert chosen(stage) == []


def test_a_page_of_an_origin_nobody_opened_gets_nothing(host: BrowserContext, stage: Stage) -> None:
    page = host.new_page()
    page.goto(stage.address(NOTICE, "en").replace("127.0.0.1", "localhost"))
    page.wait_for_load_state("networkidle")
    assert page.evaluate("document.querySelector('sayso-ask').shadowRoot") is None
    assert stage.desk.log == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_accessibility_checker_finds_nothing_on_any_placement(host: BrowserContext, stage: Stage, axe: str, theme: Any) -> None:
    found = {}
    for at, screen in enumerate(one for one in SCREENS if one.element):
        page = host.new_page()
        page.emulate_media(color_scheme=theme)
        stage.open(page, screen, screen.languages[(at + (theme == "dark")) % 6])
        page.evaluate(axe)
        result = page.evaluate(
            "axe.run(document.querySelector('main'), {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
        )
        found[screen.name] = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in result["violations"]]
        page.close()
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_each_file_stands_alone_is_small_and_says_the_same_where_both_do() -> None:
    files = {name: body for name, (body, _) in element_files().items()}
    shared = []
    for name in ("sayso-ask.js", "sayso-settings.js"):
        assert len(gzip.compress(files[name], 9)) < 6 * 1024
        text = files[name].decode()
        assert not re.search(r"^\s*import\b|\bimport\(", text, re.MULTILINE)
        shared.append(text.split("// ---- from here on")[1].split("// ---- up to here")[0])
    assert shared[0] == shared[1]
    sent = set(re.findall(r"this\.tell\('(\w+)'", shared[0]))
    assert sent == set(re.findall(r"'sayso-(\w+)': CustomEvent", files["sayso.d.ts"].decode()))
    wrapper = (ROOT / "examples" / "react" / "sayso.tsx").read_text(encoding="utf-8")
    assert all(f"sayso-{name}" in wrapper for name in sent)


LAST_DAY = datetime(2026, 12, 1, 12, tzinfo=UTC)


def test_a_last_day_stands_below_the_answers_and_bends_no_rule_about_what_is_drawn(browser: Browser, stage: Stage) -> None:
    """In each language of the elements, and on our own page; on the smallest telephone too."""
    plain = stage.desk.notices["training-choice"]
    words = {tag: replace(one, until=until(tag, LAST_DAY) or UNSET) for tag, one in plain.words_by_language.items()}
    stage.desk.notices["training-choice"] = replace(plain, deadline=LAST_DAY, words_by_language=words)
    rules = [rule.id for rule in RULES if rule.on == "page"]
    for screen, languages in ((NOTICE, NOTICE.languages), (BY_NAME["page: question"], BY_NAME["page: question"].languages)):
        for language in languages:
            with looking(browser) as context:
                page = stage.open(context.new_page(), screen, language)
                said, button = page.locator("[data-until]"), page.locator("[data-answer=refuse]").first
                assert said.text_content() == until(language, LAST_DAY)
                seen = look(page, screen, [view for view in views() if view.name in ("360x640, light", "1280x800, dark")])
                below, above = said.bounding_box(), button.bounding_box()
                assert below is not None
                assert above is not None
                assert below["y"] >= above["y"] + above["height"]
                for one in seen:
                    wrong = [(found.rule, found.measured) for found in judge(looked(screen, one), only=rules) if not found.good]
                    assert wrong == [], (screen.name, language, one.width)
                    assert not one.timers
                    assert not one.wide
