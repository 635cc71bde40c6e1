"""Training sets: cards, recalls, and proofs of presence, absence and belief.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class PageOfRelease(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of a list, and the cursor of what follows: `null` at the end. What is added meanwhile moves nothing."""

    items: tuple[Release, ...]
    next: str | None = None


class Release(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A release: its rows, how many were withdrawn since, in which revision; what was left out, by row of the policy."""

    release: str
    purpose: str
    policy: str
    built_at: datetime
    rows: int
    withdrawn: int
    revision: int
    digest: str
    left_out: dict[str, int]


class Withdrawn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The blinded ids of the rows that were withdrawn, in their order."""

    release: str
    revision: int
    ids: tuple[str, ...]


class Recalled(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a recall came to: all that is withdrawn, what was new, and by which rows of the policy."""

    release: str
    revision: int
    rows: int
    withdrawn: int
    added: int
    why: dict[str, int]


class Whereabouts(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every release, the newest first, and how much of one person went into it."""

    releases: tuple[Went, ...]


class Went(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How much of one person is still in a release and was withdrawn, and the runs that read it."""

    release: str
    purpose: str
    built_at: datetime
    still: int
    withdrawn: int
    runs: tuple[str, ...]


class Releases:
    """Training sets: cards, recalls, and proofs of presence, absence and belief."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list_releases(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[PageOfRelease]:
        """List the releases, the oldest first."""
        return self._wire.call("GET", "/v1/releases", PageOfRelease, query={"limit": limit, "cursor": cursor})

    def all_releases(self, *, limit: int | None = None) -> Iterator[Release]:
        """Go through all of them, page by page."""
        cursor: str | None = None
        while True:
            page = self.list_releases(limit=limit, cursor=cursor).value
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def show_release(self, release: str) -> Answer[Release]:
        """Show one release."""
        return self._wire.call("GET", "/v1/releases/{release}", Release, path={"release": release})

    def show_card(self, release: str) -> Answer[str]:
        """Give the card of a release, as its readers have it (Markdown)."""
        return self._wire.call("GET", "/v1/releases/{release}/card", str, path={"release": release})

    def list_withdrawn(self, release: str) -> Answer[Withdrawn]:
        """List what was withdrawn from a release; whoever has a copy leaves these rows out."""
        return self._wire.call("GET", "/v1/releases/{release}/withdrawn", Withdrawn, path={"release": release})

    def recall_release(self, release: str, *, idempotency_key: str | None = None) -> Answer[Recalled]:
        """Withdraw what may not be used any more; most of it was withdrawn when the person said so, this also finds what
        lapsed."""
        return self._wire.call(
            "POST",
            "/v1/releases/{release}/recall",
            Recalled,
            path={"release": release},
            headers={"idempotency-key": idempotency_key},
        )

    def list_whereabouts(self, account: str) -> Answer[Whereabouts]:
        """Say of every release how much of one person is in it."""
        return self._wire.call("GET", "/v1/accounts/{account}/releases", Whereabouts, path={"account": account})

    def prove_release(self, account: str, release: str) -> Answer[dict[str, Any]]:
        """Prove that something of a person is in a release, or that nothing is. It holds their secret: it is for them."""
        return self._wire.call(
            "GET", "/v1/accounts/{account}/releases/{release}/proof", dict[str, Any], path={"account": account, "release": release}
        )

    def prove_belief(self, account: str) -> Answer[dict[str, Any]]:
        """Prove what the log's newest line about beliefs says of a person; 404 while there is none. It is for them alone."""
        return self._wire.call("GET", "/v1/accounts/{account}/belief", dict[str, Any], path={"account": account})
