"""What a release may be called: a name that is one folder on every system and cannot be mistaken for another."""

from __future__ import annotations

import re
from pathlib import Path

from sayso.facts.errors import Unfit

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}


def checked_name(name: str) -> str:
    """Return *name*, or refuse it: letters, digits and `. _ -`, at most 64, beginning with a letter or digit.

    >>> checked_name("autumn-2025.1")
    'autumn-2025.1'
    """
    if not _NAME.fullmatch(name) or ".." in name or name.partition(".")[0].lower() in _DEVICES:
        raise Unfit(
            f"`{name[:64]}` is no name for a release; use up to 64 letters, digits, `.`, `_` or `-`, "
            "beginning with a letter or digit"
        )
    return name


def free(folder: Path, name: str) -> None:
    """Refuse *name* where *folder* holds it already, in whatever letter case: a release is never changed."""
    taken = {entry.name.casefold(): entry.name for entry in folder.iterdir()} if folder.is_dir() else {}
    if (there := taken.get(name.casefold())) is not None:
        raise Unfit(f"there is a release `{there}` already, and a release is never changed; build under another name")
