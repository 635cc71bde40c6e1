"""What people asked for by law, and by when it is to be answered.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class NewRequest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which right, of whom: an account, or your own number of the file where the letter lies. Never a name."""

    what: Literal["access", "correction", "erasure", "objection", "portability", "restriction"]
    account: str | None = None
    file: str = ""
    received: str | None = None


class Request(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request as it stands; `answer_by` is the last day in time (GDPR Art. 12(3)), `late` that it was missed."""

    request: int
    what: str
    account: str | None
    file: str
    by: str
    received: str
    answer_by: str
    state: Literal["done", "open", "overdue", "refused", "soon"]
    late: bool
    extended: str
    answered_at: datetime | None
    answered_by: str
    why: str


class PageOfRequest(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of a list, and the cursor of what follows: `null` at the end. What is added meanwhile moves nothing."""

    items: tuple[Request, ...]
    next: str | None = None


class Extending(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why it takes longer, as the person was told within the first month, and until which day: the latest there is, by
    default."""

    why: str
    until: str | None = None


class Answering(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How it was answered, and what was done or why it was refused, as the person was told."""

    how: Literal["done", "refused"]
    why: str


class Requests:
    """What people asked for by law, and by when it is to be answered."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def note_request(self, body: NewRequest, *, idempotency_key: str | None = None) -> Answer[Request]:
        """Note what somebody asked for; what the account has open already for the same right is given back as it is (200)."""
        return self._wire.call("POST", "/v1/requests", Request, headers={"idempotency-key": idempotency_key}, body=body)

    def list_requests(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: Literal["all", "done", "late", "open", "overdue", "refused", "soon", "unanswered"] | None = None,
    ) -> Answer[PageOfRequest]:
        """List requests, what is due first on top; that they were shown is recorded."""
        return self._wire.call("GET", "/v1/requests", PageOfRequest, query={"limit": limit, "cursor": cursor, "state": state})

    def all_requests(
        self,
        *,
        limit: int | None = None,
        state: Literal["all", "done", "late", "open", "overdue", "refused", "soon", "unanswered"] | None = None,
    ) -> Iterator[Request]:
        """Go through all of them, page by page."""
        cursor: str | None = None
        while True:
            page = self.list_requests(limit=limit, state=state, cursor=cursor).value
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def show_request(self, request: str) -> Answer[Request]:
        """Show one request; that it was shown is recorded."""
        return self._wire.call("GET", "/v1/requests/{request}", Request, path={"request": request})

    def list_requests_of(self, account: str, *, limit: int | None = None, cursor: str | None = None) -> Answer[PageOfRequest]:
        """List what one account asked for, the newest first, as its person sees it on their own pages."""
        return self._wire.call(
            "GET",
            "/v1/accounts/{account}/requests",
            PageOfRequest,
            path={"account": account},
            query={"limit": limit, "cursor": cursor},
        )

    def all_requests_of(self, account: str, *, limit: int | None = None) -> Iterator[Request]:
        """Go through all of them, page by page."""
        cursor: str | None = None
        while True:
            page = self.list_requests_of(account, limit=limit, cursor=cursor).value
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def extend_request(self, request: str, body: Extending, *, idempotency_key: str | None = None) -> Answer[Request]:
        """Take up to two months longer, once, and before the first month is over; tell the person why."""
        return self._wire.call(
            "POST",
            "/v1/requests/{request}/extend",
            Request,
            path={"request": request},
            headers={"idempotency-key": idempotency_key},
            body=body,
        )

    def answer_request(self, request: str, body: Answering, *, idempotency_key: str | None = None) -> Answer[Request]:
        """Note that a request was answered: done as asked, or refused. It does nothing else, and cannot be taken back."""
        return self._wire.call(
            "POST",
            "/v1/requests/{request}/answer",
            Request,
            path={"request": request},
            headers={"idempotency-key": idempotency_key},
            body=body,
        )
