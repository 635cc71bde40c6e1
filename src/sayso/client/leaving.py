"""Take-outs, and certificates of deletion.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class NewTakeout(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """In which language the readable part is."""

    language: str = "en"


class Takeout(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A take-out that is ready: it is written while it is fetched, with this very key, until the link ends. It is kept
    nowhere."""

    state: Literal["ready"]
    link: str
    ends: datetime


class PageOfTaken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of a list, and the cursor of what follows: `null` at the end. What is added meanwhile moves nothing."""

    items: tuple[Taken, ...]
    next: str | None = None


class Taken(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A take-out that was begun: by the person or the operator, and how many conversations it held."""

    at: datetime
    by: str
    conversations: int


class Leaving:
    """Take-outs, and certificates of deletion."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def start_takeout(self, account: str, body: NewTakeout, *, idempotency_key: str | None = None) -> Answer[Takeout]:
        """Make the link that fetches everything about one person; nothing is gathered before it is followed."""
        return self._wire.call(
            "POST",
            "/v1/accounts/{account}/takeouts",
            Takeout,
            path={"account": account},
            headers={"idempotency-key": idempotency_key},
            body=body,
        )

    def list_takeouts(self, account: str, *, limit: int | None = None, cursor: str | None = None) -> Answer[PageOfTaken]:
        """List the take-outs of an account, the newest first."""
        return self._wire.call(
            "GET",
            "/v1/accounts/{account}/takeouts",
            PageOfTaken,
            path={"account": account},
            query={"limit": limit, "cursor": cursor},
        )

    def all_takeouts(self, account: str, *, limit: int | None = None) -> Iterator[Taken]:
        """Go through all of them, page by page."""
        cursor: str | None = None
        while True:
            page = self.list_takeouts(account, limit=limit, cursor=cursor).value
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def fetch_takeout(self, token: str) -> Answer[bytes]:
        """Fetch the zip, with the key the link was made with; that it was fetched is recorded first."""
        return self._wire.call("GET", "/v1/takeouts/{token}", bytes, path={"token": token})

    def certify_account(self, account: str) -> Answer[dict[str, Any]]:
        """Certify what became of a deleted account, also once it is forgotten; 404 where nothing was deleted."""
        return self._wire.call("GET", "/v1/accounts/{account}/certificate", dict[str, Any], path={"account": account})

    def certify_conversation(self, account: str, conversation: str) -> Answer[dict[str, Any]]:
        """Certify what became of a deleted conversation, also once it is destroyed; 404 where it was not deleted."""
        return self._wire.call(
            "GET",
            "/v1/accounts/{account}/conversations/{conversation}/certificate",
            dict[str, Any],
            path={"account": account, "conversation": conversation},
        )
