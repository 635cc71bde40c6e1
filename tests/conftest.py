"""Shared by all tests: the real data by path, deterministic entropy, and no socket but loopback."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from .chromium import browsing
from .postgres import Server, running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

# At the gate the same examples are drawn in every run, so that a change is judged by what it changes; elsewhere they are drawn anew.
settings.register_profile("gate", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("gate")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data, read by path and never copied."""
    folder = Path(os.environ.get("SAYSO_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"real data is not at SAYSO_DATA ({folder.name}); set it to the folder that holds MANIFEST.md")
    return folder


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL that the tests started; it skips, and says what is missing, where there is none."""
    with running() as made:
        yield made


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One chromium for all tests that look at pages."""
    with browsing() as made:
        yield made


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str | None:
    """Where ledger and index lie: in the folder, or at the address of an empty PostgreSQL database."""
    return None if request.param == "sqlite" else request.getfixturevalue("server").new()


@pytest.fixture(scope="session")
def elsewhere(request: pytest.FixtureRequest) -> Callable[[], str | None]:
    """Where houses keep ledger and index: in their folder, or, with SAYSO_TEST_DATABASE=postgresql, each in a database of its own."""
    if os.environ.get("SAYSO_TEST_DATABASE") != "postgresql":
        return lambda: None
    made: Server = request.getfixturevalue("server")
    return made.new


@pytest.fixture
def entropy() -> Callable[[int], bytes]:
    """Bytes that look random and are the same in every run."""
    state = {"n": 0}

    def draw(count: int) -> bytes:
        state["n"] += 1
        return hashlib.shake_256(f"test entropy {state['n']}".encode()).digest(count)

    return draw


@pytest.fixture(autouse=True)
def only_loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sockets reach this machine only."""
    real = socket.socket.connect

    def connect(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and str(address[0]) not in ("127.0.0.1", "::1", "localhost"):
            raise PermissionError("a test tried to leave this machine")
        real(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", connect)
    yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about SQLite's own file where houses are asked for in another database."""
    if os.environ.get("SAYSO_TEST_DATABASE") == "postgresql":
        left = [item for item in items if item.get_closest_marker("sqlite")]
        items[:] = [item for item in items if item not in left]
        config.hook.pytest_deselected(items=left)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """In CI nothing skips: a test that would is a failure there, with its reason."""
    report = yield
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = (
            f"{item.nodeid} skipped in CI: {report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr}"
        )
    return report
