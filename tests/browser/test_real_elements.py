"""The question in a host product's page, with a real house behind it: what Ana presses there is one line of the ledger, or none."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect
from tests.browser.test_real_house import Served

from sayso.app.clock import StoryClock, SystemClock
from sayso.app.house import House, create
from sayso.app.jobs import evidence, people
from sayso.app.settings import Settings
from sayso.facts.events import ChoiceMade

pytestmark = pytest.mark.browser


class Shop:
    """A host product on an origin of its own; each page it gives carries a fresh link for Ana, made as its server would."""

    def __init__(self, house: House) -> None:
        self.host = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.host.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.host.server_address[1]}"
        self.served = Served(house, open_to=[self.base])
        self.served.thread.start()
        threading.Thread(target=self.host.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.host.shutdown()
        self.host.server_close()
        self.served.server.should_exit = True
        self.served.thread.join(timeout=10)

    def page(self) -> str:
        link = escape(self.served.link("ana"))
        return (
            f'<!doctype html><html lang="en"><title>Example Chat</title><script type="module" src="{self.served.base}/elements/sayso-ask.js">'
            f'</script><main><sayso-ask placement="notice" lang="en" link="{link}"></sayso-ask></main></html>'
        )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        shop = self  # the handler's own self is another

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = shop.page().encode() if self.path.startswith("/chat") else b"<!doctype html><title>Elsewhere</title>"
                self.send_response(200)
                self.send_header("content-type", "text/html; charset=utf-8")
                self.send_header("cache-control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    clock = StoryClock(datetime.now(UTC) - timedelta(days=3))
    with create(Settings(data=tmp_path / "d", keys=tmp_path / "k"), clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            people.enrol(house, work, "ana", tier="pro", region="US")
        house.clock = SystemClock()
        made = Shop(house)
        yield made
        made.close()
        assert evidence.audit(house) == []


@pytest.fixture
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(20_000)
    yield context
    context.close()


def opened(visitor: BrowserContext, shop: Shop) -> Page:
    page = visitor.new_page()
    page.goto(f"{shop.base}/chat")
    expect(page.locator("[data-answer=allow]")).to_be_visible()
    return page


def answers(shop: Shop) -> list[str]:
    """Return what the ledger holds of Ana's answers, in its order."""
    house = shop.served.house
    ana = people.account_of(house, "ana")
    with house.reading() as conn:
        return [entry.line.say for entry in house.ledger.of_account(conn, ana, ["choice"]) if isinstance(entry.line, ChoiceMade)]


def done(page: Page) -> None:
    expect(page.get_by_role("status")).to_contain_text("is written down")


def test_what_ana_presses_in_the_host_s_page_is_in_the_ledger_once_even_pressed_twice(visitor: BrowserContext, shop: Shop) -> None:
    page = opened(visitor, shop)
    assert answers(shop) == [], "showing is no answer"
    page.locator("[data-answer=allow]").dblclick()
    done(page)
    assert answers(shop) == ["allow"]
    assert shop.served.house.present().answer(people.account_of(shop.served.house, "ana"), "model_training") == "allow"
    page.goto(f"{shop.base}/elsewhere")
    page.go_back()
    with page.expect_response("**/ask/question"):
        page.reload()
    expect(page.locator("[data-answer]")).to_have_count(0)
    assert answers(shop) == ["allow"], "going back asks and records nothing anew"


def test_an_answer_that_arrived_while_its_echo_was_lost_is_one_line_when_pressed_again(visitor: BrowserContext, shop: Shop) -> None:
    page = opened(visitor, shop)

    def lose(route: Route) -> None:
        route.fetch()  # it arrives and is written down; what comes back is lost
        route.abort("connectionreset")

    page.route("**/ask/answer", lose, times=1)
    page.locator("[data-answer=refuse]").click()
    expect(page.get_by_role("status")).to_contain_text("The connection was lost")
    assert answers(shop) == ["refuse"]
    page.locator("[data-answer=refuse]").click()
    done(page)
    assert answers(shop) == ["refuse"]


def test_an_answer_lost_on_the_way_is_no_answer_until_it_is_pressed_again(visitor: BrowserContext, shop: Shop) -> None:
    page = opened(visitor, shop)
    page.route("**/ask/answer", lambda route: route.abort("connectionreset"), times=1)
    page.locator("[data-answer=allow]").click()
    expect(page.get_by_role("status")).to_contain_text("The connection was lost")
    assert answers(shop) == []
    page.locator("[data-answer=allow]").click()
    done(page)
    assert answers(shop) == ["allow"]


def test_two_tabs_answer_differently_and_the_later_answer_holds(visitor: BrowserContext, shop: Shop) -> None:
    one, other = opened(visitor, shop), opened(visitor, shop)
    one.locator("[data-answer=allow]").click()
    done(one)
    other.locator("[data-answer=refuse]").click()
    done(other)
    assert answers(shop) == ["allow", "refuse"]
    assert shop.served.house.present().answer(people.account_of(shop.served.house, "ana"), "model_training") == "refuse"
