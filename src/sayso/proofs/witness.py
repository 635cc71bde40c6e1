"""The rules of a witness (C2SP tlog-witness, add-checkpoint): cosign what continues what was seen, refuse everything else.

Pure: a request and what was seen in, an answer out. Whoever calls this keeps `Witnessing.seen` on the disk before answering,
and lets no second request of the same log in between; otherwise two requests at once could roll the witness back.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from msgspec import Struct

from sayso.facts.errors import Unfit
from sayso.proofs.checkpoint import Checkpoint
from sayso.proofs.cosign import CosigningKey
from sayso.proofs.merkle import EMPTY, check_consistency
from sayso.proofs.notes import VerifierKey, key_base64, open_note, split_note

STEPS = 63
"""Hashes a request may carry, at most."""
OK, BAD, FORBIDDEN, UNKNOWN, CONFLICT, UNPROVEN = 200, 400, 403, 404, 409, 422


class Witnessing(Struct, frozen=True, kw_only=True):
    """What a witness answers: the HTTP status, the body, why in one line, and what it has to keep first where it cosigned."""

    status: int
    body: str = ""
    why: str = ""
    seen: Checkpoint | None = None


def request(old: int, proof: Sequence[bytes], note: str) -> str:
    """Return the body that asks a witness, which has seen *old* leaves, to cosign the checkpoint in *note*."""
    lines = "".join(base64.b64encode(step).decode() + "\n" for step in proof)
    return f"old {old}\n{lines}\n{note}"


def add_checkpoint(
    body: str, logs: Mapping[str, VerifierKey], seen: Mapping[str, Checkpoint], key: CosigningKey, seconds: int
) -> Witnessing:
    """Return the answer to *body*, at *seconds* (POSIX time).

    *logs* are the logs this witness watches, by origin; *seen* is the checkpoint it cosigned last of each. Never raises over what
    *body* holds.
    """
    # (1) The request has its form, and the checkpoint is of a log we watch, signed by the key we know it by.
    try:
        old, proof, note = _parse(body)
        text, _ = split_note(note)
        told = Checkpoint.parse(text)
    except Unfit as error:
        return Witnessing(status=BAD, why=str(error))
    if told.origin not in logs:
        return Witnessing(status=UNKNOWN, why=f"this witness does not watch the log `{told.origin[:80]}`")
    try:
        open_note(note, [logs[told.origin]])
    except Unfit as error:
        return Witnessing(status=FORBIDDEN, why=str(error))
    # (2) The sender starts from where we stand: a smaller tree than we have seen is no continuation.
    if old > told.size:
        return Witnessing(status=BAD, why=f"the older size {old} is above the size of the checkpoint, {told.size}")
    last = seen.get(told.origin)
    size = last.size if last is not None else 0
    if old != size:
        shrunk = f"; it shows {told.size} now, and a log never shrinks" if told.size < size else ""
        why = f"this witness has cosigned {size} lines of the log, the request starts from {old}{shrunk}"
        return Witnessing(status=CONFLICT, body=f"{size}\n", why=why)
    # (3) The new tree begins with the one we cosigned.
    if (broken := _breaks(told, last, proof)) is not None:
        return Witnessing(status=UNPROVEN, why=broken)
    return Witnessing(status=OK, body=key.cosign(text, seconds), seen=told)


def _breaks(told: Checkpoint, last: Checkpoint | None, proof: Sequence[bytes]) -> str | None:
    """Return why *told* is no continuation of *last*, `None` where it is one."""
    if told.size == 0 and told.root != EMPTY:
        return "an empty log has one root only, and this is another"
    if last is None or last.size == 0:
        return "nothing was seen of this log before, so there is nothing to prove; the proof must be empty" if proof else None
    if not check_consistency(last.size, told.size, last.root, told.root, proof):
        same = (
            "another log of the same size" if told.size == last.size else f"a log that does not begin with those {last.size} lines"
        )
        return f"this witness cosigned {last.size} lines, and the checkpoint shows {same}: the past was changed or split"
    return None


def _parse(body: str) -> tuple[int, list[bytes], str]:
    head, blank, note = body.partition("\n\n")
    first, *lines = head.split("\n")
    told = first.removeprefix("old ")
    if not blank or told == first or not (told.isascii() and told.isdigit()) or len(told) > 19 or str(int(told)) != told:
        raise Unfit("the request does not begin with a line `old` and a size, then hashes, a blank line, and a checkpoint")
    steps = [key_base64(line) for line in lines]
    proof = [step for step in steps if step is not None and len(step) == 32]
    if len(proof) != len(lines) or len(lines) > STEPS:
        raise Unfit(f"the request carries a line that is no hash, or more than {STEPS} of them")
    return int(told), proof, note
