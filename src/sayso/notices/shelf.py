"""Notices as files: `<digest>.json` holds the canonical bytes whose SHA-256 is its name. Never changed, never replaced."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec

from sayso.facts.canonical import digest
from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import Digest
from sayso.notices.fitness import faults
from sayso.notices.notice import Notice

LIMIT = 1_000_000
"""More bytes than this are no notice."""


def publish(folder: Path, notice: Notice) -> Digest:
    """Return the digest of *notice* once its file is durable in *folder*; publishing it again changes nothing.

    Unfit where it breaks a rule that needs no drawn page; Broken where a file of that name holds other bytes.
    """
    wrong = faults(notice)
    if wrong:
        more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
        raise Unfit(f"notice `{notice.name}` is not fit to be shown: {wrong[0]}{more}", faults=wrong)
    raw = notice.canonical()
    if len(raw) > LIMIT:
        raise Unfit(f"notice `{notice.name}` is longer than {LIMIT} bytes; shorten it")
    name = digest(raw)
    path = folder / f"{name}.json"
    if path.exists():
        read(folder, name)
        return name
    folder.mkdir(parents=True, exist_ok=True)
    # Write beside, then rename: a crash leaves either no file or a whole one.
    beside = folder / f".{name}.part"
    with beside.open("wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    _sync(folder)
    return name


def tidy(folder: Path) -> int:
    """Return how many drafts were removed that a crash left; to be called only by whoever alone publishes in *folder*."""
    drafts = [path for path in folder.glob(".*.part") if re.fullmatch(r"\.[0-9a-f]{64}\.part", path.name)]
    for path in drafts:
        path.unlink(missing_ok=True)
    return len(drafts)


def read(folder: Path, name: str) -> Notice:
    """Return the notice published as *name*; Unfit for no digest or none published, Broken where the bytes are not those."""
    if not re.fullmatch(r"[0-9a-f]{64}", name):
        raise Unfit("a notice is named by 64 small hex digits; take the digest that publishing gave")
    path = folder / f"{name}.json"
    if not path.is_file():
        raise Unfit(f"notice `{name[:12]}` was not published here; publish it or name another")
    with path.open("rb") as file:
        raw = file.read(LIMIT + 1)
    if digest(raw) != name:
        raise Broken(f"the file of notice `{name[:12]}` does not hold the words it is named after; restore it from a backup")
    try:
        notice = msgspec.json.decode(raw, type=Notice)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Broken(f"the file of notice `{name[:12]}` is no notice this version can read; look who wrote it") from None
    if notice.canonical() != raw:
        raise Broken(f"the file of notice `{name[:12]}` is not in canonical form; look who wrote it")
    return notice


def _sync(folder: Path) -> None:
    """Make the new name durable too, where the system lets a folder be synced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
