"""`.tlog-proof` files (C2SP tlog-proof v1): one line of the log, its path and the checkpoint, as other people's tools read it.

The `extra` line carries the opening (text and salt) of the ledger line. It is not authenticated by the format; here it is worth
exactly what its hash is: text and salt give the entry, and the entry must lead to the signed root.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from sayso.facts.canonical import canonical
from sayso.facts.errors import Unfit
from sayso.proofs.cosign import WitnessKey
from sayso.proofs.evidence import members, proven, strict_json
from sayso.proofs.heads import split_line
from sayso.proofs.notes import VerifierKey, key_base64

MAGIC = "c2sp.org/tlog-proof@v1"


def tlog_proof(evidence: Mapping[str, Any]) -> str:
    """Return the text of a `.tlog-proof` file for *evidence* (that of `line_proof(...)`)."""
    opening = evidence["opening"]
    line = strict_json(str(opening["text"]).encode(), "the opening")
    lines = [
        MAGIC,
        "extra " + base64.b64encode(canonical(dict(opening))).decode(),
        f"index {line['seq'] - 1}",
        *(base64.b64encode(bytes.fromhex(step)).decode() for step in evidence["inclusion"]),
    ]
    return "\n".join(lines) + "\n\n" + str(evidence["checkpoint"])


def parse_tlog_proof(raw: bytes) -> tuple[int, dict[str, Any]]:
    """Return the index and the evidence that such a file carries, unchecked; Unfit where its form is another."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise Unfit("the proof is not UTF-8 text; it was altered") from None
    head, blank, note = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or len(lines) < 3 or lines[0] != MAGIC or not lines[1].startswith("extra ") or not lines[2].startswith("index "):
        raise Unfit("the proof does not have its lines: its name, `extra`, `index`, hashes, a blank line, a checkpoint")
    extra, told = key_base64(lines[1][6:]), lines[2][6:]
    if not (told.isascii() and told.isdigit()) or len(told) > 19 or str(int(told)) != told:
        raise Unfit("the index of the proof is no plain number")
    opening = strict_json(extra or b"", "the extra line")
    if canonical(opening) != extra:
        raise Unfit("the extra line is not spelled as we spell it; it was altered")
    steps = [key_base64(line) for line in lines[3:]]
    if any(step is None or len(step) != 32 for step in steps) or len(steps) > 64:
        raise Unfit("a hash of the proof is not 32 bytes in base64")
    inclusion = [step.hex() for step in steps if step is not None]
    return int(told), {"opening": opening, "inclusion": inclusion, "checkpoint": note}


def judge_tlog_proof(raw: bytes, key: VerifierKey, witnesses: Sequence[WitnessKey] = ()) -> tuple[str, ...]:
    """Return what such a file shows, line by line; Unfit where anything in it does not hold."""
    index, evidence = parse_tlog_proof(raw)
    members(evidence["opening"], {"text", "salt"}, "the opening")
    found = proven(evidence, key)
    if found.seq != index + 1:
        raise Unfit(f"the proof says index {index}, its line says number {found.seq}; they differ by one in a proof that holds")
    line, log = found.line, found.checkpoint
    said = f"of the kind `{line.get('type')}`"
    if line.get("type") == "choice":
        said = f"account `{line.get('account')}` answered `{line.get('say')}` for `{line.get('purpose')}`"
    return (
        f"proves: {said}; recorded {found.recorded} as line {found.seq}",
        f"proves: the log `{log.origin}` counts that line among its {log.size}, signed; it cannot drop or change it unseen",
        split_line(evidence["checkpoint"], witnesses),
        "does not prove: who the person is, or that what the line says happened; only that it was written down then",
    )
