"""Real lines of code in which somebody labelled secrets: how many are found, how many other lines are flagged, and by whom.

    python bench/scrub_secrets.py [--data FOLDER] [--peers PYTHON] [--write docs/scrub.md]

All tools are asked about lines. A line with a true label counts as found when a hit lies on it (for sayso: when half of the label
is masked). A false line has a label F and no true one. A line is flagged when anything at all on it is found, whatever it is
called; `secret` counts only what sayso calls a secret. The last column is over every line without a true label, labelled or not.
PYTHON is an interpreter that has the peers installed: `pip install detect-secrets credsweeper presidio-analyzer`.
"""

from __future__ import annotations

import argparse
import bisect
import os
from collections.abc import Sequence
from pathlib import Path

import peers
from scrub_quality import lines, share

from sayso.scrub import Span, find
from sayso.scrub.table import BY_KIND

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("lego", "nats-server")


class Window:
    """Lines of a file, and which of them have which label."""

    def __init__(self, row: dict) -> None:
        self.name, self.text = row["path"], row["text"]
        self._starts = [0] + [at + 1 for at, char in enumerate(self.text) if char == "\n"]
        self.labels = [(span["start"], span["end"], span["label"]) for span in row["spans"] if span["start"] is not None]
        self.true = {line for start, end, label in self.labels if label == "T" for line in self.lines_of(start, end)}
        self.false = {self.line(start) for start, _, label in self.labels if label == "F"} - self.true
        self.template = {self.line(start) for start, _, label in self.labels if label == "X"} - self.true - self.false

    def line(self, at: int) -> int:
        return bisect.bisect_right(self._starts, at)

    def lines_of(self, start: int, end: int) -> range:
        return range(self.line(start), self.line(max(start, end - 1)) + 1)

    @property
    def others(self) -> set[int]:
        """Return every line that says something and holds no true secret."""
        return {number for number, line in enumerate(self.text.split("\n"), 1) if line.strip()} - self.true


def flagged(window: Window, spans: Sequence[Span], *, secret: bool) -> set[int]:
    held = (span for span in spans if not secret or BY_KIND[span.kind].mark == "SECRET")
    return {line for span in held for line in window.lines_of(span.start, span.end)}


def row(tool: str, windows: Sequence[Window], marked: Sequence[set[int]], found: Sequence[tuple[int, int]]) -> str:
    """Return a line of the table: true labels found, false, template and all other lines flagged."""
    right, true = sum(one[0] for one in found), sum(one[1] for one in found)
    cells = [tool, f"{right} of {true}", peers.shown(right, true)]
    for which in ("false", "template", "others"):
        of = sum(len(getattr(window, which)) for window in windows)
        hit = sum(len(getattr(window, which) & lines) for window, lines in zip(windows, marked, strict=True))
        cells += [f"{hit} of {of}", f"{hit / of:.3f}"]
    return "| " + " | ".join(cells) + " |"


def table(data: Path, python: Path | None) -> str:
    """Return the table, as it stands in docs/scrub.md."""
    out = [
        "| source | tool | true labels found | share | 95 % | false lines flagged | share | template lines flagged | share | all other lines flagged | share |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    windows = {name: [Window(one) for one in lines(data / f"secrets/creddata-{name}.jsonl.gz")] for name in SOURCES}
    named = [(window.name, window.text) for name in SOURCES for window in windows[name]]
    said = {tool: iter(peers.hits(python, tool, named)) for tool in peers.SECRETS} if python else {}
    totals: dict[str, list] = {}
    for name in SOURCES:
        held = windows[name]
        spans = [find(window.text) for window in held]
        found = [
            (sum(share(some, start, end) >= 0.5 for start, end, label in window.labels if label == "T"), _true(window))
            for window, some in zip(held, spans, strict=True)
        ]
        ways = {
            f"sayso, {way}": (
                [flagged(window, some, secret=way == "secret") for window, some in zip(held, spans, strict=True)],
                found,
            )
            for way in ("secret", "anything")
        }
        for tool, answers in said.items():
            marked = [{hit[0] for hit in next(answers)} for _ in held]
            ways[tool] = (
                marked,
                [
                    (
                        sum(bool(lines & set(window.lines_of(start, end))) for start, end, label in window.labels if label == "T"),
                        _true(window),
                    )
                    for window, lines in zip(held, marked, strict=True)
                ],
            )
        for tool, (marked, some) in ways.items():
            out.append(f"| {name} " + row(tool, held, marked, some))
            total = totals.setdefault(tool, [[], [], []])
            for pile, more in zip(total, (held, marked, some), strict=True):
                pile += more
    out += ["| both " + row(tool, *total) for tool, total in totals.items()]
    if python:
        out += [
            "",
            f"With {peers.versions(python, peers.SECRETS)}. CredSweeper's model was trained on labels of the same collection.",
        ]
    return "\n".join(out)


def _true(window: Window) -> int:
    return sum(label == "T" for _, _, label in window.labels)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path(os.environ.get("SAYSO_DATA", ROOT.parent / "shared" / "data")))
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    block = table(given.data, given.peers)
    print(block)
    if given.write:
        peers.written(given.write, "secrets", block)


if __name__ == "__main__":
    main()
