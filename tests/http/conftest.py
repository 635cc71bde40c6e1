"""A site over a fake desk, and people who come in through real links."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")

from fastapi.testclient import TestClient

from sayso.app.clock import StoryClock
from sayso.app.frontdesk import FrontDesk
from sayso.app.grants import ROLES, Grants
from sayso.app.house import House, create
from sayso.app.http import create_app, links
from sayso.app.jobs import people
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn

BASE = "http://testserver"
START = datetime(2026, 11, 2, 9, tzinfo=UTC)


def _beside(name: str, file: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


fake = _beside("sayso_fake_desk", "fake_desk.py")
v1_house = _beside("v1_house", "v1_house.py")


class Visitor:
    """A browser without a screen: keeps cookies, presses buttons, sends what a browser sends."""

    def __init__(self, app: Any) -> None:
        self.client = TestClient(app, base_url=BASE, follow_redirects=False, raise_server_exceptions=False)

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Any:
        sent = {
            "origin": "null",
            "sec-fetch-site": "same-origin",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        return self.client.post(path, data=fields, headers=sent)

    def fields(self, page: str, action: str, index: int = 0) -> dict[str, str]:
        """The hidden fields of the form on *page* that posts to *action*."""
        form = re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>.*?</form>', page, re.DOTALL)[index]
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))

    def enter(self, link: str) -> Any:
        page = self.get(link.removeprefix(BASE))
        return self.post("/enter", self.fields(page.text, "/enter"))

    def press(self, answer: str, notice: str | None = None, **headers: str) -> Any:
        page = self.get("/me/choice").text
        names = re.findall(r'data-notice="([^"]+)"', page)
        fields = self.fields(page, "/me/choice", names.index(notice) if notice else 0)
        return self.post("/me/choice", {**fields, "answer": answer}, **headers)


@pytest.fixture
def desk() -> Any:
    return fake.FakeDesk()


@pytest.fixture
def app(desk: Any) -> Any:
    return create_app(desk, secret=fake.SECRET, base_url=BASE, secure=False, operator="Example Chat")


@pytest.fixture
def visitor(app: Any) -> Visitor:
    return Visitor(app)


@pytest.fixture
def enter(app: Any, desk: Any) -> Callable[..., Visitor]:
    """Let somebody in: a person by name, or an officer."""

    def let_in(account: str, kind: Any = "person", to: str = "choice") -> Visitor:
        someone = Visitor(app)
        came = someone.enter(links.mint(fake.SECRET, account, kind, at=desk.at, base_url=BASE, to=to))
        assert came.status_code == 303, came.text
        return someone

    return let_in


@pytest.fixture
def secret() -> bytes:
    return bytes(fake.SECRET)


@pytest.fixture
def house(tmp_path: Path, elsewhere: Callable[[], str | None]) -> Iterator[House]:
    settings = Settings(data=tmp_path / "d", keys=tmp_path / "k", database=elsewhere())
    with create(settings, clock=StoryClock(START), policy="anthropic-consumer") as made:
        with made.writing() as work:
            for name in ("ana", "bo"):
                people.enrol(made, work, name, tier="pro", region="US")
        for name, key in (("ana", "1"), ("ana", "2"), ("bo", "3")):
            turn = Turn(id=f"{key}-1", role="user", parts=(Text("secret words"),), at=START)
            item = Conversation(id=key, source="test", account=name, title="A title", turns=(turn,))
            assert collect_all(made, "test", [item], Arrival(own=True)).conversations == 1
        grants = Grants(settings.keys)
        for name, roles in (("olga", ROLES), ("otto", ("approve", "operate")), ("rita", ("read",))):
            grants.name_officer(name, roles, START)
        yield made


@pytest.fixture
def come(house: House) -> Callable[[str], TestClient]:
    desk = FrontDesk(house)
    app = create_app(desk, secret=house.keys.session, base_url=BASE, secure=False)

    def in_as(name: str) -> TestClient:
        client = TestClient(app, base_url=BASE, follow_redirects=True)
        link = links.mint(house.keys.session, name, "officer", at=house.now(), base_url=BASE, to="overview")
        page = client.get(link).text
        fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
        came = client.post("/enter", data=fields, headers={"origin": "null", "sec-fetch-site": "same-origin"})
        assert came.status_code == 200, came.text
        return client

    return in_as


@pytest.fixture
def api(house: House) -> Any:
    """The API of the house, and who asks it."""
    return v1_house.Served(house)
