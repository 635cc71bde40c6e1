"""Judge a file a person holds: a receipt, a release manifest, a proof of presence or absence. Offline, with one public key."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import Any

from msgspec import Struct

from sayso.facts.errors import SaysoError, Unfit
from sayso.proofs.evidence import LARGEST, PROOF, members, proven, strict_json
from sayso.proofs.membership import MEMBERSHIP, judge_membership
from sayso.proofs.notes import VerifierKey
from sayso.proofs.receipt import RECEIPT, judge

MANIFEST = "sayso/release/v1"
BESIDE = "proof.json"
"""Where the proof of a release lies, in the folder of its manifest."""


class Verdict(Struct, frozen=True):
    """Whether the file holds, and lines that say what that proves and what it does not, or what was wrong."""

    ok: bool
    lines: tuple[str, ...]


def verify(file: Path | str, key: str) -> Verdict:
    """Return the verdict on *file* (a receipt, a manifest, a membership, or a proof of one line) under the log's public key *key*.

    Reads that file only; for a manifest also `proof.json` and the listed files beside it. Never raises over what a file holds.
    """
    try:
        # (1) The key is one line; a wrong copy is found before anything is compared with it.
        trusted = VerifierKey.parse(key)
        # (2) The file is plain JSON, of a bearable size, in which no name stands twice.
        raw = _bytes(Path(file), LARGEST)
        told = strict_json(raw, "the file")
        # (3) Its kind says how to go on; an unknown kind is refused, never guessed.
        kind = told.get("format") if isinstance(told, dict) else None
        if kind == RECEIPT:
            return Verdict(True, judge(told, trusted))
        if kind == MANIFEST:
            return Verdict(True, _manifest(told, raw, Path(file).parent, trusted))
        if kind == MEMBERSHIP:
            return Verdict(True, judge_membership(told, trusted))
        if kind == PROOF:
            return Verdict(True, _line(told, trusted))
        raise Unfit("the file is no receipt, manifest or proof: its `format` is missing or unknown to this version")
    except SaysoError as error:
        return Verdict(False, (f"does not hold: {error}", "this file proves nothing until that is mended; ask for a new copy"))
    except (OSError, ValueError, RecursionError, OverflowError, MemoryError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged"
        return Verdict(False, (f"does not hold: the file cannot be read ({why.lower()})",))


def _line(told: dict[str, Any], key: VerifierKey) -> tuple[str, ...]:
    found = proven(members(told, {"format", "evidence"}, "the proof")["evidence"], key)
    where = f"line {found.seq} of the log `{found.checkpoint.origin}`, recorded {found.recorded}"
    return (
        f"proves: {where}, is of the kind `{found.line.get('type')}` and stands among its {found.checkpoint.size} signed lines",
        "does not prove: that what the line says happened; only that the operator wrote it down then and cannot take it back",
    )


def _manifest(told: dict[str, Any], raw: bytes, folder: Path, key: VerifierKey) -> tuple[str, ...]:
    # (4) The proof beside it shows a `released` line of the log.
    try:
        beside = strict_json(_bytes(folder / BESIDE, LARGEST), "the proof beside the manifest")
    except FileNotFoundError:
        raise Unfit(f"no `{BESIDE}` lies beside the manifest, so nothing ties it to the log; ask for the whole folder") from None
    found = proven(members(beside, {"format", "evidence"}, "the proof")["evidence"], key)
    line = found.line
    if beside["format"] != PROOF or line.get("type") != "released":
        raise Unfit("the proof beside the manifest is not of a release")
    # (5) That line names this very manifest, byte by byte, and says the same of it.
    if line.get("manifest") != hashlib.sha256(raw).hexdigest():
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
    # (6) Every listed file that lies beside it has the size and digest it should.
    same, away = _files(told.get("files"), folder)
    what = f"release `{line.get('release')}` for {line.get('purpose')}, {line.get('rows')} rows"
    where = f"line {found.seq} of the log `{found.checkpoint.origin}`, recorded {found.recorded}"
    missing = f"; {away} do not lie here and were not looked at" if away else ""
    return (
        f"proves: {what}, is {where}; its manifest is unchanged",
        f"proves: {same} of {same + away} listed files lie here and are unchanged{missing}",
        "does not prove: that no undeclared copy exists, or what a model was trained on",
        "does not prove: that each row was allowed; an audit recomputes that",
    )


def _files(listed: object, folder: Path) -> tuple[int, int]:
    same = away = 0
    for one in listed if isinstance(listed, list) else []:
        path, size = (one.get("path"), one.get("bytes")) if isinstance(one, dict) else (None, None)
        if not isinstance(path, str) or type(size) is not int or not _inside(path):
            raise Unfit("the manifest lists a file without a plain path and a size")
        target = folder / path
        # A link may lead anywhere; it is not a file of the release.
        if target.is_symlink() or not target.resolve().is_relative_to(folder.resolve()):
            raise Unfit(f"the listed file `{path[:80]}` leads out of the folder")
        if not target.is_file():
            away += 1
            continue
        if target.stat().st_size != size or _digest(target) != one.get("sha256"):
            raise Unfit(f"the listed file `{path[:80]}` was altered")
        same += 1
    return same, away


def _inside(path: str) -> bool:
    pure = PurePosixPath(path)
    return not pure.is_absolute() and ".." not in pure.parts and "\\" not in path and "\0" not in path and path == str(pure)


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _bytes(path: Path, most: int) -> bytes:
    if path.exists() and not path.is_file():
        raise Unfit("the path names no plain file")  # a pipe would keep the reader waiting for ever
    with path.open("rb") as stream:
        return stream.read(most + 1)
