"""The file that shows one person which of their conversations are in a release: present or absent, by the same proof."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sayso.facts.errors import Unfit
from sayso.proofs import bucket
from sayso.proofs.alike import mistakable
from sayso.proofs.blind import blind
from sayso.proofs.commitment import Commitment
from sayso.proofs.evidence import Proven, members, proven, unhex
from sayso.proofs.notes import VerifierKey

MEMBERSHIP = "sayso/membership/v1"
MEMBERSHIPS = "sayso/memberships/v1"
_HEAD = {"format", "release", "blinding_secret", "evidence"}
_SHOWN = {"conversation"} | bucket.PARTS


def membership(
    made: Commitment, evidence: Mapping[str, object], release: str, conversation: str, secret: bytes
) -> dict[str, object]:
    """Return the proof, as JSON data, that *conversation* is or is not in *release*.

    *evidence* is that of the release's `released` line (`line_proof(...)["evidence"]`). The file names the conversation and holds
    the person's secret: it is theirs alone.
    """
    shown = _shown(made, release, conversation, secret)
    return {"format": MEMBERSHIP, "release": release, "blinding_secret": secret.hex(), **shown, "evidence": dict(evidence)}


def memberships(
    made: Commitment, evidence: Mapping[str, object], release: str, conversations: Sequence[str], secret: bytes
) -> dict[str, object]:
    """Return one file, as JSON data, that shows of each of *conversations*, all of one person, whether it is in *release*."""
    shown = [_shown(made, release, one, secret) for one in sorted(set(conversations))]
    return {
        "format": MEMBERSHIPS,
        "release": release,
        "blinding_secret": secret.hex(),
        "conversations": shown,
        "evidence": dict(evidence),
    }


def judge_membership(told: Mapping[str, Any], key: VerifierKey) -> tuple[str, ...]:
    """Return what such a file shows, line by line; Unfit where anything in it does not hold."""
    members(told, _HEAD | _SHOWN, "the proof")
    found = released(told, key)
    present = _present(told, told, found)
    where = f"{'' if present else 'not '}among the rows that release `{told['release']}` declares"
    names = (told["conversation"], told["release"])
    return (f"proves: conversation `{told['conversation']}` is {where}", *limits(found), *mistakable(names))


def judge_memberships(told: Mapping[str, Any], key: VerifierKey) -> tuple[str, ...]:
    """Return what a file over several conversations shows, line by line; Unfit where anything in it does not hold."""
    members(told, _HEAD | {"conversations"}, "the proof")
    listed = told["conversations"]
    if not isinstance(listed, list) or not listed:
        raise Unfit("the proof lists no conversations")
    found = released(told, key)
    names = [members(one, _SHOWN, "one proof of the list")["conversation"] for one in listed]
    if not all(isinstance(one, str) for one in names) or names != sorted(set(names)):
        raise Unfit("the listed conversations are not sorted, or one stands twice")
    here = [one["conversation"] for one in listed if _present(told, one, found)]
    rows = f"among the rows that release `{told['release']}` declares"
    said = f"of the {len(names)} conversations listed, {len(here) or 'none'} stand {rows}"
    return (
        f"proves: {said}{': ' if here else ''}{', '.join(f'`{one}`' for one in here)}",
        *limits(found),
        "does not prove: that these are all the person's conversations; compare the list with your own",
        *mistakable([*names, told["release"]]),
    )


def _shown(made: Commitment, release: str, conversation: str, secret: bytes) -> dict[str, object]:
    return {"conversation": conversation, **bucket.spelled(made.prove(blind(secret, release, conversation)))}


def released(told: Mapping[str, Any], key: VerifierKey) -> Proven:
    """Return the `released` line that the evidence in *told* shows; Unfit where it is of another release."""
    # (4) The log holds a `released` line of this release, and that line names the root.
    found = proven(told["evidence"], key)
    if found.line.get("type") != "released" or found.line.get("release") != told["release"]:
        raise Unfit("the logged line is not of this release")
    return found


def _present(told: Mapping[str, Any], one: Mapping[str, Any], found: Proven) -> bool:
    release, conversation = told["release"], one["conversation"]
    if not isinstance(release, str) or not isinstance(conversation, str):
        raise Unfit("the proof names no release or no conversation")
    # (5) The id is worked out here, from the person's own secret: nobody can hand out a wrong one.
    mine = blind(unhex(told["blinding_secret"], "the blinding secret"), release, conversation)
    # (6) The one bucket where that id would be leads to the root.
    return bucket.read(one).present(mine, unhex(found.line.get("root"), "the root of the release"))


def limits(found: Proven) -> tuple[str, ...]:
    """Return where the declaration stands, and how far any proof about it goes."""
    return (
        f"proves: that declaration is line {found.seq} of the log `{found.checkpoint.origin}`, recorded {found.recorded}",
        "does not prove: that the secret in this file is the one the rows were blinded with; compare it with your receipt",
        "does not prove: that nothing undeclared was used, or what a model was trained on",
    )
