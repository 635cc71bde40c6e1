"""What `pages_speed` measured, as tables: what was measured over each house that is kept is kept beside it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
MEASURED = "measured.json"
"""Beside a house that is kept: what was measured over it last."""


class Took(NamedTuple):
    """Of one page: the median and the worst by the clock, the median by the processor, in ms, and its bytes."""

    clock: float
    worst: float
    cpu: float
    size: int


def table(results: dict[tuple[str, int], dict[str, Took]]) -> str:
    lines = ["| page | " + " | ".join(f"{kind}, {count:,}" for kind, count in results) + " | largest |"]
    lines.append("| --- |" + " ---: |" * (len(results) + 1))
    for name in dict.fromkeys(name for one in results.values() for name in one):
        cells = [f"{took.clock:.0f} ({took.cpu:.0f}) ms" if (took := one.get(name)) else "" for one in results.values()]
        largest = max(one[name].size for one in results.values() if name in one)
        lines.append(f"| {name} | {' | '.join(cells)} | {largest / 1000:.0f} KB |")
    return "\n".join(lines)


def load() -> str:
    return f"{os.getloadavg()[0]:.1f}"


def kept_results(folder: Path) -> tuple[dict[bool, dict[tuple[str, int], dict[str, Took]]], dict[bool, list[str]]]:
    """Return what was measured last over each house that is kept in *folder*, and the load of the machine at the end of each."""
    results: dict[bool, dict[tuple[str, int], dict[str, Took]]] = {False: {}, True: {}}
    loads: dict[bool, list[str]] = {False: [], True: []}
    for path in sorted(folder.glob(f"*/{MEASURED}"), key=lambda one: (-len(one.parts[-2].split("-")[0]), one)):
        many, kind, size, busy, pages = json.loads(path.read_text("utf-8"))
        results[many][kind, size] = {name: Took(*took) for name, took in pages.items()}
        loads[many].append(busy)
    return results, loads


def write(mark: str, text: str, loads: list[str]) -> None:
    busy = f"Load of the machine as each column was measured: {', '.join(loads)} on {os.cpu_count()} cores."
    path = ROOT / "docs" / "benchmarks.md"
    begin, end = f"<!-- {mark}:begin -->", f"<!-- {mark}:end -->"
    before, _, rest = path.read_text("utf-8").partition(begin)
    path.write_text(f"{before}{begin}\n{text}\n\n{busy}\n{end}{rest.partition(end)[2]}", "utf-8")
