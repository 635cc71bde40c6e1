"""Watching: the log's checkpoint and health, counts, and audits that recompute everything."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from sayso.app.http.v1.ops import TEXT, At, Call, Nothing, Reply, Room
from sayso.audit import Report

room = Room("watching", "The log's health, counts of everything, and audits.")


class Health(Struct, frozen=True, kw_only=True):
    """The log's head and public key; by how much the clock lags behind it; policies whose copy on the disk went bad."""

    size: int
    root: str
    at: At | None
    key: str
    clock_behind_seconds: float
    damaged: tuple[str, ...]


class Counts(Struct, frozen=True, kw_only=True):
    """Counts as officers see them: no name, no pseudonym, no word of a conversation."""

    at: At
    policy: str
    accounts: int
    conversations: int
    due: int
    held: int
    uses: dict[str, dict[str, int]]
    says: dict[str, int]


class Finding(Struct, frozen=True, kw_only=True):
    """One thing that differs: where, what, and what to do next."""

    kind: str
    where: str
    what: str
    next: str


class Audit(Struct, frozen=True, kw_only=True):
    """Whether an audit runs, and what the last one found, as of which size and root of the log; `null` before the first."""

    running: bool
    began: At | None
    failed: str
    at: str | None
    size: int | None
    root: str | None
    findings: tuple[Finding, ...] | None


@room.op("GET", "/log", "watch", gives=Health)
def show_log(call: Call[Nothing, Nothing]) -> Health:
    """Show how the log stands."""
    seen = call.hosts.health()
    return Health(
        size=seen.size,
        root=seen.root,
        at=seen.at,
        key=seen.key,
        clock_behind_seconds=seen.behind_seconds,
        damaged=tuple(name for name, _ in call.setting.desk.damaged()),
    )


@room.op("GET", "/log/checkpoint", "watch", gives=str, media=TEXT)
def show_checkpoint(call: Call[Nothing, Nothing]) -> Reply:
    """Give the newest signed checkpoint (C2SP): keep it, and no past can be rewritten unseen."""
    return Reply(value=call.hosts.health().checkpoint.encode())


@room.op("GET", "/counts", "count", gives=Counts)
def show_counts(call: Call[Nothing, Nothing]) -> Counts:
    """Give the officers' counts."""
    seen = call.setting.desk.overview()
    return Counts(
        at=seen.at,
        policy=seen.policy,
        accounts=seen.accounts,
        conversations=seen.conversations,
        due=seen.due,
        held=seen.held,
        uses={purpose: {one.label: one.count for one in uses} for purpose, uses in seen.uses.items()},
        says={one.label: one.count for one in seen.says},
    )


@room.op("GET", "/audits", "watch", gives=Audit)
def show_audit(call: Call[Nothing, Nothing]) -> Audit:
    """Show what the last audit found that was asked for here."""
    return _audit(call)


@room.op("POST", "/audits", "watch", gives=Audit, status=202, problems=("unfit",))
def start_audit(call: Call[Nothing, Nothing]) -> Audit:
    """Recompute rulings, releases and deletions from the facts, without keys, beside everything else. It can take long."""
    call.hosts.audits.start(call.setting.desk.now())
    return _audit(call)


def _audit(call: Call[Nothing, Nothing]) -> Audit:
    state = call.hosts.audits.state()
    found: Report | None = state.report
    findings = None if found is None else tuple(msgspec.convert(one, Finding, from_attributes=True) for one in found.findings)
    return Audit(
        running=state.running,
        began=state.began,
        failed=state.failed,
        at=None if found is None else found.at,
        size=None if found is None else found.size,
        root=None if found is None else found.root,
        findings=findings,
    )
