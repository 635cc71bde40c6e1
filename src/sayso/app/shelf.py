"""The data folder: one database that commits ledger and vault together, in it or beside it, and a lock against a second writer."""

from __future__ import annotations

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.pool import QueuePool

from sayso.app import postgres
from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, SaysoError, Unfit

DATABASE = "sayso.db"
LOCK = "lock"
IDLE, MOST_IDLE = "sayso_idle", 8
"""Where an engine keeps its connections between two transactions: to check one in and out takes longer than to read a row."""
GLANCE = "sayso_glance"
CACHE = 32 * 1024
"""KiB of pages that a connection for reading keeps: of a hundred thousand chats, SQLite's own 2 MiB are read anew all the time."""
T = TypeVar("T")


def engine(folder: Path, database: str | None = None, *, write: bool, patience: float = 3) -> Engine:
    """Return an engine on the database of *folder*: durable commits, writers one at a time, readers that only read.

    It is PostgreSQL at the address *database*, or else SQLite in the folder: WAL, deleted bytes overwritten.
    """
    if database is not None:
        return postgres.engine(database, write=write, patience=patience)
    if not write and folder.is_dir() and not os.access(folder, os.W_OK):
        return _untouched(folder)
    made = create_engine(f"sqlite:///{folder / DATABASE}", connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(made, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where `writing` and `reading` say so
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        if not write:
            cursor.execute("PRAGMA query_only=ON")
            cursor.execute(f"PRAGMA cache_size=-{CACHE}")
        cursor.close()

    idle: list[Connection] = []
    setattr(made, IDLE, idle)

    @event.listens_for(made, "engine_disposed")
    def _dispose(_engine: Engine) -> None:
        while idle:
            one = idle.pop()
            one.detach()  # its pool is gone: it is closed, and not given back
            one.close()

    begin = "BEGIN IMMEDIATE" if write else "BEGIN"

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get(GLANCE):
            return  # one question is a transaction by itself
        # Of the driver itself: it is done for every transaction, and through SQLAlchemy it costs more than the database needs.
        cursor = connection.connection.cursor()
        try:
            cursor.execute(begin)
        except made.dialect.loaded_dbapi.Error as error:
            raise DBAPIError.instance(begin, None, error, made.dialect.loaded_dbapi.Error) from None
        finally:
            cursor.close()

    return made


def _untouched(folder: Path) -> Engine:
    """Return an engine on the SQLite of a folder in which nothing may be written, such as an auditor's copy.

    SQLite reads a database with a write-ahead log by writing beside it. Where that log is empty, all is in the database itself;
    where a service is at work, its index of the log is there to be read. A copy with a log and no index cannot be read so.
    """
    wal, index = (folder / f"{DATABASE}{end}" for end in ("-wal", "-shm"))
    waiting = wal.exists() and wal.stat().st_size > 0
    if waiting and not index.exists():
        raise Unfit(
            f"`{wal.name}` holds lines that cannot be read where nothing may be written; "
            "copy the whole folder to where you may write, and audit that"
        )
    place = f"file:{quote(str((folder / DATABASE).resolve()))}?mode=ro{'' if waiting else '&immutable=1'}"

    def connect() -> sqlite3.Connection:
        opened = sqlite3.connect(place, timeout=30, check_same_thread=False, uri=True, isolation_level=None)
        for pragma in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON", "query_only=ON"):
            opened.execute(f"PRAGMA {pragma}")
        return opened

    made = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return made


def glance(made: Engine) -> Engine:
    """Return an engine on the same database for single questions: each is a transaction of its own, begun and ended by nobody."""
    plain = made.execution_options(isolation_level="AUTOCOMMIT", **{GLANCE: True})
    setattr(plain, IDLE, [])
    return plain


def ask(made: Engine, question: Callable[[Connection], T]) -> T:
    """Return what *question* gives on a connection of the engine *made* by `glance`, which stays open for the next one."""
    idle: list[Connection] = getattr(made, IDLE)
    connection = idle.pop() if idle else made.connect()
    try:
        if not connection.in_transaction():
            connection.begin()  # of SQLAlchemy only: the database is told nothing
        found = question(connection)
    except BaseException:
        connection.close()
        raise
    if len(idle) < MOST_IDLE:
        idle.append(connection)
    else:
        connection.close()
    return found


def leave(made: Engine) -> None:
    """Close what the engine *made* by `glance` keeps open."""
    idle: list[Connection] = getattr(made, IDLE)
    while idle:
        idle.pop().close()


@contextmanager
def transaction(made: Engine) -> Iterator[Connection]:
    """Yield a connection in one transaction; a full disk or a damaged database ends in one clear line, with nothing half done."""
    try:
        idle: list[Connection] | None = getattr(made, IDLE, None)
        if idle is None:
            with made.begin() as connection:
                yield connection
            return
        connection = idle.pop() if idle else made.connect()
        try:
            with connection.begin():
                yield connection
        except BaseException:
            connection.close()
            raise
        if len(idle) < MOST_IDLE:
            idle.append(connection)
        else:
            connection.close()
    except SaysoError:
        raise
    except NoConnection:
        raise Broken("the database is busy with another process; nothing was recorded: try again") from None
    except DBAPIError as error:
        if made.dialect.name == "postgresql":
            raise Broken(postgres.why(error)) from None
        raise Broken(_why_sqlite(error)) from None
    except OSError as error:
        raise Broken(f"the disk refuses ({reason(error)}); nothing was recorded: look at it and try again") from None


def _why_sqlite(error: DBAPIError) -> str:
    if isinstance(error, OperationalError):
        return why(str(error.orig).lower())
    return "the database refuses the change or is damaged; run `sayso audit`"


@contextmanager
def plainly(what: str) -> Iterator[None]:
    """Turn a failing disk into one line that begins with *what* cannot be done."""
    try:
        yield
    except OSError as error:
        raise Broken(f"{what} ({reason(error)}); look at the disk and try again, what was acknowledged is kept") from None


def reason(error: OSError) -> str:
    """Return in a few words what the system says of *error*, and no path."""
    return (error.strerror or "unknown cause").lower()


def why(text: str) -> str:
    """Return, in one line, what a database error means for whoever waits for an answer."""
    if "full" in text:
        return "the disk is full; nothing was recorded: free some space and try again"
    if "readonly" in text or "read-only" in text or "query_only" in text:
        return "the data folder is open for reading only; nothing was recorded"
    if "locked" in text:
        return "the database is busy with another process; nothing was recorded: try again"
    return "the database cannot be opened; check the disk and its permissions, then run `sayso audit`"


def sha256(path: Path) -> str:
    """Return the SHA-256 of the file at *path* in hex; nothing where it cannot be read."""
    try:
        return digest(path.read_bytes())
    except OSError:
        return ""


def damage(conn: Connection) -> list[str]:
    """Return what the database itself finds wrong in its file; PostgreSQL has checksums for that and tells when it reads."""
    if conn.dialect.name != "sqlite":
        return []
    lines = [str(row[0]) for row in conn.exec_driver_sql("PRAGMA integrity_check(20)")]
    return [] if lines == ["ok"] else lines


PAUSE = 0.01
"""Seconds between two tries for the place of the writer."""
BRIEFLY = "~"
"""Before the number of a process that holds the lock for one transaction only: such a one is waited for."""


class InUse(Unfit):
    """Another process has the data folder; nothing was changed."""


class Lock:
    """Held by the one process that may write to a data folder; it goes with the process, however that ends."""

    def __init__(self, folder: Path, *, patience: float = 0) -> None:
        """Take it; with *patience*, in seconds, also from others who only take it for a moment at a time."""
        self._file: IO[str] | None = None
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        file = os.fdopen(handle, "r+", encoding="ascii")
        until = time.monotonic() + patience
        while not _locked(file):
            holder = file.read(20).strip()
            file.seek(0)
            if time.monotonic() < until and not holder.isdigit():
                time.sleep(PAUSE)
                continue
            file.close()
            raise InUse(
                f"data folder `{folder.name}` is in use by process {holder.strip(BRIEFLY) or 'unknown'}; "
                "stop that one first, nothing was changed"
            )
        file.seek(0)
        file.truncate()
        file.write(f"{BRIEFLY if patience else ''}{os.getpid()}")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let the next writer in."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
