"""The page of samples in a real browser: read by everybody, and remarks made without any script."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from sayso.app.clock import StoryClock, SystemClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.grants import Grants
from sayso.app.house import House, create
from sayso.app.http import create_app, links
from sayso.app.jobs import build, people, reviewing
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn

pytestmark = pytest.mark.browser
LONG = "supercalifragilistic" * 9


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    folder = tmp_path_factory.mktemp("review")
    clock = StoryClock(datetime.now(UTC) - timedelta(days=3))
    with create(Settings(data=folder / "d", keys=folder / "k"), clock=clock, policy="anthropic-consumer") as house:
        Grants(folder / "k").name_officer("ava", ["audit"], clock.now())
        with house.writing() as work:
            people.enrol(house, work, "ana", tier="pro", region="US")
        people.choose(house, people.account_of(house, "ana"), "model_training", "allow")
        clock.set(clock.now() + timedelta(minutes=1))
        texts = (f"write to bo.lima@bank.de about {LONG} or to the zyxgate", "what is the tallest tree in the world")
        for number, text in enumerate(texts):
            said = (("user", text), ("assistant", "from 86.121.97.248"))
            turns = tuple(Turn(id=f"{number}{role}", role=role, parts=(Text(one),), at=clock.now()) for role, one in said)  # type: ignore[arg-type]  # both are roles
            item = Conversation(id=str(number), source="t", account="ana", title="T", turns=turns)
            collect_all(house, "test", [item], Arrival(own=True))
        build.build(house, "r1", "model_training")
        house.clock = SystemClock()
        server = uvicorn.Server(uvicorn.Config("", host="127.0.0.1", port=0, log_level="error", access_log=False))
        socket = server.config.bind_socket()
        base = f"http://127.0.0.1:{socket.getsockname()[1]}"
        server.config.app = create_app(FrontDesk(house), secret=house.keys.session, base_url=base, secure=False)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
        thread.start()
        for _ in range(400):
            if server.started:
                break
            time.sleep(0.05)
        yield house, base
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture
def come(browser: Browser, reviewed: tuple[House, str]) -> Iterator[Callable[..., Page]]:
    house, base = reviewed
    opened: list[Page] = []

    def in_as(width: int, theme: Any, language: str) -> Page:
        # Without scripts: nothing on the page needs one.
        context = browser.new_context(
            viewport={"width": width, "height": 800}, color_scheme=theme, locale=language, bypass_csp=False
        )
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.goto(links.mint(house.keys.session, "ava", "officer", at=house.now(), base_url=base, to="overview"))
        page.locator("main button").click()
        page.wait_for_url(lambda address: "/enter" not in address)
        opened.append(page)
        page.goto(f"{base}/officer/review")
        return page

    yield in_as
    for page in opened:
        page.context.close()


def test_samples_are_read_and_remarked_on_by_everybody_at_any_width(
    come: Callable[..., Page], reviewed: tuple[House, str], axe: str
) -> None:
    house, _ = reviewed
    for width, theme, language in ((390, "dark", "de"), (1280, "light", "en"), (390, "light", "en"), (1280, "dark", "de")):
        page = come(width, theme, language)
        why = page.get_by_label("Why? It is recorded" if language == "en" else "Warum?")
        why.fill("monthly")
        page.get_by_role("button", name="Look" if language == "en" else "Ansehen", exact=True).click()
        expect(page.locator("section.card mark").first).to_be_visible()
        for one in page.locator("section.card details").all():
            one.evaluate("one => one.open = true")
        page.evaluate(axe)
        ruled = page.evaluate("axe.run({resultTypes: ['violations']})")
        assert [(one["id"], one["nodes"][0]["html"]) for one in ruled["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page = come(1280, "light", "en")
    page.get_by_label("Why? It is recorded").fill("monthly")
    page.get_by_role("button", name="Look", exact=True).click()
    card = page.locator("section.card", has_text="zyxgate")
    card.get_by_text("Something here was missed").click()
    card.get_by_label("From the word").select_option(label=card.get_by_label("From the word").locator("option").last.inner_text())
    card.get_by_label("To the word").select_option(label=card.get_by_label("To the word").locator("option").last.inner_text())
    card.get_by_label("What it is").select_option("place")
    card.get_by_role("button", name="Keep this remark").click()
    expect(page.get_by_role("status")).to_contain_text("as a place and without words")
    with house.reading() as conn:
        (said,) = [
            json.loads(one) for name in house.vault.remarks.conversations(conn) for one in house.vault.remarks.of(conn, name)
        ]
    assert (said["said"], said["kind"], said["end"] - said["start"]) == ("missed", "place", len("zyxgate"))


def test_without_scripts_and_by_keyboard_alone_a_remark_is_made_and_taken_back(
    browser: Browser, reviewed: tuple[House, str]
) -> None:
    house, base = reviewed
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 800}, locale="de")
    page = context.new_page()
    page.goto(links.mint(house.keys.session, "ava", "officer", at=house.now(), base_url=base, to="overview"))
    page.locator("main button").press("Enter")
    page.goto(f"{base}/officer/review")
    page.get_by_label("Zeige nur").select_option(label="E-Mail-Adresse")
    page.get_by_label("Warum?").fill("monatlich")
    page.get_by_label("Warum?").press("Enter")
    card = page.locator("section.card")
    expect(card).to_have_count(1)
    expect(card.locator("h3")).to_contain_text("E-Mail-Adresse")
    card.get_by_role("button", name="Das gehört niemandem").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("als Stelle und ohne Worte")
    page.get_by_role("button", name="Diese Anmerkung zurücknehmen").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("zurückgenommen")
    expect(page.get_by_role("button", name="Diese Anmerkung zurücknehmen")).to_have_count(0)
    context.close()
    assert [one["kind"] for one in reviewing.exported(house, "ava", "", None, with_text=False) if one["said"] == "wrong"] == []
