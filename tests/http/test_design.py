"""The page of the design shows every token and component there is, and no page draws anything that is not on it."""

from __future__ import annotations

import re
from collections import defaultdict
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from sayso.app.pages import render
from sayso.app.pages.design import COMPONENTS, SHOWN_AS, tokens

HERE = Path(render.__file__).parent
STYLES = "".join(
    re.sub(r"/\*.*?\*/", "", (HERE / "static" / name).read_text("utf-8"), flags=re.DOTALL) for name in ("style.css", "console.css")
)
OWN = {name: one for one in COMPONENTS for name in one.classes}
FILES = ("receipt_file.html", "certificate_file.html", "takeout/")
"""What is kept as a file has a style of its own in it."""


class Page(HTMLParser):
    """The classes used in each component and state of a page; `""` outside of them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.at: list[tuple[str, str]] = []
        self.used: dict[tuple[str, str], set[str]] = defaultdict(set)
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        above = self.at[-1] if self.at else ("", "")
        here = (told.get("data-component") or above[0], told.get("data-state") or above[1])
        self.used[here] |= set((told.get("class") or "").split())
        if tag not in ("meta", "link", "input", "br", "rect", "line"):
            self.at.append(here)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("rect", "line"):
            self.at.pop()


def written(text: str) -> set[str]:
    """The classes that a template can draw: every word of a class attribute, and every quoted one in the conditions of it."""
    found = set()
    for value in re.findall(r'class="((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"', text):
        plain = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", " ", re.sub(r"series\{\{.*?\}\}", "series0 series1 series2", value))
        quoted = [word for part in re.findall(r"\{\{(.*?)\}\}", value) for word in re.findall(r"""['"] ?([\w-]+)['"]""", part)]
        found |= {*plain.split(), *quoted}
    return found | set(re.findall(r'call kit\.\w+\(.*?"([\w-]+)"(?:, role="\w+")?\) %\}', text))


@pytest.fixture
def page(visitor: Any) -> Page:
    return Page(visitor.get("/design").text)


def test_there_are_twelve_components_and_a_class_belongs_to_one() -> None:
    assert len(COMPONENTS) == 12 == len({one.name for one in COMPONENTS})
    assert sum(len(one.classes) for one in COMPONENTS) == len(OWN)


def test_no_template_uses_a_class_that_no_component_has() -> None:
    strange = {}
    for path in sorted((HERE / "templates").rglob("*.html")):
        name = path.relative_to(HERE / "templates").as_posix()
        if not name.startswith(FILES) and name != "design.html" and (left := written(path.read_text("utf-8")) - set(OWN)):
            strange[name] = left
    assert strange == {}


def test_the_finder_of_classes_sees_one_that_is_strange() -> None:
    assert written('<p class="note{% if x %} shiny{% endif %}"><i class="{{ "loud" if y else "quiet" }} a">') == {
        "note",
        "shiny",
        "loud",
        "quiet",
        "a",
    }
    assert "shiny" not in OWN


def test_the_stylesheets_style_no_class_that_no_component_has_and_no_component_has_one_in_vain() -> None:
    styled = set(re.findall(r"\.([a-zA-Z][\w-]*)", STYLES)) - set(SHOWN_AS)
    assert styled - set(OWN) == set()
    drawn = set().union(
        *(written(path.read_text("utf-8")) for path in (HERE / "templates").rglob("*.html") if path.name != "design.html")
    )
    assert set(OWN) - drawn == set()


def test_the_page_shows_every_component_in_every_state_with_all_its_classes(page: Page) -> None:
    for one in COMPONENTS:
        assert {state for name, state in page.used if name == one.name} - {""} == set(one.states), one.name
        shown = set().union(*(used for (name, _), used in page.used.items() if name in (one.name, "")))
        assert set(one.classes) - shown == set(), one.name
    for kind in SHOWN_AS:
        state = kind.removeprefix("as-")
        assert {name for (name, at), used in page.used.items() if kind in used} == {
            one.name for one in COMPONENTS if state in one.states
        }


def test_the_page_shows_every_token_and_every_colour_of_the_stylesheets_is_one(visitor: Any) -> None:
    text = visitor.get("/design").text
    named = {one.name for one in tokens()}
    assert named == set(re.findall(r'data-token="([\w-]+)"', text))
    assert set(re.findall(r"var\(--([\w-]+)\)", STYLES)) == named
    rules = re.sub(r":root\s*\{[^}]*\}", "", re.sub(r"@media print \{.*?\n\}", "", STYLES, flags=re.DOTALL))
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b|rgb\(", rules) == []


def test_the_page_draws_with_the_files_the_other_pages_draw_with(visitor: Any, enter: Any) -> None:
    def sheets(text: str) -> list[str]:
        return re.findall(r'<link rel="stylesheet" href="([^"]+)">', text.partition("</head>")[0])

    officer = enter("olga", "officer", "overview").get("/officer").text
    assert sheets(visitor.get("/design").text) == sheets(officer)
    own = (HERE / "templates" / "design.html").read_text("utf-8")
    assert not re.search(
        r'class="(note|field|question|answer|chart)\b', own.replace('<p class="field"><label><input type="checkbox">', "")
    )


def test_nothing_of_anybody_is_on_it_whoever_looks(visitor: Any, enter: Any, desk: Any) -> None:
    asked = len(desk.log)
    ana = enter("ana")
    text = ana.get("/design").text
    assert "ana@example.org" not in text
    assert "Holiday in the Alps" not in text
    main = re.search(r"<main.*</main>", text, re.DOTALL)[0]  # type: ignore[index]  # the page has one
    assert main == re.search(r"<main.*</main>", visitor.get("/design").text, re.DOTALL)[0]  # type: ignore[index]  # so does this
    assert 'method="post"' not in main
    assert len(desk.log) == asked
