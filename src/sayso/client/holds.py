"""Legal orders to keep, placed and ended with a reason that is recorded.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class PageOfHold(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of a list, and the cursor of what follows: `null` at the end. What is added meanwhile moves nothing."""

    items: tuple[Hold, ...]
    next: str | None = None


class NewHold(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order to keep. *silent*: it may not be told of; *future*: it is for what comes, and may reach nothing now."""

    hold: str
    matter: str
    reach: Reach
    why: str
    paper: str = ""
    silent: bool = False
    future: bool = False


class Placed(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What placing or ending did: conversations and accounts it reaches, rows withdrawn, and what nothing holds any more."""

    hold: str
    matter: str
    conversations: int
    accounts: int
    withdrawn: int
    released: int


class Hold(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hold in force, and how many conversations it kept when they were counted."""

    hold: str
    matter: str
    since: datetime
    silent: bool
    conversations: int


class Ended(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why it ends."""

    why: str


class Reach(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an order reaches: all that is named must fit; what is not named leaves open. Nothing named is everything."""

    accounts: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    tiers: tuple[str, ...] | None = None
    conversations: tuple[str, ...] | None = None
    since: datetime | None = None
    until: datetime | None = None


class Holds:
    """Legal orders to keep, placed and ended with a reason that is recorded."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list_holds(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[PageOfHold]:
        """List the holds in force, by name; silent ones too."""
        return self._wire.call("GET", "/v1/holds", PageOfHold, query={"limit": limit, "cursor": cursor})

    def all_holds(self, *, limit: int | None = None) -> Iterator[Hold]:
        """Go through all of them, page by page."""
        cursor: str | None = None
        while True:
            page = self.list_holds(limit=limit, cursor=cursor).value
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def place_hold(self, body: NewHold, *, idempotency_key: str | None = None) -> Answer[Placed]:
        """Place a hold; what it reaches is used for nothing else from then on, and is withdrawn from releases."""
        return self._wire.call("POST", "/v1/holds", Placed, headers={"idempotency-key": idempotency_key}, body=body)

    def show_hold(self, hold: str) -> Answer[Hold]:
        """Show one hold in force."""
        return self._wire.call("GET", "/v1/holds/{hold}", Hold, path={"hold": hold})

    def end_hold(self, hold: str, body: Ended, *, idempotency_key: str | None = None) -> Answer[Placed]:
        """End a hold; what no other reason keeps is due from then on."""
        return self._wire.call(
            "POST", "/v1/holds/{hold}/end", Placed, path={"hold": hold}, headers={"idempotency-key": idempotency_key}, body=body
        )
