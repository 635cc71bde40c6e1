"""Receipts: what a person keeps of a choice, after ISO/IEC TS 27560:2023 with W3C DPV terms, provable without us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from sayso.facts.deeds import Destroyed
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.events import ChoiceMade, Circumstances
from sayso.facts.instants import iso
from sayso.ledger.entries import Entry, body_of, opening
from sayso.proofs.checkpoint import Checkpoint
from sayso.proofs.evidence import PROOF, evidence
from sayso.proofs.forms import PROFILE
from sayso.proofs.notes import SigningKey, split_note
from sayso.proofs.receipt import RECEIPT, judge, state_of
from sayso.proofs.statement import signed

DPV = "https://w3id.org/dpv#"
_ISSUED = {"@id": "dct:created", "@type": "xsd:dateTime"}
CONTEXT: dict[str, object] = {
    "@version": 1.1,
    "dpv": DPV,
    "dct": "http://purl.org/dc/terms/",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "@vocab": "urn:sayso:receipt:",
    "profile": {"@id": "dct:conformsTo", "@type": "@id"},
    "receipt_id": {"@id": "dct:identifier"},
    "issued": _ISSUED,
    "record": {
        "@id": "dpv:hasRecordOfActivity",
        "@context": {"id": {"@id": "dct:identifier"}, "created": _ISSUED},
    },
    "pii_principal_id": {"@id": "dpv:hasDataSubject"},
    "pii_controllers": {
        "@id": "dpv:hasDataController",
        "@context": {
            "id": {"@id": "dpv:hasIdentifier"},
            "name": {"@id": "dpv:hasName"},
            "address": {"@id": "dpv:hasAddress"},
            "contact": {"@id": "dpv:hasContact"},
        },
    },
    "notice": {"@id": "dpv:hasNotice", "@context": {"name": {"@id": "dct:title"}, "version": {"@id": "dct:hasVersion"}}},
    # The purposes are words of the operator's policy, which DPV does not have: each is an IRI of its own.
    "purpose_type": {"@id": "dpv:hasPurpose", "@type": "@vocab", "@context": {"@vocab": "urn:sayso:purpose:"}},
    "lawful_basis": {"@id": "dpv:hasLegalBasis", "@type": "@id"},
    "pii_information": {"@id": "dpv:hasPersonalData", "@context": {"type": {"@id": "dct:title"}}},
    "retention_period": {"@id": "dpv:hasStorageCondition"},
    "storage_locations": {"@id": "dpv:hasLocation"},
    "jurisdiction": {"@id": "dpv:hasJurisdiction"},
    "recipients": {"@id": "dpv:hasRecipient"},
    "withdrawal_method": {"@id": "dpv:hasConsentControl"},
    "rights": {"@id": "dpv:hasRight"},
    "event": {
        "@id": "dpv:hasConsentStatus",
        "@context": {
            "status": "@type",
            "time": {"@id": "dpv:isIndicatedAtTime", "@type": "xsd:dateTime"},
            "recorded": _ISSUED,
            "entity_id": {"@id": "dpv:isIndicatedBy"},
            "validity": {"@id": "dpv:hasDuration"},
        },
    },
    # Evidence is bytes to be checked, not statements to be merged with others.
    "evidence": {"@id": "urn:sayso:receipt:evidence", "@type": "@json"},
    "invalidated": {"@id": "urn:sayso:receipt:invalidated", "@type": "@json"},
}
"""The JSON-LD context, inline: reading a receipt as linked data downloads nothing."""

STATUS = {
    "given": "dpv:ConsentGiven",
    "refused": "dpv:ConsentRefused",
    "withdrawn": "dpv:ConsentWithdrawn",
    "invalidated": "dpv:ConsentInvalidated",
}
BASIS = {"consent": "dpv:Consent", "legitimate_interests": "dpv:LegitimateInterest", "contract": "dpv:Contract"}
"""What a policy lets a use rest on, in the vocabulary's words; it has none for `none`, and nothing is said of the unknown."""

LIMITS = (
    "It shows what was answered and when it was logged, not who you are: the account is a pseudonym.",
    "It shows this answer, not that no later one replaced it, and not what was done afterwards.",
    "It cannot show that no other copy of a conversation exists, or what a trained model has learned.",
    "Whoever holds this file can show that this pseudonym gave this answer. Keep it as you would keep a letter.",
)


class Controller(Struct, frozen=True, kw_only=True):
    """Who decides about the data, as the standard asks for it."""

    id: str
    name: str
    address: str
    contact: str
    type: str = "controller"
    email: str = ""
    phone: str = ""


class Terms(Struct, frozen=True, kw_only=True):
    """What the operator says of the processing: the fields of the standard that no single choice decides."""

    controllers: tuple[Controller, ...]
    privacy_notice: str
    """Where the operator's privacy notice is, such as a URL."""
    withdrawal: str
    """How to take the answer back, in plain words."""
    retention: str
    jurisdiction: str
    recipients: tuple[str, ...] = ()
    pii: tuple[str, ...] = ("conversations with the assistant",)
    storage_locations: tuple[str, ...] = ()
    lawful_basis: str = ""
    """Such as `dpv:Consent`; without it what the policy said of the choice, and left out where neither says, never guessed."""
    rights: tuple[str, ...] = ()
    validity: str = "until changed by the person"


class Shown(Struct, frozen=True, kw_only=True):
    """The notice a choice was made on: its digest, and what a reader needs to find its words."""

    digest: str
    name: str = ""
    version: int | None = None


def receipt(
    entry: Entry,
    proof: Sequence[bytes],
    checkpoint_note: str,
    notice: Shown | None,
    *,
    terms: Terms,
    signer: SigningKey,
    secret: bytes | None = None,
    unfair: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Return the receipt of the choice in *entry*, as JSON data; `proofs.verify` accepts it offline with the log's public key.

    *proof* leads to the root in *checkpoint_note*. *notice* is what the choice names, `None` where it names none. *secret* is the
    person's own for `proofs.blind`: with it they can find, or miss, their conversations in a release. *unfair* is the evidence of
    the line that found the notice unfair. Refuses (Unfit) a line that is no choice, and a notice that is not the one answered on.
    """
    choice = entry.line
    if not isinstance(choice, ChoiceMade):
        raise Unfit(f"ledger line {entry.seq} is no choice; only choices have receipts, `line_proof` serves the others")
    if choice.notice != (notice.digest if notice is not None else None):
        raise Unfit(f"the notice handed over is not the one that ledger line {entry.seq} was answered on")
    line: dict[str, object] = msgspec.to_builtins(choice)
    log = Checkpoint.parse(split_note(checkpoint_note)[0]).origin
    state = state_of(line, invalid=unfair is not None)
    made: dict[str, object] = {
        "@context": CONTEXT,
        "@type": "dpv:ConsentReceipt",
        "format": RECEIPT,
        "schema_version": "ISO/IEC TS 27560:2023",
        "profile": f"{PROFILE}receipt",
        "receipt_id": f"{log}/{entry.seq}/receipt",
        "record": {
            "@type": "dpv:ConsentRecord",
            "id": f"{log}/{entry.seq}",
            "schema_version": RECEIPT,
            "created": iso(entry.recorded),
        },
        "issued": iso(entry.recorded),
        "pii_principal_id": choice.account,
        **_processing(choice, terms, notice),
        "choice": {
            "purpose": choice.purpose,
            "say": choice.say,
            "covers": choice.covers,
            "via": choice.via,
            "pressed": choice.pressed,
            "language": choice.locale,
            **({"circumstances": line["under"]} if "under" in line else {}),
        },
        "event": {
            "time": line["at"],
            "recorded": iso(entry.recorded),
            "seq": entry.seq,
            "entity_id": choice.account,
            "type": "explicit",
            "state": state,
            "status": STATUS[state],
            "validity": terms.validity,
        },
        "limits": list(LIMITS),
        "evidence": evidence(opening(entry.seq, entry.recorded, body_of(choice)), entry.salt, proof, checkpoint_note),
    }
    if unfair is not None:
        made["invalidated"] = dict(unfair)
    if secret is not None:
        made["blinding_secret"] = secret.hex()
    done = signed(made, signer)
    # A receipt that its own reader would refuse is never handed out: the proof, the note and the line belong together.
    try:
        judge(msgspec.to_builtins(done), signer.public)
    except Unfit as error:
        raise Broken(f"the receipt of ledger line {entry.seq} would not hold: {error}") from None
    return done


def line_proof(entry: Entry, proof: Sequence[bytes], checkpoint_note: str) -> dict[str, object]:
    """Return the proof of any one line, as JSON data; `proof.json` beside a manifest holds that of its `released` line."""
    if isinstance(entry.line, Destroyed):
        raise Refused(f"the opening of ledger line {entry.seq} was destroyed; a proof that was kept of it still verifies")
    text = opening(entry.seq, entry.recorded, body_of(entry.line))
    return {"format": PROOF, "evidence": evidence(text, entry.salt, proof, checkpoint_note)}


def _filled(controller: Controller) -> dict[str, str]:
    told: dict[str, str] = msgspec.to_builtins(controller)
    return {name: value for name, value in told.items() if value or name not in ("email", "phone")}


def _basis(choice: ChoiceMade, terms: Terms) -> str:
    told = BASIS.get(choice.under.basis, "") if isinstance(choice.under, Circumstances) else ""
    return terms.lawful_basis or told


def _processing(choice: ChoiceMade, terms: Terms, notice: Shown | None) -> Mapping[str, object]:
    """Return the part of the standard's record that describes the processing."""
    basis = _basis(choice, terms)
    return {
        "pii_controllers": [_filled(one) for one in terms.controllers],
        "privacy_notice": terms.privacy_notice,
        "notice": None if notice is None else msgspec.to_builtins(notice),
        "purpose_type": choice.purpose,
        **({"lawful_basis": basis} if basis else {}),
        "pii_information": [{"type": one} for one in terms.pii],
        "collection_method": choice.via,
        "storage_locations": list(terms.storage_locations),
        "retention_period": terms.retention,
        "jurisdiction": terms.jurisdiction,
        "recipients": list(terms.recipients),
        "withdrawal_method": terms.withdrawal,
        "rights": list(terms.rights),
    }
