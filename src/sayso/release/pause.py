"""A release whose loaders give no row for a while: somebody said something that may take out rows, and it is not known yet which.

To say so costs the same for any number of rows, so that whoever has many of them is answered at once, and nothing of theirs is used
meanwhile. It names nobody: only the ledger line after which what was said may not be masked here yet.
"""

from __future__ import annotations

from pathlib import Path

import msgspec
from msgspec import Struct

from sayso.facts.canonical import canonical
from sayso.facts.errors import Refused, SaysoError
from sayso.facts.words import Digest
from sayso.release.disk import plainly, put, readable, sync
from sayso.release.reader import MANIFEST, read
from sayso.release.recall import FOLDER

FILE = f"{FOLDER}/paused.json"
FILES = (FILE, f"{FOLDER}/.paused.json.partial")
"""Itself, and the draft of it that a crash leaves behind."""
FORMAT = "sayso/pause/v1"


class Pause(Struct, frozen=True, kw_only=True):
    """What a pause says: of which release, and after which ledger line something may have been said that is not masked here."""

    release: str
    manifest: Digest
    after: int
    format: str = FORMAT


def pause(folder: Path | str, *, after: int) -> None:
    """Have loaders of the release in *folder* wait, durable once this returns; an earlier pause reaches further, and stands.

    Where its manifest is away or damaged that is refused, and those who read what is left of it wait all the same.
    """
    folder = Path(folder)
    try:
        about = read(folder)
        known = paused(folder)
    except SaysoError:
        if folder.is_dir():
            _put(folder, Pause(release=folder.name, manifest=Digest(""), after=0))  # of no release: from the first line on
        raise
    if known is None or known > after:
        _put(folder, Pause(release=about.name, manifest=about.digest, after=after))


def _put(folder: Path, what: Pause) -> None:
    with plainly(f"a pause of release `{what.release}`"):
        (folder / FOLDER).mkdir(exist_ok=True)
        put(folder / FILE, canonical(what))


def paused(folder: Path | str) -> int | None:
    """Return after which ledger line something may not be masked in *folder* yet; `None` where nothing waits.

    A pause that cannot be read, or is of another release, is one from the first line on: it is never taken for none.
    """
    folder = Path(folder)
    with readable(folder.name):
        if not is_paused(folder):
            return None
    try:
        read_back = msgspec.json.decode((folder / FILE).read_bytes(), type=Pause)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return 0
    return read_back.after if (read_back.manifest, read_back.format) == (read(folder).digest, FORMAT) else 0


def is_paused(folder: Path) -> bool:
    """Return whether loaders wait; a disk that fails, or is away, raises, so that it is never taken for an answer."""
    try:
        (folder / FILE).lstat()
    except FileNotFoundError:
        (folder / MANIFEST).lstat()  # where there is no release, nothing is known of its pauses
        return False
    return True


def go_on(folder: Path | str) -> None:
    """Let loaders give rows again: whatever was said up to now is masked."""
    folder = Path(folder)
    with plainly(f"the end of a pause of release `{folder.name}`"):
        (folder / FILE).unlink(missing_ok=True)
        if (folder / FOLDER).is_dir():
            sync(folder / FOLDER)


def assert_going(folder: Path) -> None:
    """Refuse to give rows of a release while it is paused."""
    with readable(folder.name):
        waits = is_paused(folder)
    if waits:
        raise Refused(
            f"rows are being withdrawn from release `{folder.name}`, and none is given until it is known which; "
            "load it again in a moment, and where that lasts run `sayso recall`"
        )
