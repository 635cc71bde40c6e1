"""What is done with a hit in a conversation that may be used: the strictest that the versions binding it say, kind by kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sayso.facts.kinds import ACTIONS, KINDS, Action
from sayso.facts.standings import Standing
from sayso.facts.words import Purpose
from sayso.policy.table import Policy, Version


@dataclass(frozen=True)
class Done:
    """What is done with hits of one kind, and the row that says so; no row where none names it, and then it is marked."""

    do: Action = "mark"
    row: str = ""


def handling(policy: Policy, purpose: Purpose, at: datetime, standing: Standing | None = None) -> Mapping[str, Done]:
    """Return per kind what is done with hits in *standing*'s words for *purpose*; without one, in words collected at *at*.

    Every version that bound while its turns were collected counts, and every one that binds at *at*; the strictest wins. So a
    looser way begins with what is collected under it, and a stricter one reaches back.
    """
    positions = set(policy.binding(at, at))
    for stretch in standing.stretches if standing else ():
        positions |= set(policy.binding(stretch.began_at, stretch.ended_at))
    versions = [policy.versions[position] for position in sorted(positions) if position >= 0]
    return _strictest([done(version, purpose) for version in versions])


def done(version: Version, purpose: Purpose) -> dict[str, Done]:
    """Return per kind what one version says is done; a row that names the kind goes before one for all others."""
    rows = version.scrub.get(purpose, ())
    rest = next((Done(row.do, row.id) for row in rows if not row.kinds), Done())
    return dict.fromkeys(KINDS, rest) | {kind: Done(row.do, row.id) for row in rows for kind in row.kinds}


def _strictest(each: Iterable[Mapping[str, Done]]) -> dict[str, Done]:
    found: dict[str, Done] = {}
    for one in each:
        for kind, what in one.items():
            if kind not in found or ACTIONS.index(what.do) > ACTIONS.index(found[kind].do):
                found[kind] = what
    return found or dict.fromkeys(KINDS, Done())
