"""GDPRbench's four roles on sayso, plain PostgreSQL and PostgreSQL with client-side AES-GCM, in turns; --write FILE keeps the tables.

The roles are those of GDPRbench (Shastri and others, PVLDB 13(7)); its published PostgreSQL client does not work, so they are told anew,
with a model in memory that says what every read must return. A record is a conversation of 100 bytes; how many of them are one person's
decides what a change for all that a person has costs. Operations by purpose over everybody's records have no counterpart in sayso, where
the policy says what serves a purpose; their weight went to the same operation by person. Every change has a line in the arm's audit trail, in its own transaction; reads have none in any arm.
"""

from __future__ import annotations

import argparse
import os
import pickle
import platform
import pwd
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sayso.app.frontdesk import FrontDesk
from sayso.app.house import House, Work, create
from sayso.app.jobs import deletion, evidence, rule, stale
from sayso.app.jobs.people import enrol
from sayso.app.settings import Settings
from sayso.facts.deeds import Sealed
from sayso.facts.errors import Refused
from sayso.facts.events import ChoiceMade, RegionChanged, TierChanged, TurnTaken
from sayso.facts.instants import iso
from sayso.facts.words import AccountId, ConversationId
from sayso.vault import Block

MIX: dict[str, tuple[str, dict[str, float]]] = {
    "controller": ("uniform", {"create": 0.25, "delete_by_key": 0.125, "delete_by_usr": 0.125, "update_meta_by_usr": 0.5}),
    "customer": (
        "zipf",
        {"read_by_key": 0.2, "read_by_usr": 0.2, "update_by_key": 0.2, "update_meta_by_usr": 0.2, "delete_by_key": 0.2},
    ),
    "processor": ("zipf", {"read_by_key": 0.2, "read_by_usr": 0.8}),
    "regulator": ("zipf", {"read_meta_by_usr": 0.46, "get_logs": 0.31, "verify_deletion": 0.23}),
}
OURS = ("sayso on SQLite", "sayso on PostgreSQL")
THEIRS = ("PostgreSQL", "PostgreSQL + AES-GCM")
FIELDS = ("tier", "region", "say")
VALUES = {"tier": ("free", "pro", "team"), "region": ("US", "DE", "FR"), "say": ("allow", "refuse")}
SURFACES = tuple(f"s{number}" for number in range(25))
CHECKED = ("read_by_key", "read_by_usr", "read_meta_by_usr", "verify_deletion", "get_logs")
Op = tuple[Any, ...]
Record = tuple[str, str, str, str, str, str, str]
"""Key, person, tier, region, answer, surface, words."""
SEED = 20261122


def record(number: int, people: int) -> Record:
    return (f"key{number}", f"u{number % people}", "pro", "US", "unasked", SURFACES[number % 25], words(number))


def words(number: int) -> str:
    return (f"{number} " + random.Random(number).randbytes(50).hex())[:100]


def trace(
    mix: str, records: int, people: int, count: int, seed: int, born: Iterator[int], facts: dict[str, dict[str, str]]
) -> list[Op]:
    """Return *count* operations. Whole accounts are deleted of odd people, records created for even ones, and words drawn anew."""
    dice = random.Random(seed)
    kind, weights = MIX[mix]
    shuffled = list(range(records))
    random.Random(SEED).shuffle(shuffled)
    ranks = [1 / (rank + 1) ** 0.99 for rank in range(records)]
    picked = dice.choices(shuffled, ranks if kind == "zipf" else None, k=count)
    made: list[Op] = []
    for op, number in zip(dice.choices(list(weights), list(weights.values()), k=count), picked, strict=True):
        person = number % people
        if op == "create":
            row = record(next(born) * people + person - person % 2, people)
            now = facts[row[1]]  # what is new of a person is under what holds for them by then
            made.append((op, (*row[:2], now.get("tier", row[2]), now.get("region", row[3]), now.get("say", row[4]), *row[5:])))
        elif op == "delete_by_usr":
            made.append((op, f"u{person | 1}"))
        elif op == "update_by_key":
            made.append((op, f"key{number}", f"u{person}", words(dice.randrange(10**9))))
        elif op == "update_meta_by_usr":
            field = dice.choice(FIELDS)
            facts[f"u{person}"][field] = value = dice.choice(VALUES[field])
            made.append((op, f"u{person}", field, value))
        elif op.endswith("usr"):
            made.append((op, f"u{person}"))
        else:
            made.append((op, f"key{number}", f"u{person}"))
    return made


class Oracle:
    """The same records in a dictionary."""

    def __init__(self, rows: list[Record]) -> None:
        self.rows = {row[0]: list(row) for row in rows}
        self.of: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            self.of[row[1]].add(row[0])
        self.changes = 0

    def run(self, op: Op) -> Any:
        name, *rest = op
        match name:
            case "create":
                self.rows[rest[0][0]] = list(rest[0])
                self.of[rest[0][1]].add(rest[0][0])
            case "read_by_key":
                row = self.rows.get(rest[0])
                return [tuple(row)] if row else []
            case "read_by_usr":
                return sorted(tuple(self.rows[one]) for one in self.of[rest[0]])
            case "read_meta_by_usr":
                return sorted(tuple(self.rows[one][1:6]) for one in self.of[rest[0]])
            case "verify_deletion":
                return rest[0] in self.rows
            case "update_by_key":
                if rest[0] in self.rows:
                    self.rows[rest[0]][6] = rest[2]
            case "update_meta_by_usr":
                for one in self.of[rest[0]]:
                    self.rows[one][2 + FIELDS.index(rest[1])] = rest[2]
            case "delete_by_key":
                if self.rows.pop(rest[0], None):
                    self.of[rest[1]].discard(rest[0])
            case "delete_by_usr":
                for one in self.of.pop(rest[0], set()):
                    del self.rows[one]
        return 100 if name == "get_logs" else None


class Postgres:
    """A row per record, metadata in its columns, an index by person, an audit table; with a *key* the words are sealed before."""

    COLUMNS = ("key", "usr", "tier", "region", "say", "surface", "words")

    def __init__(self, address: str, name: str, key: bytes | None) -> None:
        self.address, self.table, self.log = address, name, f"{name}_audit"
        self.cipher = None if key is None else AESGCM(key)
        self.kind = "text" if key is None else "bytea"
        self.local = threading.local()

    @property
    def conn(self) -> psycopg.Connection[Any]:
        if not hasattr(self.local, "conn"):
            self.local.conn = psycopg.connect(self.address, autocommit=True)
        return self.local.conn  # type: ignore[no-any-return]  # set one line above

    def close(self) -> str:
        """Return nothing wrong."""
        return ""

    def load(self, rows: list[Record]) -> None:
        columns = ", ".join(f"{name} text" for name in self.COLUMNS[1:-1])
        self.conn.execute(f"CREATE TABLE {self.table} (key text PRIMARY KEY, {columns}, words {self.kind})")
        self.conn.execute(
            f"CREATE TABLE {self.log} (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), op text, arg text, n int)"
        )
        with self.conn.cursor() as cursor, cursor.copy(f"COPY {self.table} FROM STDIN") as copy:
            for row in rows:
                copy.write_row(self._sealed(row))
        self.conn.execute(f"CREATE INDEX ON {self.table} (usr)")
        self.conn.execute(f"INSERT INTO {self.log} (op, arg, n) SELECT 'create', key, 1 FROM {self.table}")
        self.conn.execute(f"VACUUM ANALYZE {self.table}")

    def run(self, op: Op) -> Any:
        name, *rest = op
        match name:
            case "create":
                marks = ", ".join(["%s"] * len(self.COLUMNS))
                return self._write(op, f"INSERT INTO {self.table} VALUES ({marks})", self._sealed(rest[0]))
            case "read_by_key":
                return [self._opened(row) for row in self.conn.execute(f"SELECT * FROM {self.table} WHERE key = %s", (rest[0],))]
            case "read_by_usr":
                return sorted(
                    self._opened(row) for row in self.conn.execute(f"SELECT * FROM {self.table} WHERE usr = %s", (rest[0],))
                )
            case "read_meta_by_usr":
                wanted = f"SELECT usr, tier, region, say, surface FROM {self.table} WHERE usr = %s"
                return sorted(self.conn.execute(wanted, (rest[0],)).fetchall())
            case "verify_deletion":
                return self.conn.execute(f"SELECT 1 FROM {self.table} WHERE key = %s", (rest[0],)).fetchone() is not None
            case "update_by_key":
                return self._write(
                    op, f"UPDATE {self.table} SET words = %s WHERE key = %s", (self._seal(rest[0], rest[2]), rest[0])
                )
            case "update_meta_by_usr":
                return self._write(op, f"UPDATE {self.table} SET {rest[1]} = %s WHERE usr = %s", (rest[2], rest[0]))
            case "delete_by_key":
                return self._write(op, f"DELETE FROM {self.table} WHERE key = %s", (rest[0],))
            case "delete_by_usr":
                return self._write(op, f"DELETE FROM {self.table} WHERE usr = %s", (rest[0],))
        return len(self.conn.execute(f"SELECT * FROM {self.log} ORDER BY id DESC LIMIT 100").fetchall())

    def size(self) -> int:
        found = self.conn.execute(
            f"SELECT pg_total_relation_size('{self.table}') + pg_total_relation_size('{self.log}')"
        ).fetchone()
        return int(found[0]) if found else 0

    def _write(self, op: Op, sql: str, values: tuple[Any, ...]) -> None:
        for _ in range(20):
            try:
                with self.conn.transaction():
                    count = self.conn.execute(sql, values).rowcount
                    about = op[1][0] if op[0] == "create" else op[1]
                    self.conn.execute(f"INSERT INTO {self.log} (op, arg, n) VALUES (%s, %s, %s)", (op[0], about, count))
                return
            except psycopg.errors.DeadlockDetected:
                continue

    def _seal(self, key: str, text: str) -> str | bytes:
        if self.cipher is None:
            return text
        nonce = os.urandom(12)
        return nonce + self.cipher.encrypt(nonce, text.encode(), key.encode())

    def _sealed(self, row: Record) -> tuple[Any, ...]:
        return (*row[:6], self._seal(row[0], row[6]))

    def _opened(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        if self.cipher is None:
            return row
        return (*row[:6], self.cipher.decrypt(row[6][:12], row[6][12:], row[0].encode()).decode())


class Sayso:
    """A house behind the desk of `sayso serve`: one process, its history folded; one reads at a time, and changes share a commit."""

    def __init__(self, settings: Settings) -> None:
        self.house: House = create(settings)
        self.folder = settings.data
        self.desk = FrontDesk(self.house)
        self.one, self.together = self.desk.one, self.desk.together
        self.accounts: dict[str, AccountId] = {}
        self.policy = self.house.policy_in_force()

    def close(self) -> str:
        """Return what an audit finds."""
        found = evidence.audit(self.house)
        self.house.close()
        return f"{len(found)} audit findings" if found else ""

    def load(self, rows: list[Record]) -> None:
        for first in range(0, len(rows), 1000):
            with self.house.writing() as work:
                for row in rows[first : first + 1000]:
                    if row[1] not in self.accounts:
                        self.accounts[row[1]] = enrol(self.house, work, row[1], tier=row[2], region=row[3])
                self._seal(work, rows[first : first + 1000])
        self.house.present()

    def run(self, op: Op) -> Any:
        name, *rest = op
        match name:
            case "create":
                return self.together.do(lambda work: self._seal(work, [rest[0]]))
            case "update_by_key":
                return self.together.do(lambda work: self._update(work, *rest))
            case "update_meta_by_usr":
                return self.together.do(lambda work: self._change(work, *rest))
            case "delete_by_key":
                self.together.do(lambda work: deletion.delete_in(self.house, work, [self._id(work.conn, rest[0], rest[1])]))
                return None
            case "delete_by_usr":
                self.together.do(lambda work: deletion.delete_account_in(self.house, work, self.accounts[rest[0]]))
                return None
        with self.one:
            return self._read_one(name, rest)

    def size(self) -> int:
        self.house.vault.settle()
        lies = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())
        if self.house.engine.dialect.name == "sqlite":
            return lies
        tables = "SELECT sum(pg_total_relation_size(c.oid)) FROM pg_class c WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        with self.house.reading() as conn:
            return lies + int(conn.exec_driver_sql(tables).scalar_one())

    def _read_one(self, name: str, rest: list[Any]) -> Any:
        house, once = self.house, self.house.vault.once
        match name:
            case "get_logs":
                return len(house.ask(lambda conn: house.ledger.tail(conn, 100)))
            case "read_by_key":
                try:
                    found = house.ask(lambda conn: once.open(conn, self.accounts[rest[1]], "bench", rest[0]))
                except Refused:
                    return []
                return [self._row(found, self._about(self.accounts[rest[1]]))]
            case "read_by_usr":
                account = self.accounts[rest[0]]
                mine = house.ask(lambda conn: once.page(conn, account))
                if mine is None:  # more than one question answers
                    with house.reading() as conn:
                        mine = list(house.vault.open_account(conn, account))
                about = self._about(account)
                return sorted(self._row(one.payloads, about) for one in mine)
            case "read_meta_by_usr":
                account = self.accounts[rest[0]]
                about, past = self._about(account), house.past
                names = house.ask(lambda conn: once.names(conn, account))
                return sorted((rest[0], *about, past.began(one).surface) for one in names)
        return house.ask(lambda conn: once.shown(conn, self.accounts[rest[1]], "bench", rest[0]))

    def _id(self, conn: Any, key: str, person: str) -> ConversationId:
        return self.house.vault.identify(conn, self.accounts[person], "bench", key)

    def _row(self, payloads: list[bytes], about: tuple[str, str, str]) -> Record:
        key, person, surface, text = payloads[-1].decode().split("\n", 3)
        return (key, person, *about, surface, text)

    def _about(self, account: AccountId) -> tuple[str, str, str]:
        """Return a person's tier, region and answer of now."""
        past = self.house.past
        return (*past.tier_and_region(account), past.answer(account, "model_training"))

    def _seal(self, work: Work, rows: list[Record], known: ConversationId | None = None) -> None:
        house = self.house
        blocks = [
            Block(
                account=self.accounts[row[1]],
                conversation=known or self._id(work.conn, row[0], row[1]),
                payload="\n".join((row[0], row[1], row[5], row[6])).encode(),
                turns=1,
                policy=self.policy.digest,
                began=work.at,
                ended=work.at,
            )
            for row in rows
        ]
        lines: list[Any] = []
        for row, one in zip(rows, house.vault.seal_all(work.conn, blocks), strict=True):
            lines.append(TurnTaken(at=work.at, account=one.account, conversation=one.conversation, surface=row[5]))
            named = {"conversation": one.conversation, "account": one.account, "digest": one.digest, "key_digest": one.key_digest}
            lines.append(Sealed(at=work.at, block=one.block, turns=1, bytes=one.bytes, **named))
        work.record(lines)
        rule.reschedule(house, work, [one.conversation for one in blocks], self.policy)

    def _update(self, work: Work, key: str, person: str, text: str) -> None:
        try:
            conversation = self._id(work.conn, key, person)
            surface = self.house.past.began(conversation).surface
            self._seal(work, [(key, person, "", "", "", surface, text)], conversation)
        except Refused:
            pass  # it was deleted, or its account was: as an UPDATE that finds no row

    def _change(self, work: Work, person: str, field: str, value: str) -> None:
        account, past = self.accounts[person], self.house.past
        if past.deleted_at(account) is not None:
            return
        at: Any = {"at": work.at, "account": account}
        kinds: dict[str, Callable[[], Any]] = {
            "tier": lambda: TierChanged(tier=value, **at),
            "region": lambda: RegionChanged(region=value, **at),
            "say": lambda: ChoiceMade(say=value, **at),  # type: ignore[arg-type]  # one of VALUES
        }
        work.record([kinds[field]()])
        stale.mark(self.house, work, past, [account])


@contextmanager
def server() -> Iterator[str]:
    """Yield the folder of a PostgreSQL of our own that waits for the disk: there its socket lies."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    binaries = found[-1].parent if found else Path(str(shutil.which("initdb"))).parent
    other = pwd.getpwnam("nobody") if os.getuid() == 0 else None
    as_other: dict[str, Any] = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []} if other else {}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **as_other)

    with tempfile.TemporaryDirectory(prefix="sayso-pg-") as name:
        if other:
            os.chown(name, other.pw_uid, other.pw_gid)
        run(f"{binaries}/initdb", "-D", f"{name}/data", "-U", "sayso", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={name} -c fsync=on -c synchronous_commit=on -c shared_buffers=256MB"
        )
        run(f"{binaries}/pg_ctl", "-D", f"{name}/data", "-w", "-l", f"{name}/log", "-o", options, "start")
        try:
            yield name
        finally:
            run(f"{binaries}/pg_ctl", "-D", f"{name}/data", "-w", "-m", "fast", "stop")


class Spent:
    """CPU seconds of this process and of the PostgreSQL in *folder*, its children that are over included."""

    def __init__(self, folder: str) -> None:
        self.server = int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0])

    def now(self) -> float:
        ticks = sum(map(_ticks, [self.server, *_children(self.server)]))
        return time.process_time() + ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    """Return the clock ticks a process and those of its children that are over have used; none where it is over itself."""
    try:
        return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:15]))
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def timed(arm: Any, part: list[Op], clients: int) -> float:
    """Return the seconds in which *clients* threads run *part*."""
    wrong: list[BaseException] = []

    def work(mine: list[Op]) -> None:
        try:
            for op in mine:
                arm.run(op)
        except BaseException as error:  # noqa: BLE001  # told below
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(part[one::clients],)) for one in range(clients)]
    began = time.perf_counter()
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    if wrong:
        raise wrong[0]
    return time.perf_counter() - began


def measure(records: int, chats: int, count: int, slices: int) -> dict[str, Any]:
    """Return throughput by (mix, clients, arm), correctness by (mix, arm), bytes, and what an audit found."""
    people = records // chats
    rows = [record(number, people) for number in range(records)]
    born, facts = iter(range(chats, 10**9)), defaultdict[str, dict[str, str]](dict)
    rates: dict[tuple[str, int, str], list[float]] = defaultdict(list)
    spent: dict[tuple[str, int, str], float] = defaultdict(float)
    right: dict[tuple[str, str], list[bool]] = defaultdict(list)
    with server() as folder, tempfile.TemporaryDirectory() as name:
        address, cpu = f"host={folder} user=sayso dbname=postgres", Spent(folder)
        with psycopg.connect(address, autocommit=True) as conn:
            conn.execute("CREATE DATABASE sayso")
        ours = f"postgresql://sayso@/sayso?host={folder}"
        arms: dict[str, Any] = {
            OURS[0]: Sayso(Settings(data=Path(name) / "data", keys=Path(name) / "keys")),
            OURS[1]: Sayso(Settings(data=Path(name) / "data-pg", keys=Path(name) / "keys-pg", database=ours)),
            THEIRS[0]: Postgres(address, "plain", None),
            THEIRS[1]: Postgres(address, "sealed", os.urandom(32)),
        }
        for arm in arms.values():
            arm.load(rows)
        sizes = {title: arm.size() for title, arm in arms.items()}
        oracle = Oracle(rows)
        for mix in MIX:
            ops = trace(mix, records, people, count, SEED, born, facts)
            for at in range(0, count, count // slices):
                part = ops[at : at + count // slices]
                expected = [oracle.run(op) for op in part]
                for title, arm in arms.items():
                    used, began = cpu.now(), time.perf_counter()
                    said = [arm.run(op) for op in part]
                    rates[mix, 1, title].append(len(part) / (time.perf_counter() - began))
                    spent[mix, 1, title] += cpu.now() - used
                    right[mix, title] += [
                        told == wanted for op, told, wanted in zip(part, said, expected, strict=True) if op[0] in CHECKED
                    ]
        for title, arm in arms.items():  # what the changes left behind, whatever the mix read of it
            for person in range(0, people, max(1, people // 200)):
                op = ("read_by_usr", f"u{person}")
                right["all, read at the end", title].append(arm.run(op) == oracle.run(op))
        for mix in MIX:
            ops = trace(mix, records, people, count, SEED + 1, born, facts)
            for at in range(0, count, count // slices):
                for title, arm in arms.items():
                    part, used = ops[at : at + count // slices], cpu.now()
                    rates[mix, 8, title].append(len(part) / timed(arm, part, 8))
                    spent[mix, 8, title] += cpu.now() - used
        wrong = {title: arm.close() for title, arm in arms.items()}
    return {
        "rates": rates,
        "spent": spent,
        "right": right,
        "sizes": sizes,
        "wrong": wrong,
        "load": os.getloadavg()[0],
        "plain": sum(sum(map(len, row)) for row in rows),
        "records": records,
        "chats": chats,
        "ops": count,
    }


def report(runs: list[dict[str, Any]]) -> str:
    """Return the tables as Markdown."""
    lines = [
        f"Measured {iso(datetime.now(UTC))[:10]} by `bench/gdpr_load.py` on {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, psycopg {psycopg.__version__}; {run_load(runs)}. Operations a second, medians of slices that took turns.",
        "",
        "| records | of a person | clients | role | sayso on SQLite | sayso on PostgreSQL | PostgreSQL | PostgreSQL + AES-GCM | on SQLite / PostgreSQL | / with AES-GCM | on PostgreSQL / PostgreSQL | / with AES-GCM | asked for | reached on SQLite | on PostgreSQL |",
        "|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---|---|---|",
    ]
    for run in runs:
        for clients in (1, 8):
            for mix in MIX:
                one, other, plain, sealed = (statistics.median(run["rates"][mix, clients, title]) for title in (*OURS, *THEIRS))
                writes = mix in ("controller", "customer")
                asked = "faster than both" if writes else "half of AES-GCM"
                reached = [
                    "yes" if (own > max(plain, sealed) if writes else own >= sealed / 2) else "**no**" for own in (one, other)
                ]
                ratios = " | ".join(f"{own / theirs:.2f}" for own in (one, other) for theirs in (plain, sealed))
                lines.append(
                    f"| {run['records']:,} | {run['chats']:,} | {clients} | {mix} | {one:,.0f} | {other:,.0f} | {plain:,.0f} | {sealed:,.0f} | {ratios} | {asked} | {reached[0]} | {reached[1]} |"
                )
    lines += [
        "",
        "| records | of a person | clients | role: CPU ms an operation, the server's included | sayso on SQLite | sayso on PostgreSQL | PostgreSQL | PostgreSQL + AES-GCM | operations a CPU second, on SQLite / AES-GCM | on PostgreSQL / AES-GCM |",
        "|---:|---:|---:|---|---:|---:|---:|---:|---:|---:|",
    ]
    for run in runs:
        for clients in (1, 8):
            for mix in MIX:
                each = [run["spent"][mix, clients, title] / run["ops"] * 1e3 for title in (*OURS, *THEIRS)]
                told = " | ".join(f"{one:.2f}" for one in each)
                lines.append(
                    f"| {run['records']:,} | {run['chats']:,} | {clients} | {mix} | {told} | {each[3] / each[0]:.2f} | {each[3] / each[1]:.2f} |"
                )
    lines += [
        "",
        "| records | of a person | arm | reads that were right | bytes stored a byte of record | audit at the end |",
        "|---:|---:|---|---:|---:|---|",
    ]
    for run in runs:
        for title in run["sizes"]:
            told = [one for (_, arm), found in run["right"].items() if arm == title for one in found]
            audit = run["wrong"][title] or ("clean" if title.startswith("sayso") else "has none to run")
            lines.append(
                f"| {run['records']:,} | {run['chats']:,} | {title} | {sum(told):,} of {len(told):,} | {run['sizes'][title] / run['plain']:.1f} | {audit} |"
            )
    return "\n".join(lines)


def run_load(runs: list[dict[str, Any]]) -> str:
    """Return what else the machine did while this was measured."""
    low, high = min(one["load"] for one in runs), max(one["load"] for one in runs)
    return f"other work wanted the same cores (load {low:.0f} to {high:.0f}), so compare along a line"


def put(path: Path, block: str, text: str) -> None:
    """Put *text* between the marks of *block* in *path*."""
    begin, end = f"<!-- {block}:begin -->", f"<!-- {block}:end -->"
    page = path.read_text(encoding="utf-8")
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--write", type=Path, help="put the tables into this page, between its marks")
    options.add_argument("--block", default="gdpr", help="the name of those marks")
    options.add_argument("--records", type=int, nargs="+", default=[10_000, 100_000])
    options.add_argument("--chats", type=int, nargs="+", default=[10], help="records of a person, for each number of records")
    options.add_argument("--ops", type=int, default=1_000)
    options.add_argument("--slices", type=int, default=5)
    options.add_argument("--keep", type=Path, help="keep what was measured in this file, and report on all that is kept there")
    given = options.parse_args()
    runs = pickle.loads(given.keep.read_bytes()) if given.keep and given.keep.exists() else []
    for records, chats in ((one, each) for one in given.records for each in given.chats):
        kept = [one for one in runs if (one["records"], one["chats"]) != (records, chats)]
        runs = [*kept, measure(records, chats, given.ops, given.slices)]
        if given.keep:
            given.keep.write_bytes(pickle.dumps(runs))
    text = report(sorted(runs, key=lambda one: (one["records"], one["chats"])))
    print(text)
    if given.write:
        put(given.write, given.block, text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
