"""How a report on a hold is judged: signed as a whole, and each act of the order a line of the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sayso.facts.errors import Unfit
from sayso.proofs.alike import same
from sayso.proofs.evidence import proven
from sayso.proofs.notes import VerifierKey
from sayso.proofs.statement import check_signed

HOLD_REPORT = "sayso/hold-report/v1"
ACTS = ("hold_placed", "hold_ended", "held_read")


def judge_hold_report(told: Mapping[str, Any], key: VerifierKey) -> tuple[str, ...]:
    """Return what a report on a hold proves and what it does not; Unfit where anything in it does not hold."""
    # (4) The whole file is signed: not one count differs from what the operator handed out.
    check_signed(told, key)
    # (5) Each act it names is a line of the log, and says what the report says.
    acts = told.get("acts")
    if not isinstance(acts, list) or not acts:
        raise Unfit("the report names no act of the order; a hold begins with the line that placed it")
    for act in acts:
        found = proven(act.get("evidence") if isinstance(act, dict) else None, key)
        if str(found.line.get("type")) not in ACTS or not same([found.line, found.seq], [act.get("line"), act.get("seq")]):
            raise Unfit("an act in the report is not the line of the log that it names")
    counts = told.get("counts")
    held = counts.get("held_now") if isinstance(counts, dict) else None
    return (
        f"proves: the operator signed this report on matter `{told.get('matter')}` at {told.get('at')}; {held} are held then",
        f"proves: each of the {len(acts)} acts in it is a line of the log, which cannot be dropped or changed unseen",
        "does not prove: that nothing outside this installation was kept or lost, or what the conversations say",
        "does not prove: who the people are; accounts are pseudonyms",
    )
