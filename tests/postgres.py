"""A PostgreSQL of the tests' own: in a temporary folder, reached through a socket in it, stopped when they end."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
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
def running() -> Iterator[Server]:
    """Yield a server that waits for its disk as a real one does; in memory where there is some, so that this costs little."""
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
    with tempfile.TemporaryDirectory(dir=memory if roomy else "/tmp", prefix="sayso-pg-") as name:
        if other:
            os.chown(name, other.pw_uid, other.pw_gid)
        data = f"{name}/data"
        run(f"{programs}/initdb", "-D", data, "-U", "sayso", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = f"-c listen_addresses='' -c unix_socket_directories={name} -c jit=off -c autovacuum=off"
        run(f"{programs}/pg_ctl", "-D", data, "-w", "-l", f"{name}/log", "-o", options, "start")
        try:
            yield Server(Path(name), programs)
        finally:
            run(f"{programs}/pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
