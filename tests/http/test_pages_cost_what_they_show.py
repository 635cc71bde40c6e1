"""A page costs what it shows: the same work for somebody with few chats as for somebody with many, for a small house and a large one."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from sayso.app import mine
from sayso.app.clock import StoryClock
from sayso.app.console import asked as console_asked
from sayso.app.console import counting, lists
from sayso.app.frontdesk import FrontDesk
from sayso.app.grants import ROLES, Grants
from sayso.app.house import House, create, open_house
from sayso.app.http import create_app, links
from sayso.app.http.rights import right_of
from sayso.app.jobs import asked, build, deletion, holds, people
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.facts.events import Scope
from sayso.facts.words import ConversationId

pytestmark = pytest.mark.sqlite
BASE, START = "http://testserver", datetime(2026, 11, 2, 9, tzinfo=UTC)
FEW, MANY = 50, 200
"""Both are more than a page shows, and more than one page of a search looks through here."""
STEPS = 20
"""Steps of SQLite's machine that count as much as one call in Python."""
OURS = {"sec-fetch-site": "same-origin"}


class Meter:
    """How much is done: calls in Python, in whatever thread, and steps of SQLite's machine."""

    def __init__(self) -> None:
        self.done = 0
        self.on = False

    def profile(self, _frame: Any, what: str, _about: Any) -> None:
        self.done += self.on and what in ("call", "c_call")

    def step(self) -> None:
        self.done += self.on

    def of(self, act: Callable[[], Any]) -> int:
        act()  # what is read once and remembered is no cost of a page
        self.done, self.on = 0, True
        threading.setprofile(self.profile)
        sys.setprofile(self.profile)
        try:
            answer = act()
        finally:
            sys.setprofile(None)
            threading.setprofile(None)  # type: ignore[arg-type]  # this ends it
            self.on = False
        assert answer.status_code == 200, answer.text
        return self.done


@pytest.fixture(scope="module")
def meter() -> Iterator[Meter]:
    found = Meter()

    def count(connection: Any, _record: object) -> None:
        connection.set_progress_handler(found.step, STEPS)

    event.listen(Engine, "connect", count)
    yield found
    event.remove(Engine, "connect", count)


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Let a page look through less, so that fifty chats are more than it looks through."""
    with pytest.MonkeyPatch.context() as patch:
        for place, name, value in (
            (mine, "LOOK", 40), (mine, "OPEN", 30), (mine, "RULE", 30), (mine, "BATCH", 20), (mine, "COUNTED", 20),
            (lists, "LOOKED_AT", 30), (lists, "SHOWN", 20), (console_asked, "SHOWN", 5), (counting, "PATIENCE", -1.0), (deletion, "MANY", 20),
        ):  # fmt: skip
            patch.setattr(place, name, value)
        patch.setattr("sayso.app.jobs.certifying.MANY", 20)
        yield


def built(folder: Path, size: int) -> House:
    """A house in which Ana has *size* chats and as many people have one each: a release of all, a hold on half, one deleted."""
    clock, settings = StoryClock(START), Settings(data=folder / "d", keys=folder / "k")
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        with house.writing() as work:
            for name in ("ana", *(f"guest {one}" for one in range(size))):
                people.enrol(house, work, name, tier="pro", region="US")
        for name in ("ana", "guest 0"):
            people.choose(house, people.account_of(house, name), "model_training", "allow", via="settings")
        for number in range(2 * size):
            clock.set(START + timedelta(minutes=number))
        owners = ["ana"] * size + [f"guest {one}" for one in range(size)]
        talks = [
            Conversation(
                id=f"k{number}",
                source="test",
                account=name,
                title=f"Talk {number}",
                turns=(
                    Turn(id=f"t{number}", role="user", parts=(Text("a few words"),), at=START + timedelta(minutes=number)),
                ),
            )
            for number, name in enumerate(owners)
        ]  # fmt: skip
        assert collect_all(house, "test", talks, Arrival(own=True)).conversations == len(owners)
        build.build(house, "r1", "model_training")
        ana = people.account_of(house, "ana")
        half = START + timedelta(minutes=size // 2)
        holds.place(house, "half", Scope(accounts=(ana,), until=half), "a matter")
        deletion.delete(house, conversation=house.present().of_account(ana)[size // 2])
        for name in ("ana", *(f"guest {one}" for one in range(0, size, 10))):
            asked.add(house, "access", by="person", account=people.account_of(house, name))
        Grants(settings.keys).name_officer("olga", ROLES, START)
    return open_house(settings, clock=clock)


@pytest.fixture(scope="module")
def houses(meter: Meter, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, House]]:
    both = tuple(built(tmp_path_factory.mktemp(str(size)), size) for size in (FEW, MANY))
    yield both[0], both[1]
    for house in both:
        house.close()


def come(house: House, account: str, kind: Any, to: str) -> tuple[TestClient, FrontDesk]:
    desk = FrontDesk(house)
    app = create_app(desk, secret=b"s" * 32, base_url=BASE, secure=False)
    client = TestClient(app, base_url=BASE)
    link = links.mint(b"s" * 32, account, kind, at=house.now(), base_url=BASE, to=to)
    client.post("/enter", data=fields(client.get(link.removeprefix(BASE)).text, "/enter"), headers=OURS)
    return client, desk


def fields(page: str, action: str) -> dict[str, str]:
    form = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.DOTALL)
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form[0] if form else ""))


MINE = {
    "/me/choice": "/me/choice",
    "/me/signup": "/me/signup",
    "/me/history": "/me/history",
    "/me/conversations": "/me/conversations",
    "unused": "/me/conversations?show=unused",
    "private": "/me/conversations?show=private",
    "deleted": "/me/conversations?show=deleted",
    "/me/conversations/{conversation}": "/me/conversations/{one}",
    "/me/conversations/{conversation}/delete": "/me/conversations/{one}/delete",
    "/me/conversations/{conversation}/certificate": "/me/conversations/{gone}/certificate",
    "/me/delete": "/me/delete",
    "/me/takeout": "/me/takeout",
    "/me/traces": "/me/traces",
    "/me/changes": "/me/changes",
    "/me/region": "/me/region",
    "/me/requests": "/me/requests",
}
OFFICE = {
    "/officer": "/officer",
    "/officer/choices": "/officer/choices",
    "/officer/choices/lines": "/officer/choices/lines",
    "/officer/rulings": "/officer/rulings",
    "/officer/counted": "/officer/counted?what=all",
    "none": "/officer/counted?what=ends&is=1999-01",
    "far on": "/officer/counted?what=all&from={far}",
    "/officer/deletions": "/officer/deletions",
    "/officer/holds": "/officer/holds",
    "/officer/sweep": "/officer/sweep",
    "/officer/policy": "/officer/policy",
    "/officer/policy/draft": "/officer/policy/draft",
    "/officer/releases": "/officer/releases",
    "/officer/release": "/officer/release?of=r1",
    "/officer/release/rows": "/officer/release/rows?of=r1",
    "/officer/release/left-out": "/officer/release/left-out?of=r1&why=zz",
    "/officer/review": "/officer/review",
    "/officer/forecast": "/officer/forecast",
    "/officer/requests": "/officer/requests",
    "/officer/log": "/officer/log",
    "/officer/audit": "/officer/audit",
}
BESIDE = {
    "/me", "/me/find", "/me/left", "/me/certificate", "/officer/sign-in", "/officer/signed-in", "/officer/left", "/officer/policy/proposal",
    "/me/conversations/{conversation}/certificate.json", "/me/certificate.json", "/me/takeout/file", "/me/proofs/{release}",
    "/me/promises/{seq}", "/me/receipts/{seq}", "/officer/holds/report",
}  # fmt: skip
"""Files, and what shows nothing stored, or only to who left."""


def grown(meter: Meter, pages: list[dict[str, Callable[[], Any]]]) -> list[str]:
    """The pages that cost more over a house four times as large, beyond what numbers of other lengths may cost."""
    cost = [{name: meter.of(ask) for name, ask in each.items()} for each in pages]
    return [f"{name}: {few} grew to {cost[1][name]}" for name, few in cost[0].items() if cost[1][name] > few * 1.3 + 300]


def test_no_page_of_ana_costs_more_for_four_times_as_many_chats(houses: tuple[House, House], meter: Meter) -> None:
    pages = []
    for house in houses:
        ana = people.account_of(house, "ana")
        client, _ = come(house, ana, "person", "choice")
        past = house.present()
        ours: list[ConversationId] = past.of_account(ana)
        gone = next(one for one in ours if past.standing(one).deleted_at)
        token = fields(client.get("/me/conversations").text, "/me/find")
        ways = {name: way.format(one=ours[-1], gone=gone) for name, way in MINE.items()}
        asks = {name: (lambda client=client, way=way: client.get(way)) for name, way in ways.items()}
        asks["a search"] = lambda client=client, token=token: client.post(  # type: ignore[misc]  # bound, as above
            "/me/find", data={**token, "words": "nothing like it"}, headers=OURS
        )
        pages.append(asks)
    assert grown(meter, pages) == []


def test_no_page_of_the_console_costs_more_for_four_times_as_many_people_and_chats(
    houses: tuple[House, House], meter: Meter
) -> None:
    pages = []
    for house in houses:
        client, desk = come(house, "olga", "officer", "overview")
        desk.overview()
        running = desk.console.counting._running
        assert running is not None
        running.join(60)
        far = sum(1 for _ in house.present().conversations()) - 10
        ways = {name: way.format(far=far) for name, way in OFFICE.items()}
        pages.append({name: (lambda client=client, way=way: client.get(way)) for name, way in ways.items()})
    assert grown(meter, pages) == []


def test_every_page_is_asked_for_here_or_named_with_what_is_beside(houses: tuple[House, House]) -> None:
    app = create_app(FrontDesk(houses[0]), secret=b"s" * 32, base_url=BASE, secure=False)
    for route in app.routes:
        path = getattr(route, "path", "")
        if path.startswith(("/me", "/officer")) and "GET" in route.methods and right_of(route) is not None:  # type: ignore[attr-defined]
            assert path in {*MINE, *OFFICE} or path in BESIDE, path
