"""Proofs for one person: ledger -> vault (their secret) -> release (the declared ids) -> proofs. Nothing is written here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from msgspec import Struct

from sayso.app.house import House
from sayso.app.jobs.people import account_of
from sayso.app.jobs.recall import find, lineage_of
from sayso.facts.deeds import Destroyed, Forgotten, Released
from sayso.facts.errors import Broken, Refused, Unfit
from sayso.facts.events import ChoiceMade
from sayso.facts.words import AccountId
from sayso.proofs import Blinding, account_membership, blind_account, commitment, membership, memberships, tlog_proof

LOST = (
    "the secret of this account was destroyed with it: what was believed of it, or whether it stood in a release, "
    "nobody can show any more; receipts that its person kept still hold, and `sayso prove deletion` certifies its end"
)


class Shown(Struct, frozen=True, kw_only=True):
    """A proof of presence or absence, and which conversations it is over."""

    proof: dict[str, object]
    conversations: tuple[str, ...]


def choice(house: House, seq: int) -> str:
    """Return the `.tlog-proof` of the choice in ledger line *seq*; Unfit where that line is no choice."""
    with house.reading() as conn:
        line = house.ledger.entry(conn, seq).line
        if isinstance(line, Destroyed):
            raise house.ledger.unopened(conn, seq)
        if not isinstance(line, ChoiceMade):
            raise Unfit(f"ledger line {seq} is no choice; `sayso choose` says the number of each answer")
        proof: dict[str, Any] = house.ledger.prove(conn, seq)
        return tlog_proof(proof["evidence"])


def standing_of(house: House, release: str, name: str, conversation: str | None, said: Literal["presence", "absence"]) -> Shown:
    """Return the proof that conversations of the account of *name* are in *release* (presence), or are not (absence).

    Without *conversation* it is over all of the account's. Refused where the release says otherwise; Unfit for a conversation that
    is not this account's, since another's id under this secret would be absent from everywhere.
    """
    account = living_account(house, name)
    line = find(house, release)
    theirs = list(house.present().of_account(account))
    if conversation is not None and conversation not in theirs:
        raise Unfit(f"no conversation `{conversation[:80]}` of `{name}`; `sayso decide --account {name}` lists them")
    if not theirs:
        raise Unfit(f"`{name}` has no conversations here; there is nothing to prove")
    asked: Sequence[str] = sorted(theirs) if conversation is None else [conversation]
    rows = lineage_of(house, release)
    ids = [one.id for one in rows]
    made = commitment(ids).leading_to(line.root)
    if made.root.hex() != line.root:
        raise Broken(f"the lineage of release `{release}` is not what the log says of it; run `sayso audit`")
    secret, evidence = _secret_and_evidence(house, account, release)
    known = {one.conversation: one.id for one in rows}
    here = [one for one in asked if one in known]
    _own(release, [known[one] == mine for one, mine in zip(here, Blinding(release).all_of(secret, here), strict=True)])
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


def anything_of(house: House, release: str, name: str, said: Literal["presence", "absence"]) -> Shown:
    """Return the one proof that something of the account of *name* is in *release* (presence), or that nothing is (absence).

    It needs no list of conversations, so it holds also for somebody who has none. Refused where the release says otherwise; Unfit
    for a release that was built without a tree over its accounts.
    """
    account = living_account(house, name)
    line = find(house, release)
    if line.accounts is None:
        raise Unfit(
            f"release `{release}` declares no accounts, it is older than that; prove it conversation by conversation, with --each"
        )
    rows = lineage_of(house, release)
    made = commitment({one.account for one in rows}).leading_to(line.accounts)
    if made.root.hex() != line.accounts:
        raise Broken(f"the lineage of release `{release}` is not what the log says of it; run `sayso audit`")
    secret, evidence = _secret_and_evidence(house, account, release)
    mine = blind_account(secret, release)
    theirs = set(house.present().of_account(account))
    here = tuple(sorted(one.conversation for one in rows if one.conversation in theirs))
    _own(release, [one.account == mine for one in rows if one.conversation in theirs])
    if said == "absence" and here:
        raise Refused(f"{len(here)} conversations of `{name}` are in release `{release}`; prove their presence instead")
    if said == "presence" and not here:
        raise Refused(f"nothing of `{name}` is in release `{release}`; prove the absence instead")
    return Shown(proof=account_membership(made, evidence, release, secret), conversations=here)


def living_account(house: House, name: str) -> AccountId:
    """Return the account of *name*; Refused, saying what can still be proven, where *name* is the pseudonym of a forgotten one."""
    with house.reading() as conn:
        if house.vault.find(conn, name) is None:
            gone = any(isinstance(entry.line, Forgotten) for entry in house.ledger.of_account(conn, AccountId(name), ["forgotten"]))
            if gone:
                raise Refused(LOST)
    return account_of(house, name)


def _own(release: str, same: Sequence[bool]) -> None:
    """Refuse to prove anything where rows of these conversations were blinded under another secret: it would show them absent."""
    if not all(same):
        raise Refused(
            f"conversations of this account stand in release `{release}` under another account, which it was joined with later; "
            "nothing under one secret shows them"
        )


def _secret_and_evidence(house: House, account: AccountId, release: str) -> tuple[bytes, dict[str, Any]]:
    with house.reading() as conn:
        secret = house.vault.blinding(conn, account)
        for entry in house.ledger.of_kind(conn, Released):
            if isinstance(entry.line, Released) and entry.line.release == release:
                proof: dict[str, Any] = house.ledger.prove(conn, entry.seq)
                return secret, proof["evidence"]
    raise Broken(f"the ledger has no line of release `{release}`; run `sayso audit`")


def of_person(house: House, account: AccountId, release: str) -> dict[str, object]:
    """Return the proof that something of *account* is in *release*, or that nothing is: whichever is so.

    Refused for a release that there is not, and for somebody without a conversation in a release that declares no accounts.
    """
    try:
        line = find(house, release)
    except Unfit:
        raise Refused("no such release") from None
    with house.reading() as conn:
        name = house.vault.name(conn, account)
    theirs = set(house.present().of_account(account))
    here = any(one.conversation in theirs for one in lineage_of(house, release))
    said: Literal["presence", "absence"] = "presence" if here else "absence"
    if line.accounts is not None:
        return anything_of(house, release, name, said).proof
    if not theirs:
        raise Refused("nothing of this account can be looked up in a release without accounts")
    return standing_of(house, release, name, None, said).proof
