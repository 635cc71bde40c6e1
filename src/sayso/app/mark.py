"""The mark of a data folder: which instance it is, and where what is not in it lies."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection

from sayso.app.settings import Settings
from sayso.facts.canonical import canonical
from sayso.facts.deeds import HouseMoved, Opened
from sayso.facts.errors import Broken, Unfit
from sayso.ledger import Ledger

MARK = "sayso.json"
DRAFT = "sayso.json.new"
"""The next mark, until it takes the place of the one before; a crash may leave it, and the next writing replaces it."""
MOVES, MOVING, LEFT, BEFORE = "moves", "moving", "left", "before"
"""How often something was moved; what a move that was begun copies to where; where old copies may lie; who wrote objects before."""


def read_mark(folder: Path) -> dict[str, object]:
    """Return what the folder says about itself; refuses one that is no data folder."""
    try:
        mark = json.loads((folder / MARK).read_bytes())
    except FileNotFoundError:
        raise Unfit(f"no data folder at `{folder.name}`; make one with `sayso --data {folder.name} init`") from None
    except (OSError, ValueError):
        raise Broken(f"`{folder.name}/{MARK}` is damaged; restore it, then run `sayso audit`") from None
    if not isinstance(mark, dict) or mark.get("format") not in (1, 2):
        raise Broken(f"`{folder.name}/{MARK}` names a format this version does not know; use the version that made it")
    return mark


def write_mark(folder: Path, mark: Mapping[str, object]) -> None:
    """Put *mark* in the place of the one before, durable: whoever opens the folder finds all of one or all of the other."""
    draft = folder / DRAFT
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
        with os.fdopen(handle, "wb") as file:
            file.write(canonical({name: value for name, value in mark.items() if value not in (None, [])}))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / MARK)
        listed = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(listed)
        finally:
            os.close(listed)
    except OSError as error:
        why = (error.strerror or "unknown cause").lower()
        raise Broken(
            f"the mark `{MARK}` cannot be written ({why}); look at the disk and try again, nothing else was changed"
        ) from None


def moves(mark: Mapping[str, object]) -> int:
    """Return how often the ledger, the index or the segments of the folder were moved to another place."""
    found = mark.get(MOVES, 0)
    return found if isinstance(found, int) else 0


def assert_fits(ledger: Ledger, conn: Connection, mark: Mapping[str, object]) -> None:
    """Refuse a database on a server that is another installation's, and a mark from before a move that the ledger knows of."""
    if mark.get("database") is not None:
        _assert_own(ledger, conn, mark)
    last = ledger.last_of(conn, HouseMoved)
    if last is not None and isinstance(last.line, HouseMoved) and last.line.number > moves(mark):
        raise Broken(
            f"`{MARK}` is from before {last.line.what} was moved (line {last.seq}); put the newest one in place, "
            "where it says that things lie they are out of date"
        )


def database_of(settings: Settings, mark: dict[str, object]) -> str | None:
    """Return where the database of the folder is: as the environment says, which may know a password, else as the mark does."""
    kept = mark.get("database")
    if kept is None:
        return None
    if not isinstance(kept, str):
        raise Broken(f"`{settings.data.name}/{MARK}` is damaged; restore it, then run `sayso audit`")
    return settings.database or kept


def _assert_own(ledger: Ledger, conn: Connection, mark: Mapping[str, object]) -> None:
    """Refuse a database that began as another instance than the folder: its ledger and these segments do not belong together."""
    opened = next((one.line for one in ledger.of_kind(conn, Opened)), None)
    if not isinstance(opened, Opened) or opened.instance != mark.get("instance"):
        raise Broken("this database is of another data folder; name the one this folder was made with, nothing was changed")
