"""What sealing costs beside writing the same bytes in the clear, and what deleting an account of 10 to 100,000 chats costs.

--write FILE puts the tables into that page. Appending: the same batches go, in turns, into three vaults: as they are sealed; with the
cipher of the blocks replaced by copying (same frames, same rows, same waits for the disk); and as bytes in the same segment files with one bare row
each. Deleting: one house holds an account of each size; each is deleted by `sayso`'s own job, taken back by hand, and deleted again.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

from sqlalchemy import text

from sayso.app import keyring, shelf
from sayso.app.clock import StoryClock
from sayso.app.house import House, Work, create
from sayso.app.jobs import deletion
from sayso.app.jobs.people import enrol
from sayso.app.settings import Settings
from sayso.facts.deeds import Sealed
from sayso.facts.events import TurnTaken, Undone
from sayso.facts.instants import iso
from sayso.facts.words import AccountId
from sayso.vault import Block, MasterKeys, Vault, frames, keys, payload
from sayso.vault.segments import Segments

BEGIN_MARK, END_MARK = "<!-- vault:begin -->", "<!-- vault:end -->"
START = datetime(2025, 9, 1, tzinfo=UTC)
TURN, TURNS, BATCH = 1500, 8, 100
POLICY = "ab" * 32
SIZES = (10, 1_000, 10_000, 100_000)
AGAIN = 9


def clock() -> tuple[float, float]:
    """Return seconds and CPU seconds, this process's own."""
    return time.perf_counter(), time.process_time()


def spent(since: tuple[float, float]) -> tuple[float, float]:
    return time.perf_counter() - since[0], time.process_time() - since[1]


class Sealing:
    """A vault as the house makes one, and one account in it."""

    def __init__(self, folder: Path, *, clear: bool) -> None:
        folder.mkdir()
        self.clear = clear
        self.engine = shelf.engine(folder, write=True)
        self.vault = Vault(self.engine, folder / "vault", MasterKeys.of(os.urandom(32)), entropy=keyring.entropy)
        self.vault.create()
        with self.engine.begin() as conn:
            self.account = self.vault.enrol(conn, "ana").account

    def append(self, batch: list[tuple[str, bytes]]) -> None:
        with mock.patch.object(frames, "seal", copied) if self.clear else nullcontext(), self.engine.begin() as conn:
            blocks = [
                Block(account=self.account, conversation=name, payload=raw, turns=TURNS, policy=POLICY, began=START, ended=START)
                for name, raw in batch
            ]
            self.vault.seal_all(conn, blocks)


class Bare:
    """The same segment files, and a row of four columns for each block."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.engine = shelf.engine(folder, write=True)
        self.segments = Segments(folder / "vault")
        self.segments.create()
        with self.engine.begin() as conn:
            conn.execute(
                text("CREATE TABLE placed (conversation TEXT PRIMARY KEY, segment INTEGER, start INTEGER, length INTEGER)")
            )

    def append(self, batch: list[tuple[str, bytes]]) -> None:
        with self.engine.begin() as conn:
            rows = []
            for name, raw in batch:
                segment, start = self.segments.append(raw)
                rows.append({"c": name, "s": segment, "o": start, "l": len(raw)})
            self.segments.sync()
            conn.execute(text("INSERT INTO placed VALUES (:c, :s, :o, :l)"), rows)


def copied(_key: bytes, frame: frames.Frame, plain: bytes, _entropy: object) -> bytes:
    """Return a frame of the same length with the words in the clear."""
    return frames.pack(frame) + bytes(frames.OVERHEAD - frames.HEADER) + plain


def appending(folder: Path, rounds: int) -> list[tuple[str, float, float, float]]:
    """Return (what, MB/s by the clock, MB per CPU second, MB) of each arm, medians of *rounds* that took turns."""
    arms: dict[str, Callable[[list[tuple[str, bytes]]], None]] = {
        "sealed": Sealing(folder / "sealed", clear=False).append,
        "in the clear, the same frames, rows and waits": Sealing(folder / "clear", clear=True).append,
        "in the clear, the same files, one bare row a block": Bare(folder / "bare").append,
    }
    seconds: dict[str, list[tuple[float, float]]] = {name: [] for name in arms}
    size = BATCH * TURN * TURNS / 1e6
    for number in range(rounds):
        batch = [(keys.pseudonym("c", os.urandom(32)), os.urandom(TURN * TURNS)) for _ in range(BATCH)]
        names = list(arms)
        for name in names[number % 3 :] + names[: number % 3]:
            began = clock()
            arms[name](batch)
            seconds[name].append(spent(began))
    return [
        (
            name,
            size / statistics.median(wall for wall, _ in found[3:]),
            size / statistics.median(cpu for _, cpu in found[3:]),
            size * rounds,
        )
        for name, found in seconds.items()
    ]


def filled(folder: Path, sizes: tuple[int, ...]) -> tuple[House, dict[int, AccountId]]:
    """Return a house with an account of each size, every conversation sealed, recorded and scheduled."""
    house = create(Settings(data=folder / "data", keys=folder / "keys"), clock=StoryClock(START))
    accounts: dict[int, AccountId] = {}
    raw = payload.encode.__doc__.encode() if payload.encode.__doc__ else b"words"
    policy = house.policy_in_force()
    for size in sizes:
        with house.writing() as work:
            account = accounts[size] = enrol(house, work, f"person-{size}", tier="pro", region="US")
        for first in range(0, size, 1000):
            with house.writing() as work:
                blocks = [
                    Block(
                        account=account,
                        conversation=house.vault.identify(work.conn, account, "bench", str(number)),
                        payload=raw,
                        turns=1,
                        policy=policy.digest,
                        began=work.at,
                        ended=work.at,
                    )
                    for number in range(first, min(size, first + 1000))
                ]
                lines = []
                for one in house.vault.seal_all(work.conn, blocks):
                    lines.append(TurnTaken(at=work.at, account=account, conversation=one.conversation))
                    lines.append(
                        Sealed(
                            at=work.at,
                            conversation=one.conversation,
                            account=account,
                            block=one.block,
                            turns=1,
                            digest=one.digest,
                            key_digest=one.key_digest,
                            bytes=one.bytes,
                        )
                    )
                work.record(lines)
                house.vault.schedule(work.conn, [(one.conversation, work.at + timedelta(days=30)) for one in blocks])
    return house, accounts


def deleting(folder: Path, sizes: tuple[int, ...]) -> list[tuple[int, float, float, float, float]]:
    """Return (chats, seconds of the first deletion, median seconds, median CPU seconds, seconds of telling the day) of each size."""
    house, accounts = filled(folder, sizes)
    rows = []
    with house:
        for size, account in accounts.items():
            found = []
            for _ in range(AGAIN):
                began = clock()
                assert deletion.delete_account(house, account)
                found.append(spent(began))
                with house.reading() as conn:
                    assert house.vault.of_account(conn, account, limit=1) == []
                with house.writing() as work:
                    _take_back(house, work, account)
            assert deletion.delete_account(house, account)
            house.present()
            began = clock()
            deletion.unreadable_by(house, conversation=None, account=account)
            told = spent(began)[0]
            rows.append((size, found[0][0], statistics.median(w for w, _ in found), statistics.median(c for _, c in found), told))
    return rows


def _take_back(house: House, work: Work, account: AccountId) -> None:
    work.record([Undone(at=work.at, account=account)])
    assert house.vault.bring_back(work.conn, account)


def report(appended: list[tuple[str, float, float, float]], deleted: list[tuple[int, float, float, float, float]]) -> str:
    """Return both tables as Markdown."""
    sealed = appended[0]
    lines = [
        f"Measured {iso(datetime.now(UTC))[:10]} by `bench/vault_speed.py` on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, SQLite, one process; the machine did other work too.",
        "",
        "| appending, blocks of 8 turns of 1.5 KB, 100 blocks a commit | MB/s | MB per CPU second | sealed is, of its throughput | of its throughput per CPU second | 60 % reached |",
        "|---|---:|---:|---:|---:|---|",
    ]
    for name, wall, cpu, _ in appended:
        share = sealed[1] / wall
        lines.append(
            f"| {name} | {wall:.1f} | {cpu:.1f} | {share:.0%} | {sealed[2] / cpu:.0%} | {'' if name == sealed[0] else 'yes' if share >= 0.6 else 'no'} |"
        )
    smallest = deleted[0][2]
    lines += [
        "",
        "| deleting an account of so many chats | first time, ms | median of nine, ms | CPU, ms | times the smallest | then telling by when it is unreadable, s |",
        "|---:|---:|---:|---:|---:|---:|",
        *(
            f"| {size:,} | {first * 1e3:.1f} | {wall * 1e3:.1f} | {cpu * 1e3:.1f} | {wall / smallest:.2f} | {told:.3f} |"
            for size, first, wall, cpu, told in deleted
        ),
    ]
    return "\n".join(lines)


def put(path: Path, text_: str) -> None:
    """Put *text_* between the marks in *path*."""
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN_MARK)
    _, _, after = rest.partition(END_MARK)
    path.write_text(f"{before}{BEGIN_MARK}\n{text_}\n{END_MARK}{after}", encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="put the tables into this page, between its marks")
    options.add_argument("--rounds", type=int, default=60)
    options.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        appended = appending(Path(name), given.rounds)
        deleted = deleting(Path(name), tuple(given.sizes))
    found = report(appended, deleted)
    print(found)
    if given.write:
        put(given.write, found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
