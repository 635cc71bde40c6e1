"""Requests for rights: Ana asks on her own pages, an officer answers with a reason, and what is overdue says so in words."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House
from sayso.app.http import create_app, links
from sayso.app.jobs import asked, people
from sayso.app.jobs.asked import Book
from sayso.facts.deeds import Looked, RequestClosed

Come = Callable[[str], TestClient]
SENT = {"origin": "null", "sec-fetch-site": "same-origin"}


def press(someone: TestClient, page: str, action: str, **fields: str) -> Any:
    found = re.findall(r'name="token" value="([^"]+)"', someone.get(page).text)
    return someone.post(action, data={"token": found[0], **fields}, headers=SENT)


def order(officer: TestClient, action: str, **fields: str) -> Any:
    return press(officer, "/officer/requests", f"/officer/requests/{action}", **fields)


@pytest.fixture
def ana(house: House) -> TestClient:
    """Ana, who is in."""
    app = create_app(FrontDesk(house), secret=house.keys.session, base_url="http://testserver", secure=False)
    client = TestClient(app, base_url="http://testserver", follow_redirects=True)
    account = people.account_of(house, "ana")
    page = client.get(links.mint(house.keys.session, account, "person", at=house.now(), base_url="http://testserver", to="choice"))
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    assert client.post("/enter", data=fields, headers=SENT).status_code == 200
    return client


def test_ana_asks_sees_by_when_and_reads_the_answer(house: House, come: Come, ana: TestClient) -> None:
    page = press(ana, "/me/requests", "/me/requests", what="access").text
    assert "We answer by 2 December 2026." in page
    assert press(ana, "/me/requests", "/me/requests", what="access").status_code == 200
    (one,) = Book(house).open()
    olga = come("olga")
    page = olga.get("/officer/requests").text
    assert "on their own pages" in page
    assert one.account in page
    assert ">ana<" not in page
    assert order(olga, "close", number=str(one.number), how="done", why="sent <b>to you</b>").status_code == 200
    assert "sent &lt;b&gt;to you&lt;/b&gt;" in ana.get("/me/requests").text
    assert "olga" not in ana.get("/me/requests").text
    with house.reading() as conn:
        assert [entry.line.what for entry in house.ledger.of_kind(conn, Looked)][:1] == ["requests"]  # type: ignore[attr-defined]


def test_what_is_overdue_says_so_in_words_to_both(house: House, come: Come, ana: TestClient) -> None:
    press(ana, "/me/requests", "/me/requests", what="objection")
    clock: Any = house.clock
    clock.set(house.now() + timedelta(days=31))
    assert "Overdue: it was to be answered by 2 December 2026." in come("rita").get("/officer/requests").text
    (one,) = asked.of_account(house, people.account_of(house, "ana"))
    assert one.state(house.now()) == "overdue"
    assert order(come("olga"), "extend", number=str(one.number), why="many").status_code == 409


def test_an_officer_writes_down_extends_and_refuses_each_with_a_reason(house: House, come: Come) -> None:
    olga = come("olga")
    fields = {"what": "erasure", "account": "", "file": "2026/11", "received": "2026-11-01"}
    assert "It is written down." in order(olga, "add", **fields).text
    (one,) = Book(house).open()
    number = str(one.number)
    for action, more in (("extend", {}), ("close", {"how": "refused"})):
        assert order(olga, action, number=number, why=" ", **more).status_code == 409
    assert "It takes longer now." in order(olga, "extend", number=number, why="three systems", until="2027-01-15").text
    assert "15 January 2027" in olga.get("/officer/requests").text
    assert "It is answered." in order(olga, "close", number=number, how="refused", why="not ours").text
    page = olga.get("/officer/requests?is=refused").text
    assert "not ours" in page
    with house.reading() as conn:
        (line,) = [entry.line for entry in house.ledger.of_kind(conn, RequestClosed)]
    assert isinstance(line, RequestClosed)
    assert (line.by, line.how) == ("olga", "refused")


@pytest.mark.parametrize(
    "wrong",
    [{"file": "Ana Example"}, {"file": ""}, {"received": "soon"}, {"received": "2099-01-01"}, {"account": "bo"}, {"what": "zz"}],
)
def test_what_is_no_request_is_told_and_not_written_down(house: House, come: Come, wrong: dict[str, str]) -> None:
    fields = {"what": "erasure", "account": "", "file": "7", "received": "", **wrong}
    assert order(come("olga"), "add", **fields).status_code == 409
    assert Book(house).all() == []


def test_every_count_leads_to_as_many_and_rita_may_only_read(house: House, come: Come) -> None:
    for number in range(3):
        asked.add(house, "access", by="olga", file=f"{number}")
    rita = come("rita")
    page = rita.get("/officer/requests").text
    for state, count in re.findall(r'<a href="/officer/requests\?is=(\w+)">(\d+)</a>', page):
        assert len(re.findall(r'id="request-\d+"', rita.get(f"/officer/requests?is={state}").text)) == int(count), state
    assert 'action="/officer/requests' not in page
    assert order(rita, "add", what="access", file="9").status_code == 403
    for path in ("?is=zz", "?from=-1"):
        assert rita.get(f"/officer/requests{path}").status_code == 404


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_of_requests_are_there_in_each_language(come: Come, ana: TestClient, language: str) -> None:
    assert come("olga").get(f"/officer/requests?lang={language}").status_code == 200
    assert ana.get(f"/me/requests?lang={language}").status_code == 200
    assert press(ana, "/me/requests", "/me/requests", what="zz").status_code == 400
