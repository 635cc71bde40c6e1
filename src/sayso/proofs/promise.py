"""A promise, signed at once: a line will stand in the published log by an instant. And what the log's files say of it later."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct

from sayso.facts.canonical import canonical
from sayso.facts.errors import Unfit
from sayso.facts.instants import iso, parse_instant
from sayso.proofs.checkpoint import head_of
from sayso.proofs.cosign import WitnessKey, witnessed
from sayso.proofs.evidence import members, strict_json, unhex
from sayso.proofs.merkle import check_inclusion, leaf_hash
from sayso.proofs.notes import SigningKey, VerifierKey
from sayso.proofs.pruning import minimum_of
from sayso.proofs.statement import check_signed, signed
from sayso.proofs.tiles import CHECKPOINT, Read, Tiles

PROMISE = "sayso/promise/v1"
_MEMBERS = {"format", "log", "line", "recorded", "by", "opening", "signature"}


class Promise(Struct, frozen=True):
    """A promise whose signature held: which line of which log, its entry, when it was recorded, and by when it is to be there."""

    log: str
    line: int
    entry: bytes
    by: datetime
    said: Mapping[str, Any]


class Shown(Struct, frozen=True, kw_only=True):
    """What a promise is held against: the log's files, public keys of cosigners whose instant counts, and the present."""

    read: Read
    cosigners: Sequence[WitnessKey]
    at: datetime


def promise(text: bytes, salt: bytes, *, by: datetime, signer: SigningKey) -> dict[str, object]:
    """Return the promise, as JSON data, that the line of this opening stands in the log of *signer* by the instant *by*."""
    line = strict_json(text, "the opening")
    return signed(
        {
            "format": PROMISE,
            "log": signer.name,
            "line": line["seq"],
            "recorded": line["recorded"],
            "by": iso(by),
            "opening": {"text": text.decode(), "salt": salt.hex()},
        },
        signer,
    )


def judge_promise(told: Mapping[str, Any], key: VerifierKey, shown: Shown | None) -> tuple[bool, tuple[str, ...]]:
    """Return whether a promise was not broken, and what that rests on, line by line; Unfit where it does not hold by itself."""
    made = _read(told, key)
    what = f"line {made.line} of the log `{made.log}` was promised to be public by {iso(made.by)}"
    line = made.said
    said = f"of the kind `{line.get('type')}`"
    if line.get("type") == "choice":
        said = f"account `{line.get('account')}` answered `{line.get('say')}` for `{line.get('purpose')}`"
    lines = (f"proves: {what}, signed; that line says: {said}",)
    if shown is None:
        return True, (*lines, "does not prove: that the promise was kept; compare it with the files of the log: --log FOLDER")
    kept, outcome = _held(made, key, shown)
    return kept, (outcome, *lines)


def _read(told: Mapping[str, Any], key: VerifierKey) -> Promise:
    # (4) The whole file is signed, by the key whose log it speaks of.
    check_signed(told, key)
    members(told, _MEMBERS, "the promise")
    opened = members(told["opening"], {"text", "salt"}, "the opening")
    if told["log"] != key.name or not isinstance(opened["text"], str):
        raise Unfit("the promise is of another log than the key it is signed by")
    # (5) Its plain fields say what the opening says.
    spelled = opened["text"].encode("utf-8", "surrogatepass")
    line = members(strict_json(spelled, "the opening"), {"line", "recorded", "seq"}, "the opening")
    if canonical(line) != spelled or not isinstance(line["line"], dict) or type(line["seq"]) is not int or line["seq"] < 1:
        raise Unfit("the opening is not spelled canonically, so it is not what was logged")
    if (told["line"], told["recorded"]) != (line["seq"], line["recorded"]) or type(told["line"]) is not int:
        raise Unfit("the promise and its opening say different things")
    by = parse_instant(told["by"], what="by") if isinstance(told["by"], str) else None
    if by is None or iso(by) != told["by"]:
        raise Unfit("the promise names no instant by which it is to be kept")
    entry = hashlib.sha256(unhex(opened["salt"], "the salt") + spelled).digest()
    return Promise(told["log"], line["seq"], entry, by, line["line"])


def _held(made: Promise, key: VerifierKey, shown: Shown) -> tuple[bool, str]:
    """Return whether the files leave the promise unbroken, and why. No files, or damaged ones, are no broken promise: Unfit."""
    try:
        note = shown.read(CHECKPOINT).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise Unfit("there is no checkpoint of a log to compare the promise with; name the folder of its files") from None
    head = head_of(note, key)
    if (minimum := minimum_of(shown.read, key)) >= made.line:
        return (
            True,
            f"not to be seen any more: the log is pruned, and shows lines from {minimum + 1} on; a receipt proves it still",
        )
    if head.size >= made.line:
        path = Tiles(shown.read, head.size).inclusion(made.line - 1)
        if check_inclusion(made.line - 1, head.size, leaf_hash(made.entry), path, head.root):
            return True, f"kept: line {made.line} stands in the log of {head.size} lines, under its signed root"
        return False, f"broken: line {made.line} of the log is another one, or its files were altered; keep this file and the log's"
    seen = max(witnessed(note, shown.cosigners).values(), default=0)
    if seen > made.by.timestamp():
        return False, f"broken: after that instant the log was cosigned with {head.size} lines, and line {made.line} is not in it"
    if shown.at > made.by:
        return False, f"broken, unless these files are old: they show {head.size} lines, and the time is up; fetch the log anew"
    return True, f"not due yet: the log shows {head.size} lines, and there is time until {iso(made.by)}"
