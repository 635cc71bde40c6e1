"""A belief and a receipt side by side: whether what is believed of somebody is what they last said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sayso.facts.errors import Unfit
from sayso.proofs.beliefs import check_belief, said
from sayso.proofs.evidence import proven
from sayso.proofs.notes import VerifierKey
from sayso.proofs.receipt import judge


def judge_belief(told: Mapping[str, Any], key: VerifierKey, receipt: Mapping[str, Any] | None) -> tuple[bool, tuple[str, ...]]:
    """Return whether the belief in *told* agrees with *receipt*, where one is given, and what both show, line by line.

    Unfit where one of them does not hold by itself.
    """
    checked = check_belief(told, key)
    if receipt is None:
        return True, said(checked)
    judge(receipt, key)
    secret = receipt.get("blinding_secret")
    if secret is not None and secret != told["blinding_secret"]:
        raise Unfit("the receipt and the belief hold different secrets; one of them is somebody else's, or was made wrongly")
    kept = proven(receipt.get("evidence"), key)
    if kept.checkpoint.origin != checked.found.checkpoint.origin:
        raise Unfit("the receipt and the belief are of different logs")
    answer, purpose = kept.line, str(kept.line.get("purpose"))
    if checked.account is not None and checked.account != answer.get("account"):
        raise Unfit("the receipt and the belief are of different accounts")
    ours = f"your receipt of line {kept.seq} says `{answer.get('say')}` for `{purpose}`"
    one = checked.says.get(purpose)
    if kept.seq > checked.pin:
        line = f"does not compare: {ours}, and the belief looked at the lines up to {checked.pin}; ask for a newer one"
    elif one is None:
        return False, (f"differs: {ours}, and no answer is believed; show both to whoever oversees the operator", *said(checked))
    elif one.line > kept.seq:
        line = (
            f"differs, and may rightly: {ours}, believed is `{one.say}` by line {one.line}, which is later; "
            "if you gave no later answer, ask for its receipt"
        )
    elif one.line < kept.seq or one.say != answer.get("say") or one.stored != _stored(answer, one.stored):
        there = f"believed is `{one.say}` by line {one.line}"
        return False, (f"differs: {ours}, and {there}; show both to whoever oversees the operator", *said(checked))
    else:
        line = f"agrees: {ours}, and that is what is believed"
    return True, (line, *said(checked))


def _stored(answer: Mapping[str, Any], believed: bool) -> bool:
    """Return whether stored conversations must be believed covered: a plain yes keeps what an earlier one said of them."""
    if answer.get("say") == "refuse":
        return False
    return True if answer.get("covers") == "stored" else believed


def judge_secret(
    told: Mapping[str, Any], lines: tuple[str, ...], key: VerifierKey, receipt: Mapping[str, Any]
) -> tuple[bool, tuple[str, ...]]:
    """Return whether the proof in *told*, which shows *lines*, is about the account of *receipt*, and what both show.

    Under somebody else's secret everybody is absent: such a proof is true and says nothing of the one who holds the receipt.
    """
    judge(receipt, key)
    kept = proven(receipt.get("evidence"), key)
    secret = receipt.get("blinding_secret")
    if secret is None:
        return True, ("does not compare: the receipt holds no secret; ask for a new one of the same answer", *lines)
    if secret != told.get("blinding_secret"):
        raise Unfit("the receipt and the proof hold different secrets: the proof is about somebody else, or was made wrongly")
    return True, (f"agrees: the secret in the proof is the one on your receipt of line {kept.seq}", *lines)
