"""An operator who holds the key and signs whatever helps: nothing false is called true, and no reader falls over it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sayso.facts.canonical import canonical
from sayso.facts.errors import Unfit
from sayso.proofs import Checkpoint, SigningKey, blind, commitment, memberships, merkle, open_note, verify
from sayso.proofs.evidence import PROOF, evidence
from sayso.proofs.forms import KANTARA
from sayso.proofs.membership import membership
from sayso.proofs.statement import signed

KEY = SigningKey("example.com/log", bytes(range(32)))
ANA = bytes(range(32))
NOON = "2025-10-08T12:00:00Z"


def logged(line: dict[str, Any], *, seq: int = 2, origin: str = KEY.name) -> dict[str, Any]:
    """The evidence that a log of three, which says that it is *origin*, holds *line*."""
    text = canonical({"line": line, "recorded": NOON, "seq": seq})
    leaves = [merkle.leaf_hash(bytes([at])) for at in range(3)]
    leaves[seq - 1] = merkle.leaf_hash(hashlib.sha256(b"s" * 32 + text).digest())
    note = KEY.sign(Checkpoint(origin, 3, merkle.root(leaves)).body())
    return evidence(text, b"s" * 32, merkle.inclusion(leaves, seq - 1), note)


def receipt(line: dict[str, Any] | None = None, **event: Any) -> dict[str, Any]:
    """A receipt of Ana's yes, line 1 of the log, as the operator would like to sign it."""
    said = {
        "type": "choice",
        "account": "a_1",
        "purpose": "model_training",
        "say": "allow",
        "covers": "new",
        "via": "settings",
        "at": NOON,
        **(line or {}),
    }
    return {
        "format": "sayso/receipt/v1", "record": {"id": f"{KEY.name}/1", "created": NOON}, "pii_principal_id": "a_1", "notice": None,
        "choice": {"purpose": "model_training", "say": "allow", "covers": "new", "via": "settings", "language": ""},
        "event": {"state": "given", "status": "dpv:ConsentGiven", "time": said["at"], "recorded": NOON, "seq": 1, "validity": "none", **event},
        "evidence": logged(said, seq=1), "receipt_id": "r", "jurisdiction": "US", "collection_method": "c", "purpose_type": "model_training",
        "pii_information": [{"type": "chats"}], "recipients": ["none"], "retention_period": "p", "privacy_notice": "n",
        "pii_controllers": [{"name": "n", "contact": "c", "address": "a", "id": "i"}],
    }  # fmt: skip


def certificate(**parts: Any) -> dict[str, Any]:
    shown = logged({"type": "shredded", "conversation": parts.pop("names", "c1"), "at": NOON})
    return signed(
        {
            "format": "sayso/deletion/v1", "of": {"kind": "account", "id": "a_1"}, "state": "not yet final", "issued": NOON, "asked": None,
            "out_of_sight": None, "destroyed": {"count": 1, "shown": 1, "first": NOON, "last": NOON}, "forgotten": None,
            "epoch": {"ended": None, "began": None, "over": None, "destroyed": None}, "unreadable_everywhere": None,
            "waits_for": [{"what": "day", "count": 1, "until": None}], "releases": [], "runs": [], "limits": [],
            "lines": [{"opening": shown["opening"], "inclusion": shown["inclusion"]}], "checkpoint": shown["checkpoint"], **parts,
        },
        KEY,
    )  # fmt: skip


def kantara(time: str) -> dict[str, Any]:
    held = signed(receipt({"at": time}), KEY)
    whole = {
        "version": "KI-CR-v1.1.0",
        "jurisdiction": "US",
        "consentTimestamp": 1759924800,
        "collectionMethod": "c",
        "consentReceiptID": "r",
        "piiPrincipalId": "a_1",
    }
    controller = {
        "piiController": "n",
        "contact": "c",
        "address": {"streetAddress": "a"},
        "email": "not set by the operator",
        "phone": "not set by the operator",
    }
    purpose = {
        "purpose": "model_training",
        "consentType": "EXPLICIT",
        "purposeCategory": ["model_training"],
        "piiCategory": ["chats"],
        "primaryPurpose": False,
        "termination": "p",
        "thirdPartyDisclosure": False,
    }
    more = {
        "piiControllers": [controller],
        "policyUrl": "n",
        "services": [{"service": "chats", "purposes": [purpose]}],
        "sensitive": True,
        "spiCat": ["chats"],
    }
    return {**whole, **more, "format": KANTARA, "receipt": held}


def promise(origin: str) -> dict[str, Any]:
    opening = logged({"type": "choice"})["opening"]
    return signed({"format": "sayso/promise/v1", "log": origin, "line": 2, "recorded": NOON, "by": NOON, "opening": opening}, KEY)


FALSE: dict[str, Any] = {
    "a log that says it is another's": {"format": PROOF, "evidence": logged({"type": "choice"}, origin="other.example/log")},
    "a name that goes on after a line end": {"format": PROOF, "evidence": {**logged({"type": "choice"}), "checkpoint": KEY.sign("example.com/log\n3\nx\n")}},
    "a receipt that calls its line true": signed(receipt(seq=True), KEY),
    "a receipt that calls its line 1 in words": signed(receipt(seq="1"), KEY),
    "a report that calls its line true": signed({"format": "sayso/hold-report/v1", "matter": "m", "at": NOON, "acts": [{"seq": True, "line": {"type": "hold_placed"}, "evidence": logged({"type": "hold_placed"}, seq=1)}]}, KEY),
    "a report whose act says 1 for true": signed({"format": "sayso/hold-report/v1", "matter": "m", "at": NOON, "acts": [{"seq": 1, "line": {"type": "hold_placed", "silent": 1}, "evidence": logged({"type": "hold_placed", "silent": True}, seq=1)}]}, KEY),
    "a report of a kind that is no word": signed({"format": "sayso/hold-report/v1", "acts": [{"seq": 1, "line": {"type": []}, "evidence": logged({"type": []}, seq=1)}]}, KEY),
    "a certificate that counts true": certificate(destroyed={"count": 1, "shown": True, "first": NOON, "last": NOON}),
    "a certificate over what has no name": certificate(names={"a": 1}),
    "a certificate over a list": certificate(names=["c1"]),
    "a certificate that waits for a list": certificate(waits_for=[{"what": ["day"], "count": 1, "until": None}]),
    "a certificate that waits for an object": certificate(waits_for=[{"what": {}, "count": 1, "until": None}]),
    "a time without a zone": kantara("2025-10-08T12:00:00"),
    "a time in another zone": kantara("2025-10-08T14:00:00+02:00"),
    "a day for a time": kantara("2025-10-08"),
    "a promise for another log": promise("other.example/log"),
}  # fmt: skip
"""What an operator could sign, and nobody may call true."""


@pytest.mark.parametrize("what", FALSE)
def test_what_an_operator_signs_against_the_log_or_against_sense_does_not_hold(what: str, tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(json.dumps(FALSE[what]).encode())
    verdict = verify(tmp_path / "f", KEY.vkey())
    assert not verdict.ok
    assert verdict.lines[0].startswith("does not hold: ")


def test_the_honest_ones_of_these_hold(tmp_path: Path) -> None:
    honest = (
        {"format": PROOF, "evidence": logged({"type": "choice"})}, signed(receipt(), KEY), certificate(), kantara(NOON), promise(KEY.name),
        signed({"format": "sayso/hold-report/v1", "matter": "m", "at": NOON, "acts": [{"seq": 1, "line": {"type": "hold_placed"}, "evidence": logged({"type": "hold_placed"}, seq=1)}]}, KEY),
    )  # fmt: skip
    for one in honest:
        (tmp_path / "f").write_bytes(json.dumps(one).encode())
        assert verify(tmp_path / "f", KEY.vkey()).ok, one["format"]


def alike() -> Iterator[tuple[str, dict[str, Any]]]:
    """Proofs of absence of names that look like one that is there: in Cyrillic, with a mark after a letter, with an unseen sign."""
    made = commitment([blind(ANA, "r1", "caf\u00e9")])
    proof = logged({"type": "released", "release": "r1", "root": made.root.hex()})
    for name in ("caf\u0435\u0301", "cafe\u0301", "caf\u00e9\u200b", "\u0441af\u00e9"):
        yield name, membership(made, proof, "r1", name, ANA)
        yield name, memberships(made, proof, "r1", [name], ANA)


def test_a_name_that_only_looks_like_anas_chat_is_absent_and_the_reader_is_told_why(tmp_path: Path) -> None:
    for name, proof in alike():
        (tmp_path / "f").write_bytes(json.dumps(proof).encode())
        verdict = verify(tmp_path / "f", KEY.vkey())
        assert verdict.ok
        assert verdict.lines[-1].startswith(f"does not prove: anything of a name that only looks like `{name}`; it holds U+")


def test_of_several_signatures_each_one_by_the_known_key_must_hold_and_its_name_alone_counts_for_nothing() -> None:
    good = KEY.sign("hello\n")
    body, line = good.split("\n\n")
    other = SigningKey(KEY.name, b"o" * 32).sign("hello\n").split("\n\n")[1]
    bad = KEY.sign("goodbye\n").split("\n\n")[1]
    assert open_note(f"{body}\n\n{other}{line}", [KEY.public]).signers == (KEY.name,)
    assert open_note(f"{body}\n\n{line}{line}", [KEY.public]).signers == (KEY.name,)
    for signatures in (
        other,
        line + bad,
        bad + line,
        line.rstrip("\n"),
        line + "\n",
        line.replace("\u2014", "-"),
        line.replace("=\n", "\n"),
    ):
        with pytest.raises(Unfit):
            open_note(f"{body}\n\n{signatures}", [KEY.public])
