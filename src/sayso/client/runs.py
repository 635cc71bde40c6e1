"""Training runs, and whether each takes in what was withdrawn from the release it read.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class RunList(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The newest revision of what was withdrawn from a release, and every run that read it, in the order they began."""

    release: str
    revision: int
    runs: tuple[Run, ...]


class NewRun(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A run that begins to read a release, by your own name of it, and why."""

    run: str
    why: str


class Confirming(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How you know that the run leaves out what was withdrawn so far."""

    why: str


class Run(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run: the revision that was confirmed for it (0 for none), by whom, and whether a newer one waits for that."""

    run: str
    began_at: datetime
    revision: int
    waiting: bool
    confirmed_at: datetime | None
    confirmed_by: str
    why: str


class Runs:
    """Training runs, and whether each takes in what was withdrawn from the release it read."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list_runs(self, release: str) -> Answer[RunList]:
        """List the runs that read a release."""
        return self._wire.call("GET", "/v1/releases/{release}/runs", RunList, path={"release": release})

    def note_run(self, release: str, body: NewRun, *, idempotency_key: str | None = None) -> Answer[RunList]:
        """Note that a run begins to read a release; whoever asks where their words went is told of it."""
        return self._wire.call(
            "POST",
            "/v1/releases/{release}/runs",
            RunList,
            path={"release": release},
            headers={"idempotency-key": idempotency_key},
            body=body,
        )

    def confirm_run(self, release: str, run: str, body: Confirming, *, idempotency_key: str | None = None) -> Answer[RunList]:
        """Note that a run takes in everything withdrawn so far; what is withdrawn later waits anew."""
        return self._wire.call(
            "POST",
            "/v1/releases/{release}/runs/{run}/confirm",
            RunList,
            path={"release": release, "run": run},
            headers={"idempotency-key": idempotency_key},
            body=body,
        )
