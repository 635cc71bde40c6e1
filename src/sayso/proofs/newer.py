"""What newer evidence says of an answer: that its notice was found unfair since, or that another answer came after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sayso.facts.errors import Unfit
from sayso.proofs.evidence import Proven, proven, strict_json
from sayso.proofs.forms import FORMATS
from sayso.proofs.leaflet import START, receipt_in
from sayso.proofs.notes import VerifierKey
from sayso.proofs.receipt import UNFAIR, fate
from sayso.proofs.tlogproof import MAGIC, parse_tlog_proof


def line_in(raw: bytes, key: VerifierKey) -> Proven:
    """Return the logged line that a receipt in any form, or a proof, is about; Unfit where it is about none."""
    if raw.startswith(MAGIC.encode() + b"\n"):
        index, evidence = parse_tlog_proof(raw)
        found = proven(evidence, key)
        if found.seq != index + 1:
            raise Unfit(f"the proof says index {index}, its line says number {found.seq}")
        return found
    told: Mapping[str, Any] = receipt_in(raw, key) if raw.startswith(START) else _object(strict_json(raw, "the file"))
    if told.get("format") in FORMATS:
        told = _object(told.get("receipt"))
    return proven(told.get("evidence"), key)


def overtaken(of: Proven, newer: Iterable[Proven]) -> tuple[bool, tuple[str, ...]]:
    """Return whether the answer in *of* no longer stands by *newer* lines of the same log, and a line for each that says so."""
    stands, lines = True, []
    line = of.line
    for one in newer:
        if one.checkpoint.origin != of.checkpoint.origin:
            raise Unfit(f"the newer evidence is of the log `{one.checkpoint.origin}`, the answer of another")
        if one.line.get("type") == UNFAIR and one.line.get("notice") == line.get("notice") is not None:
            lines.append(fate(line, one))
            stands = stands and line.get("say") == "refuse"
        elif one.line.get("type") == "choice" and one.seq > of.seq and _same(one.line, line):
            lines.append(f"proves: a later answer, `{one.line.get('say')}`, was recorded {one.recorded} as line {one.seq}")
            stands = False
        else:
            lines.append(f"line {one.seq} of the newer evidence says nothing of this answer")
    return stands, tuple(lines)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return all(one.get(name) == other.get(name) for name in ("account", "purpose"))


def _object(told: object) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise Unfit("the file holds no line of a log")
    return told
