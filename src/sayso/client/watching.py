"""The log's health, counts of everything, and audits.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class Health(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The log's head and public key; by how much the clock lags behind it; policies whose copy on the disk went bad."""

    size: int
    root: str
    at: datetime | None
    key: str
    clock_behind_seconds: float
    damaged: tuple[str, ...]


class Counts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Counts as officers see them: no name, no pseudonym, no word of a conversation."""

    at: datetime
    policy: str
    accounts: int
    conversations: int
    due: int
    held: int
    uses: dict[str, dict[str, int]]
    says: dict[str, int]


class Audit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Whether an audit runs, and what the last one found, as of which size and root of the log; `null` before the first."""

    running: bool
    began: datetime | None
    failed: str
    at: str | None
    size: int | None
    root: str | None
    findings: tuple[Finding, ...] | None


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that differs: where, what, and what to do next."""

    kind: str
    where: str
    what: str
    next: str


class Watching:
    """The log's health, counts of everything, and audits."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def show_log(self) -> Answer[Health]:
        """Show how the log stands."""
        return self._wire.call("GET", "/v1/log", Health)

    def show_checkpoint(self) -> Answer[str]:
        """Give the newest signed checkpoint (C2SP): keep it, and no past can be rewritten unseen."""
        return self._wire.call("GET", "/v1/log/checkpoint", str)

    def show_counts(self) -> Answer[Counts]:
        """Give the officers' counts."""
        return self._wire.call("GET", "/v1/counts", Counts)

    def show_audit(self) -> Answer[Audit]:
        """Show what the last audit found that was asked for here."""
        return self._wire.call("GET", "/v1/audits", Audit)

    def start_audit(self, *, idempotency_key: str | None = None) -> Answer[Audit]:
        """Recompute rulings, releases and deletions from the facts, without keys, beside everything else. It can take
        long."""
        return self._wire.call("POST", "/v1/audits", Audit, headers={"idempotency-key": idempotency_key})
