"""What was withdrawn since a release was built: numbered revisions, each holding every id so far, none ever taken back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec
from msgspec import Struct

from sayso.facts.canonical import canonical, digest
from sayso.facts.errors import Broken, Unfit
from sayso.facts.words import Digest
from sayso.release.disk import numbered, plainly, put, sole_writer
from sayso.release.reader import MANIFEST, ids_of, read

FORMAT = "sayso/revocation/v1"
FOLDER = "revocations"


class Revocation(Struct, frozen=True, kw_only=True):
    """All rows of a release withdrawn up to a revision; revision 0 is "none yet" and has no file."""

    release: str
    manifest: Digest
    """The digest of the release's manifest, so that a file cannot be moved to another release."""
    revision: int
    at: datetime | None
    ids: tuple[str, ...]
    previous: Digest | None
    """The digest of the revision before; `None` for the first."""
    format: str = FORMAT

    @property
    def digest(self) -> Digest:
        """The SHA-256 of the revision's file, which the ledger's `recalled` line holds."""
        return digest(canonical(self))


def path_of(folder: Path, revision: int) -> Path:
    """Return where *revision* of the release in *folder* lies."""
    return folder / FOLDER / f"{revision:06d}.json"


def newest(folder: Path) -> int:
    """Return the number of the newest revision, 0 for none; refuses a gap, which means that a file was taken away."""
    return numbered(folder / FOLDER, "revocation")


def revoked(folder: Path | str, revision: int | None = None) -> Revocation:
    """Return what is withdrawn from the release in *folder*, at *revision* or now.

    Refuses (broken) a file that does not read, is out of order or belongs to another release: a list of withdrawals that
    cannot be read is never taken for an empty one.
    """
    folder = Path(folder)
    about = read(folder)
    wanted = newest(folder) if revision is None else revision
    if wanted == 0:
        return Revocation(release=about.name, manifest=about.digest, revision=0, at=None, ids=(), previous=None)
    path = path_of(folder, wanted)
    try:
        raw = path.read_bytes()
        read_back = msgspec.json.decode(raw, type=Revocation)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        raise Broken(f"revocation `{path.name}` of release `{about.name}` cannot be read; restore it before serving rows") from None
    if (read_back.release, read_back.manifest, read_back.revision, read_back.format) != (about.name, about.digest, wanted, FORMAT):
        raise Broken(f"revocation `{path.name}` belongs to another release or revision; restore that of `{about.name}`")
    if canonical(read_back) != raw:
        raise Broken(f"revocation `{path.name}` of release `{about.name}` is not as it was written; restore it")
    return read_back


def revoke(folder: Path | str, ids: Iterable[str], *, at: datetime) -> Revocation:
    """Withdraw the rows *ids* (blinded) from the release in *folder* and return the revision that holds them all.

    Nothing new makes no new revision. Refuses ids that are not in the release: a recall of the wrong release would look done.
    """
    folder = Path(folder)
    about = read(folder)
    # A withdrawal never fails because something else goes on: it waits for another withdrawal, and for nothing else.
    with plainly(f"a revocation of release `{about.name}`"), sole_writer(folder / MANIFEST, wait=True):
        before = revoked(folder)
        wanted = set(ids)
        if unknown := len(wanted - ids_of(folder, about)):
            raise Unfit(f"{unknown} of {len(wanted)} ids are not in release `{about.name}`; look them up in its lineage")
        together = tuple(sorted(wanted.union(before.ids)))
        if len(together) == len(before.ids):
            return before
        after = Revocation(
            release=about.name,
            manifest=about.digest,
            revision=before.revision + 1,
            at=at,
            ids=together,
            previous=before.digest if before.revision else None,
        )
        (folder / FOLDER).mkdir(exist_ok=True)
        put(path_of(folder, after.revision), canonical(after))
    return after


def problems(folder: Path) -> list[str]:
    """Return what is wrong with the revocations of the release in *folder*: unreadable, out of order, or ids taken back."""
    try:
        before = revoked(folder, 0)
        known = ids_of(folder, read(folder))
        for revision in range(1, newest(folder) + 1):
            now = revoked(folder, revision)
            if now.previous != (before.digest if before.revision else None):
                return [f"revocation {revision} does not follow revision {before.revision}; one of them was changed"]
            if set(before.ids) - set(now.ids):
                return [f"revocation {revision} takes back ids that revision {before.revision} withdrew"]
            if set(now.ids) - known:
                return [f"revocation {revision} names ids that are not in the release"]
            before = now
    except (Broken, Unfit) as error:
        return [str(error)]
    return []
