"""The main job on a slice of the real conversations, by the benchmark's own code."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.realdata
def test_the_main_job_runs_on_real_conversations(shared_data: Path, tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("realdata", ROOT / "bench" / "realdata.py")
    assert spec is not None
    assert spec.loader is not None
    bench = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(bench)
    result = bench.run(shared_data, tmp_path, limit=120)
    assert result["conversations"] == 120
    assert 0 < result["rows"] < 120
    assert result["rows"] + sum(result["left_out"].values()) == 120
    assert result["findings"] == []
    page = tmp_path / "page.md"
    page.write_text(f"head\n{bench.BEGIN_MARK}\nold\n{bench.END_MARK}\ntail\n")
    bench.put(page, bench.table(result))
    assert "| rows released |" in page.read_text()
    assert page.read_text().startswith("head\n")
    assert page.read_text().endswith("\ntail\n")
    assert "old" not in page.read_text().split(bench.BEGIN_MARK)[1].splitlines()
