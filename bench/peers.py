"""Other tools beside sayso, each run once over all texts in an interpreter of its own; and shares with their intervals."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from math import sqrt
from pathlib import Path

RUN = Path(__file__).resolve().parent / "peer_run.py"
SECRETS = ("detect-secrets", "credsweeper")


def hits(python: Path, tool: str, texts: Sequence[tuple[str, str]]) -> list[list[list]]:
    """Return what a tool finds in each named text: `[line]`, or `[start, end, type]`."""
    said = subprocess.run([python, RUN, tool], input=json.dumps(texts), capture_output=True, text=True, check=False)
    if said.returncode:
        raise SystemExit(f"`{tool}` did not run: {said.stderr.strip().splitlines()[-1]}; install it where {python} looks")
    return json.loads(said.stdout)


def versions(python: Path, tools: Sequence[str]) -> str:
    """Return the names of tools with the versions that are installed."""
    names = {"presidio": "presidio-analyzer"}
    program = "import sys; from importlib.metadata import version; print(*(version(one) for one in sys.argv[1:]))"
    said = subprocess.run(
        [python, "-c", program, *(names.get(tool, tool) for tool in tools)], capture_output=True, text=True, check=True
    )
    return ", ".join(f"{tool} {version}" for tool, version in zip(tools, said.stdout.split(), strict=True))


def wilson(right: int, of: int) -> tuple[float, float]:
    """Return the bounds of a share: Wilson's score interval, 95 %.

    >>> [round(bound, 3) for bound in wilson(9, 10)]
    [0.596, 0.982]
    """
    if not of:
        return 0.0, 1.0
    z = 1.959964
    share, square = right / of, z * z / of
    middle, half = share + square / 2, z * sqrt(share * (1 - share) / of + square / (4 * of))
    return max(0.0, (middle - half) / (1 + square)), min(1.0, (middle + half) / (1 + square))


def shown(right: int, of: int) -> str:
    """Return a share with its interval as two cells of a table; empty cells where there is nothing to divide by."""
    low, high = wilson(right, of)
    return f"{right / of:.3f} | {low:.3f} to {high:.3f}" if of else " | "


def written(page: Path, name: str, block: str) -> None:
    """Write a block between the marks of that name in a page; raises SystemExit where the page has no such marks."""
    begin, end = f"<!-- {name}:begin -->", f"<!-- {name}:end -->"
    before, mark, rest = page.read_text(encoding="utf-8").partition(begin)
    _, close, after = rest.partition(end)
    if not mark or not close:
        raise SystemExit(f"{page} has no {begin} ... {end}; put them where the block belongs")
    page.write_text(f"{before}{begin}\n{block}\n{end}{after}", encoding="utf-8")
