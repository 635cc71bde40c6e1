"""Proofs for one person: ledger -> vault (their secret) -> release (the declared ids) -> proofs. Nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from sayso.app.house import House
from sayso.app.jobs.people import account_of
from sayso.app.jobs.recall import find, lineage_of
from sayso.facts.deeds import Released
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.events import ChoiceMade
from sayso.facts.words import AccountId
from sayso.proofs import blind, commitment, membership, memberships, tlog_proof


class Shown(Struct, frozen=True, kw_only=True):
    """A proof of presence or absence, and which conversations it is over."""

    proof: dict[str, object]
    conversations: tuple[str, ...]


def choice(house: House, seq: int) -> str:
    """Return the `.tlog-proof` of the choice in ledger line *seq*; Unfit where that line is no choice."""
    with house.reading() as conn:
        if not isinstance(house.ledger.entry(conn, seq).line, ChoiceMade):
            raise Unfit(f"ledger line {seq} is no choice; `sayso choose` says the number of each answer")
        proof: dict[str, Any] = house.ledger.prove(conn, seq)
        return tlog_proof(proof["evidence"])


def standing_of(house: House, release: str, name: str, conversation: str | None, said: Literal["presence", "absence"]) -> Shown:
    """Return the proof that conversations of the account of *name* are in *release* (presence), or are not (absence).

    Without *conversation* it is over all of the account's. Refused where the release says otherwise; Unfit for a conversation that
    is not this account's, since another's id under this secret would be absent from everywhere.
    """
    account = account_of(house, name)
    line = find(house, release)
    theirs = list(house.present().of_account(account))
    if conversation is not None and conversation not in theirs:
        raise Unfit(f"no conversation `{conversation[:80]}` of `{name}`; `sayso decide --account {name}` lists them")
    if not theirs:
        raise Unfit(f"`{name}` has no conversations here; there is nothing to prove")
    asked: Sequence[str] = sorted(theirs) if conversation is None else [conversation]
    ids = [one.id for one in lineage_of(house, release)]
    made = commitment(ids)
    if made.root.hex() != line.root:
        raise Broken(f"the lineage of release `{release}` is not what the log says of it; run `sayso audit`")
    secret, evidence = _secret_and_evidence(house, account, release)
    known = set(ids)
    here = [one for one in asked if blind(secret, release, one) in known]
    if said == "absence" and here:
        raise Refused(
            f"{len(here)} of {len(asked)} conversations of `{name}` are in release `{release}`; prove their presence instead"
        )
    if said == "presence" and not here:
        raise Refused(f"no conversation asked about is in release `{release}`; prove the absence instead")
    over = tuple(here if said == "presence" else asked)
    if conversation is not None:
        return Shown(proof=membership(made, evidence, release, conversation, secret), conversations=over)
    return Shown(proof=memberships(made, evidence, release, over, secret), conversations=over)


def _secret_and_evidence(house: House, account: AccountId, release: str) -> tuple[bytes, dict[str, Any]]:
    with house.reading() as conn:
        secret = house.vault.blinding(conn, account)
        for entry in house.ledger.of_kind(conn, Released):
            if isinstance(entry.line, Released) and entry.line.release == release:
                proof: dict[str, Any] = house.ledger.prove(conn, entry.seq)
                return secret, proof["evidence"]
    raise Broken(f"the ledger has no line of release `{release}`; run `sayso audit`")
