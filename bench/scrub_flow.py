"""How much memory and time `sayso scrub --lines` takes of a long file, and what a second process brings.

    python bench/scrub_flow.py CORPUS [--gigabytes 1] [--jobs 1] [--write docs/scrub.md]
    python bench/scrub_flow.py CORPUS --scale [--megabytes 2000] [--write docs/scrub.md]

CORPUS is made by ../shared/bench/gen_scrub_corpus.py; its conversations are handed over again and again, each time with another
number in it, until so many gigabytes were read. Nothing is written to disk. Memory and CPU are those of all its processes. The
second form masks the same with one process and with two, in turns, and says the ratio of the times on the clock: on a busy machine
it is too low, and on little text too, since each process builds its own automata.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from sayso.app.jobs.lines import Way, mask_lines

BEGIN, END = "<!-- scrub-flow:begin -->\n", "<!-- scrub-flow:end -->"
SCALE_BEGIN, SCALE_END = "<!-- scrub-scale:begin -->\n", "<!-- scrub-scale:end -->"


class Endless(io.RawIOBase):
    """The lines of a corpus over and over, numbered, up to a size; told at each step how much was read."""

    def __init__(self, lines: list[bytes], size: int, told: Callable[[int], object]) -> None:
        self._lines, self._size, self._told = lines, size, told
        self._read = 0

    def read(self, size: int = -1) -> bytes:
        """Whole lines of about this many bytes."""
        some, held = [], 0
        while held < size and self._read + held < self._size:
            number = self._read + held
            some.append(b"%d " % number + self._lines[number % len(self._lines)] + b"\n")
            held += len(some[-1])
        self._read += held
        self._told(self._read)
        return b"".join(some)


def resident() -> tuple[float, float]:
    """Megabytes that this process and those it began hold now, and the CPU seconds they took."""
    tasks = Path("/proc/self/task").iterdir()
    theirs = [pid for task in tasks for pid in (task / "children").read_text(encoding="ascii").split()]
    pages = ticks = 0
    for pid in ["self", *theirs]:
        pages += int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
        ticks += sum(map(int, Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[11:13]))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, ticks / os.sysconf("SC_CLK_TCK")


def flow(lines: list[bytes], gigabytes: float, jobs: int) -> str:
    """Read so much, and say at ten places what was held."""
    steps: list[tuple[float, float, float]] = []

    def told(read: int) -> None:
        if read >= (len(steps) + 1) * gigabytes * 1e8:
            steps.append((read / 1e9, *resident()))
            print(f"{steps[-1][0]:.2f} GB {steps[-1][1]:.0f} MB held", flush=True)

    source = Endless(lines, int(gigabytes * 1e9), told)
    count, found = mask_lines(source, len, Way(names=False), jobs)  # type: ignore[arg-type]  # it has what is asked
    table = ["| read, GB | held, MB | CPU seconds |", "|---|---|---|"]
    table += [f"| {read:.2f} | {held:.0f} | {cpu:.0f} |" for read, held, cpu in steps]
    said = f"{count:,} conversations, {sum(found.values()):,} hits, {jobs} process{'es' if jobs > 1 else ''}, patterns alone."
    return "\n".join(table) + f"\n\n{said}\n"


def scale(lines: list[bytes], megabytes: float) -> float:
    """How many times as fast two processes are as one, by the clock, best of three in turns."""
    took: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(3):
        for jobs, times in took.items():
            start = time.perf_counter()
            mask_lines(Endless(lines, int(megabytes * 1e6), abs), len, Way(names=False), jobs)  # type: ignore[arg-type]  # as above
            times.append(time.perf_counter() - start)
    return min(took[1]) / min(took[2])


def corpus(path: Path) -> Iterator[bytes]:
    """Three conversations without hits for each with some, on one line."""
    with path.open(encoding="utf-8") as handle:
        for number, line in enumerate(handle):
            row = json.loads(line)
            yield row["text" if number % 4 == 0 else "clean"].replace("\n", " ").encode()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--gigabytes", type=float, default=1)
    parser.add_argument("--megabytes", type=float, default=2000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--scale", action="store_true")
    parser.add_argument("--write", type=Path)
    given = parser.parse_args()
    lines = list(corpus(given.corpus))
    if given.scale:
        times = scale(lines, given.megabytes)
        load = f"load of the machine when it ended {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores"
        said = f"Two processes: {times:.2f} times one, on {given.megabytes:g} MB; {load}.\n"
        print(said)
        if given.write:
            put(given.write, SCALE_BEGIN, SCALE_END, said)
        return
    made = flow(lines, given.gigabytes, given.jobs)
    print(made)
    if given.write:
        put(given.write, BEGIN, END, made)


def put(page: Path, begin: str, end: str, made: str) -> None:
    """Write what was made between two marks of a page; raises SystemExit where it has no such marks."""
    before, mark, rest = page.read_text(encoding="utf-8").partition(begin)
    _, close, after = rest.partition(end)
    if not mark or not close:
        raise SystemExit(f"{page} has no {begin.strip()} ... {end}; put them where the block belongs")
    page.write_text(before + begin + made + end + after, encoding="utf-8")


if __name__ == "__main__":
    main()
