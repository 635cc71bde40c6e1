"""The stage, once for all that look at it, in the browser the other browser tests use."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright", reason="the browser tests need playwright; pip install playwright")
pytest.importorskip("fastapi", reason="the pages need the extra `serve`; pip install sayso[serve]")


def fake_desk() -> Any:
    if "sayso_fake_desk" not in sys.modules:
        path = Path(__file__).resolve().parents[2] / "http" / "fake_desk.py"
        spec = importlib.util.spec_from_file_location("sayso_fake_desk", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return sys.modules["sayso_fake_desk"]


@pytest.fixture(scope="session")
def standing() -> Iterator[Any]:
    from tests.browser.screens.stage import Stage

    made = Stage(fake_desk()).start()
    yield made
    made.stop()


@pytest.fixture
def stage(standing: Any) -> Any:
    standing.anew()
    return standing
