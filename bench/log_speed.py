"""How fast the log is written into tiles, and how fast any line of it is proven; --write FILE puts the table into that page.

Two sizes: a ledger of real lines (`--lines`), published as `sayso log write` does, and a log of made-up commitments (`--leaves`), written
by the same function, since only its tiles matter for a proof. One process, one core; fsync of every file counts as seconds, not as CPU.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from sayso.app.clock import StoryClock
from sayso.app.house import create
from sayso.app.jobs import logs
from sayso.app.jobs.people import enrol
from sayso.app.settings import Settings
from sayso.facts.events import NoticeShown
from sayso.facts.instants import iso
from sayso.proofs import Tiles
from sayso.proofs.merkle import check_inclusion, leaf_hash

BEGIN_MARK, END_MARK = "<!-- log:begin -->", "<!-- log:end -->"
BATCH = 5_000
PROOFS = 1_000
SEED = 20261122


class Watch:
    """Seconds and CPU seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        return time.perf_counter() - self._began[0], time.process_time() - self._began[1]


def real(folder: Path, lines: int) -> list[tuple[str, int, float, float]]:
    """Record *lines* in a house, publish them, and return what each took."""
    settings = Settings(data=folder / "data", keys=folder / "keys")
    with create(settings, clock=StoryClock(datetime(2025, 9, 1, tzinfo=UTC))) as house:
        with house.writing() as work:
            enrol(house, work, "ana", tier="pro", region="US")
        watch, done = Watch(), 0
        while done < lines:
            with house.writing() as work:
                work.record([NoticeShown(at=work.at, account="ana", purpose="model_training") for _ in range(BATCH)])
            done += BATCH
        recorded = watch.read()
        watch = Watch()
        shown = logs.publish(house, folder / "public")
        published = watch.read()
    return [("recorded in the ledger", done, *recorded), ("published from the ledger", shown.size, *published)]


def made_up(count: int) -> Iterator[bytes]:
    """Yield *count* commitments."""
    for number in range(count):
        yield hashlib.sha256(number.to_bytes(8, "big")).digest()


def large(folder: Path, count: int) -> tuple[tuple[str, int, float, float], list[tuple[float, float]], int]:
    """Write a log of *count* made-up commitments, prove some of its lines from a cold start, and return what it took."""
    watch = Watch()
    with logs.Shelf(folder) as shelf:
        for path, raw in logs.tile_files(made_up(count), logs.reader(folder), 0, count):
            shelf.put(path, raw)
        shelf.settle()
    written, files = watch.read(), shelf.count
    root, dice, spent = Tiles(logs.reader(folder), count).root(), random.Random(SEED), []
    os.sync()  # what was written goes to the disk before the proofs, not in the middle of them
    for _ in range(PROOFS):
        index = dice.randrange(count)
        watch = Watch()
        tree = Tiles(logs.reader(folder), count)
        proof, entry = tree.inclusion(index), tree.entry(index)
        spent.append(watch.read())
        if not check_inclusion(index, count, leaf_hash(entry), proof, root):
            raise SystemExit(f"the proof of leaf {index} does not hold")
    return ("tiles of made-up commitments", count, *written), spent, files


def report(rows: list[tuple[str, int, float, float]], spent: list[tuple[float, float]], count: int, files: int) -> str:
    """Return the result as Markdown."""
    wall, cpu = (sorted(one) for one in zip(*spent, strict=True))
    both = sum(one[3] / one[1] for one in rows[:2])
    return "\n".join(
        [
            f"Measured {iso(datetime.now(UTC))[:10]} by `bench/log_speed.py` on {platform.machine()}, Python {platform.python_version()}, one process.",
            "",
            "| what | lines | seconds | CPU seconds | lines a second | lines a CPU second |",
            "|---|---:|---:|---:|---:|---:|",
            *(
                f"| {what} | {size:,} | {wall:.1f} | {cpu:.1f} | {size / wall:,.0f} | {size / cpu:,.0f} |"
                for what, size, wall, cpu in rows
            ),
            "",
            f"Recorded and published together: {1 / both:,.0f} lines a CPU second.",
            "",
            (
                f"Proof of a random line of {count:,}, with its entry, from the files alone and nothing kept in memory ({PROOFS:,} drawn; "
                f"{files:,} files): {spread(wall)}; in CPU time {spread(cpu)}. The load of the machine was {os.getloadavg()[0]:.1f}."
            ),
        ]
    )


def spread(ordered: list[float]) -> str:
    """Return what *ordered* (seconds) ranges over, in words."""
    return (
        f"median {statistics.median(ordered) * 1e3:.2f} ms, 99 of 100 under {ordered[int(len(ordered) * 0.99)] * 1e3:.2f} ms, "
        f"longest {ordered[-1] * 1e3:.2f} ms"
    )


def put(path: Path, text: str) -> None:
    """Put *text* between the marks in *path*."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN_MARK)
    _, _, after = rest.partition(END_MARK)
    path.write_text(f"{before}{BEGIN_MARK}\n{text}\n{END_MARK}{after}", encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="put the table into this page, between its marks")
    options.add_argument("--lines", type=int, default=200_000)
    options.add_argument("--leaves", type=int, default=10_000_000)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "large").mkdir()
        rows = real(Path(name), given.lines)
        row, spent, files = large(Path(name) / "large", given.leaves)
    text = report([*rows, row], spent, given.leaves, files)
    print(text)
    if given.write:
        put(given.write, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
