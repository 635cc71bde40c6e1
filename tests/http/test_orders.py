"""What officers order, over a real house: each order has a name and a reason in the ledger, or nothing happens."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import deletion
from sayso.app.jobs import sweep as sweep_job
from sayso.facts.deeds import Acted, Shredded

Come = Callable[[str], TestClient]
SENT = {"origin": "null", "sec-fetch-site": "same-origin"}


def press(officer: TestClient, page: str, action: str, **fields: str) -> Any:
    found = re.findall(r'name="token" value="([^"]+)"', officer.get(page).text)
    return officer.post(action, data={"token": found[0], **fields}, headers=SENT)


def acted(house: House) -> list[tuple[str, str, str]]:
    with house.reading() as conn:
        lines = [entry.line for entry in house.ledger.of_kind(conn, Acted)]
    return [(one.by, one.did, one.why) for one in lines if isinstance(one, Acted)]


def test_a_hold_is_placed_reported_on_and_ended_with_name_and_reason(house: House, come: Come) -> None:
    olga = come("olga")
    fields = {"hold": "o-1", "matter": "Smith <b>", "paper": "order of 1 May", "regions": "US", "why": "served today"}
    came = press(olga, "/officer/holds", "/officer/holds/place", **fields)
    assert "The hold is in force." in came.text
    assert "Smith &lt;b&gt;" in came.text
    assert house.present().holds()["o-1"].by == "olga"
    report = olga.get("/officer/holds/report?matter=o-1")
    assert report.json()["counts"]["held_now"] == 3
    assert press(olga, "/officer/holds", "/officer/holds/end", hold="o-1", why="the court lifted it").status_code == 200
    assert house.present().holds() == {}
    assert acted(house) == [("olga", "hold_placed", "served today"), ("olga", "hold_ended", "the court lifted it")]


@pytest.mark.parametrize(
    "wrong", [{"why": " "}, {"hold": ""}, {"regions": "ZZ"}, {"since": "soon"}, {"conversations": "nobody"}, {"hold": "x" * 300}]
)
def test_a_hold_that_cannot_be_is_not_placed_and_leaves_no_order(house: House, come: Come, wrong: dict[str, str]) -> None:
    fields = {"hold": "o-1", "matter": "m", "paper": "", "why": "served", **wrong}
    came = press(come("olga"), "/officer/holds", "/officer/holds/place", **fields)
    assert came.status_code == 409
    assert "Nothing was changed:" in came.text
    assert house.present().holds() == {}
    assert acted(house) == []


def test_who_may_not_order_finds_no_form_and_is_refused(house: House, come: Come) -> None:
    rita = come("rita")
    for page, action in (("/officer/holds", "/officer/holds/place"), ("/officer/sweep", "/officer/sweep/start")):
        assert f'action="{action}"' not in rita.get(page).text
        assert press(rita, page, action, hold="o", matter="", paper="", why="because").status_code == 403
    assert acted(house) == []


def test_a_deletion_shows_its_dates_one_after_the_other(house: House, come: Come) -> None:
    rita, clock = come("rita"), house.clock
    assert isinstance(clock, StoryClock)
    one = next(iter(house.present().conversations()))
    deletion.delete(house, conversation=one)
    page = rita.get("/officer/deletions").text
    assert one in page
    assert "by 2 December 2026" in page
    clock.set(house.now() + timedelta(days=31))
    sweep_job.sweep(house)
    page = come("rita").get("/officer/deletions").text
    assert "with the next turn of the epoch" in page
    assert "A title" not in page


def test_a_sweep_is_previewed_started_with_a_reason_and_told_of(house: House, come: Come) -> None:
    clock = house.clock
    assert isinstance(clock, StoryClock)
    one = next(iter(house.present().conversations()))
    deletion.delete(house, conversation=one)
    clock.set(house.now() + timedelta(days=31))
    otto = come("otto")
    page = otto.get("/officer/sweep").text
    assert one in page
    assert "deleted by its person" in page
    assert press(otto, "/officer/sweep", "/officer/sweep/start", why=" ").status_code == 409
    assert one not in house.present().shredded
    press(otto, "/officer/sweep", "/officer/sweep/start", why="monthly")
    desk: Any = otto.app.state.setting.desk  # type: ignore[attr-defined]  # the application is FastAPI's
    desk.console.sweeps.wait(20)
    assert one in house.present().shredded
    assert "The sweep has ended: 3 destroyed" in otto.get("/officer/sweep").text
    assert ("otto", "sweep_started", "monthly") in acted(house)
    assert press(otto, "/officer/sweep", "/officer/sweep/stop", why="too late").status_code == 409


def test_a_sweep_that_is_stopped_ends_between_two_batches(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_job, "BATCH", 1)
    clock = house.clock
    assert isinstance(clock, StoryClock)
    for one in list(house.present().conversations()):
        deletion.delete(house, conversation=one)
    clock.set(house.now() + timedelta(days=31))
    looked: list[int] = []
    done = sweep_job.sweep(house, progress=looked.append, stopped=lambda: len(looked) == 2)
    assert (done.shredded, len(house.present().shredded)) == (2, 2)
    with house.reading() as conn:
        assert len(list(house.ledger.of_kind(conn, Shredded))) == 2
    assert sweep_job.sweep(house).shredded == 1


def test_the_newest_lines_come_first_and_page_by_page(house: House) -> None:
    for one in list(house.present().conversations()):
        deletion.delete(house, conversation=one)
    from sayso.facts.events import Deleted

    with house.reading() as conn:
        first = house.ledger.newest(conn, Deleted, limit=2)
        rest = house.ledger.newest(conn, Deleted, before=first[-1].seq, limit=2)
    seqs = [entry.seq for entry in (*first, *rest)]
    assert len(seqs) == 3
    assert seqs == sorted(seqs, reverse=True)
    assert isinstance(first[0].recorded, datetime)
