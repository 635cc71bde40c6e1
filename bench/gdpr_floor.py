"""What a read of a person's chats costs at least, and what it costs here and in PostgreSQL; --write FILE keeps the table.

The least is what no program can leave out that keeps a key of its own for each conversation: its key unwrapped, a cipher made of it,
a block opened, and the rows fetched that say where it lies and that it may be shown. CPU time, so that other work counts little.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from gdpr_load import THEIRS, Postgres, Sayso, Spent, put, record, server

from sayso.app.settings import Settings
from sayso.vault import reading
from sayso.vault.frames import OVERHEAD
from sayso.vault.keys import purpose

RECORDS = 4_000
ROUNDS = 7


def least(count: int, once: Callable[[], object]) -> float:
    """Return the CPU microseconds of *once* for each of *count*, the least of several rounds."""
    found = []
    for _ in range(ROUNDS):
        began = time.process_time()
        once()
        found.append((time.process_time() - began) / count * 1e6)
    return min(found)


def ciphers() -> dict[str, float]:
    """Return what opening costs, without a database, a file or a line of ours."""
    account, header, nonce, count = AESGCM(os.urandom(32)), os.urandom(110), os.urandom(12), 2_000
    keys = [os.urandom(32) for _ in range(count)]
    opened = [AESGCM(key) for key in keys]
    blocks = [header + nonce + one.encrypt(nonce, os.urandom(126), header) for one in opened]
    bound = purpose("conversation", "a_" + "x" * 26, "c_" + "y" * 26)
    wrapped = [nonce + account.encrypt(nonce, key, bound) for key in keys]

    def kept() -> list[bytes]:
        return [one.decrypt(raw[110:122], raw[122:], header) for one, raw in zip(opened, blocks, strict=True)]

    def anew() -> list[bytes]:
        made = (AESGCM(account.decrypt(one[:12], one[12:], bound)) for one in wrapped)
        return [one.decrypt(raw[110:122], raw[122:], header) for one, raw in zip(made, blocks, strict=True)]

    return {
        "a block opened, its cipher at hand": least(count, kept),
        "its key unwrapped, its cipher made, opened": least(count, anew),
    }


def ours(chats: int) -> dict[str, float]:
    """Return what a chat costs in sayso on SQLite, of a person with that many."""
    people, told = RECORDS // chats, {}
    with tempfile.TemporaryDirectory() as name:
        arm = Sayso(Settings(data=Path(name) / "data", keys=Path(name) / "keys"))
        arm.load([record(number, people) for number in range(RECORDS)])
        house, accounts = arm.house, list(arm.accounts.values())[: max(1, 1_000 // chats)]
        count, opened = len(accounts) * chats, house.vault._ring.opened
        asked = {"below": reading.LAST, "most": reading.PAGE + 1}
        rows = [house.ask(lambda conn, one=one: reading._MINE.rows(conn, one=one, **asked)) for one in accounts]
        size = {
            sum(map(len, one.payloads)) + OVERHEAD for one in house.ask(lambda conn: house.vault.once.page(conn, accounts[0])) or ()
        }
        assert max(size) < 300, "blocks as long as those that are opened above"

        def fetch() -> None:
            for one in accounts:
                house.ask(lambda conn, one=one: reading._MINE.rows(conn, one=one, **asked))

        def check() -> None:
            for some in rows:
                for values in some:
                    reading._check([values])

        def read() -> None:
            for one in accounts:
                house.ask(lambda conn, one=one: house.vault.once.page(conn, one))

        def first() -> None:
            opened.clear()
            read()

        told["its rows fetched from SQLite"] = least(count, fetch)
        told["the sums of those rows taken"] = least(count, check)
        told["sayso, for the first time"] = least(count, first)
        spent = []
        for number in range(ROUNDS):
            arm.run(("update_meta_by_usr", "u0", "tier", ("free", "team")[number % 2]))
            began = time.process_time()
            read()
            spent.append((time.process_time() - began) / count * 1e6)
        told["sayso, again after something was committed"] = min(spent)
        told["sayso, again while nothing is"] = least(count, read)
        wrong = arm.close()
        assert not wrong, wrong
    return told


def theirs(chats: int) -> dict[str, float]:
    """Return what a chat costs in PostgreSQL with one key for all, client and server together."""
    people = RECORDS // chats
    with server() as folder:
        address, cpu = f"host={folder} user=sayso dbname=postgres", Spent(folder)
        with psycopg.connect(address, autocommit=True) as conn:
            conn.execute("SELECT 1")
        arm = Postgres(address, "sealed", os.urandom(32))
        arm.load([record(number, people) for number in range(RECORDS)])
        who = [f"u{number}" for number in range(max(1, 1_000 // chats))]
        spent = []
        for _ in range(3):
            began = cpu.now()
            for _ in range(40):  # the clock of the server ticks a hundred times a second
                for one in who:
                    arm.run(("read_by_usr", one))
            spent.append((cpu.now() - began) / (40 * len(who) * chats) * 1e6)
    return {f"{THEIRS[1]}, client and server": min(spent)}


def report() -> str:
    sizes = (10, 100, 1_000)
    alone: dict[str, float] = ciphers()
    columns: list[dict[str, Any]] = [alone | ours(one) | theirs(one) for one in sizes]
    lines = [
        f"CPU microseconds a chat by `bench/gdpr_floor.py`, {RECORDS:,} records, the least of {ROUNDS} rounds (load {os.getloadavg()[0]:.0f}).",
        "",
        "| " + " | ".join(["of a person with", *(f"{one:,} chats" for one in sizes)]) + " |",
        "|---|" + "---:|" * len(sizes),
    ]
    lines += [f"| {name} | " + " | ".join(f"{one[name]:.1f}" for one in columns) + " |" for name in columns[0]]
    return "\n".join(lines)


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="put the table into this page, between its marks")
    given = options.parse_args()
    text = report()
    print(text)
    if given.write:
        put(given.write, "gdpr-floor", text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
