"""What officers watch: the log, the last audit, what ends when; and that each number on any page leads somewhere or is a table's."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House
from sayso.app.http import create_app, links
from sayso.app.jobs import asked, build, logs, people
from sayso.audit.words import sentences
from sayso.facts.deeds import Acted

Come = Callable[[str], TestClient]
SENT = {"origin": "null", "sec-fetch-site": "same-origin"}


def desk_of(officer: TestClient) -> Any:
    return officer.app.state.setting.desk.console  # type: ignore[attr-defined]  # the application is FastAPI's


def audit(officer: TestClient, why: str = "monthly") -> Any:
    found = re.findall(r'name="token" value="([^"]+)"', officer.get("/officer").text)
    came = officer.post("/officer/audit/start", data={"token": found[0], "why": why}, headers=SENT)
    desk_of(officer).audits.wait(60)
    return came


def test_an_audit_is_run_with_a_reason_and_finds_nothing_in_a_whole_house(house: House, come: Come) -> None:
    olga = come("olga")
    assert "None was run from these pages so far." in olga.get("/officer/audit").text
    assert audit(olga, " ").status_code == 409
    assert audit(olga).status_code == 200
    assert "It found no difference." in olga.get("/officer/audit").text
    with house.reading() as conn:
        assert [entry.line.did for entry in house.ledger.of_kind(conn, Acted)] == ["audit_started"]  # type: ignore[attr-defined]
    assert come("otto").get("/officer/audit").status_code == 403


def test_each_finding_says_what_it_means_and_what_to_do_and_its_pseudonyms_are_not_kept(house: House, come: Come) -> None:
    olga = come("olga")
    (house.folder / "left-behind.txt").write_text("x")
    audit(olga)
    page = olga.get("/officer/audit").text
    assert "left-behind.txt" in page
    assert "a file nothing accounts for lies in the data folder" in page
    assert "find out what it is" in page
    german = html.unescape(olga.get("/officer/audit?lang=de").text)
    assert sentences("de").kinds["file_unknown"].next in german
    started_anew = FrontDesk(house).console.audits.view()
    assert started_anew.last is not None
    assert (started_anew.last.kinds, started_anew.findings) == ({"file_unknown": 1}, None)


def test_an_audit_that_ends_early_says_so_and_the_pages_go_on(house: House, come: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: House) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("sayso.app.console.audits.auditing.audit", broken)
    olga = come("olga")
    audit(olga)
    page = olga.get("/officer/audit").text
    assert "The last one ended early:" in page
    assert "secret words" not in page


def test_the_log_says_what_is_published_what_waits_and_when_a_promise_is_broken(house: House, come: Come, tmp_path: Path) -> None:
    rita = come("rita")
    assert "publishes no log" in rita.get("/officer/log").text
    folder = tmp_path / "public"
    logs.publish(house, folder, house.keys.cosigning)
    desk_of(rita).log = folder
    page = rita.get("/officer/log").text
    assert "yes, it holds" in page
    assert re.search(r"promised and wait</th><td class=\"number\">0<", page)
    people.choose(house, people.account_of(house, "ana"), "model_training", "refuse")
    page = rita.get("/officer/log").text
    assert re.search(r"promised and wait</th><td class=\"number\">1<", page)
    assert "A promise is broken" not in page
    clock: Any = house.clock
    clock.set(house.now() + timedelta(seconds=house.settings.log_within + 60))
    assert "A promise is broken" in come("rita").get("/officer/log").text


def test_a_published_checkpoint_that_was_changed_is_told_and_nothing_is_taken_from_it(
    house: House, come: Come, tmp_path: Path
) -> None:
    rita, folder = come("rita"), tmp_path / "public"
    logs.publish(house, folder, house.keys.cosigning)
    desk_of(rita).log = folder
    note = folder / "checkpoint"
    for changed in (note.read_text().replace("\n", "\n1", 1), "nonsense", "x" * 2_000_000, ""):
        note.chmod(0o600)
        note.write_text(changed)
        page = rita.get("/officer/log")
        assert page.status_code == 200
        assert "cannot be trusted" in page.text
        assert "yes, it holds" not in page.text


def test_what_ends_when_is_told_by_reason_and_each_number_leads_to_as_many(house: House, come: Come) -> None:
    olga = come("olga")
    page = olga.get("/officer/forecast").text
    numbers = re.findall(r'<a href="(/officer/counted\?[^"]+)">(\d+)</a>', page)
    assert any("what=ending" in address for address, _ in numbers)
    for address, number in set(numbers):
        assert len(re.findall(r"<th scope=\"row\"><code>", olga.get(html.unescape(address)).text)) == int(number), address
    assert 'role="img"' in page
    assert "<desc" in page


class Bare(HTMLParser):
    """Collects whole numbers that stand in no link, no table, no chart, no code and no form."""

    APART = ("a", "table", "svg", "code", "pre", "form", "details", "title", "style", "footer", "header", "nav")

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.APART:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self.APART:
            while self.open and self.open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not self.open:
            plain = re.sub(r"\d{1,2} [A-Z][a-z]+ \d{4}(, \d\d:\d\d UTC)?|\d{4}-\d\d-\d\d|Art\. [\d()]+|\d{1,2} %", "", data)
            self.found += re.findall(r"(?<![\w.-])\d[\d,]*(?![\w.-])", plain)


TOLD = {
    "/officer/policy": ("2",), "/officer/requests": (), "/officer/log": (), "/officer/forecast": (), "/officer/releases": (),
    "/officer": (), "/officer/rulings": (), "/officer/holds": (), "/officer/deletions": (), "/officer/choices": ("30", "95", "0"),
    "/officer/sweep": ("0",), "/officer/release?of=r1": (), "/officer/counted?what=all": (), "/officer/choices/lines": (),
}  # fmt: skip
"""Each page, and the numbers that stand in its sentences and count nothing stored; a sweep's are those of the table below it."""


def test_every_number_is_a_link_to_what_it_counts_or_stands_in_a_table_of_the_page(house: House, come: Come) -> None:
    people.choose(house, people.account_of(house, "bo"), "model_training", "refuse")
    build.build(house, "r1", "model_training")
    asked.add(house, "access", by="olga", file="2026/7")
    olga, wrong = come("olga"), {}
    for path, told in TOLD.items():
        bare, page = Bare(), olga.get(path)
        assert page.status_code == 200, path
        bare.feed(page.text.partition("<main")[2])
        if left := set(bare.found) - set(told):
            wrong[path] = left
    assert wrong == {}


def test_the_walk_would_find_a_number_that_leads_nowhere() -> None:
    bare = Bare()
    bare.feed("<p>There are 1,234 chats since 2 November 2026.</p><table><td>7</td></table><a href='/x'>8</a>")
    assert bare.found == ["1,234"]


@pytest.mark.usefixtures("database")
def test_the_officers_pages_read_the_same_on_every_database(tmp_path: Path, database: str | None) -> None:
    from sayso.app.clock import StoryClock
    from sayso.app.grants import ROLES, Grants
    from sayso.app.house import create
    from sayso.app.settings import Settings
    from sayso.facts.instants import parse_instant

    clock = StoryClock(parse_instant("2026-11-02"))
    settings = Settings(data=tmp_path / "data", keys=tmp_path / "keys", database=database)
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        Grants(settings.keys).name_officer("olga", ROLES, clock.now())
        with house.writing() as work:
            people.enrol(house, work, "ana", tier="pro", region="US")
        build.build(house, "r1", "model_training")
        app = create_app(FrontDesk(house), secret=house.keys.session, base_url="http://testserver", secure=False)
        olga = TestClient(app, base_url="http://testserver", follow_redirects=True)
        page = olga.get(
            links.mint(house.keys.session, "olga", "officer", at=house.now(), base_url="http://testserver", to="overview")
        )
        olga.post("/enter", data=dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text)), headers=SENT)
        token = re.findall(r'name="token" value="([^"]+)"', olga.get("/officer").text)[0]
        fields = {"token": token, "what": "access", "account": "", "file": "7", "received": ""}
        assert olga.post("/officer/requests/add", data=fields, headers=SENT).status_code == 200
        assert audit(olga).status_code == 200
        for path in (*TOLD, "/officer/audit"):
            assert olga.get(path).status_code == 200, path
        assert "It found no difference." in olga.get("/officer/audit").text
        assert "Overdue" in olga.get("/officer/requests").text


@pytest.mark.parametrize("path", ["log", "audit", "forecast"])
def test_the_pages_are_there_in_german_too(come: Come, path: str) -> None:
    assert come("olga").get(f"/officer/{path}?lang=de").status_code == 200
