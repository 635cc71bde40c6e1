"""A house with rows of very many conversations, for measuring the officers' pages: `python bench/pages_house.py FOLDER --size 10000000`.

The rows go straight into the tables, in bulk, under a true Merkle tree: what was typed, who answered what on which screen, deletions,
shredded keys, requests and looks, in the proportions below. What no page of the console reads is left out, so that ten million fit on
a laptop: no words, no keys, no blocks, no line `sealed` for each conversation. With `--postgresql` the house lies in a server of its
own in FOLDER. What is made stays there.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from bench.sweep_cost import Bulk  # noqa: E402
from tests.postgres import Server, running  # noqa: E402  # the folder of the tests is put on the path first

from sayso.app.clock import StoryClock  # noqa: E402
from sayso.app.house import create  # noqa: E402
from sayso.app.jobs import notices  # noqa: E402
from sayso.app.settings import Settings  # noqa: E402
from sayso.facts.canonical import canonical  # noqa: E402
from sayso.facts.deeds import Looked, RequestClosed, RequestReceived, Shredded  # noqa: E402
from sayso.facts.events import AccountOpened, ChoiceMade, Deleted, Event, TurnTaken  # noqa: E402
from sayso.facts.words import AccountId, ConversationId  # noqa: E402
from sayso.ledger import tables as ledger_tables  # noqa: E402
from sayso.ledger.entries import spell  # noqa: E402
from sayso.proofs.merkle import Frontier, leaf_hash  # noqa: E402
from sayso.vault.tables import CONVERSATIONS  # noqa: E402

START = datetime(2026, 1, 1, tzinfo=UTC)
DAYS, RECENT = 180, 25
"""Accounts open and answer for half a year; their conversations are of the last weeks, so that no sweep is months behind."""
EACH = 20
"""Conversations of each account."""
BATCH = 10_000
LOCALES, REGIONS = ("en", "de", "fr", "es", "ja", "ar"), ("US", "DE", "JP", "FR", "BR")
SCREENS = ("training-choice", "settings", "signup")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def end() -> datetime:
    """Return the instant after all of it was recorded."""
    return START + timedelta(days=DAYS + RECENT, hours=1)


def lines(size: int, shown: list[str]) -> Iterator[tuple[Event, str | None, str | None]]:
    """Yield what is recorded, in order, with its account and its conversation."""
    people = max(1, size // EACH)
    for number in range(people):
        at, who = START + number * timedelta(days=DAYS) / people, AccountId(f"a_{number:026d}")
        yield AccountOpened(at=at, account=who, tier="free", region=REGIONS[number % len(REGIONS)]), who, None
        if number % 10 != 9:
            say = "allow" if number * 7 % 10 < 6 else "refuse"
            answer = ChoiceMade(
                at=at, account=who, say=say, via="settings", notice=shown[number % len(shown)], locale=LOCALES[number % 6]
            )  # fmt: skip
            yield answer, who, None
        if number % 25 == 0:
            asked = RequestReceived(at=at, what="access", by="person", received=at, due=at + timedelta(days=31), account=who)
            yield asked, who, None
        if number % 50 == 1:
            yield Looked(at=at, by="olga", what="requests", size=50), None, None
    for number in range(size):
        at = START + timedelta(days=DAYS) + number * timedelta(days=RECENT) / size
        who, chat = AccountId(f"a_{number // EACH:026d}"), ConversationId(f"c_{number:026d}")
        yield TurnTaken(at=at, account=who, conversation=chat), who, chat
        if number % 100 == 50:
            yield Deleted(at=at, conversation=chat), None, chat
        if number % 200 == 50:
            yield Shredded(at=at, conversation=chat, why="deleted"), None, chat


class Spelled:
    """The lines as rows: their text from a pattern made once per kind and what tells it apart, since canonical JSON is slow."""

    def __init__(self, state: bytes, first: int) -> None:
        self.tree = Frontier.load(state)
        assert self.tree.size == first
        self.patterns: dict[Any, tuple[str, str]] = {}
        self.requests: list[tuple[int, datetime, str]] = []

    def rows(self, batch: list[tuple[Event, str | None, str | None]]) -> tuple[list[Any], list[Any]]:
        events, nodes = [], []
        drawn = os.urandom(64 * len(batch))
        for place, (line, account, conversation) in enumerate(batch):
            told = spell(line.at)
            body, kind = self._body(line, account, conversation, told)
            salt, leaf = drawn[64 * place : 64 * place + 32], drawn[64 * place + 32 : 64 * place + 64]
            nodes += [(level, at, top) for level, at, top in self.tree.append(leaf_hash(leaf)) if level % 8 == 0]
            events.append((self.tree.size, told, told, kind, account, conversation, body, salt, leaf))
            if isinstance(line, RequestReceived):
                self.requests.append((self.tree.size, line.at, str(account)))
        return events, nodes

    def _body(self, line: Event, account: str | None, conversation: str | None, told: str) -> tuple[bytes, str]:
        if isinstance(line, RequestReceived | RequestClosed):
            return canonical(line), str(type(line).__struct_config__.tag)
        key = (
            type(line), getattr(line, "region", None), getattr(line, "say", None), getattr(line, "notice", None),
            getattr(line, "locale", None),
        )  # fmt: skip
        if key not in self.patterns:
            text = canonical(line).decode().replace("%", "%%")
            at = canonical(line.at.isoformat().replace("+00:00", "Z")).decode()
            found = text[text.index('"at":') + 5 :].split('"')[1]
            text = text.replace(f'"{found}"', '"%(at)s"')
            assert at
            text = text.replace(f'"{account}"', '"%(account)s"').replace(f'"{conversation}"', '"%(conversation)s"')
            self.patterns[key] = text, str(type(line).__struct_config__.tag)
        pattern, kind = self.patterns[key]
        return (pattern % {"at": told, "account": account, "conversation": conversation}).encode(), kind


def chats(batch: list[tuple[Event, str | None, str | None]], number: int) -> list[tuple[Any, ...]]:
    """Return the rows of the index for the conversations that begin in *batch*, the first of which is the *number*-th."""
    rows = []
    for line, account, conversation in batch:
        if isinstance(line, TurnTaken):
            at = (line.at - EPOCH) // timedelta(microseconds=1)
            number += 1
            later = at + 10**6 * 86_400 * 1500
            rows.append((conversation, account, 10**3 + number, "live", 1, 1, 700, at, at, None, later, "0" * 64))
    return rows


class Copied(AbstractContextManager["Copied"]):
    """Rows copied into PostgreSQL, its indexes made anew afterwards."""

    def __init__(self, address: str) -> None:
        import psycopg  # noqa: PLC0415  # SQLite needs none of it

        self.conn = psycopg.connect(address.replace("postgresql+psycopg", "postgresql"))

    def __enter__(self) -> Copied:
        run = self.conn.execute
        run("SET maintenance_work_mem = '768MB'")
        run("SET max_parallel_maintenance_workers = 0")
        self.indexes = run(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename IN ('ledger_events', 'ledger_nodes', 'vault_conversations') "
            "AND indexname NOT LIKE '%pkey'"
        ).fetchall()
        for name, _ in self.indexes:
            run(f"DROP INDEX {name}")  # type: ignore[arg-type]  # a name the database gave
        for table in ("ledger_events", "ledger_nodes", "ledger_head", "vault_conversations"):
            run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        return self

    def head(self) -> tuple[int, bytes]:
        found = self.conn.execute("SELECT size, frontier FROM ledger_head").fetchone()
        assert found is not None
        return found[0], found[1]

    def insert(self, table: Any, rows: list[tuple[Any, ...]]) -> None:
        names = ", ".join(column.name for column in table.columns)
        text = "\n".join(
            [
                "\t".join(["\\N" if v is None else f"\\\\x{v.hex()}" if isinstance(v, bytes) else str(v) for v in row])
                for row in rows
            ]
        )
        with self.conn.cursor() as cursor, cursor.copy(f"COPY {table.name} ({names}) FROM STDIN") as copy:  # type: ignore[arg-type]
            copy.write(text + "\n")

    def end(self, size: int, frontier: bytes) -> None:
        self.conn.execute("UPDATE ledger_head SET size = %s, frontier = %s", (size, frontier))

    def __exit__(self, *_: object) -> None:
        for table in ("ledger_events", "ledger_nodes", "ledger_head", "vault_conversations"):
            self.conn.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        self.conn.commit()
        self.conn.execute("SET maintenance_work_mem = '768MB'")
        for _, text in self.indexes:
            self.conn.execute(text)
            self.conn.commit()
        self.conn.execute("ANALYZE")  # as the server does by itself sooner or later
        self.conn.commit()
        self.conn.close()


class File(Bulk):
    """Rows written into SQLite, as `sweep_cost` writes them."""

    def head(self) -> tuple[int, bytes]:
        size, frontier = self.conn.execute("SELECT size, frontier FROM ledger_head").fetchone()
        return size, frontier

    def insert(self, table: Any, rows: list[tuple[Any, ...]]) -> None:
        self._insert(table, rows)

    def end(self, size: int, frontier: bytes) -> None:
        self.conn.execute("UPDATE ledger_head SET size = ?, frontier = ?", (size, frontier))


def fill(bulk: File | Copied, size: int, shown: list[str]) -> int:
    """Write the rows of *size* conversations; return how many lines the ledger has then."""
    first, frontier = bulk.head()
    spelled, began, number, batch = Spelled(frontier, first), time.monotonic(), 0, []

    def put() -> None:
        nonlocal number
        if not batch:
            return
        events, nodes = spelled.rows(batch)
        bulk.insert(ledger_tables.events, events)
        if nodes:
            bulk.insert(ledger_tables.nodes, nodes)
        rows = chats(batch, number)
        if rows:
            bulk.insert(CONVERSATIONS, rows)
        number += len(rows)
        batch.clear()

    for one in lines(size, shown):
        batch.append(one)
        if len(batch) == BATCH:
            put()
            if number % 500_000 < BATCH:
                print(f"{number:,} after {time.monotonic() - began:.0f} s", flush=True)
    put()
    at = end()
    for seq, _, account in spelled.requests[: len(spelled.requests) * 9 // 10]:
        line = RequestClosed(at=at, request=seq, how="done", by="olga", why="answered", account=AccountId(account))
        batch.append((line, account, None))
    put()
    bulk.end(spelled.tree.size, spelled.tree.state())
    return spelled.tree.size


@contextmanager
def database(folder: Path, *, postgresql: bool) -> Iterator[str | None]:
    """Yield the address of the database of the house in *folder*, its server started; `None` for SQLite."""
    with running(kept=folder / "server") if postgresql else nullcontext() as server:
        if server is None:
            yield None
            return
        assert isinstance(server, Server)
        if not server.admin("SELECT 1 FROM pg_database WHERE datname = 'house'"):
            server.admin("CREATE DATABASE house")
        yield server.address("house")


def make(folder: Path, size: int, address: str | None) -> None:
    """Make the house in *folder*."""
    clock, settings = StoryClock(START), Settings(data=folder / "data", keys=folder / "keys", database=address)
    with create(settings, clock=clock, policy="anthropic-consumer") as house:
        shown = [str(notices.asking(house, name, "sayso", None)[1]) for name in SCREENS]
    with File(folder / "data" / "sayso.db") if address is None else Copied(address) as bulk:
        told = fill(bulk, size, shown)
        print(f"{told:,} lines; the indexes follow", flush=True)
    (folder / "made").write_text(f"{size}\n", "utf-8")


if __name__ == "__main__":
    parsed = argparse.ArgumentParser(description=__doc__)
    parsed.add_argument("folder", type=Path)
    parsed.add_argument("--size", type=int, default=10_000_000)
    parsed.add_argument("--postgresql", action="store_true")
    asked = parsed.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with database(asked.folder, postgresql=asked.postgresql) as place:
        make(asked.folder, asked.size, place)
    print("made", flush=True)
