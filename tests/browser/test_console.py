"""The officers' pages in a real browser, over a real house: holds and sweeps are ordered, and every page can be read by everybody."""

from __future__ import annotations

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
from sayso.app.grants import ROLES, Grants
from sayso.app.house import House, create
from sayso.app.http import create_app, links
from sayso.app.jobs import asked, build, deletion, people
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.deeds import NoticePublished
from sayso.facts.events import ChoiceMade, RunStarted
from sayso.facts.words import AccountId, Digest

pytestmark = pytest.mark.browser
WATCH = (
    "window.violations = []; document.addEventListener('securitypolicyviolation', e => window.violations.push(e.violatedDirective))"
)
PAGES = [
    "/officer",
    "/officer/choices",
    "/officer/choices/lines?say=allow",
    "/officer/rulings",
    "/officer/counted?what=all",
    "/officer/deletions",
    "/officer/holds",
    "/officer/sweep",
    "/officer/policy",
    "/officer/policy/draft?of=protective",
    "/officer/releases",
    "/officer/release?of=r1",
    "/officer/release/rows?of=r1",
    "/officer/release/left-out?of=r1&is=unasked",
    "/officer/requests",
    "/officer/forecast",
    "/officer/log",
    "/officer/audit",
]


def filled(house: House) -> None:
    """Two screens of which one leads, three conversations, and one of them deleted forty days ago."""
    with house.writing() as work:
        people.enrol(house, work, "ana", tier="pro", region="US")
        for screen, allow in (("a" * 64, 60), ("b" * 64, 150)):
            work.record([NoticePublished(at=work.at, notice=Digest(screen), name="training-choice")])
            says: list[Any] = ["allow" if number < allow else "refuse" for number in range(200)]
            work.record(
                [
                    ChoiceMade(at=work.at, account=AccountId(f"{screen[0]}{n}"), say=say, via="notice", notice=screen, locale="en")
                    for n, say in enumerate(says)
                ]
            )
    for key in ("1", "2", "3"):
        turn = Turn(id=key, role="user", parts=(Text("hello"),), at=house.now())
        collect_all(house, "test", [Conversation(id=key, source="t", account="ana", title="T", turns=(turn,))], Arrival(own=True))
    deletion.delete(house, conversation=next(iter(house.present().conversations())))


def more(house: House) -> None:
    """Eve allows, and her chat is in a release that a run read. Two requests wait, and are overdue by now."""
    with house.writing() as work:
        eve = people.enrol(house, work, "eve", tier="pro", region="US")
    people.choose(house, eve, "model_training", "allow")
    clock: Any = house.clock
    clock.set(house.now() + timedelta(minutes=1))
    for key in ("e1", "e2"):
        turns = (
            Turn(id=f"{key}1", role="user", parts=(Text("hello"),), at=house.now()),
            Turn(id=f"{key}2", role="assistant", parts=(Text("good to hear"),), at=house.now(), origin="generated"),
        )
        collect_all(house, "test", [Conversation(id=key, source="t", account="eve", title="T", turns=turns)], Arrival(own=True))
    build.build(house, "r1", "model_training")
    with house.writing() as work:
        work.record([RunStarted(at=work.at, release="r1", run="summer-run")])
    asked.add(house, "access", by="olga", file="2026/7")
    asked.add(house, "erasure", by="person", account=eve)


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str, Any]]:
    folder = tmp_path_factory.mktemp("console")
    clock = StoryClock(datetime.now(UTC) - timedelta(days=40))
    with create(Settings(data=folder / "d", keys=folder / "k"), clock=clock, policy="anthropic-consumer") as house:
        Grants(folder / "k").name_officer("olga", ROLES, clock.now())
        Grants(folder / "k").name_officer("otto", ["approve"], clock.now())
        filled(house)
        more(house)
        house.clock = SystemClock()
        people.choose(house, people.account_of(house, "eve"), "model_training", "refuse")
        server = uvicorn.Server(uvicorn.Config("", host="127.0.0.1", port=0, log_level="error", access_log=False))
        socket = server.config.bind_socket()
        base = f"http://127.0.0.1:{socket.getsockname()[1]}"
        desk = FrontDesk(house)
        server.config.app = create_app(desk, secret=house.keys.session, base_url=base, secure=False)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [socket]}, daemon=True)
        thread.start()
        for _ in range(400):
            if server.started:
                break
            time.sleep(0.05)
        yield house, base, desk
        server.should_exit = True
        thread.join(timeout=10)


@pytest.fixture
def come(browser: Browser, console: tuple[House, str, Any]) -> Iterator[Callable[..., Page]]:
    house, base, _ = console
    opened: list[Page] = []

    def in_as(name: str, *, width: int = 1280, theme: Any = "light", language: str = "en") -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme, locale=language)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.goto(links.mint(house.keys.session, name, "officer", at=house.now(), base_url=base, to="overview"))
        page.locator("main button").click()
        page.wait_for_url(lambda address: "/enter" not in address)
        opened.append(page)
        return page

    yield in_as
    for page in opened:
        assert page.evaluate("window.violations") == []
        page.context.close()


@pytest.mark.parametrize(("width", "theme", "language"), [(390, "dark", "de"), (1280, "light", "en")])
def test_every_page_can_be_read_by_everybody_and_fits(
    come: Callable[..., Page], console: tuple[House, str, Any], axe: str, width: int, theme: str, language: str
) -> None:
    page = come("olga", width=width, theme=theme, language=language)
    found: dict[str, Any] = {}
    for path in PAGES:
        page.goto(console[1] + path)
        page.evaluate(axe)
        ruled = page.evaluate("axe.run({resultTypes: ['violations']})")
        broken = [(one["id"], one["nodes"][0]["html"]) for one in ruled["violations"]]
        if broken:
            found[path] = broken
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[f"{path} wide"] = page.evaluate("document.documentElement.scrollWidth")
    assert found == {}


def test_olga_places_a_hold_and_ends_it(come: Callable[..., Page], console: tuple[House, str, Any]) -> None:
    house, base, _ = console
    page = come("olga", width=390)
    page.goto(base + "/officer/holds")
    page.get_by_label("Name of the hold").fill("order-1")
    page.get_by_label("Matter").fill("Smith v. Example")
    page.get_by_label("Why? It is recorded with your name.").last.fill("served today")
    page.get_by_role("button", name="Place a hold").click()
    expect(page.get_by_role("status")).to_contain_text("The hold is in force.")
    assert house.present().holds()["order-1"].by == "olga"
    page.get_by_text("End this hold", exact=True).first.click()
    page.get_by_label("Why? It is recorded with your name.").first.fill("lifted")
    page.get_by_role("button", name="End this hold").click()
    expect(page.get_by_role("status")).to_contain_text("The hold has ended.")
    assert house.present().holds() == {}


def test_olga_starts_a_sweep_stops_it_and_what_is_left_stays_due(
    come: Callable[..., Page], console: tuple[House, str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, base, desk = console
    monkeypatch.setattr("sayso.app.jobs.sweep.BATCH", 1)
    begun, go_on = threading.Event(), threading.Event()
    count = desk.console.sweeps._count

    def held_up(looked: int) -> None:
        count(looked)
        begun.set()
        assert go_on.wait(60)

    monkeypatch.setattr(desk.console.sweeps, "_count", held_up)
    page = come("olga")
    page.goto(base + "/officer/sweep")
    assert page.locator("tbody th code").count() == 3
    page.get_by_label("Why? It is recorded with your name.").fill("monthly")
    page.get_by_role("button", name="Start a sweep").click()
    assert begun.wait(30)
    page.goto(base + "/officer/sweep")
    expect(page.get_by_role("status")).to_contain_text("A sweep runs")
    page.get_by_label("Why? It is recorded with your name.").fill("a doubt")
    page.get_by_role("button", name="Stop the sweep").click()
    expect(page.get_by_role("status")).to_contain_text("The sweep ends after this batch")
    go_on.set()
    desk.console.sweeps.wait(30)
    page.goto(base + "/officer/sweep")
    expect(page.get_by_role("status")).to_contain_text("The sweep has ended: 1 destroyed")
    assert page.locator("tbody th code").count() == 2


def test_olga_proposes_a_policy_and_otto_approves_it_on_a_phone(
    come: Callable[..., Page], console: tuple[House, str, Any], monkeypatch: pytest.MonkeyPatch, axe: str
) -> None:
    house, base, _ = console
    monkeypatch.setattr("sayso.app.console.beside.PATIENCE", 60)
    olga = come("olga")
    olga.goto(base + "/officer/policy/draft")
    text = olga.get_by_label("Rules, as TOML")
    text.fill(text.input_value() + "# the same, said by us\n")
    olga.get_by_label("Name of the policy").fill("ours")
    olga.get_by_role("button", name="Check and compare").click()
    expect(olga.get_by_text("It loads; there is nothing to mend.")).to_be_visible()
    olga.get_by_label("Why? It is recorded with your name.").fill("our own name on it")
    olga.get_by_role("button", name="Propose it").click()
    expect(olga.get_by_role("status")).to_contain_text("Another officer decides.")
    expect(olga.get_by_role("button", name="Approve it")).to_have_count(0)
    otto = come("otto", width=390, theme="dark")
    place = olga.url.partition("&")[0]
    twice = come("otto")
    twice.goto(place)
    otto.goto(place)
    otto.evaluate(axe)
    ruled = otto.evaluate("axe.run({resultTypes: ['violations']})")
    assert [one["id"] for one in ruled["violations"]] == []
    otto.get_by_label("Why? It is recorded with your name.").first.fill("read it")
    otto.get_by_role("button", name="Approve it").click()
    expect(otto.get_by_role("status")).to_contain_text("It is in force.")
    assert house.policy_in_force().name == "ours"
    twice.get_by_label("Why? It is recorded with your name.").first.fill("pressed in another tab")
    twice.get_by_role("button", name="Approve it").click()
    expect(twice.get_by_role("alert")).to_contain_text("is not open")


def test_olga_answers_a_request_confirms_a_run_and_runs_an_audit(
    come: Callable[..., Page], console: tuple[House, str, Any]
) -> None:
    _, base, desk = console
    page = come("olga", width=390)
    page.goto(base + "/officer/requests")
    page.get_by_text("Note the answer", exact=True).first.click()
    page.get_by_label("What the person was told.").first.fill("sent as a file")
    page.get_by_role("button", name="Note the answer").first.click()
    expect(page.get_by_role("status")).to_contain_text("It is answered.")
    page.goto(base + "/officer/release?of=r1")
    page.locator("section.card").get_by_label("Why? It is recorded with your name.").fill("saw its log")
    page.get_by_role("button", name="Confirm").click()
    expect(page.get_by_role("status")).to_contain_text("It is confirmed, with your name.")
    page.goto(base + "/officer/audit")
    page.get_by_label("Why? It is recorded with your name.").fill("monthly")
    page.get_by_role("button", name="Run an audit").click()
    desk.console.audits.wait(60)
    page.goto(base + "/officer/audit")
    expect(page.get_by_role("heading", name="The last one, of")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
