"""A site over a fake desk, and people who come in through real links."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")

from fastapi.testclient import TestClient

from sayso.app.http import create_app, links

BASE = "http://testserver"


def _fake() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sayso_fake_desk", Path(__file__).parent / "fake_desk.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


fake = _fake()


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
