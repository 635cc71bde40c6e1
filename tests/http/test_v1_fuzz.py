"""Whatever the description allows is answered as it says, and what it forbids is refused: a few requests for each operation."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("schemathesis", reason="needs schemathesis, of the extra `dev`")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def fuzz() -> ModuleType:
    spec = importlib.util.spec_from_file_location("api_fuzz", ROOT / "bench" / "api_fuzz.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_api_keeps_to_its_own_description(fuzz: ModuleType, tmp_path: Path) -> None:
    assert fuzz.fuzz(tmp_path, examples=1) > 120


def test_one_that_did_not_would_be_found(fuzz: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from msgspec.structs import replace

    from sayso.app.hosts import HostDesk

    whole = HostDesk.health
    monkeypatch.setattr(HostDesk, "health", lambda desk: replace(whole(desk), size="many"))
    with pytest.raises(BaseException, match="violates schema"):
        fuzz.fuzz(tmp_path, examples=1, only="GET /v1/log")
