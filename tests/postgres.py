"""A PostgreSQL of the tests' own: in a temporary folder, reached through a socket in it, stopped when they end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest


@dataclass
class Server:
    """A running server and the folder it keeps everything in."""

    folder: Path
    binaries: Path
    count: int = 0
    start: Callable[[], None] = print
    """Begin anew after it was stopped, or ended at once."""
    stop: Callable[[], None] = print
    run: Callable[..., None] = print
    """Run a program as whom the server runs as."""

    @property
    def main(self) -> int:
        """Return the process whose end is the server's."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def awake(self, patience: float = 60) -> None:
        """Return once somebody is let in: after a crash a server first goes through its log."""
        import psycopg

        until = time.monotonic() + patience
        while True:
            try:
                self.admin("SELECT 1")
            except psycopg.OperationalError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.02)
            else:
                return

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def address(self, database: str, user: str = "sayso") -> str:
        return f"postgresql://{user}@/{database}?host={quote(str(self.folder), safe='')}"

    def new(self) -> str:
        """Make a database of its own for a test and return its address."""
        self.count += 1
        name = f"house_{self.count}"
        self.admin(f"CREATE DATABASE {name}")
        return self.address(name)

    def admin(self, sql: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Run *sql* as somebody who may do anything, and return its rows."""
        import psycopg

        with psycopg.connect(host=str(self.folder), user="sayso", dbname=database, autocommit=True) as connection:
            cursor = connection.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def every_byte(self) -> Iterator[tuple[str, bytes]]:
        """Yield each file of the server: tables, write-ahead log, statistics, its own log."""
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                yield path.relative_to(self.folder).as_posix(), path.read_bytes()


def binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def running(template: Path | None = None, *, archived: bool = False, kept: Path | None = None) -> Iterator[Server]:
    """Yield a server that waits for its disk as a real one does; in memory where there is some, so that this costs little.

    With *template*, the data of a server that was stopped, it begins as a copy of that. Where it is *archived*, each file of its
    write-ahead log is copied to the folder `archive` beside its data, once it is full. In a folder *kept* it goes on with what is
    there, or begins, and stays there once it is stopped.
    """
    pytest.importorskip("psycopg", reason="psycopg is missing; make test installs it")
    programs = binaries()
    if programs is None:
        pytest.skip("PostgreSQL is missing; apt-get install postgresql")
    other = pwd.getpwnam("nobody") if os.getuid() == 0 else None  # PostgreSQL does not run as root

    def run(*command: str) -> None:
        subprocess.run(
            command,
            check=True,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # a pipe would stay open in the server
            user=other.pw_uid if other else None,
            group=other.pw_gid if other else None,
            extra_groups=[] if other else None,
        )

    memory = Path("/dev/shm")
    roomy = memory.is_dir() and os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
    beside = memory if roomy else "/tmp"
    with tempfile.TemporaryDirectory(dir=beside, prefix="sayso-pg-") if kept is None else nullcontext(str(kept)) as name:
        Path(name).mkdir(parents=True, exist_ok=True)
        if other:
            os.chown(name, other.pw_uid, other.pw_gid)
        data = f"{name}/data"
        if Path(data).exists():
            pass
        elif template is None:
            run(f"{programs}/initdb", "-D", data, "-U", "sayso", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        else:
            subprocess.run(["cp", "-a", str(template), data], check=True)
            if other:
                subprocess.run(["chown", "-R", f"{other.pw_uid}:{other.pw_gid}", data], check=True)
            Path(data).chmod(0o700)
        options = f"-c listen_addresses='' -c unix_socket_directories={name} -c jit=off -c autovacuum=off"
        if archived:
            run("/bin/mkdir", f"{name}/archive")
            options += f" -c archive_mode=on -c 'archive_command=cp %p {name}/archive/%f'"
        end = (f"{programs}/pg_ctl", "-D", data, "-w", "-m", "fast", "stop")
        server = Server(Path(name), programs, start=lambda: run(*begin), stop=lambda: run(*end), run=run)
        begin = (f"{programs}/pg_ctl", "-D", data, "-w", "-l", f"{name}/log", "-o", options, "start")
        server.start()
        try:
            yield server
        finally:
            server.stop()
