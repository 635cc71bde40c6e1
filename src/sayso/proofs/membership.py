"""The file that shows one person whether one conversation is in one release: present or absent, by the same proof."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sayso.facts.errors import Unfit
from sayso.proofs.blind import blind
from sayso.proofs.commitment import Commitment, Membership
from sayso.proofs.evidence import members, proven, unhex
from sayso.proofs.notes import VerifierKey

MEMBERSHIP = "sayso/membership/v1"
_PARTS = {"format", "release", "conversation", "blinding_secret", "bits", "bucket", "path", "evidence"}


def membership(
    made: Commitment, evidence: Mapping[str, object], release: str, conversation: str, secret: bytes
) -> dict[str, object]:
    """Return the proof, as JSON data, that *conversation* is or is not in *release*.

    *evidence* is that of the release's `released` line (`line_proof(...)["evidence"]`). The file names the conversation and holds
    the person's secret: it is theirs alone.
    """
    found = made.prove(blind(secret, release, conversation))
    return {
        "format": MEMBERSHIP,
        "release": release,
        "conversation": conversation,
        "blinding_secret": secret.hex(),
        "bits": found.bits,
        "bucket": [one.hex() for one in found.bucket],
        "path": [step.hex() for step in found.path],
        "evidence": dict(evidence),
    }


def judge_membership(told: Mapping[str, Any], key: VerifierKey) -> tuple[str, ...]:
    """Return what such a file shows, line by line; Unfit where anything in it does not hold."""
    members(told, _PARTS, "the proof")
    # (4) The log holds a `released` line of this release, and that line names the root.
    found = proven(told["evidence"], key)
    release, conversation = told["release"], told["conversation"]
    if found.line.get("type") != "released" or found.line.get("release") != release:
        raise Unfit("the logged line is not of this release")
    if not isinstance(release, str) or not isinstance(conversation, str):
        raise Unfit("the proof names no release or no conversation")
    # (5) The id is worked out here, from the person's own secret: nobody can hand out a wrong one.
    mine = blind(unhex(told["blinding_secret"], "the blinding secret"), release, conversation)
    # (6) The one bucket where that id would be leads to the root.
    bits, bucket, path = told["bits"], told["bucket"], told["path"]
    if type(bits) is not int or not isinstance(bucket, list) or not isinstance(path, list):
        raise Unfit("the proof is misshapen: a number, a bucket and a path are expected")
    shown = Membership(
        bits=bits,
        bucket=tuple(unhex(one, "an id of the bucket", 16) for one in bucket),
        path=tuple(unhex(step, "a hash of the path") for step in path),
    )
    present = shown.present(mine, unhex(found.line.get("root"), "the root of the release"))
    return (
        f"proves: conversation `{conversation}` is {'' if present else 'not '}among the rows that release `{release}` declares",
        f"proves: that declaration is line {found.seq} of the log `{found.checkpoint.origin}`, recorded {found.recorded}",
        "does not prove: that the secret in this file is the one the rows were blinded with; compare it with your receipt",
        "does not prove: that nothing undeclared was used, or what a model was trained on",
    )
