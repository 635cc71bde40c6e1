"""The other forms of a receipt, each worked out from the signed one it carries: so one source decides what all of them say.

Checking a form is making it again from that receipt and comparing every byte of its canonical spelling.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sayso.facts.canonical import canonical
from sayso.facts.errors import Unfit
from sayso.facts.instants import iso, parse_instant
from sayso.proofs.notes import VerifierKey
from sayso.proofs.receipt import judge

RECORD, KANTARA = "sayso/record/v2", "sayso/kantara/v2"
PROFILE = "https://w3id.org/dpv/schema/dpv-27560#"
"""The profiles of the W3C community group that ISO/IEC TS 27560 records and receipts in DPV conform to."""
UNSET = "not set by the operator"
_CONTEXT = {"dpv": "https://w3id.org/dpv#", "dct": "http://purl.org/dc/terms/", "xsd": "http://www.w3.org/2001/XMLSchema#"}
_OWN = "urn:sayso:receipt:"
"""Where lies what neither vocabulary has a term for; `sayso:` in both forms, as in the receipt itself."""
_CONSENT = {"given": "EXPLICIT", "refused": "REFUSED", "withdrawn": "WITHDRAWN", "invalidated": "INVALIDATED"}


def _before(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the record as it was until the last day and the source of the region were in it; files of then go on to hold."""
    record, event, notice = receipt["record"], receipt["event"], receipt["notice"]
    status: dict[str, Any] = {
        "@type": event["status"],
        "dpv:isIndicatedAtTime": _instant(event["time"]),
        "dpv:isIndicatedBy": {"@id": "dpv:DataSubject"},
        "dpv:hasIndicationMethod": receipt["collection_method"],
        "dpv:hasDuration": event["validity"],
    }
    made: dict[str, Any] = {
        "@context": _CONTEXT,
        "@id": f"urn:sayso:record:{record['id']}",
        "@type": "dpv:ConsentRecord",
        "dct:identifier": record["id"],
        "dct:conformsTo": {"@id": f"{PROFILE}record"},
        "dct:created": _instant(record["created"]),
        "dpv:hasDataSubject": {"@type": "dpv:DataSubject", "dct:identifier": receipt["pii_principal_id"]},
        "dpv:hasProcess": _process(receipt),
        "dpv:hasConsentStatus": status,
    }
    if notice is not None:
        shown = {"@type": "dpv:ConsentNotice", "dct:identifier": f"sha256:{notice['digest']}", "dct:title": notice["name"]}
        made["dpv:hasNotice"] = {**shown, "dct:language": receipt["choice"]["language"] or "und"}
    return made


def record_of(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the consent record of *receipt* in the shape of the W3C guide to ISO/IEC TS 27560, as JSON-LD."""
    made, seen = _before(receipt), _seen(receipt)
    last = seen.pop("sayso:deadline", None)
    own = seen if last is None else {**seen, "sayso:deadline": _instant(last)}
    if not own:
        return made
    status = {**made["dpv:hasConsentStatus"], **own}
    return {**made, "@context": {**_CONTEXT, "sayso": _OWN}, "dpv:hasConsentStatus": status}


def _seen(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was so then and no vocabulary has a term for: the last day that was named, the region, and whose word."""
    seen = receipt["choice"].get("circumstances") or {}
    told = {name: seen.get(name) for name in ("deadline", "region", "region_by", "region_against")}
    return {f"sayso:{name}": value for name, value in told.items() if value is not None}


def _process(receipt: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "@type": "dpv:Process",
        "dpv:hasPurpose": {"@id": f"urn:sayso:purpose:{receipt['purpose_type']}"},
        "dpv:hasPersonalData": [{"@type": "dpv:PersonalData", "dct:title": one["type"]} for one in receipt["pii_information"]],
        "dpv:hasDataController": [_controller(one) for one in receipt["pii_controllers"]],
        "dpv:hasRecipient": receipt["recipients"],
        "dpv:hasJurisdiction": receipt["jurisdiction"],
        "dpv:hasDataSource": {"@id": "dpv:DataSubjectDataSource"},
        "dpv:hasStorageCondition": [
            {"@type": "dpv:StorageDuration", "dct:description": receipt["retention_period"]},
            *({"@type": "dpv:StorageLocation", "dct:description": one} for one in receipt["storage_locations"]),
        ],
        "dpv:hasConsentControl": {"@type": "dpv:WithdrawConsent", "dct:description": receipt["withdrawal_method"]},
        "dpv:hasRight": [{"@type": "dpv:DataSubjectRight", "dct:title": one} for one in receipt["rights"]],
        "dpv:hasNotice": {"@type": "dpv:PrivacyNotice", "dct:identifier": receipt["privacy_notice"]},
    }
    basis = receipt.get("lawful_basis")
    return made if basis is None else {**made, "dpv:hasLegalBasis": {"@id": basis}}


def _controller(one: Mapping[str, Any]) -> dict[str, Any]:
    said = {
        "dpv:hasIdentifier": one["id"],
        "dpv:hasName": one["name"],
        "dpv:hasAddress": one["address"],
        "dpv:hasContact": one["contact"],
    }
    return {"@type": "dpv:DataController", **said}


def _instant(text: str) -> dict[str, str]:
    return {"@type": "xsd:dateTime", "@value": text}


def kantara_of(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Return *receipt* with the fields of the Kantara Consent Receipt v1.1, and ours beside them, which its schema allows.

    That form has no place for a no. `consentType` says REFUSED or WITHDRAWN then, so that nobody reads a yes out of it.
    """
    return {**_plain(receipt), **_seen(receipt)}


def _plain(receipt: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of Kantara's form alone."""
    choice, event = receipt["choice"], receipt["event"]
    kinds = [one["type"] for one in receipt["pii_information"]]
    others = [one for one in receipt["recipients"] if one != "none"]
    purpose: dict[str, Any] = {
        "purpose": receipt["purpose_type"],
        "consentType": _CONSENT[event["state"]],
        "purposeCategory": [receipt["purpose_type"]],
        "piiCategory": kinds,
        "primaryPurpose": False,
        "termination": receipt["retention_period"],
        "thirdPartyDisclosure": bool(others),
        **({"thirdPartyName": ", ".join(others)} if others else {}),
    }
    return {
        "version": "KI-CR-v1.1.0",
        "jurisdiction": receipt["jurisdiction"],
        "consentTimestamp": _seconds(event["time"]),
        "collectionMethod": receipt["collection_method"],
        "consentReceiptID": receipt["receipt_id"],
        "piiPrincipalId": receipt["pii_principal_id"],
        "piiControllers": [
            {
                "piiController": one["name"],
                "contact": one["contact"],
                "address": {"streetAddress": one["address"]},
                "email": one.get("email") or UNSET,
                "phone": one.get("phone") or UNSET,
            }
            for one in receipt["pii_controllers"]
        ],
        "policyUrl": receipt["privacy_notice"],
        "services": [{"service": ", ".join(kinds), "purposes": [purpose]}],
        # What people write to an assistant can be anything, so nobody can say that none of it is sensitive.
        "sensitive": True,
        "spiCat": kinds,
        **({"language": choice["language"]} if choice["language"] else {}),
    }


def _seconds(text: object) -> int:
    """Return the POSIX seconds of an instant as we spell it; a time without a zone would be another one for each reader."""
    at = parse_instant(text)
    if iso(at) != text:
        raise Unfit("the time of the answer is not spelled as an instant in UTC")
    return int(at.timestamp())


_MADE: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    RECORD: record_of,
    KANTARA: kantara_of,
    # Made until the last day and the source of the region were in them; what was handed out then is checked as it was made.
    "sayso/record/v1": _before,
    "sayso/kantara/v1": _plain,
}
FORMATS = tuple(_MADE)


def form(receipt: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the form *kind* of a signed *receipt*, with the receipt itself in it."""
    return {**_MADE[kind](receipt), "format": kind, "receipt": dict(receipt)}


def judge_form(told: Mapping[str, Any], key: VerifierKey) -> tuple[str, ...]:
    """Return what a form of a receipt proves; Unfit where its receipt does not hold, or gives another form than this one."""
    receipt, kind = told.get("receipt"), str(told.get("format"))
    if not isinstance(receipt, dict):
        raise Unfit("the file does not carry the receipt it was made from")
    lines = judge(receipt, key)
    try:
        made = canonical(form(receipt, kind))
    except (KeyError, TypeError, AttributeError, ValueError, Unfit):
        raise Unfit("its receipt lacks what this form says") from None
    if made != canonical(dict(told)):
        raise Unfit("the file says something else than the signed receipt in it")
    return (*lines, "proves: every field of this form is worked out from the signed receipt in it, and from nothing else")
