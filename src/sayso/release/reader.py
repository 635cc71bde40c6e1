"""Reading a release back: its manifest, its ids, and whether its files are still what was written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import msgspec

from sayso.facts.canonical import canonical, digest
from sayso.facts.errors import Broken, Unfit
from sayso.release.disk import readable, sha256_of, why
from sayso.release.plan import FORMAT, FileOf, LineageLine, Manifest
from sayso.release.risk import Identifying
from sayso.release.root import root_of
from sayso.release.shards import lineage_lines

MANIFEST = "manifest.json"
REPORT = "identifying.json"
PROOF = "proof.json"
"""What ties the manifest to the log; whoever hands the release on lays it beside the manifest."""


def read(folder: Path | str) -> Manifest:
    """Return the manifest of the release in *folder*; refuses a folder that is none, or a manifest that was changed by hand."""
    folder = Path(folder)
    try:
        raw = (folder / MANIFEST).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise Unfit(f"`{folder.name}` holds no release ({MANIFEST} is not there); name the folder `sayso build` wrote") from None
    except OSError as error:
        # It may well be a release: whoever takes it for none would leave its withdrawals undone.
        raise Broken(f"the manifest of release `{folder.name}` cannot be read ({why(error)}); look at the disk first") from None
    try:
        about = msgspec.json.decode(raw, type=Manifest)
        same = canonical(about) == raw
    except (msgspec.MsgspecError, UnicodeDecodeError, Unfit):
        same = False
    if not same:
        raise Broken(f"the manifest of release `{folder.name}` is not as it was written; restore it from a copy")
    if about.format != FORMAT:
        raise Unfit(f"release `{folder.name}` has the format `{about.format[:40]}`, not {FORMAT}; use the sayso that wrote it")
    return about


def identifying(folder: Path | str) -> Identifying | None:
    """Return the report on what may still identify somebody in the release in *folder*; `None` where it was not weighed."""
    folder = Path(folder)
    about = read(folder)
    wanted = {file.path: file.sha256 for file in about.files}.get(REPORT)
    if wanted is None:
        return None
    try:
        raw = (folder / REPORT).read_bytes()
        found = msgspec.json.decode(raw, type=Identifying)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        raise Broken(f"the report of release `{about.name}` cannot be read; restore {REPORT} from a copy") from None
    if digest(raw) != wanted:
        raise Broken(f"the report of release `{about.name}` is not as it was written; restore {REPORT} from a copy")
    return found


def names(folder: Path | str) -> list[str]:
    """Return the names of the releases below *folder*."""
    folder = Path(folder)
    if not folder.is_dir():
        return []
    with readable(folder.name):
        return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".") and (path / MANIFEST).is_file())


def ids_of(folder: Path, about: Manifest) -> set[str]:
    """Return the blinded ids of the release, from `ids.txt`, checked against the commitment."""
    try:
        ids = (folder / "ids.txt").read_text(encoding="ascii").split()
        held = root_of(ids, about.root) == about.root and len(ids) == about.rows
    except (OSError, ValueError):
        held = False
    if not held:
        raise Broken(f"`ids.txt` of release `{about.name}` does not match its commitment; restore it from a copy")
    return set(ids)


def lineage(path: Path | str) -> list[LineageLine]:
    """Return what stands behind each row, from a lineage file; compare its digest with `Manifest.lineage`."""
    path = Path(path)
    try:
        return list(lineage_lines(path))
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        raise Broken(f"the lineage `{path.name}` cannot be read; without it no withdrawal reaches that release") from None


def file_problems(folder: Path, files: Sequence[FileOf], instead: Sequence[FileOf] = ()) -> list[str]:
    """Return a line for every one of *files* that is missing, changed or no plain file; one may also be as *instead* names it."""
    allowed = {file.path: (file.bytes, file.sha256) for file in instead}
    found = []
    for file in files:
        path = folder / file.path
        if not path.resolve().is_relative_to(folder.resolve()) or path.is_symlink():
            found.append(f"{file.path} leads out of the release")
        elif not path.is_file():
            found.append(f"{file.path} is missing")
        elif (path.stat().st_size, sha256_of(path)) not in ((file.bytes, file.sha256), allowed.get(file.path)):
            found.append(f"{file.path} is not what was written")
    return found


def extra_files(folder: Path, about: Manifest, numbered: Mapping[str, int], *, allowed: Collection[str] = ()) -> list[str]:
    """Return a line for every file that neither the manifest, *allowed* nor a folder of *numbered* records accounts for.

    Per such folder the newest number is given. The draft of the next one, which a crash leaves behind, is nothing strange.
    """
    known = {file.path for file in about.files} | {MANIFEST, PROOF, *allowed}
    for name, newest in numbered.items():
        known |= {f"{name}/{number:06d}.json" for number in range(1, newest + 1)} | {f"{name}/.{newest + 1:06d}.json.partial"}
    paths = (path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if not path.is_dir() or path.is_symlink())
    return [f"{path} is not part of the release" for path in paths if path not in known]
