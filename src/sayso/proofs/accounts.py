"""The file that shows one person whether anything at all of theirs is in a release: one bucket of its tree over accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sayso.facts.errors import Unfit
from sayso.proofs import bucket
from sayso.proofs.alike import mistakable
from sayso.proofs.blind import blind_account
from sayso.proofs.commitment import Commitment
from sayso.proofs.evidence import members, unhex
from sayso.proofs.membership import limits, released
from sayso.proofs.notes import VerifierKey

ACCOUNT_MEMBERSHIP = "sayso/account-membership/v1"
_MEMBERS = {"format", "release", "blinding_secret", "evidence"} | bucket.PARTS


def account_membership(made: Commitment, evidence: Mapping[str, object], release: str, secret: bytes) -> dict[str, object]:
    """Return the proof, as JSON data, that something of the account of *secret* is in *release*, or that nothing is.

    *made* is over the blinded accounts of the release, *evidence* that of its `released` line. The file holds the person's secret:
    it is theirs alone.
    """
    return {
        "format": ACCOUNT_MEMBERSHIP,
        "release": release,
        "blinding_secret": secret.hex(),
        **bucket.spelled(made.prove(blind_account(secret, release))),
        "evidence": dict(evidence),
    }


def judge_account_membership(told: Mapping[str, Any], key: VerifierKey) -> tuple[str, ...]:
    """Return what such a file shows, line by line; Unfit where anything in it does not hold."""
    members(told, _MEMBERS, "the proof")
    found = released(told, key)
    release = told["release"]
    if not isinstance(release, str):
        raise Unfit("the proof names no release or no conversation")
    # (5) The id is worked out here, from the person's own secret: nobody can hand out a wrong one.
    mine = blind_account(unhex(told["blinding_secret"], "the blinding secret"), release)
    # (6) The one bucket where that id would be leads to the root over accounts, which older releases do not have.
    if found.line.get("accounts") is None:
        raise Unfit("the release declares no accounts, only conversations; ask for a proof over those")
    present = bucket.read(told).present(mine, unhex(found.line.get("accounts"), "the root over accounts"))
    who = f"among the accounts that release `{release}` declares"
    return (
        f"proves: the account of this secret is {who}: something of it is in there"
        if present
        else f"proves: the account of this secret is not {who}: nothing of it is in there",
        *limits(found),
        "does not prove: that the declared accounts are those of the declared rows; an audit compares them",
        *mistakable([release]),
    )
