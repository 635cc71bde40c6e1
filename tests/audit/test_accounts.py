"""A release's second tree is over accounts: what its lineage says of them is what was recorded, one blinded id an account."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from sayso.audit import Evidence, run
from sayso.facts.deeds import Released
from sayso.facts.words import Digest
from sayso.proofs import commitment

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
