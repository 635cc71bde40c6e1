"""The mark of a data folder: which instance it is, and where what is not in it lies."""

from __future__ import annotations

import json
from pathlib import Path

from sayso.app.settings import Settings
from sayso.facts.errors import Broken, Unfit

MARK = "sayso.json"


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


def database_of(settings: Settings, mark: dict[str, object]) -> str | None:
    """Return where the database of the folder is: as the environment says, which may know a password, else as the mark does."""
    kept = mark.get("database")
    if kept is None:
        return None
    if not isinstance(kept, str):
        raise Broken(f"`{settings.data.name}/{MARK}` is damaged; restore it, then run `sayso audit`")
    return settings.database or kept
