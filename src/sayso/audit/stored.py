"""The vault against the ledger: everything recorded is there and unchanged, everything destroyed is gone, nothing else exists."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from sayso.audit.evidence import Evidence, Stored
from sayso.audit.findings import Finding, found
from sayso.audit.tally import Tally


def check_stored(evidence: Evidence, tally: Tally, rows: Mapping[str, Stored]) -> Iterator[Finding]:
    """Yield a finding for each thing the vault holds too much, too little or otherwise."""
    yield from (found("vault", "vault", line) for line in evidence.vault_problems)
    seen: dict[str, dict[str, str]] = {"account": {}, "key": {}, "block": {}, "worn": {}, "remark": {}}
    for one in evidence.prints:
        if one.kind in seen:
            seen[one.kind][one.id] = one.digest
        else:
            yield found("unknown", f"{one.kind[:20]} `{one.id}`", "the vault holds a kind of thing this audit does not know")
    yield from _compare("account", tally.accounts, seen["account"], tally.forgotten)
    yield from _compare("key", tally.keys, seen["key"], tally.shredded)
    yield from _compare("block", tally.blocks, seen["block"], tally.shredded)
    yield from _remarks(tally, seen["remark"])
    for account in sorted(tally.worn ^ seen["worn"].keys()):
        what = "lost a conversation, and the vault does not know" if account in tally.worn else "lost none, and the vault says"
        yield found("epoch", f"account `{account}`", f"it {what} that it needs a new key")
    yield from _rows(tally, rows)


def _compare(
    kind: str, recorded: Mapping[str, str | None], stored: Mapping[str, str], destroyed: Container[str]
) -> Iterator[Finding]:
    """Compare the digests of one kind of thing; a block or a remark is destroyed with its conversation."""
    for one in sorted(recorded.keys() | stored.keys()):
        where = f"{kind} `{one}`"
        whole = one.rpartition("/")[0] if kind in ("block", "remark") else one
        if whole in destroyed:
            if one in stored:
                yield found("key_left", where, "it was destroyed according to the ledger, and is still there")
        elif one not in stored:
            yield found("lost", where, "recorded and not destroyed, but not in the vault")
        elif one not in recorded:
            yield found("unknown", where, "no line of the ledger says that it was stored")
        elif recorded[one] is None:
            yield found("unknown", where, "the ledger knows it, but no line holds its digest, so it cannot be compared")
        elif recorded[one] != stored[one]:
            yield found("changed", where, "its digest is not the one the ledger holds")


def _remarks(tally: Tally, stored: Mapping[str, str]) -> Iterator[Finding]:
    """Compare the remarks; one that an older version recorded without its digest need only be there."""
    recorded = {one: digest or stored.get(one, "") for one, digest in tally.remarks.items()}
    yield from _compare("remark", recorded, stored, tally.shredded)


def _rows(tally: Tally, rows: Mapping[str, Stored]) -> Iterator[Finding]:
    """Compare the vault's index with the ledger, conversation by conversation."""
    for one in sorted(tally.turns.keys() | tally.sealed.keys() | rows.keys()):
        where, row = f"conversation `{one}`", rows.get(one)
        if one not in tally.sealed:
            if row is not None:
                yield found("unknown", where, "is in the vault's index, and no line says that it was sealed")
            else:
                yield found("lost", where, "has turns, and no line says that they were sealed")
        elif one in tally.shredded:
            if row is not None and row.state != "shredded":
                yield found("key_left", where, f"was shredded according to the ledger, and is {row.state} in the vault")
        elif row is None or row.state == "shredded":
            yield found("lost", where, "no line says that it was shredded, but the vault no longer has it")
        elif not tally.turns[one] == tally.sealed[one] == row.turns:
            yield found("turns", where, f"{tally.turns[one]} turns recorded, {tally.sealed[one]} sealed, {row.turns} stored")
