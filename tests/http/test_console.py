"""The officers' pages over a real house: what is counted, what it leads to, what looks steered, and that looking is recorded."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from sayso.app import kept
from sayso.app.clock import StoryClock
from sayso.app.console import OfficerDesk, lists
from sayso.app.console.steered import difference
from sayso.app.fair import FairLock
from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House
from sayso.app.jobs import people
from sayso.facts.deeds import Looked, NoticePublished
from sayso.facts.events import ChoiceMade
from sayso.facts.words import AccountId, Digest

BASE = "http://testserver"
START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def answers(house: House, screen: str, language: str, allow: int, refuse: int) -> None:
    """Answers of people who are nobody else's business, on one screen in one language."""
    with house.writing() as work:
        work.record([NoticePublished(at=work.at, notice=Digest(screen), name="training-choice")])
        made: list[ChoiceMade] = []
        for number in range(allow + refuse):
            say: Any = "allow" if number < allow else "refuse"
            account = AccountId(f"{screen[:3]}{language}{number}")
            made.append(ChoiceMade(at=work.at, account=account, say=say, via="notice", notice=screen, locale=language))
        work.record(made)


def test_every_number_of_the_overview_leads_to_as_many_as_it_says(house: House, come: Callable[[str], TestClient]) -> None:
    olga = come("olga")
    page = olga.get("/officer").text
    numbers = re.findall(r'<a href="(/officer/counted\?[^"]+)">(\d+)</a>', page)
    assert len(numbers) > 8
    for address, number in set(numbers):
        listed = olga.get(html.unescape(address)).text
        assert len(re.findall(r"<th scope=\"row\"><code>", listed)) == int(number), address
        assert "secret words" not in listed
        assert "A title" not in listed


def test_what_an_officer_looked_at_is_in_the_ledger_with_their_name(house: House, come: Callable[[str], TestClient]) -> None:
    come("rita").get("/officer/counted?what=all")
    come("rita").get("/officer/choices/lines?say=allow")
    with house.reading() as conn:
        lines = [entry.line for entry in house.ledger.of_kind(conn, Looked)]
    assert [(one.by, one.size) for one in lines if isinstance(one, Looked)] == [("rita", 3), ("rita", 0)]


def test_a_screen_that_leads_more_people_to_a_yes_is_warned_of_and_an_equal_one_is_not(
    house: House, come: Callable[[str], TestClient]
) -> None:
    olga = come("olga")
    answers(house, "a" * 64, "en", 60, 140)
    answers(house, "b" * 64, "en", 62, 138)
    page = olga.get("/officer/choices").text
    assert "looks steered" not in page
    assert "No screen and no language leads" in page
    answers(house, "c" * 64, "en", 150, 50)
    page = olga.get("/officer/choices").text
    assert "The screen training-choice (cccccccc) looks steered, in en." in page
    link = next(one for one in re.findall(r'href="(/officer/choices/lines\?[^"]+)">150<', page) if "screen" in one)
    seen, following = 0, html.unescape(link)
    while following:
        listed = olga.get(following).text
        seen += len(re.findall(r'<th scope="row">\d+</th>', listed))
        found = re.findall(r'href="(/officer/choices/lines\?[^"]+)" rel="next"', listed)
        following = html.unescape(found[0]) if found else ""
    assert seen == 150


def test_answers_of_a_week_are_found_at_once_behind_any_number_of_earlier_ones(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = house.clock
    assert isinstance(clock, StoryClock)
    answers(house, "a" * 64, "en", 5, 5)
    clock.set(START + timedelta(days=7))
    answers(house, "a" * 64, "en", 2, 0)
    clock.set(START + timedelta(days=60))
    answers(house, "a" * 64, "en", 4, 0)
    monkeypatch.setattr(lists, "LOOKED_AT", 3)
    desk = OfficerDesk(house, FairLock())
    since = (START + timedelta(days=5)).date()
    found = desk.answers("olga", since, since + timedelta(days=7), {}, 0)
    assert [one.facts[0] for one in found.items] == ["allow", "allow"]
    assert found.following is None, "what was recorded long after that week is not looked through"
    seen, following = 0, 0
    while following is not None:
        page = desk.answers("olga", START.date(), None, {}, following)
        seen, following = seen + len(page.items), page.following
    assert seen == 16


def test_answers_are_counted_a_stretch_at_a_time_and_none_twice(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    answers(house, "a" * 64, "en", 7, 4)
    monkeypatch.setattr("sayso.app.console.tally.AT_ONCE", 2)
    monkeypatch.setattr("sayso.app.console.tally.WINDOW", 5)
    desk = OfficerDesk(house, FairLock())
    desk.choices()
    running = desk._tally._thread
    assert running is not None
    running.join(20)
    seen = desk.choices()
    assert ([(one.allow, one.refuse) for one in seen.cells], seen.behind) == ([(7, 4)], 0)


def test_few_answers_are_no_difference_and_many_looks_widen_the_interval() -> None:
    assert difference(29, 29, 0, 100) is None
    once, often = difference(60, 100, 45, 100), difference(60, 100, 45, 100, looked=20)
    assert once is not None
    assert often is not None
    assert (once.steered, often.steered) == (True, False)


def test_a_count_goes_on_where_it_ended_and_a_changed_row_is_counted_anew(house: House) -> None:
    answers(house, "a" * 64, "en", 3, 2)
    OfficerDesk(house, FairLock()).choices()
    answers(house, "a" * 64, "de", 1, 0)
    again = OfficerDesk(house, FairLock()).choices()
    assert [(one.language, one.allow, one.refuse) for one in again.cells] == [("en", 3, 2), ("de", 1, 0)]
    with house.writing() as work:
        work.conn.execute(kept.COUNTS.update().values(body=b"[[],{}]"))
    assert sum(one.all for one in OfficerDesk(house, FairLock()).choices().cells) == 6


def test_rulings_of_days_gone_by_stay_though_the_present_is_counted_anew(house: House) -> None:
    clock = house.clock
    assert isinstance(clock, StoryClock)
    OfficerDesk(house, FairLock()).days()
    clock.set(START + timedelta(days=2))
    with house.writing() as work:
        people.enrol(house, work, "cy", tier="free", region="DE")
    days = OfficerDesk(house, FairLock()).days()
    assert [(one.at.day, one.accounts) for one in days] == [(2, 2), (4, 3)]


def test_a_large_house_is_counted_beside_the_pages(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sayso.app.console.counting.PATIENCE", -1.0)
    monkeypatch.setattr("sayso.app.console.counting.CHUNK", 1)
    desk = FrontDesk(house)
    with desk.one:  # the count waits for the house, and the page does not wait for the count
        first = desk.overview()
    assert (first.conversations, first.counting) == (0, True)
    running = desk.console.counting._running
    assert running is not None
    running.join(20)
    assert desk.overview().conversations == 3


@pytest.mark.parametrize(
    "path",
    [
        "/officer/counted",
        "/officer/counted?what=zz",
        "/officer/counted?what=all&from=-1",
        "/officer/counted?what=use&is=" + "a" * 500,
        "/officer/choices/lines?since=zz",
        "/officer/choices/lines?from=1e3",
        "/officer/rulings?for=zz",
    ],
)
def test_a_number_that_nothing_counts_is_not_found(come: Callable[[str], TestClient], path: str) -> None:
    assert come("rita").get(path).status_code == 404


@pytest.mark.parametrize("language", ["en", "de"])
def test_titles_and_reasons_cannot_bring_markup_in(house: House, come: Callable[[str], TestClient], language: str) -> None:
    answers(house, "<script>alert(1)</script>", "<b>", 40, 40)
    for path in ("/officer/choices", "/officer/choices/lines", "/officer/rulings", "/officer"):
        text = come("rita").get(f"{path}?lang={language}").text
        assert "<script" not in text
        assert "<b>" not in text
