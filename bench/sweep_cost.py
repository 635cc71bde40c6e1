"""What a sweep costs that finds 1,000 due conversations among few and among many; --write FILE.

The due ones are real: taken in, sealed and swept through the same doors as any. The others only have to be there, so their rows go
into the same tables under the same indexes in bulk, with bodies as long as real ones and under a true Merkle tree; a sweep that
read them would find words that open to nothing. Each sweep runs in a process of its own, which begins with nothing in memory.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sayso.app.clock import StoryClock
from sayso.app.house import create, open_house
from sayso.app.jobs import collect
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.app.jobs.people import enrol
from sayso.app.jobs.sweep import sweep
from sayso.app.settings import Settings
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.ledger import tables as ledger_tables
from sayso.ledger.entries import spell
from sayso.proofs.merkle import Frontier, leaf_hash
from sayso.vault.tables import ACCOUNTS, BLOCKS, CONVERSATIONS, KEYS

BEGIN_MARK, END_MARK = "<!-- sweep:begin -->", "<!-- sweep:end -->"
START = datetime(2026, 1, 1, tzinfo=UTC)
DUE = 1_000
TIMES = 3
PEOPLE = 100
WORDS = "a question of a few words, and one more line to it. " * 8


def main() -> None:
    parsed = argparse.ArgumentParser(description=__doc__)
    parsed.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parsed.add_argument("--write", type=Path)
    parsed.add_argument("--folder", type=Path, help="where to build; default a temporary folder")
    parsed.add_argument("--lock", type=Path, help="a file to lock while measuring, so that measurements on one machine take turns")
    parsed.add_argument("--sweep", nargs=2, metavar=("FOLDER", "AT"), help="only sweep, and say what that cost")
    asked = parsed.parse_args()
    if asked.sweep:
        print(json.dumps(one_sweep(Path(asked.sweep[0]), datetime.fromisoformat(asked.sweep[1]))))
        return
    with tempfile.TemporaryDirectory(dir=asked.folder) as beside:
        rows: list[dict[str, Any]] = []
        for row in measured(Path(beside), [0, *asked.sizes], asked.lock):
            rows.append(row)
            if asked.write:
                write(asked.write, table(rows))  # what is measured is kept, though the largest should not fit in a day
    print(table(rows))


def write(path: Path, text: str) -> None:
    """Put *text* between the marks on the page at *path*."""
    before, _, rest = path.read_text("utf-8").partition(BEGIN_MARK)
    after = rest.partition(END_MARK)[2]
    path.write_text(f"{before}{BEGIN_MARK}\n{text}\n{END_MARK}{after}", encoding="utf-8")


def measured(folder: Path, sizes: list[int], lock: Path | None) -> Iterator[dict[str, Any]]:
    """Yield per size, each in a folder of its own, the costs of sweeps that find 1,000 each."""
    for size in sizes:
        data, clock = folder / f"of-{size}" / "data", StoryClock(START)
        data.parent.mkdir(parents=True)
        settings = Settings(data=data, keys=data.with_name("keys"))
        create(settings, clock=clock, policy="anthropic-consumer").close()
        # Of each batch of 1,000 the days are over one day after the next.
        fill_with_due(settings, clock, TIMES)
        at = START + timedelta(days=30, hours=1)
        with Bulk(data / "sayso.db") as bulk:
            bulk.add(0, size, at - timedelta(hours=12))
        with closing(sqlite3.connect(data / "sayso.db")) as conn:
            lines = conn.execute("SELECT max(seq) FROM ledger_events").fetchone()[0]
        with alone(lock):
            costs = [in_a_process(data, at + timedelta(days=day)) for day in range(TIMES)]
        assert all(cost["shredded"] == DUE for cost in costs), costs
        print(f"{size:,}: {costs}", file=sys.stderr, flush=True)
        yield {"stored": size, "lines": lines, "bytes": (data / "sayso.db").stat().st_size, "costs": costs}
        shutil.rmtree(data.parent)


@contextmanager
def alone(lock: Path | None) -> Iterator[None]:
    """Hold *lock* meanwhile, where one is named."""
    if lock is None:
        yield
        return
    with lock.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def fill_with_due(settings: Settings, clock: StoryClock, batches: int) -> None:
    collect.BATCH = DUE  # fewer waits for the disk; nothing of this is measured
    with open_house(settings, clock=clock) as house:
        with house.writing() as work:
            for number in range(PEOPLE):
                enrol(house, work, f"person {number}", tier="free", region="US")
        for batch in range(batches):
            clock.set(START + timedelta(days=batch))
            chats = (chat(f"{batch}-{number}", f"person {number % PEOPLE}", clock.now()) for number in range(DUE))
            assert collect_all(house, "bench", chats, Arrival(own=True)).conversations == DUE


def chat(key: str, name: str, at: datetime) -> Conversation:
    turn = Turn(id=key, role="user", parts=(Text(WORDS),), at=at)
    return Conversation(id=key, source="bench", account=name, title="", turns=(turn,), private=False)


def in_a_process(data: Path, at: datetime) -> dict[str, Any]:
    words = [sys.executable, __file__, "--sweep", str(data), at.isoformat()]
    done = subprocess.run(words, capture_output=True, text=True, check=True, env=os.environ)
    made: dict[str, Any] = json.loads(done.stdout)
    return made


def one_sweep(data: Path, at: datetime) -> dict[str, Any]:
    """Return what opening and sweeping cost: seconds, CPU seconds of this process, and its peak memory."""
    began, cpu = time.perf_counter(), time.process_time()
    with open_house(Settings(data=data, keys=data.with_name("keys")), clock=StoryClock(at)) as house:
        opened = time.perf_counter() - began
        result = sweep(house)
    return {
        "shredded": result.shredded,
        "open": round(opened, 3),
        "wall": round(time.perf_counter() - began, 3),
        "cpu": round(time.process_time() - cpu, 3),
        "peak": peak(),
    }


def peak() -> int:
    """Return the most memory this process had, in MB; its own, and not that of who started it."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


class Bulk:
    """Rows written straight into the tables, their indexes and triggers put back afterwards as they were."""

    def __init__(self, database: Path) -> None:
        self.conn = sqlite3.connect(database, isolation_level=None)
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-2000000", "temp_store=FILE", "locking_mode=EXCLUSIVE"):
            self.conn.execute(f"PRAGMA {pragma}")

    def __enter__(self) -> Bulk:
        wanted = "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('index', 'trigger')"
        self.kept = self.conn.execute(wanted).fetchall()
        for kind, name, _ in self.kept:
            self.conn.execute(f"DROP {kind.upper()} {name}")
        self.conn.execute("BEGIN")
        return self

    def __exit__(self, *_: object) -> None:
        self.conn.execute("COMMIT")
        for kind, _, sql in sorted(self.kept):
            assert kind in ("index", "trigger")
            self.conn.execute(sql)
        self.conn.execute("PRAGMA journal_mode=WAL")
        self.conn.close()

    def add(self, first: int, last: int, at: datetime) -> None:
        """Add conversations numbered from *first* to *last*, and an account for every twenty, none of them ever due."""
        size, state = self.conn.execute("SELECT size, frontier FROM ledger_head").fetchone()
        tree, told = Frontier.load(state), spell(at)
        owners = [row[0] for row in self.conn.execute("SELECT account FROM vault_accounts ORDER BY account LIMIT ?", (PEOPLE,))]
        later = int((at + timedelta(days=1500)).timestamp() * 1_000_000)
        for start in range(first, last, 10_000):
            numbers = range(start, min(start + 10_000, last))
            # Every twentieth belongs to somebody who also has what is due: those have long accounts, as real people do.
            names = [(number, owners[number % PEOPLE] if number % 20 == 0 else f"a_{number // 20:026d}") for number in numbers]
            self._vault(names, later)
            self._ledger(tree, names, told)
        self.conn.execute("UPDATE ledger_head SET size = ?, frontier = ?", (tree.size, tree.state()))
        assert tree.size >= size

    def _vault(self, names: list[tuple[int, str]], later: int) -> None:
        total, key, blank = "0" * 64, bytes(60), bytes(92)
        fresh = [(account, None, total, blank, blank, blank, "1", 0, total) for number, account in names if number % 20 == 1]
        self._insert(ACCOUNTS, fresh)
        ids = [(f"c_{number:026d}", number, account) for number, account in names]
        rows = [(one, who, 10**7 + n, "live", 1, 1, 700, None, None, None, later + n, total) for one, n, who in ids]
        self._insert(CONVERSATIONS, rows)
        self._insert(KEYS, [(one, who, key, total) for one, _, who in ids])
        self._insert(BLOCKS, [(one, 0, 1, total, -1 - n // 60_000, 700 * (n % 60_000), 700, total, total) for one, n, _ in ids])

    def _ledger(self, tree: Frontier, names: list[tuple[int, str]], told: str) -> None:
        events, nodes = [], []
        salts = memoryview(os.urandom(64 * 3 * len(names)))
        for number, account in names:
            one = f"c_{number:026d}"
            bodies = [
                ("turn", (f'{{"account":"{account}","at":"{told}","conversation":"{one}","imported":false,"incognito":false,'
                 f'"model":"","origin":"typed","role":"user","surface":"chat","type":"turn"}}')),
                ("sealed", (f'{{"account":"{account}","at":"{told}","block":0,"bytes":700,"conversation":"{one}","digest":"{"0" * 64}",'
                 f'"key_digest":"{"0" * 64}","turns":1,"type":"sealed"}}')),
            ]  # fmt: skip
            if number % 20 == 1:
                bodies.insert(
                    0, ("account", f'{{"account":"{account}","at":"{told}","region":"US","tier":"free","type":"account"}}')
                )
            for kind, body in bodies:
                drawn = salts[64 * len(events) : 64 * len(events) + 64]
                leaf = bytes(drawn[32:])
                nodes += [(level, at, top) for level, at, top in tree.append(leaf_hash(leaf)) if level % 8 == 0]
                which = None if kind == "account" else one
                events.append((tree.size, told, told, kind, account, which, body.encode(), bytes(drawn[:32]), leaf))
        self._insert(ledger_tables.events, events)
        if nodes:
            self._insert(ledger_tables.nodes, nodes)

    def _insert(self, table: Any, rows: list[tuple[Any, ...]]) -> None:
        marks = ", ".join("?" * len(table.columns))
        self.conn.executemany(
            f"INSERT INTO {table.name} ({', '.join(column.name for column in table.columns)}) VALUES ({marks})", rows
        )


def table(rows: list[dict[str, Any]]) -> str:
    """Return what was measured as Markdown."""
    base = statistics.median(cost["cpu"] for cost in rows[0]["costs"])
    lines = [
        (
            f"Measured {datetime.now(UTC):%Y-%m-%d} by `bench/sweep_cost.py` on {os.cpu_count()} cores ({platform.machine()}), SQLite "
            f"{sqlite3.sqlite_version}. Each sweep finds {DUE:,} due conversations of {PEOPLE} people and shreds them; medians of {TIMES}"
        ),
        "sweeps, each in a process of its own, opening the folder included. The machine was shared: compare CPU seconds, not wall.",
        "",
        "| other conversations stored | lines in the ledger | database | CPU s | of the first row | wall s | peak MB |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        cpu, wall, peak = (statistics.median(cost[name] for cost in row["costs"]) for name in ("cpu", "wall", "peak"))
        lines.append(
            f"| {row['stored']:,} | {row['lines']:,} | {row['bytes'] / 1e9:.2f} GB | {cpu:.2f} | {cpu / base:.2f} x | {wall:.2f} | {peak:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
