"""The question in the words of now, the answer on exactly those words, and what can be kept of it.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from msgspec import Struct

from sayso.client.wire import Answer, Wire


class Question(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A question as it is asked now. An answer names its `notice`; other words are another notice."""

    question: str
    notice: str
    version: int
    purpose: str
    covers: str
    language: str
    title: str
    facts: tuple[Told, ...]
    buttons: tuple[Button, ...]
    more: tuple[str, ...]


class NewChoice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a person pressed: on which question and notice, in which language it was shown, and what drew it."""

    question: Literal["imported", "settings", "signup", "training-choice"]
    notice: str
    answer: Literal["allow", "later", "refuse"]
    language: str
    drawn: Literal["host", "pages", "sayso-ask.js", "sayso-settings.js"] = "host"


class Made(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The line the answer became, `null` for `later`, and what the account says since."""

    line: int | None
    says: str
    promise: dict[str, Any] | None = None


class PageOfChoice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of a list, and the cursor of what follows: `null` at the end. What is added meanwhile moves nothing."""

    items: tuple[Choice, ...]
    next: str | None = None


class Standing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an account says now, per purpose: `unasked` where nobody asked."""

    account: str
    says: dict[str, str]


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing the first layer must say."""

    kind: str
    caption: str
    text: str


class Button(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer that can be pressed, and its label. None is set before."""

    answer: str
    label: str


class Choice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One answer of the past; `counts` is false for a yes on a notice that was found unfair since."""

    line: int
    at: datetime
    purpose: str
    say: str
    via: str
    notice: str | None
    covers: str
    counts: bool


class Choices:
    """The question in the words of now, the answer on exactly those words, and what can be kept of it."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def show_question(
        self,
        question: str,
        *,
        language: str | None = None,
        drawn: Literal["host", "pages", "sayso-ask.js", "sayso-settings.js"] | None = None,
    ) -> Answer[Question]:
        """Show a question in the words it is asked with now; no other language stands in for one it has not."""
        return self._wire.call(
            "GET", "/v1/questions/{question}", Question, path={"question": question}, query={"language": language, "drawn": drawn}
        )

    def choose(
        self, account: str, body: NewChoice, *, idempotency_key: str | None = None, sec_gpc: str | None = None
    ) -> Answer[Made]:
        """Record what a person pressed on exactly the words they were shown; durable, with all that follows, before this
        answers. `Sec-GPC` as their browser sent it goes along as a header: it is recorded beside the answer, and is
        never one."""
        return self._wire.call(
            "POST",
            "/v1/accounts/{account}/choices",
            Made,
            path={"account": account},
            headers={"idempotency-key": idempotency_key, "sec-gpc": sec_gpc},
            body=body,
        )

    def list_choices(self, account: str, *, limit: int | None = None, cursor: str | None = None) -> Answer[PageOfChoice]:
        """List every answer of an account, the newest first; none is ever overwritten."""
        return self._wire.call(
            "GET",
            "/v1/accounts/{account}/choices",
            PageOfChoice,
            path={"account": account},
            query={"limit": limit, "cursor": cursor},
        )

    def all_choices(self, account: str, *, limit: int | None = None) -> Iterator[Choice]:
        """Go through all of them, page by page."""
        cursor: str | None = None
        while True:
            page = self.list_choices(account, limit=limit, cursor=cursor).value
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def show_standing(self, account: str) -> Answer[Standing]:
        """Show what an account says now."""
        return self._wire.call("GET", "/v1/accounts/{account}/standing", Standing, path={"account": account})

    def show_receipt(
        self, account: str, line: int, *, form: Literal["jsonld", "kantara", "record"] | None = None
    ) -> Answer[dict[str, Any]]:
        """Give the receipt of an answer, which strangers can check; the person's to keep."""
        return self._wire.call(
            "GET",
            "/v1/accounts/{account}/choices/{line}/receipt",
            dict[str, Any],
            path={"account": account, "line": line},
            query={"form": form},
        )

    def show_promise(self, account: str, line: int) -> Answer[dict[str, Any]]:
        """Give the signed promise that the public log will hold an answer; 404 where no log is published."""
        return self._wire.call(
            "GET", "/v1/accounts/{account}/choices/{line}/promise", dict[str, Any], path={"account": account, "line": line}
        )
