"""Durable, acknowledged choices over HTTP beside a plain loop of one INSERT per commit; --write FILE keeps the table.

A real `sayso serve` runs in one process and its clients in another: each holds a connection open, is signed in as people whom it
presses for in turn, and sends the next press when the one before was answered. The plain loop has no server, no check and no
proof: the same answer as a bare row, in a transaction of its own, by the database's own driver in one thread. Every arm waits for
the same disk before it says done. Slices take turns; afterwards every acknowledged number is looked up in the ledger.

With --waits each database is measured again with every wait for the disk made so many milliseconds longer, for all alike, by a
few lines of C between the programs and their system: disks differ by a hundred times in this, and the answer with them.

With --fides PYTHON, an interpreter that has `ethyca-fides` installed, its consent write takes its turns too, on the same PostgreSQL; what
is written then is a table of its own.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import platform
import pwd
import re
import select
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import peer_fides
import psycopg
from msgspec.structs import replace
from peer_fides import Peer, free_port

from sayso.app.house import create, open_house
from sayso.app.http import links
from sayso.app.jobs import evidence, people
from sayso.app.settings import Settings
from sayso.facts.events import ChoiceMade
from sayso.proofs.checkpoint import Checkpoint
from sayso.proofs.notes import split_note

PROGRAM = [sys.executable, "-c", "from sayso.app.cli import main; main()"]
SLOWER = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
static int then(const char *name, int handle) {
  int (*real)(int) = (int (*)(int)) dlsym(RTLD_NEXT, name);
  int done = real(handle);
  struct timespec wait = {0, WAIT_MS * 1000000L};
  nanosleep(&wait, 0);
  return done;
}
int fsync(int handle) { return then("fsync", handle); }
int fdatasync(int handle) { return then("fdatasync", handle); }
"""
POLICY = "anthropic-consumer"
ACK = r"(?is)^HTTP/1\.1 303 .*\r\nlocation: */me/choice\?done=(\d+)"
CLIENTS = (1, 32)
ASKED = 5
"""Times the plain loop that 32 clients are to reach."""
ASKED_OF_PEER = 20
"""Times the consent write of ethyca-fides."""
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Slice:
    """What one arm did in its turn."""

    done: int
    seconds: float
    cpu: float
    latencies: list[float] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return self.done / self.seconds


# The plain loop.


def row(number: int) -> tuple[str, str, str, str, str, str]:
    say = "allow" if number & 1 else "refuse"
    return (datetime.now(UTC).isoformat(), f"account-{number:032x}", "model_training", say, "settings", "f" * 64)


COLUMNS = "at text, account text, purpose text, say text, via text, notice text"
MARKS = ("at", "account", "purpose", "say", "via", "notice")


def plain_sqlite(folder: Path) -> Callable[[float], Slice]:
    conn = sqlite3.connect(folder / "plain.db", isolation_level=None)
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        conn.execute(f"PRAGMA {pragma}")
    conn.execute(f"CREATE TABLE IF NOT EXISTS choices (id integer PRIMARY KEY, {COLUMNS})")
    insert = f"INSERT INTO choices ({', '.join(MARKS)}) VALUES (?, ?, ?, ?, ?, ?)"

    def once(number: int) -> None:
        conn.execute("BEGIN IMMEDIATE")
        conn.execute(insert, row(number))
        conn.execute("COMMIT")

    return lambda seconds: loop(once, seconds)


def plain_postgres(address: str) -> Callable[[float], Slice]:
    conn = psycopg.connect(address, autocommit=True)
    conn.execute("SET synchronous_commit = on")
    conn.execute(f"CREATE TABLE IF NOT EXISTS choices (id bigserial PRIMARY KEY, {COLUMNS})")
    insert = f"INSERT INTO choices ({', '.join(MARKS)}) VALUES (%s, %s, %s, %s, %s, %s)"
    return lambda seconds: loop(lambda number: conn.execute(insert, row(number)), seconds)


def loop(once: Callable[[int], object], seconds: float) -> Slice:
    done, latencies, began, cpu = 0, [], time.perf_counter(), time.process_time()
    while (now := time.perf_counter()) - began < seconds:
        once(done)
        latencies.append(time.perf_counter() - now)
        done += 1
    return Slice(done, time.perf_counter() - began, time.process_time() - cpu, latencies)


# The clients: a process of their own, one thread, a connection each.


class Presser:
    """One client: an open connection, and the presses of its people in turn."""

    def __init__(self, port: int, presses: list[bytes], ack: re.Pattern[bytes]) -> None:
        self.ack = ack
        self.sock = socket.create_connection(("127.0.0.1", port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.presses, self.at, self.sent, self.got = presses, 0, 0.0, b""

    def press(self) -> None:
        self.got, self.sent = b"", time.perf_counter()
        self.sock.sendall(self.presses[self.at % len(self.presses)])
        self.at += 1

    def answered(self) -> bytes | None:
        """Return the place an answer leads to once all of it is there; whatever is no acknowledgement ends the measurement."""
        self.got += self.sock.recv(65536)
        head, found, body = self.got.partition(b"\r\n\r\n")
        if not found:
            if not self.got:
                raise RuntimeError("the server closed the connection")
            return None
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        if length is not None and len(body) < int(length[1]):
            return None
        place = self.ack.search(head)
        if place is None:
            raise RuntimeError(self.got[:300].decode(errors="replace"))
        return place[1]


def pressing(told: dict[str, Any]) -> None:
    """Press as *told* on standard input says, a slice per line; tell of each on standard output."""
    by_client = [[one.encode("latin-1") for one in mine] for mine in told["presses"]]
    starts, ack = [0] * len(by_client), re.compile(told["ack"].encode())
    for line in sys.stdin:
        asked = json.loads(line)
        clients = [Presser(told["port"], mine, ack) for mine in by_client[: asked["clients"]]]
        poll, by_fd = select.epoll(), {}
        for place, one in enumerate(clients):
            one.at = starts[place]
            poll.register(one.sock, select.EPOLLIN)
            by_fd[one.sock.fileno()] = one
        acked, latencies, began = [], [], time.perf_counter()
        for one in clients:
            one.press()
        waiting = len(clients)
        while waiting:
            for fd, _ in poll.poll():
                one = by_fd[fd]
                if (place := one.answered()) is not None:
                    now = time.perf_counter()
                    latencies.append(now - one.sent)
                    acked.append(int(place))
                    if now - began < asked["seconds"]:
                        one.press()
                    else:
                        waiting -= 1
        seconds = time.perf_counter() - began
        for place, one in enumerate(clients):
            starts[place] = one.at
            one.sock.close()
        print(json.dumps({"seconds": seconds, "latencies": latencies, "acked": acked}), flush=True)


# The server.


class Visitor:
    """A browser without a screen, as far as it is needed to come in and to find the form."""

    def __init__(self, port: int) -> None:
        self.port, self.cookies = port, dict[str, str]()

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None) -> str:
        conn = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if fields is not None:
            headers |= {"content-type": "application/x-www-form-urlencoded", "origin": f"http://127.0.0.1:{self.port}"}
        conn.request(method, path, None if fields is None else urlencode(fields), headers)
        answer = conn.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
        text = answer.read().decode()
        if answer.status not in (200, 303):
            raise RuntimeError(f"{method} {path.partition('?')[0]}: {answer.status}")
        conn.close()
        return text

    @staticmethod
    def fields(page: str, action: str) -> dict[str, str]:
        form = next(iter(re.findall(rf'<form[^>]*action="{re.escape(action)}"[^>]*>.*?</form>', page, re.DOTALL)))
        return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))

    def presses(self, link: str) -> list[str]:
        """Come in and return the two presses of this person, refuse and allow, as a browser sends them."""
        parts = urlsplit(link)
        self.ask("POST", "/enter", self.fields(self.ask("GET", f"{parts.path}?{parts.query}"), "/enter"))
        fields = self.fields(self.ask("GET", "/me/choice"), "/me/choice")
        return [self._press({**fields, "answer": say}) for say in ("refuse", "allow")]

    def _press(self, fields: dict[str, str]) -> str:
        body = urlencode(fields)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return (
            f"POST /me/choice HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0)\r\n"
            "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\nOrigin: null\r\n"
            f"Connection: keep-alive\r\nCookie: {cookies}\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n"
            f"Sec-Fetch-Site: same-origin\r\nSec-Fetch-User: ?1\r\n\r\n{body}"
        )


@contextmanager
def serving(settings: Settings, extra: tuple[str, ...] = ()) -> Iterator[tuple[int, int]]:
    """Yield port and process of a `sayso serve` on the house of *settings*."""
    port = free_port()
    environ = {name: value for name, value in os.environ.items() if not name.startswith("SAYSO_")}
    environ |= {"SAYSO_KEYS": str(settings.keys)}
    if settings.database:
        environ["SAYSO_DATABASE"] = settings.database
    program = [*PROGRAM, "serve", "--port", str(port), "--data", str(settings.data), *extra]
    with subprocess.Popen(program, env=environ, stdout=subprocess.DEVNULL) as process:
        try:
            for _ in range(600):
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    if process.poll() is not None:
                        raise RuntimeError("the server did not start") from None
                    time.sleep(0.05)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(60)


def cpu_of(pid: int) -> float:
    """Return the CPU seconds of a process so far."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / TICK


@contextmanager
def clients_of(port: int, presses: list[list[str]], ack: str = ACK) -> Iterator[Callable[[int, float], dict[str, Any]]]:
    """Yield what lets a number of clients press for some seconds."""
    with subprocess.Popen([sys.executable, __file__, "--press"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        pipes = other.stdin, other.stdout

        def told(line: dict[str, Any]) -> None:
            pipes[0].write(json.dumps(line) + "\n")
            pipes[0].flush()

        def press(clients: int, seconds: float) -> dict[str, Any]:
            told({"clients": clients, "seconds": seconds})
            answer = pipes[1].readline()
            if not answer:
                raise RuntimeError("the clients stopped")
            return dict(json.loads(answer))

        told({"port": port, "presses": presses, "ack": ack})
        yield press
        other.stdin.close()


def measure(
    settings: Settings, plain: Callable[[float], Slice], persons: int, slices: int, seconds: float, peer: Peer | None = None
) -> dict[str, Any]:
    """Return the slices of each arm on one database, and what was found afterwards."""
    with create(settings, policy=POLICY) as house:
        with house.writing() as work:
            accounts = [people.enrol(house, work, f"person {one}", tier="pro", region="US") for one in range(persons)]
        secret, at = house.keys.session, house.now()
    arms: dict[str, list[Slice]] = {"plain": []} | {f"sayso {count}": [] for count in CLIENTS}
    acked: dict[str, list[int]] = {f"sayso {count}": [] for count in CLIENTS}
    with serving(settings) as (port, pid), ExitStack() as others:
        base = f"http://127.0.0.1:{port}"
        each = [Visitor(port).presses(links.mint(secret, one, "person", at=at, base_url=base, minutes=720)) for one in accounts]
        dealt = [
            [say for which in (0, 1) for pair in each[place :: max(CLIENTS)] for say in pair[which : which + 1]]
            for place in range(max(CLIENTS))
        ]
        with clients_of(port, dealt) as press:
            press(max(CLIENTS), 1.0)
            servers = [("sayso", pid, press)]
            if peer is not None:
                other = others.enter_context(clients_of(peer.port, peer.presses, peer_fides.ACK))
                other(max(CLIENTS), 3.0)
                servers.append(("fides", peer.pid, other))
            for _ in range(slices):
                arms["plain"].append(plain(seconds))
                for name, process, pressed in servers:
                    for count in CLIENTS:
                        before = cpu_of(process)
                        told = pressed(count, seconds)
                        if name == "sayso":
                            acked[f"{name} {count}"] += told["acked"]
                        latencies = told["latencies"]
                        one = Slice(len(latencies), told["seconds"], cpu_of(process) - before, latencies)
                        arms.setdefault(f"{name} {count}", []).append(one)
    return {"arms": arms, "peer": None if peer is None else peer.version, **looked_up(settings, acked)}


def looked_up(settings: Settings, acked: dict[str, list[int]]) -> dict[str, Any]:
    """Return how many acknowledged numbers there are, how many are choices in the ledger and share a signature, and an audit's findings."""
    with open_house(settings, write=False) as house, house.reading() as conn:
        there = {entry.seq for entry in house.ledger.of_kind(conn, ChoiceMade)}
        signed = sorted(Checkpoint.parse(split_note(note)[0]).size for note in house.ledger.checkpoints(conn))
    with open_house(settings) as house:
        found = evidence.audit(house)
    every = {one for mine in acked.values() for one in mine}
    return {
        "acked": sum(map(len, acked.values())),
        "there": len(every & there),
        "shared": {arm: len(mine) / len({bisect_left(signed, one) for one in mine}) for arm, mine in acked.items()},
        "findings": len(found),
    }


@contextmanager
def postgresql(port: int) -> Iterator[str]:
    """Yield the folder of a PostgreSQL of our own that waits for the disk; its socket lies there, and it listens on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    binaries = found[-1].parent if found else Path(str(shutil.which("initdb"))).parent
    other = pwd.getpwnam("nobody") if os.getuid() == 0 else None
    as_other: dict[str, Any] = {"user": other.pw_uid, "group": other.pw_gid, "extra_groups": []} if other else {}

    def run(*command: str) -> None:
        subprocess.run(command, check=True, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **as_other)

    with tempfile.TemporaryDirectory(prefix="sayso-pg-") as name:
        if other:
            os.chown(name, other.pw_uid, other.pw_gid)
        run(f"{binaries}/initdb", "-D", f"{name}/data", "-U", "sayso", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = (
            f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={name} -c fsync=on -c synchronous_commit=on"
        )
        run(f"{binaries}/pg_ctl", "-D", f"{name}/data", "-w", "-l", f"{name}/log", "-o", options, "start")
        try:
            with psycopg.connect(f"host={name} port={port} user=sayso dbname=postgres", autocommit=True) as conn:
                conn.execute("CREATE DATABASE sayso")
            yield name
        finally:
            run(f"{binaries}/pg_ctl", "-D", f"{name}/data", "-w", "-m", "fast", "stop")


def on_one(engine: str, asked: argparse.Namespace) -> dict[str, Any]:
    """Return what was measured on one database, in a folder of its own."""
    with tempfile.TemporaryDirectory(dir=asked.folder) as name:
        folder = Path(name)
        settings = Settings(data=folder / "data", keys=folder / "data.keys")
        if engine == "SQLite":
            return measure(settings, plain_sqlite(folder), asked.persons, asked.slices, asked.seconds)
        port = free_port()
        with postgresql(port) as place, ExitStack() as beside:
            address = f"postgresql://sayso@/sayso?host={quote(place, safe='')}&port={port}"
            plain = plain_postgres(f"host={place} port={port} user=sayso dbname=postgres")
            peer = None
            if asked.fides is not None:
                peer = beside.enter_context(peer_fides.fides(asked.fides, place, port, asked.persons, max(CLIENTS)))
            found = measure(replace(settings, database=address), plain, asked.persons, asked.slices, asked.seconds, peer)
            if peer is not None and peer_fides.kept(place, port) != asked.persons:
                raise RuntimeError("ethyca-fides does not hold one answer for each person")
            return found


def slower(wait: int, words: list[str], folder: Path) -> list[dict[str, Any]]:
    """Return what this script measures where each wait for the disk takes *wait* milliseconds longer."""
    source, library = folder / f"slower{wait}.c", folder / f"slower{wait}.so"
    source.write_text(SLOWER.replace("WAIT_MS", str(wait)), "ascii")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    folder.chmod(0o755)
    environ = os.environ | {"LD_PRELOAD": str(library)}
    done = subprocess.run(
        [sys.executable, __file__, *words, "--waits", "0", "--json"], env=environ, check=True, stdout=subprocess.PIPE
    )
    return list(json.loads(done.stdout))


def rows_of(engine: str, found: dict[str, Any], load: float) -> dict[str, Any]:
    """Return the figures of one database, as the table shows them."""
    arms: dict[str, list[Slice]] = found.pop("arms")
    figures: dict[str, Any] = {"engine": engine, "load": load, **found}
    for name, slices in arms.items():
        waits = sorted(one for each in slices for one in each.latencies)
        figures[name] = {
            "rate": statistics.median(one.rate for one in slices),
            "lowest": min(one.rate for one in slices),
            "highest": max(one.rate for one in slices),
            "cpu": sum(one.cpu for one in slices) / sum(one.done for one in slices) * 1e6,
            "half": waits[len(waits) // 2] * 1e3,
            "most": waits[int(len(waits) * 0.99)] * 1e3,
        }
    ratios = [sayso.rate / plain.rate for sayso, plain in zip(arms[f"sayso {max(CLIENTS)}"], arms["plain"], strict=True)]
    figures["ratio"] = statistics.median(ratios)
    if found["peer"] is not None:
        for count in CLIENTS:
            pairs = zip(arms[f"sayso {count}"], arms[f"fides {count}"], strict=True)
            figures[f"to fides {count}"] = statistics.median(sayso.rate / other.rate for sayso, other in pairs)
    return figures


def table(rows: list[dict[str, Any]], asked: argparse.Namespace) -> str:
    many = f"sayso {max(CLIENTS)}"
    day = datetime.now(UTC).date().isoformat()
    load = max(row["load"] for row in rows)
    measured = (
        f"Measured {day} by `bench/choices_http.py` on {platform.machine()}, {os.cpu_count()} cores that server, clients and "
        f"database share, Python {platform.python_version()}; medians of {asked.slices} slices of {asked.seconds:g} s that took turns, "
        f"{asked.persons} people. The machine did other work too: load {load:.1f}."
    )
    first = (
        "| database | a wait for the disk | plain loop, rows/s | sayso, 1 client, choices/s | median, 99 of 100, ms | "
        f"sayso, {max(CLIENTS)} clients | median, 99 of 100, ms | {max(CLIENTS)} clients / plain | asked for | reached |"
    )
    lines = [measured, "", first, "|---|---|---:|---:|---:|---:|---:|---:|---:|---|"]
    for row in rows:
        one, more, plain = row["sayso 1"], row[many], row["plain"]
        disk = f"{row['wait']} ms longer" if row["wait"] else "as it is"
        reached = "yes" if row["ratio"] >= ASKED else "**no**"
        lines.append(
            f"| {row['engine']} | {disk} | {plain['rate']:,.0f} | {one['rate']:,.0f} | {one['half']:.1f}, {one['most']:.1f} | "
            f"{more['rate']:,.0f} | {more['half']:.1f}, {more['most']:.1f} | {row['ratio']:.2f} | {ASKED} | {reached} |"
        )
    second = (
        "| database | a wait for the disk | slices of the plain loop, lowest to highest | of sayso with "
        f"{max(CLIENTS)} clients | CPU of the plain loop, us a row | of `sayso serve`, us a choice, 1 client | {max(CLIENTS)} clients | "
        "acknowledged | of these in the ledger | choices a signature, with "
        f"{max(CLIENTS)} clients | audit findings |"
    )
    lines += ["", second, "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"]
    for row in rows:
        one, more, plain = row["sayso 1"], row[many], row["plain"]
        disk = f"{row['wait']} ms longer" if row["wait"] else "as it is"
        lines.append(
            f"| {row['engine']} | {disk} | {plain['lowest']:,.0f} to {plain['highest']:,.0f} | {more['lowest']:,.0f} to "
            f"{more['highest']:,.0f} | {plain['cpu']:,.0f} | {one['cpu']:,.0f} | {more['cpu']:,.0f} | {row['acked']:,} | {row['there']:,} | "
            f"{row['shared'][many]:.1f} | {row['findings']} |"
        )
    return "\n".join(lines)


def peer_table(rows: list[dict[str, Any]], asked: argparse.Namespace) -> str:
    """Return what one run measured of ethyca-fides and of sayso, in turns."""
    many, load = max(CLIENTS), max(row["load"] for row in rows)
    lines = [
        (
            f"Measured {datetime.now(UTC).date().isoformat()} by `bench/choices_http.py --fides` on {platform.machine()}, {os.cpu_count()} cores that "
            f"servers, clients and database share, Python {platform.python_version()}, ethyca-fides {rows[0]['peer']}; medians of {asked.slices} slices of "
            f"{asked.seconds:g} s that took turns, {asked.persons} people. The machine did other work too: load {load:.1f}. us is CPU of the server's process."
        ),
        "",
        (
            "| database | a wait for the disk | clients | ethyca-fides, writes/s | median, 99 of 100, ms | us a write | sayso, choices/s | median, "
            "99 of 100, ms | us a choice | sayso / ethyca-fides | asked for | reached |"
        ),
        "|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---|---|",
    ]
    for row in rows:
        disk = f"{row['wait']} ms longer" if row["wait"] else "as it is"
        for count in CLIENTS:
            other, ours, ratio = row[f"fides {count}"], row[f"sayso {count}"], row[f"to fides {count}"]
            goal = (str(ASKED_OF_PEER), "yes" if ratio >= ASKED_OF_PEER else "**no**") if count == many else ("", "")
            lines.append(
                f"| {row['engine']} | {disk} | {count} | {other['rate']:,.0f} | {other['half']:.1f}, {other['most']:.1f} | {other['cpu']:,.0f} | "
                f"{ours['rate']:,.0f} | {ours['half']:.1f}, {ours['most']:.1f} | {ours['cpu']:,.0f} | {ratio:.1f} | {goal[0]} | {goal[1]} |"
            )
    return "\n".join(lines)


def write(path: Path, text: str, block: str) -> None:
    """Put *text* between the marks of *block* on the page at *path*."""
    begin, end = f"<!-- {block}:begin -->", f"<!-- {block}:end -->"
    before, _, rest = path.read_text("utf-8").partition(begin)
    after = rest.partition(end)[2]
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def main() -> None:
    parsed = argparse.ArgumentParser(description=__doc__)
    parsed.add_argument("--press", action="store_true", help=argparse.SUPPRESS)
    parsed.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    parsed.add_argument("--persons", type=int, default=320)
    parsed.add_argument("--slices", type=int, default=7)
    parsed.add_argument("--seconds", type=float, default=3.0)
    parsed.add_argument("--waits", type=int, nargs="+", default=[0, 5], help="milliseconds by which a wait for the disk is longer")
    parsed.add_argument("--on", nargs="+", default=["SQLite", "PostgreSQL"], choices=["SQLite", "PostgreSQL"])
    parsed.add_argument("--folder", type=Path, help="where to build; default a temporary folder")
    parsed.add_argument("--fides", type=Path, help="an interpreter that has ethyca-fides installed; left out without it")
    parsed.add_argument("--write", type=Path)
    asked = parsed.parse_args()
    if asked.fides is not None:
        asked.on = ["PostgreSQL"]  # it knows no other
    if asked.press:
        pressing(json.loads(sys.stdin.readline()))
        return
    rows: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as beside:
        for wait in asked.waits:
            if wait == 0:
                found = [rows_of(engine, on_one(engine, asked), os.getloadavg()[0]) for engine in asked.on]
            else:
                words = ["--persons", asked.persons, "--slices", asked.slices, "--seconds", asked.seconds, "--on", *asked.on]
                words += ["--folder", asked.folder] if asked.folder else []
                words += ["--fides", asked.fides] if asked.fides else []
                found = slower(wait, [str(one) for one in words], Path(beside))
            rows += [{"wait": wait, **row} for row in found]
    if asked.json:
        print(json.dumps([{name: value for name, value in row.items() if name != "wait"} for row in rows]))
        return
    rows.sort(key=lambda row: (asked.on.index(row["engine"]), row["wait"]))
    text = table(rows, asked) if asked.fides is None else peer_table(rows, asked)
    if asked.write:
        write(asked.write, text, "choices" if asked.fides is None else "fides")
    print(text)


if __name__ == "__main__":
    main()
