"""Cuts stretches where the policy itself changes, so that a version binds exactly the turns collected under it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from msgspec.structs import replace

from sayso.facts.standings import Standing, Stretch
from sayso.policy.table import Policy


def split(policy: Policy, standing: Standing, times: Sequence[datetime]) -> Standing:
    """Return *standing* with its stretches cut at the instants *policy* names; *times* are those of the turns, by position.

    Uncut, a stretch that spans a version start is bound by the stricter of both versions: safe, but coarser.
    """
    return replace(standing, stretches=tuple(part for one in standing.stretches for part in _parts(policy, one, times)))


def _parts(policy: Policy, stretch: Stretch, times: Sequence[datetime]) -> Iterator[Stretch]:
    positions = [number for number in range(stretch.first, stretch.last + 1) if number < len(times)]
    inside = [number for number in positions if stretch.began_at <= times[number] <= stretch.ended_at]
    if not inside or inside[0] != stretch.first or inside[-1] != stretch.last:
        yield stretch  # times that do not fit the stretch: leave it whole, which is the stricter reading
        return
    for _, group in groupby(inside, key=lambda number: bisect_right(policy.instants, times[number])):
        part = list(group)
        moments = [times[number] for number in part]
        yield replace(stretch, first=part[0], last=part[-1], began_at=min(moments), ended_at=max(moments))
