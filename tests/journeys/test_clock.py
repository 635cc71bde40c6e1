"""A clock that is a day off: the host's that signs links, and the server's under a session and under an answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")

from tests.http.conftest import BASE, Visitor  # needs the extra

from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House, create
from sayso.app.http import create_app, links
from sayso.app.jobs import auditing, people
from sayso.app.settings import Settings
from sayso.facts.events import ChoiceMade

START = datetime(2026, 9, 1, 12, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def clock() -> StoryClock:
    return StoryClock(START)


@pytest.fixture
def house(tmp_path: Path, clock: StoryClock) -> Iterator[House]:
    with create(Settings(data=tmp_path / "d", keys=tmp_path / "k"), clock=clock, policy="anthropic-consumer") as made:
        with made.writing() as work:
            people.enrol(made, work, "ana", tier="pro", region="US")
        yield made


@pytest.fixture
def ana(house: House) -> Visitor:
    return Visitor(create_app(FrontDesk(house), secret=house.keys.session, base_url=BASE, secure=False))


def link(house: House, at: datetime) -> str:
    """A link of a host whose clock says *at*."""
    return links.mint(house.keys.session, people.account_of(house, "ana"), "person", at=at, base_url=BASE)


def said(house: House) -> list[tuple[str, datetime]]:
    with house.reading() as conn:
        lines = [entry.line for entry in house.ledger.of_kind(conn, ChoiceMade)]
    return [(one.say, one.at) for one in lines if isinstance(one, ChoiceMade)]


@pytest.mark.parametrize("off", [-DAY, DAY], ids=["behind", "ahead"])
def test_a_link_of_a_host_whose_clock_is_a_day_off_lets_nobody_in_and_says_what_to_do(
    house: House, ana: Visitor, off: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    came = ana.get(link(house, START + off).removeprefix(BASE))
    assert came.status_code in (403, 410)
    assert "<form" not in came.text.partition("<main")[2].partition("</main>")[0]
    assert "new link" in came.text
    # Only a link that is signed by the host tells the operator of its clock: nobody else can make that line.
    assert any("dated later than it is here" in line for line in caplog.messages) == (off > timedelta(0))
    assert ana.get("/me/choice").status_code in (303, 401)
    assert said(house) == []
    # Mended, the next link lets Ana in.
    assert ana.enter(link(house, START)).status_code == 303
    assert ana.press("refuse").status_code == 303


def test_a_session_goes_on_while_the_servers_clock_is_a_day_behind_its_last_line(
    house: House, ana: Visitor, clock: StoryClock
) -> None:
    assert ana.enter(link(house, START)).status_code == 303
    assert ana.get("/me/choice").status_code == 200
    with house.writing() as work:
        people.enrol(house, work, "bo", tier="pro", region="US")
    clock.set(START - DAY)
    # The house goes by its last line where the clock is behind it, and so does the session.
    assert ana.get("/me/choice").status_code == 200
    assert ana.press("refuse").status_code == 303
    assert [one for one, _ in said(house)] == ["refuse"]


def test_what_is_answered_while_the_clock_is_behind_keeps_the_servers_order_and_is_not_lost(
    house: House, ana: Visitor, clock: StoryClock
) -> None:
    assert ana.enter(link(house, START)).status_code == 303
    assert ana.press("allow").status_code == 303
    clock.set(START - DAY)
    for answer in ("refuse", "allow", "refuse"):
        assert ana.press(answer).status_code == 303
    clock.set(START + MINUTE)
    told = said(house)
    assert [one for one, _ in told] == ["allow", "refuse", "allow", "refuse"]
    instants = [at for _, at in told]
    assert instants == sorted(instants), "never before the line before it"
    assert house.present().answer(people.account_of(house, "ana"), "model_training") == "refuse"
    assert auditing.audit(house).report.findings == ()
