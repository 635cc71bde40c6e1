"""What people are and were asked, in exact words.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class PageOfNoticeVersion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of a list, and the cursor of what follows: `null` at the end. What is added meanwhile moves nothing."""

    items: tuple[NoticeVersion, ...]
    next: str | None = None


class NewNotice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The whole notice as TOML (spec/notice.md). One that leans, hides a fact or reads too hard is not published."""

    toml: str


class Published(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The digest that proves its words."""

    notice: str
    name: str
    version: int


class NoticeVersion(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version of a notice, how many answered on it, and whether it was found unfair."""

    notice: str
    name: str
    version: int | None
    languages: tuple[str, ...]
    published: datetime | None
    allowed: int
    refused: int
    unfair_since: datetime | None
    why: str


class Notice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One version of one question about one purpose, as people are shown it. >>> from sayso.notices import shipped >>>
    shipped()[0].name, shipped()[0].offered ('training-choice', ('allow', 'refuse', 'later'))"""

    name: str
    version: int
    purpose: str
    covers: Literal["from_now", "stored"] = "from_now"
    layout: Literal["two-equal-buttons"] = "two-equal-buttons"
    controls: tuple[Control, ...]
    words: dict[str, Words]
    screen: str | None = None


class Control(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing a person can press. It starts unset: a notice that presets an answer cannot be written down."""

    answer: Literal["allow", "later", "refuse"]
    kind: Literal["button"] = "button"
    default: Literal["unset"] = "unset"


class Words(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything a notice says in one language; `labels` has one entry per control."""

    title: str
    facts: tuple[Fact, ...]
    labels: dict[str, str]
    more: tuple[str, ...] = ()


class Fact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing the first layer says: a caption and a sentence, under a kind that checks can ask for."""

    kind: Literal["cannot_undo", "change", "costs", "either", "if_allow", "if_refuse", "purpose", "what", "who"]
    caption: str
    text: str


class Notices:
    """What people are and were asked, in exact words."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def list_notices(self, *, limit: int | None = None, cursor: str | None = None) -> Answer[PageOfNoticeVersion]:
        """List every version that was published here or that an answer names, in the order they came up."""
        return self._wire.call("GET", "/v1/notices", PageOfNoticeVersion, query={"limit": limit, "cursor": cursor})

    def all_notices(self, *, limit: int | None = None) -> Iterator[NoticeVersion]:
        """Go through all of them, page by page."""
        cursor: str | None = None
        while True:
            page = self.list_notices(limit=limit, cursor=cursor).value
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def publish_notice(self, body: NewNotice, *, idempotency_key: str | None = None) -> Answer[Published]:
        """Publish your own wording; the pages and the API ask with its newest version from then on."""
        return self._wire.call("POST", "/v1/notices", Published, headers={"idempotency-key": idempotency_key}, body=body)

    def show_notice(self, notice: str) -> Answer[NoticeVersion]:
        """Show one version."""
        return self._wire.call("GET", "/v1/notices/{notice}", NoticeVersion, path={"notice": notice})

    def show_words(self, notice: str) -> Answer[Notice]:
        """Give the exact bytes of a notice, whose SHA-256 is its name here."""
        return self._wire.call("GET", "/v1/notices/{notice}/words", Notice, path={"notice": notice})
