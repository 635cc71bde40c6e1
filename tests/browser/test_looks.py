"""What the screens look like, measured: nothing leans, nothing is cut off, everybody can read and reach it."""

from __future__ import annotations

from collections.abc import Callable
from math import log2
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

pytestmark = pytest.mark.browser
Visit = Callable[..., Page]
PERSONAL = [
    "/",
    "/me/choice",
    "/me/history",
    "/me/conversations",
    "/me/conversations?until=2026-10-31",
    "/me/traces",
    "/me/changes",
    "/me/takeout",
    "/me/conversations/a1",
    "/me/conversations/a1/delete",
    "/me/delete",
    "/nothing",
    "/design",
]

BUTTONS = """buttons => buttons.map(button => {
  const style = getComputedStyle(button), box = button.getBoundingClientRect(), panel = getComputedStyle(button.closest('.question'));
  return {answer: button.dataset.answer, tag: button.tagName, text: button.textContent.trim(), x: box.x, y: box.y, width: box.width, height: box.height, bottom: box.bottom, right: box.right,
    font: style.fontFamily, size: parseFloat(style.fontSize), weight: style.fontWeight, opacity: parseFloat(style.opacity), cursor: style.cursor,
    color: style.color, fill: style.backgroundColor, edge: style.borderTopColor, edgeWidth: style.borderTopWidth, radius: style.borderTopLeftRadius,
    shadow: style.boxShadow, decoration: style.textDecorationLine, panel: panel.backgroundColor, focused: document.activeElement === button}
})"""


def luminance(colour: str) -> float:
    parts = [float(part) / 255 for part in colour[colour.index("(") + 1 : -1].replace(",", " ").split()[:3]]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def salience(button: dict[str, Any]) -> float:
    """Area times the logarithm of the fill's contrast against its surroundings."""
    return float(button["width"] * button["height"] * log2(1 + contrast(button["fill"], button["panel"])) * button["opacity"])


@pytest.mark.parametrize(("account", "language"), [("cy", "en"), ("cy", "de"), ("ana", "en"), ("bo", "de")])
def test_the_two_answers_are_equal(visit: Visit, account: str, language: str) -> None:
    page = visit(account, language=language)
    for width, theme in ((390, "light"), (390, "dark"), (1280, "light"), (1280, "dark")):
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        forms = page.locator("form.question").all()
        assert len(forms) == (2 if account == "ana" else 1)
        for form in forms:
            must_be_equal({button["answer"]: button for button in form.locator(".answer").evaluate_all(BUTTONS)})


def must_be_equal(buttons: dict[str, dict[str, Any]]) -> None:
    allow, refuse, later = buttons["allow"], buttons["refuse"], buttons.get("later")
    for same in (
        "tag",
        "y",
        "width",
        "height",
        "font",
        "size",
        "weight",
        "opacity",
        "cursor",
        "color",
        "fill",
        "edge",
        "edgeWidth",
        "radius",
        "shadow",
        "decoration",
        "focused",
    ):
        equal = abs(allow[same] - refuse[same]) < 0.5 if isinstance(allow[same], float) else allow[same] == refuse[same]
        assert equal, same
    assert not allow["focused"]
    assert salience(allow) == pytest.approx(salience(refuse), rel=0.01)
    assert allow["size"] >= 16
    assert allow["height"] >= 44
    assert contrast(allow["color"], allow["fill"]) >= 7
    assert contrast(allow["edge"], allow["panel"]) >= 3
    if later:
        assert salience(later) <= 1.01 * salience(refuse)
        beyond = later["x"] > max(allow["x"], refuse["x"]) or later["y"] >= max(allow["bottom"], refuse["bottom"])
        assert beyond, "deciding later stands after both answers, beside or below them"
        assert contrast(later["color"], later["fill"]) >= 4.5
        assert contrast(later["edge"], later["panel"]) >= 3


@pytest.mark.parametrize(
    "lean",
    [
        "background: black; color: white",
        "font-weight: 700; font-size: 19px",
        "transform: scale(1.3)",
        "opacity: .5",
        "border-color: #ccc",
        "margin-top: 2rem",
    ],
)
def test_the_measure_sees_a_screen_that_leans(visit: Visit, lean: str) -> None:
    page = visit("cy", bypass_csp=True)
    page.add_style_tag(content="[data-answer=refuse] { " + "".join(f"{one} !important; " for one in lean.split(";")) + "}")
    with pytest.raises(AssertionError):
        must_be_equal({button["answer"]: button for button in page.locator(".answer").evaluate_all(BUTTONS)})


@pytest.mark.parametrize(("width", "height"), [(360, 640), (1280, 800)])
@pytest.mark.parametrize("language", ["en", "de"])
def test_facts_and_answers_are_in_view_without_scrolling(visit: Visit, width: int, height: int, language: str) -> None:
    page = visit("cy", width=width, height=height, language=language)
    assert page.evaluate("scrollY") == 0
    lowest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('[data-fact], [data-answer], h1')].map(e => e.getBoundingClientRect().bottom))"
    )
    assert lowest <= height
    sizes = page.evaluate(
        "[...document.querySelectorAll('.facts dt, .facts dd, .answer')].map(e => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 16
    assert page.locator("[data-fact]").count() == 9


def test_no_page_scrolls_sideways_and_every_control_can_be_hit(visit: Visit, site: Any) -> None:
    page, eve = visit("ana"), visit("eve")
    officer = visit("olga", kind="officer", to="overview")
    for one, paths in ((page, PERSONAL), (officer, ["/officer"]), (eve, ["/me/conversations", "/me/conversations/e2"])):
        for path in paths:
            one.goto(site.base + path)
            for width in (320, 390, 1280):
                one.set_viewport_size({"width": width, "height": 800})
                wide = one.evaluate("[document.documentElement.scrollWidth, innerWidth]")
                assert wide[0] <= wide[1], path
                small = one.evaluate("""[...document.querySelectorAll('a, button, summary')].filter(e => !e.classList.contains('skip')).map(e => [e.textContent.trim().slice(0, 30),
                    e.getBoundingClientRect().height, e.getBoundingClientRect().width]).filter(([, h, w]) => h < 24 || w < 24)""")
                assert small == [], path


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_accessibility_checker_finds_nothing(visit: Visit, site: Any, axe: str, theme: str) -> None:
    found = {}
    ana, cy = visit("ana", theme=theme, width=390), visit("cy", theme=theme, language="de")
    officer = visit("olga", theme=theme, kind="officer", to="overview")
    for page, paths in ((ana, PERSONAL), (cy, ["/me/choice", "/me/conversations"]), (officer, ["/officer"])):
        for path in paths:
            page.goto(site.base + path)
            page.evaluate(axe)
            result = page.evaluate(
                "axe.run(document, {resultTypes: ['violations', 'incomplete'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']})"
            )
            faults = [f"{one['id']}: {one['nodes'][0]['html'][:120]}" for one in result["violations"]]
            if faults:
                found[path] = faults
            assert result["violations"] is not None
    assert found == {}


def test_the_chart_has_words_a_table_and_both_themes(visit: Visit) -> None:
    fills = set()
    for theme in ("light", "dark"):
        page = visit("olga", kind="officer", to="overview", theme=theme)
        chart = page.get_by_role("img", name="When the last reason to keep ends")
        assert "no known end" in chart.locator("desc").text_content().lower()  # type: ignore[union-attr]
        fill, back = page.evaluate(
            "[getComputedStyle(document.querySelector('.chart .bar')).fill, getComputedStyle(document.body).backgroundColor]"
        )
        assert contrast(fill, back) >= 3
        fills.add(fill)
        page.get_by_text("The same as a table").click()
        assert page.get_by_role("row", name="2027-03").is_visible()
    assert len(fills) == 2


def test_forced_colours_leave_the_answers_their_edges(visit: Visit) -> None:
    page = visit("cy", forced_colors="active")
    allow, refuse = page.locator(".answer").evaluate_all(BUTTONS)[:2]
    assert allow["edgeWidth"] == refuse["edgeWidth"] != "0px"
    assert allow["edge"] == refuse["edge"]
    assert contrast(allow["edge"], allow["panel"]) >= 3


def test_text_spaced_out_as_readers_may_set_it_is_not_cut_off(visit: Visit) -> None:
    """Text spacing of WCAG 2.2, 1.4.12, put on as a reader's own style would."""
    page = visit("cy", width=360, height=640, language="de", bypass_csp=True)
    page.add_style_tag(
        content="* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    )
    assert (
        page.evaluate(
            "[...document.querySelectorAll('.answer')].filter(e => e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1).length"
        )
        == 0
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_screens_are_kept_for_looking_at(visit: Visit, site: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = Path(tmp_path_factory.mktemp("screens"))
    shown = {
        "ana": {
            "settings": "/me/choice",
            "chats": "/me/conversations",
            "chat": "/me/conversations/a1",
            "delete": "/me/conversations/a1/delete",
            "history": "/me/history",
            "found": "/me/conversations?until=2026-10-31",
            "traces": "/me/traces",
            "changes": "/me/changes",
            "landing": "/",
        },
        "cy": {"notice": "/me/choice?lang=en", "notice-de": "/me/choice?lang=de"},
        "olga": {"officer": "/officer"},
    }
    for account, paths in shown.items():
        page = visit(account, kind="officer" if account == "olga" else "person", to="overview" if account == "olga" else "choice")
        for name, path in paths.items():
            page.goto(site.base + path)
            for theme, width, height in (("light", 390, 844), ("light", 1280, 800), ("dark", 390, 844), ("dark", 1280, 800)):
                page.set_viewport_size({"width": width, "height": height})
                page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
                page.screenshot(path=folder / f"{name}-{theme}-{width}.png", full_page=True)
    assert len(list(folder.glob("*.png"))) == 48
