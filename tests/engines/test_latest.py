"""The bound on deleted conversations holds for every standing any row tells apart, in every shipped profile."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from sayso.policy import decide, latest, load, shipped

from .domain import LEAP, NOWS, everything


@pytest.mark.parametrize("profile", shipped())
def test_no_deleted_conversation_is_kept_longer_than_the_bound_says(profile: str) -> None:
    policy, late = load(profile), 0
    for standing in everything(policy):
        last = max(one for one in (standing.last_turn_at, standing.flagged_at, standing.feedback_at, standing.at, *NOWS) if one)
        at = max(last, *standing.refused_at.values(), *(one.ended_at for one in standing.stretches), LEAP)
        gone = replace(standing, at=at, deleted_at=standing.deleted_at or at, holds=())
        marked = gone.flagged_at is not None or gone.feedback_at is not None
        end, bound = decide(policy, gone, at).keep_until, latest(policy, at, marked=marked)
        assert bound is None or end is None or end <= bound, gone
        late += end is not None and bound is not None
    assert late > 0 or latest(policy, LEAP, marked=False) is None
