"""A release's second tree is over accounts: what its lineage says of them is what was recorded, one blinded id an account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from sayso.audit import Evidence, run
from sayso.facts.deeds import Released
from sayso.facts.words import Digest
from sayso.proofs import Commitment, commitment
from sayso.proofs.partitions import BEFORE, bits_for

from .town import LINEAGE, Behind, Entry, blinded, evidence

ANA, BO = blinded("account ana"), blinded("account bo")


def town(*accounts: str, root: str | None = None, told: tuple[str, ...] | None = None) -> Evidence:
    """The town whose two rows stand under *accounts*; recorded is the root over them, or over *told*, or *root* itself."""
    whole = evidence()
    lineage = tuple(replace(one, account=account) for one, account in zip(LINEAGE, accounts, strict=True))
    said = root if root is not None else commitment(told or accounts).root.hex()
    entries = tuple(
        Entry(one.seq, one.recorded, replace(one.line, accounts=Digest(said) if said else None))
        if isinstance(one.line, Released)
        else one
        for one in whole.entries
    )
    (seen,) = whole.releases
    return replace(whole, entries=entries, releases=(replace(seen, lineage=lineage),))


def test_two_rows_of_ana_under_one_blinded_account_are_as_recorded():
    assert list(run(town(ANA, ANA))) == []
    assert list(run(town("", "", root=""))) == []


@pytest.mark.parametrize(
    ("harm", "what"),
    [
        (lambda: town(ANA, ANA, told=(ANA, BO)), "the accounts of its lineage are not those"),
        (lambda: town(ANA, BO), "an account stands under two blinded ids"),
        (lambda: town(ANA, ANA, root="0" * 64), "the accounts of its lineage are not those"),
        (lambda: town(ANA, ANA, root=""), "the accounts of its lineage are not those"),
        (lambda: town("", "", told=(ANA,)), "the accounts of its lineage are not those"),
        (lambda: town(ANA, "x", told=(ANA,)), "the accounts of its lineage are not those"),
    ],
)
def test_a_tree_that_would_show_ana_absent_is_found(harm: Callable[[], Evidence], what: str):
    told = [one for one in run(harm()) if one.kind == "release_lineage"]
    assert any(what in one.what for one in told), told


def test_two_people_under_one_blinded_account_are_found():
    whole = town(ANA, ANA)
    (seen,) = whole.releases
    cy = Behind(blinded("cy"), "c-cy", ((0, 1),), ANA)
    told = list(run(replace(whole, releases=(replace(seen, lineage=(*seen.lineage, cy)),))))
    assert any("two accounts stand under one blinded id" in one.what for one in told)


@pytest.mark.parametrize("right", [True, False])
def test_a_release_whose_trees_are_of_the_earlier_kind_is_as_recorded_and_one_of_other_ids_is_not(right: bool):
    whole = evidence()
    (seen,) = whole.releases
    lineage = tuple(Behind(blinded(f"row {at}"), f"c-{at}", ((0, 1),), blinded(f"account {at}")) for at in range(64))
    over = [one.id for one in lineage if right or one.conversation != "c-7"], [one.account for one in lineage]
    root, accounts = (Digest(Commitment(one, bits_for(64, BEFORE)).root.hex()) for one in over)
    assert not right or root != commitment(over[0]).root.hex()
    entries = tuple(
        Entry(one.seq, one.recorded, replace(one.line, root=root, rows=64, accounts=accounts))
        if isinstance(one.line, Released)
        else one
        for one in whole.entries
    )
    told = list(run(replace(whole, entries=entries, releases=(replace(seen, lineage=lineage, root=root, rows=64),))))
    assert any("of its lineage are not those" in one.what for one in told) is not right
