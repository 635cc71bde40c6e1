"""Taking the words of withdrawn rows out of the files of a release: same rows, same places, nothing left to read in them.

A revocation masks at once, in our loader. Erasing goes further, for every reader and for a search over the disk: each data file
that still holds a withdrawn row is written anew with that row hollow. The manifest stays as it was recorded; a numbered erasure
beside it names the digests that the rewritten files have now, and the digests they had before.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from sayso.facts.canonical import canonical, digest
from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import Digest
from sayso.release.croissant import croissant
from sayso.release.disk import numbered, plainly, put, readable, sha256_of, sole_writer, sync
from sayso.release.plan import FileOf, Manifest
from sayso.release.reader import file_problems, read
from sayso.release.recall import Revocation, revoked
from sayso.release.shards import hollow_jsonl, hollow_parquet, ids_in

FORMAT = "sayso/erasure/v1"
FOLDER = "erasures"


class Erasure(Struct, frozen=True, kw_only=True):
    """The files of a release as they are since its withdrawn rows were emptied; number 0 is "never" and has no file."""

    release: str
    manifest: Digest
    number: int
    revision: int
    """The revocation whose rows are hollow."""
    revocation: Digest | None
    at: datetime | None
    files: tuple[FileOf, ...]
    """Every file of the manifest, with its size and digest of now."""
    previous: Digest | None
    format: str = FORMAT

    @property
    def digest(self) -> Digest:
        """The SHA-256 of the erasure's file."""
        return digest(canonical(self))


def path_of(folder: Path, number: int) -> Path:
    """Return where erasure *number* of the release in *folder* lies."""
    return folder / FOLDER / f"{number:06d}.json"


def erased(folder: Path | str, number: int | None = None) -> Erasure:
    """Return erasure *number* of the release in *folder*, or the newest; refuses (broken) one that is not as it was written."""
    folder = Path(folder)
    about = read(folder)
    wanted = numbered(folder / FOLDER, "erasure") if number is None else number
    if wanted == 0:
        return Erasure(
            release=about.name,
            manifest=about.digest,
            number=0,
            revision=0,
            revocation=None,
            at=None,
            files=about.files,
            previous=None,
        )
    name = path_of(folder, wanted).name
    try:
        raw = path_of(folder, wanted).read_bytes()
        found = msgspec.json.decode(raw, type=Erasure)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        raise Broken(f"erasure `{name}` of release `{about.name}` cannot be read; restore it from a copy") from None
    known = (about.name, about.digest, wanted, FORMAT, [file.path for file in about.files])
    told = (found.release, found.manifest, found.number, found.format, [file.path for file in found.files])
    if told != known or canonical(found) != raw:
        raise Broken(f"erasure `{name}` of release `{about.name}` is not as it was written; restore it from a copy")
    return found


def erase(folder: Path | str, *, at: datetime) -> Erasure:
    """Empty every withdrawn row in the files of the release in *folder*; return the erasure that names the files as they are now.

    Nothing withdrawn since the last time makes no new erasure, but ends one that a crash cut short. Backups and copies elsewhere
    keep what they hold.
    """
    folder = Path(folder)
    about = read(folder)
    with plainly(f"an erasure in release `{about.name}`"), sole_writer(folder):
        gone, before = revoked(folder), erased(folder)
        before = _finished(folder, about, before)
        if gone.revision <= before.revision:
            return before
        # The record is on the disk before any file changes, so a crash from here on is seen, and ended by the next call.
        return _finished(folder, about, _record(folder, about, gone, before, at))


def emptied(folder: Path | str) -> frozenset[str]:
    """Return the ids of the rows whose words are no longer in the files of the release in *folder*, as far as is finished."""
    folder = Path(folder)
    now = erased(folder)
    if now.number == 0:
        return frozenset()
    with readable(now.release):
        left = pending(folder, now)
    finished = now if not left else erased(folder, max(0, now.number - 1))
    return frozenset(revoked(folder, finished.revision).ids)


def pending(folder: Path, now: Erasure) -> list[str]:
    """Return the files that erasure *now* names and that are not yet, or no longer, what it names."""
    return [one.path for one in now.files if not (folder / one.path).is_file() or sha256_of(folder / one.path) != one.sha256]


def chain_problems(folder: Path) -> list[str]:
    """Return what is wrong with the erasures of the release in *folder*."""
    try:
        newest = erased(folder)
        for number in range(1, newest.number + 1):
            now, before = erased(folder, number), erased(folder, number - 1)
            if now.previous != (before.digest if before.number else None) or now.revision < before.revision:
                return [f"erasure {number} does not follow erasure {before.number}; one of them was changed"]
            if now.revocation != revoked(folder, now.revision).digest:
                return [f"erasure {number} names another list of withdrawals than revision {now.revision}"]
    except (Broken, Unfit) as error:
        return [str(error)]
    return []


def _finished(folder: Path, about: Manifest, now: Erasure) -> Erasure:
    """Rewrite what *now* names and is not there yet; refuses files that are neither what they were nor what they shall be."""
    # Rewriting a file that somebody changed would vouch for the change.
    if wrong := file_problems(folder, now.files, erased(folder, max(0, now.number - 1)).files):
        raise Broken(f"release `{about.name}`: {wrong[0]}; restore it before anything is erased")
    ids = frozenset(revoked(folder, now.revision).ids)
    for path in pending(folder, now):
        _hollow(folder, about, path, ids, now)
    return now


def _record(folder: Path, about: Manifest, gone: Revocation, before: Erasure, at: datetime) -> Erasure:
    """Write down what the files will be once the rows of *gone* are hollow; the rewriting itself can be repeated."""
    files: dict[str, FileOf] = {file.path: file for file in before.files}
    ids = frozenset(gone.ids)
    fresh = ids - frozenset(revoked(folder, before.revision).ids)
    for path in about.paths("data"):
        if fresh.isdisjoint(ids_in(folder / path)):
            continue
        for one in (path, f"jsonl/{Path(path).stem}.jsonl"):
            draft = _draft(folder, one, ids)
            files[one] = FileOf(path=one, bytes=draft.stat().st_size, sha256=sha256_of(draft))
            draft.unlink()  # it comes into being once more after the record: what a crash leaves is then always one of two
    raw = croissant(about.plan, [files[file.path] for file in about.files])
    files["croissant.json"] = FileOf(path="croissant.json", bytes=len(raw), sha256=digest(raw))
    after = Erasure(
        release=about.name,
        manifest=about.digest,
        number=before.number + 1,
        revision=gone.revision,
        revocation=gone.digest,
        at=at,
        files=tuple(files[file.path] for file in about.files),
        previous=before.digest if before.number else None,
    )
    (folder / FOLDER).mkdir(exist_ok=True)
    put(path_of(folder, after.number), canonical(after))
    return after


def _hollow(folder: Path, about: Manifest, path: str, ids: Collection[str], now: Erasure) -> None:
    """Put the emptied file in the place of the one at *path*, if it is the one the erasure names."""
    wanted = {file.path: file for file in now.files}
    if path == "croissant.json":
        put(folder / path, croissant(about.plan, [wanted[file.path] for file in about.files]))
        return
    draft = _draft(folder, path, ids)
    if sha256_of(draft) != wanted[path].sha256:
        draft.unlink()
        raise Broken(f"{path} of release `{about.name}` does not become what erasure {now.number} names; restore the release")
    sync(draft)
    draft.replace(folder / path)
    sync((folder / path).parent)


def _draft(folder: Path, path: str, ids: Collection[str]) -> Path:
    """Return a hidden file beside *path* that holds the same rows with those of *ids* emptied."""
    here = folder / path
    draft = here.with_name(f".{here.name}.partial")
    (hollow_parquet if path.startswith("data/") else hollow_jsonl)(here, draft, ids)
    return draft
