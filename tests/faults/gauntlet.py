"""Strike every system call of append, choice, delete, sweep, epoch turn, compaction and mending once; judge what is left each time.

`make fault` runs all of it and writes the figures into docs/benchmarks.md; `--sample N --seed S` takes some, as `make test` does.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import importlib.util
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from tests import postgres

from . import blows, kept, quick, stage
from .blows import CHANGING, SERVED, Blow, Outcome

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "faults.py"
BEGIN_MARK, END_MARK = "<!-- faults:begin -->", "<!-- faults:end -->"


def main() -> None:
    given = asked()
    if given.work is not None:
        work(given.work)
        return
    if shutil.which("strace") is None and not given.sample:
        sys.exit("strace is missing; apt-get install strace")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sayso-faults-", dir=quick_disk()) as name:
        folder = Path(name)
        ways = given.way or ways_here()
        results = kept.Results(given.resume, lambda: planned(ways, folder, given.operation), again=given.again)
        plans = results.plans
        chosen = sampled(plans, given.sample, given.seed) if given.sample else [one for plan in plans.values() for one in plan]
        done = {str(one.blow) for one in results.outcomes}
        left = [one for one in chosen if str(one) not in done]
        for served in {one.by in SERVED for one in left}:
            prepare(served, folder)
        struck(left, folder, given, began + given.seconds if given.seconds else None, results)
    report(given, list(plans), plans, results)


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="so many blows of all, drawn by --seed; 0 is all of them")
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--operation", choices=list(stage.OPERATIONS), action="append", help="only this one; may be given again")
    parser.add_argument(
        "--way", choices=["strace", "python", *SERVED], action="append", help="only so; without it, all that can be done here"
    )
    parser.add_argument("--seconds", type=int, default=0, help="begin no further run after so many seconds; 0 is no end")
    parser.add_argument("--workers", type=int, default=max(2, os.cpu_count() or 1))
    parser.add_argument("--write", type=Path, help="put the figures into this page")
    parser.add_argument("--resume", type=Path, help="keep each outcome in this file, and go on from what it holds")
    parser.add_argument(
        "--again", action="store_true", help="with --resume: go on with another source, and strike anew what went wrong"
    )
    parser.add_argument("--json", action="store_true", help="print every outcome as JSON")
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def quick_disk() -> str | None:
    """Return where waiting for the disk costs nothing, since it is the calls that are struck and not the disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def ways_here() -> list[str]:
    """Return every way in which a house can be struck on this machine."""
    served = postgres.binaries() is not None and importlib.util.find_spec("psycopg") is not None
    traced = blows.may_trace()
    return [*(["strace"] if traced else []), "python", *(["client"] if traced and served else []), *(["server"] if served else [])]


def planned(ways: list[str], folder: Path, only: list[str] | None) -> kept.Plans:
    """Return every blow there is, by the way it is struck, and leave the states that are struck in *folder*."""
    plans: kept.Plans = {}
    for served in (False, True):
        mine = [way for way in ways if (way in SERVED) == served]
        if mine:
            prepare(served, folder, lambda states: plans.update(counted(states, folder, mine, only)))  # noqa: B023 - called at once
    return plans


def counted(states: dict[str, stage.State], folder: Path, ways: list[str], only: list[str] | None) -> kept.Plans:
    """Return every blow to *states* that there is, by way; what a worker has ready is ready here, or it would be counted too."""
    quick.remember()
    quick.warm(states, folder)
    return {way: whole(states, folder, way, only) for way in ways}


def prepare(served: bool, folder: Path, look: Callable[[dict[str, stage.State]], None] = lambda _: None) -> None:
    """Make the states that are struck: in folders, or with a server besides, whose data is left stopped for workers to copy."""
    where = folder / ("served" if served else "states")
    if where.exists():
        return
    with postgres.running() if served else contextlib.nullcontext() as server:
        look(stage.states(where, server))
        if server is not None:
            server.stop()
            shutil.copytree(server.data, folder / "cluster", copy_function=shutil.copy)
            server.start()


def whole(states: dict[str, stage.State], folder: Path, way: str, only: list[str] | None) -> list[Blow]:
    """Return every blow there is."""
    plan: list[Blow] = []
    for operation, (begins, _) in stage.OPERATIONS.items():
        if not only or operation in only:
            plan += blows.plan(operation, blows.counts(states[begins], operation, folder, way), way)
    return plan


def sampled(plans: dict[str, list[Blow]], count: int, seed: int) -> list[Blow]:
    """Return *count* blows, of each operation and way alike, with calls that change something three times as likely."""
    drawn = random.Random(seed)
    groups: dict[tuple[str, str], list[Blow]] = {}
    for way, plan in plans.items():
        for blow in plan:
            groups.setdefault((way, blow.operation), []).append(blow)
    chosen: list[Blow] = []
    while len(chosen) < count and any(groups.values()):
        for group in groups.values():
            if group and len(chosen) < count:
                weights = [1 if one.by == "strace" and one.call not in CHANGING else 3 for one in group]
                chosen.append(group.pop(drawn.choices(range(len(group)), weights)[0]))
    return chosen


def struck(chosen: list[Blow], folder: Path, given: argparse.Namespace, until: float | None, results: kept.Results) -> None:
    """Strike each and keep what became of it; workers are processes of their own, started once and asked line by line."""
    random.Random(given.seed).shuffle(chosen)
    # Taken from the end: what changes something first.
    left = sorted(chosen, key=lambda one: one.by == "python" or one.call in CHANGING)
    count = len(chosen)

    def ask(number: int) -> None:
        (folder / f"worker {number}").mkdir()
        command = [sys.executable, str(SCRIPT), "--work", str(folder / f"worker {number}")]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
            assert worker.stdin is not None
            assert worker.stdout is not None
            while left and (until is None or time.monotonic() < until):
                began = time.monotonic()
                worker.stdin.write(msgspec.json.encode(left.pop()) + b"\n")
                worker.stdin.flush()
                outcome = msgspec.json.decode(worker.stdout.readline(), type=Outcome)
                results.keep(outcome, time.monotonic() - began)
                if not given.json and outcome.problems:
                    print(outcome.blow, "--", "; ".join(outcome.problems), f"[{outcome.said}]", flush=True)
                if not given.json and len(left) % 250 == 0:
                    print(f"{count - len(left)} of {count} runs", flush=True)
            worker.stdin.close()

    with ThreadPoolExecutor(given.workers) as pool:
        list(pool.map(ask, range(given.workers)))


def work(folder: Path) -> None:
    """Strike one blow per line of standard input."""
    with contextlib.ExitStack() as stack:
        made: dict[bool, dict[str, stage.State]] = {}
        verdicts = quick.Verdicts(folder.parent / "verdicts")
        quick.remember()
        for line in sys.stdin.buffer:
            blow = msgspec.json.decode(line, type=Blow)
            served = blow.by in SERVED
            if served not in made:
                server = stack.enter_context(postgres.running(folder.parent / "cluster")) if served else None
                where = folder.parent / ("served" if served else "states")
                made[served] = {begins: stage.State(where / begins, server) for begins, _ in stage.OPERATIONS.values()}
                quick.warm(made[served], folder)
                gc.freeze()  # what is loaded lies in the pages that every run shares, and is not walked through in each of them
            outcome = blows.strike(blow, made[served][stage.OPERATIONS[blow.operation][0]], folder, verdicts)
            sys.stdout.buffer.write(msgspec.json.encode(outcome) + b"\n")
            sys.stdout.buffer.flush()


def report(given: argparse.Namespace, ways: list[str], plans: dict[str, list[Blow]], results: kept.Results) -> None:
    outcomes = results.outcomes
    bad = [one for one in outcomes if one.problems]
    if given.json:
        planned = {way: len(plan) for way, plan in plans.items()}
        print(json.dumps({"ways": ways, "planned": planned, "outcomes": msgspec.to_builtins(outcomes)}))
    else:
        print(table(ways, plans, results))
    if given.write is not None:
        page = given.write.read_text(encoding="utf-8")
        head, _, rest = page.partition(BEGIN_MARK)
        _, _, tail = rest.partition(END_MARK)
        given.write.write_text(f"{head}{BEGIN_MARK}\n{table(ways, plans, results)}\n{END_MARK}{tail}", encoding="utf-8")
    sys.exit(1 if bad else 0)


def table(ways: list[str], plans: dict[str, list[Blow]], results: kept.Results) -> str:
    """Return the figures as a page shows them."""
    outcomes, took = results.outcomes, results.seconds
    planned = Counter((one.by, one.operation) for plan in plans.values() for one in plan)
    lines: list[str] = []
    for columns in (_SQLITE, _POSTGRESQL):
        if any(way in plans for way in columns):
            lines += [*_rows(columns, planned, outcomes), ""]
    missed = sum(not one.fell for one in outcomes)
    bad = sum(bool(one.problems) for one in outcomes)
    system = f"Linux {platform.release().split('-')[0]}"
    told = f"{len(outcomes):,} of {sum(planned.values()):,} runs, {took / max(1, len(outcomes)):.2f} s each, on {datetime.now(UTC):%Y-%m-%d}, {system}, by {', '.join(ways)}; "
    told += f"in {missed} of them the call did not come that often and nothing was struck; something was wrong in {bad}. "
    told += f"In {sum(one.seen for one in outcomes):,} the house was left, byte for byte, as by an earlier blow, and judged then. "
    told += f"Struck was {'; '.join(f'{name} ({count:,} runs)' for name, count in results.commits.most_common())}."
    if results.repeated:
        told += f" {results.repeated} of them had gone wrong first, and were struck again once the source was mended."
    return "\n".join([*lines, told])


_SQLITE = {"strace": "system calls struck (of all there are)", "python": "functions of Python and commits struck"}
_POSTGRESQL = {"client": "calls to the server struck (of all there are)", "server": "statements at which the server died"}


def _rows(columns: dict[str, str], planned: Counter[tuple[str, str]], outcomes: list[Outcome]) -> list[str]:
    house = "SQLite" if columns is _SQLITE else "PostgreSQL"
    lines = [
        f"| operation, {house} | {' | '.join(columns.values())} | went on | said no in one line | killed | something wrong |",
        "|---|---|---|---|---|---|---|",
    ]
    for operation in stage.OPERATIONS:
        mine = [one for one in outcomes if one.blow.operation == operation and one.blow.by in columns]
        ends = Counter("on" if one.said == "done" else "killed" if one.said == "killed" else "no" for one in mine)
        wrong = sum(bool(one.problems) for one in mine)
        shown = [f"{sum(one.blow.by == way for one in mine)} of {planned[way, operation]}" for way in columns]
        lines.append(f"| {operation} | {shown[0]} | {shown[1]} | {ends['on']} | {ends['no']} | {ends['killed']} | {wrong} |")
    return lines
