"""What ends and when: notice periods, previews, sweeps.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class Retention(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Days between an announcement and the end, to take a deletion back, and to keep proof of who is forgotten."""

    notice: int
    grace: int
    evidence: int


class NewRetention(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The days from now on, and why."""

    notice: int
    grace: int
    evidence: int
    why: str


class PageOfEnding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of a list, and the cursor of what follows: `null` at the end. What is added meanwhile moves nothing."""

    items: tuple[Ending, ...]
    next: str | None = None


class Sweep(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is due (`more`: than was looked at), the sweep that runs, and what the last one here destroyed."""

    due: int
    more: bool
    running: bool
    stopping: bool
    looked: int
    shredded: int | None
    kept: int | None
    failed: str


class Order(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why it is ordered."""

    why: str


class Ending(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A conversation that ends: when, by which row of the policy, the day that was announced, and whether its person
    deleted it."""

    account: str
    conversation: str
    until: datetime
    why: str
    announced: datetime | None
    asked: bool


class Ends:
    """What ends and when: notice periods, previews, sweeps."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def show_retention(self) -> Answer[Retention]:
        """Show the days in force; its `ETag` goes with a change."""
        return self._wire.call("GET", "/v1/retention", Retention)

    def put_retention(self, body: NewRetention, *, if_match: str) -> Answer[Retention]:
        """Set the days; what waits for its day is looked at anew."""
        return self._wire.call("PUT", "/v1/retention", Retention, headers={"if-match": if_match}, body=body)

    def list_endings(self, *, limit: int | None = None, cursor: str | None = None, days: int | None = None) -> Answer[PageOfEnding]:
        """List what is due or ends soon, the first first; that pseudonyms were shown is recorded. It changes nothing else."""
        return self._wire.call("GET", "/v1/endings", PageOfEnding, query={"limit": limit, "cursor": cursor, "days": days})

    def all_endings(self, *, limit: int | None = None, days: int | None = None) -> Iterator[Ending]:
        """Go through all of them, page by page."""
        cursor: str | None = None
        while True:
            page = self.list_endings(limit=limit, days=days, cursor=cursor).value
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def show_sweep(self) -> Answer[Sweep]:
        """Show what a sweep would find, and the one that runs or ran last."""
        return self._wire.call("GET", "/v1/sweeps", Sweep)

    def start_sweep(self, body: Order, *, idempotency_key: str | None = None) -> Answer[Sweep]:
        """Begin a sweep beside everything else; what it destroys does not come back."""
        return self._wire.call("POST", "/v1/sweeps", Sweep, headers={"idempotency-key": idempotency_key}, body=body)

    def stop_sweep(self, body: Order, *, idempotency_key: str | None = None) -> Answer[Sweep]:
        """Have the sweep that runs end after its batch; what it destroyed stays destroyed."""
        return self._wire.call("POST", "/v1/sweeps/stop", Sweep, headers={"idempotency-key": idempotency_key}, body=body)
