"""A checkpoint by itself, as a log serves it and as people keep it: what it shows, and who cosigned it."""

from __future__ import annotations

from collections.abc import Sequence

from sayso.facts.errors import Unfit
from sayso.proofs.checkpoint import head_of
from sayso.proofs.cosign import WitnessKey, witnessed
from sayso.proofs.notes import VerifierKey

NO_LINES = (
    "does not prove: what any line says, or that a later log continues this one; "
    "give another checkpoint or the files of the log beside it"
)


def judge_checkpoint(raw: bytes, key: VerifierKey, witnesses: Sequence[WitnessKey] = ()) -> tuple[str, ...]:
    """Return what a checkpoint shows, line by line; Unfit where it is not signed by *key*, or a cosignature on it is wrong."""
    try:
        note = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unfit("the checkpoint is not UTF-8 text; it was altered") from None
    told = head_of(note, key)
    return (
        f"proves: the log `{told.origin}` had {told.size} lines under the root {told.root.hex()}, signed",
        split_line(note, witnesses),
        NO_LINES,
    )


def split_line(note: str, witnesses: Sequence[WitnessKey]) -> str:
    """Return what a checkpoint shows of others having been shown the same; Unfit where a line of *witnesses* on it is wrong."""
    names = sorted(witnessed(note, witnesses))
    if not names:
        return "does not prove: that every reader of the log is shown the same one; ask for a checkpoint that a witness cosigned"
    return f"proves: {', '.join(names)} cosigned that checkpoint; whoever trusts them knows that no other past was shown to them"
