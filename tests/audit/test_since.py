"""An audit that goes on from an earlier one finds what a whole one finds, and says what it did not judge again."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sayso.audit import Evidence, Judged, examine, run

from .test_mutations import HARMS, bo_shredded_on, seen
from .town import POLICY, digest, evidence, rule


def as_it_was(whole: Evidence, size: int) -> Evidence:
    """The same town when its ledger had *size* lines; what is stored may disagree, which is told and not carried over."""
    releases = tuple(one for one in whole.releases if one.pin <= size)
    return replace(whole, entries=tuple(whole.entries)[:size], signed=size, releases=releases)


@pytest.mark.parametrize(("kind", "what", "harm"), [(kind, what, harm) for kind, _, what, harm in HARMS])
def test_going_on_finds_what_judging_everything_finds(kind: str, what: str, harm) -> None:
    whole = harm()
    size = len(tuple(whole.entries))
    everything = run(whole)
    for until in (27, 30, size):
        earlier = examine(as_it_was(whole, until)).judged
        assert list(examine(whole, earlier).findings) == everything, until


def test_what_was_judged_is_carried_over_and_not_judged_again() -> None:
    whole = bo_shredded_on(20)
    first = examine(whole)
    assert first.judged is not None
    assert (first.extent.shreddings, first.extent.releases) == (2, 1)

    again = examine(whole, first.judged)
    assert (again.extent.shreddings, again.extent.shreddings_before) == (0, 2)
    assert (again.extent.releases, again.extent.releases_before) == (0, 1)
    assert again.findings == first.findings
    assert "shredded_early" in {one.kind for one in again.findings}
    assert again.judged == first.judged, "what is handed on does not wear out"


def test_a_release_whose_lineage_changed_since_is_judged_anew() -> None:
    first = examine(evidence()).judged
    whole = seen(left_out={"unasked": 2})
    assert list(examine(whole, first).findings) == run(whole) != []
    assert examine(whole, first).extent.releases == 1


def test_another_policy_since_has_everything_judged_anew() -> None:
    first = examine(evidence()).judged
    whole = replace(evidence(), rules={POLICY: rule, digest("later"): rule})
    assert examine(whole, first).extent.shreddings == 2


def test_nothing_is_vouched_for_where_something_could_not_be_judged() -> None:
    def judged(whole: Evidence) -> Judged | None:
        return examine(whole).judged

    assert judged(evidence()) is not None
    assert judged(replace(evidence(), rules={}, policy_files={})) is None
    assert judged(replace(evidence(), ledger_problems=("line 7: does not match its leaf",))) is None
    assert judged(replace(evidence(), past_problems=(("the audit of then", "its root differs"),))) is None
    assert judged(replace(evidence(), signed=5)) is None
    assert judged(replace(evidence(), entries=(), signed=None)) is None
    # A hold that the vault forgot says nothing of the past, and is found anew each time.
    assert judged(replace(evidence(), holds=())) is not None
