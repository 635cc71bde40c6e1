"""What an audit judged of the past, so that the next one need not judge it anew; and when that still holds.

A shredding, and what a release was built from, are judged by the facts before them. Lines under a root that was audited are those
facts: while that root stands, under the same policies and the same code, judging them again gives what it gave. So what was found
of them is carried over, not forgotten: an audit that goes on finds what a whole one finds. Everything stored is compared anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from sayso.audit.evidence import Evidence, ReleaseSeen
from sayso.audit.findings import Finding
from sayso.facts.canonical import canonical, digest


class Read(Struct, frozen=True, kw_only=True):
    """A release as it was judged: the digest of what was looked at, and what was found."""

    digest: str
    found: tuple[Finding, ...] = ()


class Judged(Struct, frozen=True, kw_only=True):
    """What was judged of the first *size* lines, and what was found of it; holds while these lines and *policies* stand."""

    size: int
    policies: str
    shreddings: tuple[Finding, ...] = ()
    releases: Mapping[str, Read] = {}


class Extent(Struct, frozen=True, kw_only=True):
    """How far one audit went: what it counted, and how much of it was judged before and not judged again."""

    lines: int = 0
    shreddings: int = 0
    shreddings_before: int = 0
    releases: int = 0
    releases_before: int = 0
    conversations: int = 0
    stored: int = 0
    files: int = 0


class Examined(Struct, frozen=True, kw_only=True):
    """What an audit gives back: the findings, how far it went, and what the next one may take from it.

    `judged` is `None` where something could not be judged, or the lines contradict themselves: then nothing is vouched for.
    """

    findings: tuple[Finding, ...]
    extent: Extent
    judged: Judged | None


def policies_of(evidence: Evidence) -> str:
    """Return one digest over everything that says how the past is ruled: each policy at hand, the terms' instants, the purposes."""
    told = [sorted(evidence.rules), [one.isoformat() for one in evidence.cuts], list(evidence.purposes)]
    return digest(canonical(told))


def looked_at(seen: ReleaseSeen) -> str:
    """Return one digest over all of a release that its judgement depends on, beside the lines."""
    lineage = [[one.id, one.conversation, [list(turns) for turns in one.turns]] for one in seen.lineage]
    told = [seen.name, seen.purpose, seen.pin, seen.at.isoformat(), sorted(seen.left_out.items()), lineage]
    return digest(canonical(told))
