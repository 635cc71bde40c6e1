"""The site over a fake desk, in Debian's chromium: one browser for all tests, one visit per test."""

from __future__ import annotations

import importlib.util
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")
pytest.importorskip("playwright", reason="the browser tests need playwright; pip install playwright")

import uvicorn
from playwright.sync_api import Browser, Page

from sayso.app.http import create_app, links

HERE = Path(__file__).parent
WATCH = (
    "window.violations = []; document.addEventListener('securitypolicyviolation', e => window.violations.push(e.violatedDirective))"
)


def _fake() -> Any:
    if "sayso_fake_desk" not in sys.modules:
        spec = importlib.util.spec_from_file_location("sayso_fake_desk", HERE.parent / "http" / "fake_desk.py")
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return sys.modules["sayso_fake_desk"]


@pytest.fixture(scope="session")
def browser(chromium: Browser) -> Browser:
    return chromium


class Site:
    """The site on a free port of this machine; `desk` is put anew for each test."""

    def __init__(self) -> None:
        self.fake = _fake()
        self.desk = self.fake.FakeDesk()
        self.server = uvicorn.Server(uvicorn.Config("", host="127.0.0.1", port=0, log_level="error", access_log=False))
        self.base = ""
        self.thread: threading.Thread | None = None

    def start(self) -> None:
        # The port is known only once bound, and the site must know its own address.
        socket = self.server.config.bind_socket()
        self.base = f"http://127.0.0.1:{socket.getsockname()[1]}"
        self.server.config.app = create_app(
            Relay(self), secret=self.fake.SECRET, base_url=self.base, secure=False, operator="Example Chat"
        )  # type: ignore[arg-type]
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [socket]}, daemon=True)
        self.thread.start()
        for _ in range(600):
            if self.server.started:
                return
            time.sleep(0.05)
        raise AssertionError("the site did not start")

    def stop(self) -> None:
        self.server.should_exit = True
        if self.thread:
            self.thread.join(10)

    def link(self, account: str, kind: Any = "person", to: str = "choice") -> str:
        return links.mint(self.fake.SECRET, account, kind, at=self.desk.at, base_url=self.base, to=to)


class Relay:
    """Stands between the site and the desk of the present test."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def __getattr__(self, name: str) -> Any:
        return getattr(self._site.desk, name)


@pytest.fixture(scope="session")
def running() -> Iterator[Site]:
    site = Site()
    site.start()
    yield site
    site.stop()


@pytest.fixture
def site(running: Site) -> Site:
    running.desk = running.fake.FakeDesk()
    return running


@pytest.fixture
def visit(browser: Browser, site: Site) -> Iterator[Callable[..., Page]]:
    """Open a visit: somebody (or nobody), a width, a theme, a language. At the end no page may have broken its own fence."""
    contexts, complaints, pages = [], [], []

    def open_visit(
        account: str | None = None,
        *,
        width: int = 1280,
        height: int = 800,
        theme: Any = "light",
        language: str = "en",
        kind: Any = "person",
        to: str = "choice",
        **more: Any,
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, locale=language, **more)
        contexts.append(context)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        pages.append(page)
        if account:
            page.goto(site.link(account, kind, to))
            page.locator("main button").click()
            page.wait_for_url(lambda address: "/enter" not in address)
            assert "?t=" not in page.url
        return page

    yield open_visit
    violations = [one for page in pages if not page.is_closed() for one in page.evaluate("window.violations || []")]
    for context in contexts:
        context.close()
    assert violations == []
    assert [line for line in complaints if "Failed to load resource: the server responded with a status of 4" not in line] == []


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of the accessibility checker."""
    path = HERE / "node_modules" / "axe-core" / "axe.min.js"
    if not path.is_file():
        pytest.skip("axe-core is missing; npm ci --prefix tests/browser")
    return path.read_text(encoding="utf-8")
