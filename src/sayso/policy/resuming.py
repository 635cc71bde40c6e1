"""Where a resumed conversation counts whole: earlier turns follow the answer of a later one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sayso.facts.standings import Standing
from sayso.facts.words import Purpose
from sayso.policy.compiling import compiled
from sayso.policy.table import Policy


def resumed(policy: Policy, standing: Standing, rows: list[dict[str, Any]], at: datetime) -> dict[tuple[int, Purpose], int]:
    """Lift earlier turns to the answer of a later turn of the same account, where the version in force counts a resumed
    conversation whole; return which stretch each lifted one follows. Imported turns are never lifted.
    """
    followed: dict[tuple[int, Purpose], int] = {}
    version = policy.version(at)
    others = [policy.versions[position] for position in policy.binding(at, at) if position >= 0] if version else []
    for purpose in version.choice if version else ():
        # While the notice of a version runs, the one before it must count a resumed conversation whole, too.
        if any(purpose not in one.choice or one.choice[purpose].resumed != "whole" for one in others):
            continue
        terms = compiled(policy)[policy.position(at)]
        says = [terms.facts_of(row)[f"say_{purpose}"] for row in rows]
        for later in range(len(rows) - 1, 0, -1):
            if says[later] not in ("allow", "assumed"):
                continue
            for earlier in range(later):
                one, other = standing.stretches[earlier], standing.stretches[later]
                if (earlier, purpose) not in followed and one.account == other.account and not one.imported:
                    followed[earlier, purpose] = later
        for (earlier, name), later in followed.items():
            if name == purpose:
                for column in (f"raw_say_{purpose}", f"began_{purpose}"):
                    rows[earlier][column] = rows[later][column]
    return followed
