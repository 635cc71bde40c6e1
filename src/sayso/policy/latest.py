"""By when nothing keeps what was deleted any more, whichever rows fit: a bound, for when asking about each costs too much."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sayso.policy.ends import moved
from sayso.policy.table import KeepRow, Policy


def latest(policy: Policy, at: datetime, *, marked: bool) -> datetime | None:
    """Return an instant after which *policy* keeps no deleted conversation that is not held; `None` where none is sure.

    *at* is now, and no turn came later; whatever an end counts from was by then, so no row ends later than it does from *at*.
    Without *marked* nothing is flagged and no feedback was given. A cap may only shorten, and is not looked at.
    """
    if at < policy.starts[0]:
        return None
    known = {"deleted": "yes", "held": "no"} | ({} if marked else {"flagged": "no", "feedback": "no"})
    ends: list[datetime] = []
    for row in (row for version in policy.versions for row in version.keep):
        if row.of != "conversation" or not _may_fit(row, known):
            continue
        if row.months is None or row.days is None:
            return None
        ends.append(moved(at, row.months, row.days))
    return max(ends, default=None)


def _may_fit(row: KeepRow, known: Mapping[str, str]) -> bool:
    return all(fact not in row.when or value in row.when[fact] for fact, value in known.items())
