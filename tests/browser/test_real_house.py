"""The whole way, with a real house behind the pages: what Ana presses is in the ledger, in the rulings, in the release and in the audit."""

from __future__ import annotations

import json
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from sayso import proofs
from sayso.app.clock import StoryClock, SystemClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House, create
from sayso.app.http import create_app, links
from sayso.app.jobs import build, evidence, people, recall, sweep
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn

pytestmark = pytest.mark.browser
WATCH = (
    "window.violations = []; document.addEventListener('securitypolicyviolation', e => window.violations.push(e.violatedDirective))"
)


def talk(house: House, name: str, key: str, title: str) -> None:
    now = house.now()
    turns = (
        Turn(id="1", role="user", parts=(Text("Write to ana@example.com about <b>the roof</b>"),), at=now),
        Turn(id="2", role="assistant", parts=(Text("Dear all, the roof leaks."),), at=now, origin="generated"),
    )
    item = Conversation(id=key, source="test", account=name, title=title, turns=turns)
    assert collect_all(house, "test", [item], Arrival(own=True)).conversations == 1


class Served:
    """A house on a port of this machine, with links for its people."""

    def __init__(self, house: House, open_to: Sequence[str] = ()) -> None:
        self.house = house
        self.server = uvicorn.Server(uvicorn.Config("", host="127.0.0.1", port=0, log_level="error", access_log=False))
        self.socket = self.server.config.bind_socket()
        self.base = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.server.config.app = create_app(
            FrontDesk(house), secret=house.keys.session, base_url=self.base, secure=False, open_to=list(open_to)
        )
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)

    def link(self, name: str, to: str = "choice") -> str:
        kind = "officer" if name == "officer" else "person"
        account = name if kind == "officer" else people.account_of(self.house, name)
        return links.mint(self.house.keys.session, account, kind, at=self.house.now(), base_url=self.base, to=to)  # type: ignore[arg-type]  # one of two words


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    clock = StoryClock(datetime.now(UTC) - timedelta(days=3))
    with create(Settings(data=tmp_path / "d", keys=tmp_path / "k"), clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            for name in ("ana", "bo"):
                people.enrol(house, work, name, tier="pro", region="US")
        talk(house, "ana", "early", "Before anybody asked")
        house.clock = SystemClock()
        made = Served(house)
        made.thread.start()
        for _ in range(200):
            if made.server.started:
                break
            time.sleep(0.05)
        yield made
        made.server.should_exit = True
        made.thread.join(timeout=10)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844}, accept_downloads=True)
    context.add_init_script(WATCH)
    fresh = context.new_page()
    fresh.set_default_timeout(15_000)
    yield fresh
    assert fresh.evaluate("window.violations") == []
    context.close()


def enter(page: Page, link: str) -> None:
    page.goto(link)
    page.locator("main button").first.click()


def test_what_ana_presses_is_what_happens(served: Served, page: Page, tmp_path: Path) -> None:
    house = served.house
    ana = people.account_of(house, "ana")
    enter(page, served.link("ana"))
    page.get_by_role("button", name="Allow training").click()
    expect(page.locator("[data-state]")).to_have_text("You allow training on your chats.")
    assert house.present().answer(ana, "model_training") == "allow"
    page.get_by_role("link", name="History", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("link", name="As a file to check").click()
    receipt = tmp_path / "receipt.json"
    receipt.write_bytes(download.value.path().read_bytes())
    assert proofs.verify(receipt, house.keys.signing.vkey()).ok
    assert json.loads(receipt.read_text())["choice"]["pressed"] == "Allow training"

    talk(house, "ana", "late", "Since she allowed")
    page.get_by_role("link", name="Chats", exact=True).click()
    cards = page.locator("main article, main li").filter(has=page.get_by_role("link", name="Since she allowed"))
    expect(cards.first).to_contain_text("Used")
    expect(page.get_by_text("Before anybody asked").first).to_be_visible()
    assert build.build(house, "r1", "model_training").manifest.rows == 1

    page.goto(f"{served.base}/me/choice")
    page.get_by_role("button", name="Refuse training").click()
    expect(page.locator("[data-state]")).to_have_text("You refuse training on your chats.")
    assert recall.recall(house, "r1").withdrawn == 1
    assert build.build(house, "r2", "model_training").manifest.rows == 0

    page.goto(f"{served.base}/me/conversations")
    page.get_by_role("link", name="Since she allowed", exact=True).click()
    page.get_by_role("link", name="Delete", exact=False).first.click()
    page.get_by_role("button", name="Delete", exact=False).first.click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    late = [one for one in house.present().of_account(ana) if house.present().standing(one).deleted_at is not None]
    assert len(late) == 1
    sweep.sweep(house)
    assert evidence.audit(house) == []


def test_bo_sees_nothing_of_ana_and_the_officer_no_names(served: Served, page: Page, browser: Browser) -> None:
    house = served.house
    ana = people.account_of(house, "ana")
    hers = house.present().of_account(ana)[0]
    enter(page, served.link("bo", "conversations"))
    expect(page.get_by_text("Before anybody asked")).to_have_count(0)
    answer = page.goto(f"{served.base}/me/conversations/{hers}")
    assert answer is not None
    assert answer.status == 404
    other = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="dark")
    officer = other.new_page()
    enter(officer, served.link("officer", "overview"))
    expect(officer.get_by_role("heading", level=1)).to_have_text("Overview")
    text = officer.locator("body").inner_text()
    assert "Before anybody asked" not in text
    assert ana not in text
    answer = officer.goto(f"{served.base}/me/conversations")
    assert answer is not None
    assert answer.status in (401, 403)
    other.close()


def test_ana_finds_a_chat_deletes_it_takes_that_back_and_takes_her_data_along(served: Served, page: Page, tmp_path: Path) -> None:
    house = served.house
    ana = people.account_of(house, "ana")
    talk(house, "ana", "late", "The roof of the barn")
    enter(page, served.link("ana", "conversations"))
    page.get_by_text("Find a chat").click()
    page.get_by_label("Words in the title").fill("BARN")
    page.get_by_role("button", name="Find").click()
    expect(page.locator(".card")).to_have_count(1)
    assert "BARN" not in page.url
    assert "barn" not in page.url
    page.get_by_role("link", name="The roof of the barn", exact=True).click()
    page.get_by_role("link", name="Delete").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("You deleted this chat")
    (gone,) = [one for one in house.present().of_account(ana) if house.present().standing(one).deleted_at is not None]
    page.get_by_role("button", name="Take it back").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The roof of the barn")
    assert house.present().standing(gone).deleted_at is None
    page.go_back()
    page.go_forward()
    assert house.present().standing(gone).deleted_at is None, "going back and forth repeats nothing"
    page.goto(f"{served.base}/me/takeout")
    page.get_by_role("button").first.click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Fetch", exact=False).first.click()
    with zipfile.ZipFile(download.value.path()) as taken:
        told = taken.read("conversations.jsonl").decode()
    assert "The roof of the barn" in told
    assert "Before anybody asked" in told


def test_ana_sees_where_her_words_went_and_keeps_a_proof_that_holds(served: Served, page: Page, tmp_path: Path) -> None:
    house = served.house
    ana = people.account_of(house, "ana")
    people.choose(house, ana, "model_training", "allow", via="settings")
    talk(house, "ana", "late", "Since she allowed")
    build.build(house, "r1", "model_training")
    enter(page, served.link("ana", "conversations"))
    page.get_by_role("link", name="Where your words went").click()
    expect(page.locator("[data-still]")).to_have_text("1 chat is in it")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the proof for r1").click()
    kept = tmp_path / "proof.json"
    kept.write_bytes(download.value.path().read_bytes())
    assert proofs.verify(kept, house.keys.signing.vkey()).ok
    page.goto(f"{served.base}/me/changes")
    expect(page.locator("main")).to_contain_text("Nothing. The rules are those of")


def by_keys(page: Page, name: str, *, leads_on: bool = True, within: int = 40) -> None:
    """Go on from where the page is with Tab alone, until *name* has the focus, in view, and press Enter."""
    reached = []
    for _ in range(within):
        page.keyboard.press("Tab")
        told = page.evaluate(
            "() => { const e = document.activeElement, box = e.getBoundingClientRect();"
            " return [e.textContent.trim(), box.top >= 0 && box.bottom <= innerHeight && box.right <= innerWidth]; }"
        )
        reached.append(told[0])
        if told[0] == name:
            assert told[1], f"`{name}` has the focus out of view"
            with page.expect_navigation() if leads_on else nullcontext():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"Tab never reaches `{name}`: {reached}")


def test_on_a_phone_by_keyboard_alone_ana_chooses_changes_deletes_takes_it_back_and_takes_her_data(
    served: Served, page: Page
) -> None:
    house = served.house
    ana = people.account_of(house, "ana")
    talk(house, "ana", "late", "The roof of the barn")
    page.goto(served.link("ana"))
    page.keyboard.press("Tab")  # past the way to the content
    by_keys(page, "Go in")
    by_keys(page, "Allow training")
    expect(page.get_by_role("status")).to_be_visible()
    assert house.present().answer(ana, "model_training") == "allow"
    by_keys(page, "Refuse training")
    expect(page.get_by_role("status")).to_be_visible()
    assert house.present().answer(ana, "model_training") == "refuse"
    by_keys(page, "Chats")
    by_keys(page, "The roof of the barn")
    by_keys(page, "Delete")
    by_keys(page, "Delete")
    expect(page.get_by_role("status")).to_contain_text("You deleted this chat")
    by_keys(page, "Take it back")
    expect(page.get_by_role("heading", level=1)).to_have_text("The roof of the barn")
    assert not [one for one in house.present().of_account(ana) if house.present().standing(one).deleted_at is not None]
    by_keys(page, "Chats")
    by_keys(page, "Take your data along")
    by_keys(page, "Make the file")
    with page.expect_download() as download:
        by_keys(page, "Fetch the file", leads_on=False)
    with zipfile.ZipFile(download.value.path()) as taken:
        assert "The roof of the barn" in taken.read("conversations.jsonl").decode()
    by_keys(page, "Account")
    by_keys(page, "Delete account and chats")
    assert house.present().deleted_at(ana) is not None
    by_keys(page, "Bring my account back")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert house.present().deleted_at(ana) is None
