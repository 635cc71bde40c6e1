"""How a release's manifest is judged: named by the log, byte by byte, and its files as they were written or emptied since."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from sayso.facts.errors import Unfit
from sayso.proofs.evidence import PROOF, members, plain_bytes, proven, strict_json
from sayso.proofs.notes import VerifierKey

MANIFEST = "sayso/release/v1"
BESIDE = "proof.json"
"""Where the proof of a release lies: in its folder, or beside that as `NAME.proof.json`."""
ERASURES = "erasures"

Listed = dict[str, tuple[int, str]]
"""Size and SHA-256 of each file, by its path."""


def judge_manifest(told: dict[str, Any], raw: bytes, folder: Path, key: VerifierKey) -> tuple[str, ...]:
    """Return what the manifest in *folder* proves and what it does not, line by line; Unfit where anything does not hold."""
    # (4) The proof beside it shows a `released` line of the log.
    beside = strict_json(_proof(folder), "the proof beside the manifest")
    found = proven(members(beside, {"format", "evidence"}, "the proof")["evidence"], key)
    line = found.line
    if beside["format"] != PROOF or line.get("type") != "released":
        raise Unfit("the proof beside the manifest is not of a release")
    # (5) That line names this very manifest, byte by byte, and says the same of it.
    digest = hashlib.sha256(raw).hexdigest()
    if line.get("manifest") != digest and b"\r\n" in raw:
        raise Unfit("the manifest has other line ends than it was written with (CR LF); take the folder as it was handed out")
    if line.get("manifest") != digest:
        raise Unfit("the manifest is not the one the log names; it was altered, or belongs to another proof")
    plan = told.get("plan")
    if not isinstance(plan, dict) or any(
        line.get(ours) != theirs
        for ours, theirs in (
            ("release", plan.get("name")), ("purpose", plan.get("purpose")), ("pin", plan.get("pin")),
            ("rows", told.get("rows")), ("root", told.get("root")), ("lineage", told.get("lineage")),
        )
    ):  # fmt: skip
        raise Unfit("the manifest and the log say different things of this release")
    # (6) Every listed file that lies beside it is as it was written, or as an erasure says it is since.
    same, emptied, away = _files(_listed(told), _erased(folder, digest), folder)
    what = f"release `{line.get('release')}` for {line.get('purpose')}, {line.get('rows')} rows"
    where = f"line {found.seq} of the log `{found.checkpoint.origin}`, recorded {found.recorded}"
    missing = f"; {away} do not lie here and were not looked at" if away else ""
    lines = [
        f"proves: {what}, is {where}; its manifest is unchanged",
        f"proves: {same} of {same + emptied + away} listed files lie here and are unchanged{missing}",
    ]
    if emptied:
        lines.append(f"does not prove: that in {emptied} files only withdrawn rows were emptied; the erasure beside them says so")
    lines.append("does not prove: that no undeclared copy exists, or what a model was trained on")
    lines.append("does not prove: that each row was allowed; an audit recomputes that")
    return tuple(lines)


def _proof(folder: Path) -> bytes:
    folder = folder.resolve()
    for path in (folder / BESIDE, folder.with_name(f"{folder.name}.{BESIDE}")):
        if path.exists():
            return plain_bytes(path)
    raise Unfit(
        f"no `{BESIDE}` lies beside the manifest, so nothing ties it to the log; put that of the release into its folder, "
        f"or `NAME.{BESIDE}` beside the folder, and give both"
    )


def _listed(told: Mapping[str, Any]) -> Listed:
    listed: Listed = {}
    files = told.get("files")
    for one in files if isinstance(files, list) else [None]:
        path, size, digest = (one.get("path"), one.get("bytes"), one.get("sha256")) if isinstance(one, dict) else (None, None, None)
        if not isinstance(path, str) or type(size) is not int or not isinstance(digest, str) or not _inside(path):
            raise Unfit("the manifest lists a file without a plain path, a size and a digest")
        listed[path] = (size, digest)
    return listed


def _erased(folder: Path, manifest: str) -> Listed:
    """Return the files as the newest erasure of this manifest names them; none where nothing was ever emptied."""
    records = sorted(path for path in (folder / ERASURES).glob("[0-9]*.json") if path.is_file())
    if not records:
        return {}
    told = strict_json(plain_bytes(records[-1]), "the erasure")
    if not isinstance(told, dict) or told.get("format") != "sayso/erasure/v1" or told.get("manifest") != manifest:
        raise Unfit("the erasure beside the manifest is not of this release")
    return _listed(told)


def _files(listed: Listed, erased: Listed, folder: Path) -> tuple[int, int, int]:
    same = emptied = away = 0
    for path, written in listed.items():
        target = folder / path
        # A link may lead anywhere; it is not a file of the release.
        if target.is_symlink() or not target.resolve().is_relative_to(folder.resolve()):
            raise Unfit(f"the listed file `{path[:80]}` leads out of the folder")
        if not target.is_file():
            away += 1
            continue
        present = (target.stat().st_size, _digest(target))
        if present == written:
            same += 1
        elif present == erased.get(path):
            emptied += 1
        else:
            raise Unfit(f"the listed file `{path[:80]}` was altered")
    return same, emptied, away


def _inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and "\\" not in path and "\0" not in path and path == str(pure) != "."


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
