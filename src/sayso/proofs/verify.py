"""Judge a file a person holds: a receipt, a certificate, a manifest, a proof of presence or absence. Offline, with one key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from sayso.facts.errors import SaysoError, Unfit
from sayso.proofs.accounts import ACCOUNT_MEMBERSHIP, judge_account_membership
from sayso.proofs.beliefs import BELIEF
from sayso.proofs.certificate import DELETION, judge_certificate
from sayso.proofs.compare import judge_belief, judge_secret
from sayso.proofs.cosign import WitnessKey
from sayso.proofs.evidence import PROOF, members, plain_bytes, proven, strict_json
from sayso.proofs.forms import FORMATS, judge_form
from sayso.proofs.heads import judge_checkpoint
from sayso.proofs.leaflet import START, judge_page
from sayso.proofs.manifest import MANIFEST, judge_manifest
from sayso.proofs.membership import MEMBERSHIP, MEMBERSHIPS, judge_membership, judge_memberships
from sayso.proofs.newer import line_in, overtaken
from sayso.proofs.notes import VerifierKey
from sayso.proofs.orders import HOLD_REPORT, judge_hold_report
from sayso.proofs.promise import PROMISE, Shown, judge_promise
from sayso.proofs.receipt import RECEIPT, judge
from sayso.proofs.tlogproof import MAGIC, judge_tlog_proof

UNKNOWN = "the file is no receipt, certificate, manifest or proof: its `format` is missing or unknown to this version"


class Verdict(Struct, frozen=True):
    """Whether the file holds, and lines that say what that proves and what it does not, or what was wrong."""

    ok: bool
    lines: tuple[str, ...]


def verify(
    file: Path | str,
    key: str,
    witnesses: Sequence[str] = (),
    newer: Sequence[Path | str] = (),
    *,
    receipt: Path | None = None,
    shown: Shown | None = None,
) -> Verdict:
    """Return the verdict on *file* (a receipt, a manifest, a proof, a checkpoint of the log) under the log's public key *key*.

    *witnesses* are public keys of witnesses; whose cosignature stands on a `.tlog-proof` or a checkpoint is named. *newer* are
    receipts or proofs of later lines: an answer that one of them overtakes does not hold any more. A proof about a person is
    compared with the *receipt* beside it, a promise with the log that is *shown*. Reads these only; for a manifest also
    `proof.json` and the listed files beside it. Never raises over what a file holds.
    """
    verdict = _verdict(file, key, witnesses, receipt, shown)
    if not verdict.ok or not newer:
        return verdict
    try:
        trusted = VerifierKey.parse(key)
        of, later = line_in(plain_bytes(Path(file)), trusted), [line_in(plain_bytes(Path(one)), trusted) for one in newer]
        stands, lines = overtaken(of, later)
    except SaysoError as error:
        return Verdict(False, (f"does not hold: the newer evidence: {error}", *verdict.lines))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return Verdict(False, ("does not hold: the newer evidence cannot be read", *verdict.lines))
    return Verdict(stands, (*lines, *verdict.lines) if stands else ("does not hold any more:", *lines, *verdict.lines))


def _verdict(file: Path | str, key: str, witnesses: Sequence[str], receipt: Path | None, shown: Shown | None) -> Verdict:
    # (1) The key is one line; a wrong copy is found before anything is compared with it.
    try:
        trusted = VerifierKey.parse(key)
        known = [WitnessKey.parse(one) for one in witnesses]
    except Unfit as error:
        return Verdict(False, (f"not checked: {error}", "without the right keys nothing can be told of the file"))
    try:
        # (2) The file is plain JSON, of a bearable size, in which no name stands twice; or it says that it is a `.tlog-proof`.
        raw = plain_bytes(Path(file))
        if raw.startswith(MAGIC.encode() + b"\n"):
            return Verdict(True, judge_tlog_proof(raw, trusted, known))
        if raw.startswith(f"{trusted.name}\n".encode()):
            return Verdict(True, judge_checkpoint(raw, trusted, known))
        if raw.startswith(START):
            return Verdict(True, judge_page(raw, trusted))
        told = strict_json(raw, "the file")
        # (3) Its kind says how to go on; an unknown kind is refused, never guessed.
        kind = told.get("format") if isinstance(told, dict) else None
        if shown is not None and kind != PROMISE:
            raise Unfit("only a promise is held against a log here; `sayso log verify --receipt` looks for any other line in it")
        if receipt is not None and kind not in (BELIEF, MEMBERSHIP, MEMBERSHIPS, ACCOUNT_MEMBERSHIP):
            raise Unfit("a receipt is compared with a proof about its person, and this is none; verify the two apart")
        if isinstance(kind, str) and kind in _ALONE:
            lines = _ALONE[kind](told, trusted)
            return Verdict(True, lines) if receipt is None else Verdict(*judge_secret(told, lines, trusted, _receipt(receipt)))
        if kind == MANIFEST:
            return Verdict(True, judge_manifest(told, raw, Path(file).parent, trusted))
        if kind == BELIEF:
            return Verdict(*judge_belief(told, trusted, None if receipt is None else _receipt(receipt)))
        if kind == PROMISE:
            return Verdict(*judge_promise(told, trusted, shown))
        if kind == HOLD_REPORT:
            return Verdict(True, judge_hold_report(told, trusted))
        if kind == PROOF:
            return Verdict(True, _line(told, trusted))
        return Verdict(
            False, (f"does not hold: {UNKNOWN}", "nothing is said of what is in it; a newer version may know such files")
        )
    except SaysoError as error:
        return Verdict(False, (f"does not hold: {error}", "this file proves nothing until that is mended; ask for a new copy"))
    except (OSError, ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError, MemoryError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else "it is damaged"
        return Verdict(False, (f"does not hold: the file cannot be read ({why.lower()})",))


_ALONE: dict[str, Callable[[dict[str, Any], VerifierKey], tuple[str, ...]]] = {
    RECEIPT: judge,
    **dict.fromkeys(FORMATS, judge_form),
    DELETION: judge_certificate,
    MEMBERSHIP: judge_membership,
    MEMBERSHIPS: judge_memberships,
    ACCOUNT_MEMBERSHIP: judge_account_membership,
}
"""The kinds that need nothing beside them."""


def _receipt(path: Path) -> dict[str, Any]:
    told = strict_json(plain_bytes(path), "the receipt")
    if not isinstance(told, dict) or told.get("format") != RECEIPT:
        raise Unfit("what is compared with a proof is a receipt; name the file you were given for your answer")
    return told


def _line(told: dict[str, Any], key: VerifierKey) -> tuple[str, ...]:
    found = proven(members(told, {"format", "evidence"}, "the proof")["evidence"], key)
    where = f"line {found.seq} of the log `{found.checkpoint.origin}`, recorded {found.recorded}"
    return (
        f"proves: {where}, is of the kind `{found.line.get('type')}` and stands among its {found.checkpoint.size} signed lines",
        "does not prove: that what the line says happened; only that the operator wrote it down then and cannot take it back",
    )
