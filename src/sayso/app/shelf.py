"""The data folder on disk: one SQLite database that commits ledger and vault together, and a lock against a second writer."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import DatabaseError, OperationalError

from sayso.facts.errors import Broken, SaysoError, Unfit

DATABASE = "sayso.db"
LOCK = "lock"


def engine(folder: Path, *, write: bool) -> Engine:
    """Return an engine on the database of *folder*: WAL, durable commits, deleted bytes overwritten, writers one at a time."""
    made = create_engine(f"sqlite:///{folder / DATABASE}", connect_args={"timeout": 30, "check_same_thread": False})

    @event.listens_for(made, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # transactions begin where `writing` and `reading` say so
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        if not write:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    @event.listens_for(made, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return made


@contextmanager
def transaction(made: Engine) -> Iterator[Connection]:
    """Yield a connection in one transaction; a full disk or a damaged database ends in one clear line, with nothing half done."""
    try:
        with made.begin() as connection:
            yield connection
    except SaysoError:
        raise
    except OperationalError as error:
        raise Broken(why(str(error.orig).lower())) from None
    except DatabaseError:
        raise Broken("the database refuses the change or is damaged; run `sayso audit`") from None
    except OSError as error:
        raise Broken(f"the disk refuses ({reason(error)}); nothing was recorded: look at it and try again") from None


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


class Lock:
    """Held by the one process that may write to a data folder; it goes with the process, however that ends."""

    def __init__(self, folder: Path) -> None:
        self._file: IO[str] | None = None
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        file = os.fdopen(handle, "r+", encoding="ascii")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = file.read(20).strip() or "unknown"
            file.close()
            raise Unfit(
                f"data folder `{folder.name}` is in use by process {holder}; stop that one first, nothing was changed"
            ) from None
        file.seek(0)
        file.truncate()
        file.write(str(os.getpid()))
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let the next writer in."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.close()
            self._file = None
