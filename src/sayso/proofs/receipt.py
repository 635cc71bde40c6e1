"""How a receipt is judged: signed as a whole, logged, and saying in its plain fields what the logged line says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sayso.facts.canonical import canonical
from sayso.facts.errors import Unfit
from sayso.proofs.alike import same
from sayso.proofs.evidence import Proven, proven
from sayso.proofs.notes import VerifierKey
from sayso.proofs.statement import check_signed

RECEIPT = "sayso/receipt/v1"
UNFAIR = "notice_invalidated"
"""The kind of line that says a notice was found unfair."""
STATES = {"allow": "given", "refuse": "refused"}


def state_of(line: Mapping[str, Any], *, invalid: bool = False) -> str:
    """Return the ISO/IEC TS 27560 state of a choice: given, refused, or withdrawn where the person took a permission back.

    A yes is `invalidated` where its notice was found unfair since; a no stays what it was.

    >>> state_of({"say": "refuse", "via": "withdrawal"})
    'withdrawn'
    """
    if line.get("say") == "refuse" and line.get("via") == "withdrawal":
        return "withdrawn"
    if line.get("say") == "allow" and invalid:
        return "invalidated"
    return STATES.get(str(line.get("say")), "unknown")


def judge(told: Mapping[str, Any], key: VerifierKey) -> tuple[str, ...]:
    """Return what a receipt proves and what it does not, line by line; Unfit where anything in it does not hold."""
    # (4) The whole file is signed: not one field differs from what the operator handed out.
    check_signed(told, key)
    # (5) The choice is a line of the log: opening, path and checkpoint agree.
    found = proven(told.get("evidence"), key)
    if found.line.get("type") != "choice":
        raise Unfit("the logged line is no choice")
    # (6) What the receipt says in plain fields is what was logged, so that nobody need read the line itself.
    unfair = unfair_by(told.get("invalidated"), found.line, key)
    for name, (plain, logged) in _pairs(told, found, unfair).items():
        if not same(plain, logged) or logged is None:
            raise Unfit(f"the receipt and the log say different things: {name}")
    # (7) Say what follows, and what does not.
    line, head = found.line, found.checkpoint
    reach = "on stored conversations too" if line.get("covers") == "stored" else "from then on"
    reach = "for every later use" if line.get("say") == "refuse" else reach
    answered = f"account `{line.get('account')}` answered `{line.get('say')}` for `{line.get('purpose')}`, {reach}"
    return (
        f"proves: {answered}; recorded {found.recorded} as line {found.seq}",
        *_fate(line, unfair),
        f"proves: the log `{head.origin}` counts that line among its {head.size}, signed; it cannot drop or change it unseen",
        _on_notice(line),
        "does not prove: who the person is; the account is a pseudonym",
        "does not prove: that a later answer did not replace this one, or what the operator did afterwards; an audit shows that",
        "does not prove: that every reader of the log is shown the same one; compare the checkpoint with another person's",
    )


def unfair_by(raw: object, line: Mapping[str, Any], key: VerifierKey) -> Proven | None:
    """Return the logged line in *raw* that says the notice of *line* was found unfair; `None` where there is none at all."""
    if raw is None:
        return None
    found = proven(raw, key)
    if found.line.get("type") != UNFAIR or line.get("notice") is None or found.line.get("notice") != line.get("notice"):
        raise Unfit("what is said to invalidate the answer is not about its notice")
    return found


def _fate(line: Mapping[str, Any], unfair: Proven | None) -> tuple[str, ...]:
    return () if unfair is None else (fate(line, unfair),)


def fate(line: Mapping[str, Any], unfair: Proven) -> str:
    """Return what became of an answer whose notice was found unfair, in one line."""
    why = unfair.line.get("why") or "no reason given"
    said = f"its notice was found unfair, recorded {unfair.recorded} as line {unfair.seq} ({why})"
    if line.get("say") == "refuse":
        return f"proves: {said}; a no stays a no"
    return f"proves: this yes no longer counts and is as if never given: {said}"


def _on_notice(line: Mapping[str, Any]) -> str:
    if line.get("notice") is None:
        return "does not prove: which words were shown; no notice is named"
    return f"proves: the notice named is the one with SHA-256 {line.get('notice')}; any other word has another digest"


def _pairs(told: Mapping[str, Any], found: Proven, unfair: Proven | None) -> dict[str, tuple[object, object]]:
    """Return each plain field with what the log says in its place."""
    line = found.line
    choice = _part(told, "choice")
    event = _part(told, "event")
    notice = told.get("notice")
    return {
        "record": (_part(told, "record").get("id"), f"{found.checkpoint.origin}/{found.seq}"),
        "principal": (told.get("pii_principal_id"), line.get("account")),
        "purpose": (choice.get("purpose"), line.get("purpose")),
        "answer": (choice.get("say"), line.get("say")),
        "covers": (choice.get("covers"), line.get("covers")),
        "via": (choice.get("via"), line.get("via")),
        "pressed": (choice.get("pressed") or "", line.get("pressed") or ""),
        "language": (choice.get("language") or "", line.get("locale") or ""),
        "circumstances": (_spelt(choice.get("circumstances")), _spelt(line.get("under"))),
        "state": (event.get("state"), state_of(line, invalid=unfair is not None)),
        "time": (event.get("time"), line.get("at")),
        "recorded": (event.get("recorded"), found.recorded),
        "line": (event.get("seq"), found.seq),
        "notice": ((notice.get("digest") if isinstance(notice, dict) else None) or "", line.get("notice") or ""),
    }


def _spelt(value: object) -> str:
    """Return *value* as canonical text, so that a number never passes for a truth; nothing for none."""
    return canonical(value).decode() if value else ""


def _part(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = told.get(name)
    if not isinstance(part, dict):
        raise Unfit(f"the receipt has no part `{name}`")
    return part
