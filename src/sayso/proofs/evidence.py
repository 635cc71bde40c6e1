"""The evidence that a line stands in a log: its opening, its path to the root, and the signed checkpoint.

The layout is the same on a receipt and beside a release, so that one check serves both; `spec/log.md` is its page.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from sayso.facts.canonical import canonical
from sayso.facts.errors import Unfit
from sayso.proofs.checkpoint import Checkpoint, head_of
from sayso.proofs.merkle import check_inclusion, leaf_hash
from sayso.proofs.misread import misread
from sayso.proofs.notes import VerifierKey

PROOF = "sayso/proof/v1"
LARGEST = 4_000_000
"""Bytes of a file we are ready to judge."""

DEEPEST = 500
"""How deep JSON data may be nested: a limit of our own, so that no reader takes what another one cannot."""


class Proven(Struct, frozen=True):
    """A line that a log holds: its number, when it was recorded, what it says, and the checkpoint that counts it."""

    seq: int
    recorded: str
    line: Mapping[str, Any]
    checkpoint: Checkpoint


def evidence(text: bytes, salt: bytes, proof: Sequence[bytes], note: str) -> dict[str, object]:
    """Return the evidence as JSON data; *text* is the canonical opening of the line."""
    return {
        "opening": {"text": text.decode(), "salt": salt.hex()},
        "inclusion": [step.hex() for step in proof],
        "checkpoint": note,
    }


def proven(raw: object, key: VerifierKey) -> Proven:
    """Return the line that *raw* (as `evidence` made it) shows; Unfit, with what does not hold, otherwise."""
    # (1) The evidence has exactly its parts.
    told = members(raw, {"opening", "inclusion", "checkpoint"}, "the evidence")
    opened = members(told["opening"], {"text", "salt"}, "the opening")
    text, salt = opened["text"], unhex(opened["salt"], "the salt")
    steps, note = told["inclusion"], told["checkpoint"]
    if not isinstance(text, str) or not isinstance(note, str) or not isinstance(steps, list) or len(steps) > 64:
        raise Unfit("the evidence is misshapen: a text, a list of hashes and a note are expected")
    # (2) The checkpoint is signed by the key we were given.
    checkpoint = head_of(note, key)
    # (3) The opening is canonical, and says which line it is.
    line = strict_json(text.encode("utf-8", "surrogatepass"), "the opening")
    told_line = members(line, {"line", "recorded", "seq"}, "the opening")
    seq, recorded, said = told_line["seq"], told_line["recorded"], told_line["line"]
    if canonical(line) != text.encode() or type(seq) is not int or not isinstance(recorded, str) or not isinstance(said, dict):
        raise Unfit("the opening is not spelled canonically, so it is not what was logged")
    # (4) Salt and opening give the leaf, and the path leads from the leaf to the signed root.
    leaf = leaf_hash(hashlib.sha256(salt + text.encode()).digest())
    path = [unhex(step, "a hash of the path") for step in steps]
    if not check_inclusion(seq - 1, checkpoint.size, leaf, path, checkpoint.root):
        raise Unfit(f"line {seq} is not under the signed root; the line, its salt or its path was altered")
    return Proven(seq, recorded, said, checkpoint)


def strict_json(raw: bytes, what: str) -> Any:  # JSON data can be anything; callers look before they use it
    """Return the JSON data in *raw*; refuses what two readers could read differently: repeated names, NaN, odd encodings."""
    if len(raw) > LARGEST:
        raise Unfit(f"{what} is larger than {LARGEST // 1_000_000} MB; it is no file of ours")
    try:
        told = json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_never)
        _check_depth(told)
    except (ValueError, RecursionError):
        raise Unfit(misread(raw, what)) from None
    return told


def _check_depth(told: object) -> None:
    """Raise ValueError where JSON data is nested deeper than every reader bears."""
    level, depth = [told], 0
    while level:
        if depth > DEEPEST:
            raise ValueError("deep")
        inside = [each.values() if isinstance(each, dict) else each for each in level if isinstance(each, dict | list)]
        level = [one for each in inside for one in each]
        depth += 1


def plain_bytes(path: Path) -> bytes:
    """Return what the file at *path* holds, one byte more than the largest at most; Unfit for what is no file."""
    if path.exists() and not path.is_file():
        raise Unfit("the path names no plain file")  # a pipe would keep the reader waiting for ever
    with path.open("rb") as stream:
        return stream.read(LARGEST + 1)


def members(raw: object, names: set[str], what: str) -> dict[str, Any]:
    """Return *raw* as an object with exactly *names*; Unfit otherwise."""
    if not isinstance(raw, dict) or set(raw) != names:
        raise Unfit(f"{what} does not have exactly the parts {', '.join(sorted(names))}")
    return raw


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("twice")
    return made


def _never(_word: str) -> object:
    raise ValueError("not a number")


def unhex(raw: object, what: str, count: int = 32) -> bytes:
    """Return the *count* bytes that *raw* spells in lower-case hex; Unfit for any other spelling."""
    try:
        value = bytes.fromhex(raw) if isinstance(raw, str) else b""
    except ValueError:
        value = b""
    if len(value) != count or value.hex() != raw:
        raise Unfit(f"{what} is not {2 * count} lower-case hex digits")
    return value
