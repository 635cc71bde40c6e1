"""Keys of services, and signed links that let a person in.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class Own(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The key that asks."""

    id: str
    name: str
    scopes: tuple[str, ...]


class NewLink(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A link for one person: for which account, where to, for how many minutes, and where they live as the host knows it."""

    account: str
    to: Literal["choice", "conversations", "history", "signup"] = "choice"
    minutes: int = 15
    region: str | None = None


class Link(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A signed link that lets one person in, once."""

    link: str
    minutes: int


class PageOfKey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of a list, and the cursor of what follows: `null` at the end. What is added meanwhile moves nothing."""

    items: tuple[Key, ...]
    next: str | None = None


class NewKey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """For which service, with which scopes (none that the key that asks has not), and why."""

    name: str
    scopes: tuple[
        Literal[
            "answer",
            "ask",
            "chats",
            "choose",
            "count",
            "decide",
            "hold",
            "keys",
            "link",
            "people",
            "policy",
            "prove",
            "publish",
            "release",
            "request",
            "retain",
            "run",
            "takeout",
            "watch",
            "words",
        ],
        ...,
    ]
    why: str


class MadeKey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A new key, with its text: keep it now."""

    id: str
    name: str
    scopes: tuple[str, ...]
    since: datetime
    revoked: datetime | None = None
    key: str


class Revoking(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why it is revoked."""

    why: str


class Key(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A key and what it may do; the key itself is shown once, when it is made, and stored nowhere."""

    id: str
    name: str
    scopes: tuple[str, ...]
    since: datetime
    revoked: datetime | None = None


class Kind(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One kind of problem."""

    slug: str
    status: int
    title: str
    next: str


class Keys:
    """Keys of services, and signed links that let a person in."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def show_own_key(self) -> Answer[Own]:
        """Say which key this is and what it may do."""
        return self._wire.call("GET", "/v1/key", Own)

    def make_link(self, body: NewLink, *, idempotency_key: str | None = None) -> Answer[Link]:
        """Make a signed link that lets one person in, once; 404 for an account that is not, or was deleted."""
        return self._wire.call("POST", "/v1/links", Link, headers={"idempotency-key": idempotency_key}, body=body)

    def list_keys(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[PageOfKey]:
        """List the keys there are and were, in the order they were made."""
        return self._wire.call("GET", "/v1/keys", PageOfKey, query={"limit": limit, "cursor": cursor})

    def all_keys(self, *, limit: int | None = None) -> Iterator[Key]:
        """Go through all of them, page by page."""
        cursor: str | None = None
        while True:
            page = self.list_keys(limit=limit, cursor=cursor).value
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def make_key(self, body: NewKey, *, idempotency_key: str | None = None) -> Answer[MadeKey]:
        """Make a key. Asked twice under one `Idempotency-Key` it is made once, and told once."""
        return self._wire.call("POST", "/v1/keys", MadeKey, headers={"idempotency-key": idempotency_key}, body=body)

    def revoke_key(self, id_: str, body: Revoking, *, idempotency_key: str | None = None) -> Answer[Key]:
        """Revoke a key: it opens nothing from the next request on, also not for who asks here."""
        return self._wire.call(
            "POST", "/v1/keys/{id}/revoke", Key, path={"id": id_}, headers={"idempotency-key": idempotency_key}, body=body
        )

    def show_problem(self, slug: str) -> Answer[Kind]:
        """Explain a kind of problem: what its `type` leads to."""
        return self._wire.call("GET", "/v1/problems/{slug}", Kind, path={"slug": slug})
