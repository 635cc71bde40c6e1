"""What people wrote: sealed when it comes, listed without words, read on the record.

Written by `make docs` from spec/openapi.json; a test compares.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

from msgspec import Struct

from sayso.client.accounts import Leaving
from sayso.client.wire import Answer, Wire


class Append(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Turns of one conversation, by your own id of it. *private* is the mark of the person, and holds for these turns."""

    id: str
    turns: tuple[NewTurn, ...]
    title: str = ""
    surface: str = "chat"
    private: bool = False
    feedback: bool = False


class Appended(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Our name of the conversation, and how many turns were new."""

    conversation: str
    new_turns: int


class PageOfChat(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some of a list, and the cursor of what follows: `null` at the end. What is added meanwhile moves nothing."""

    items: tuple[Chat, ...]
    next: str | None = None


class Chat(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A conversation as its person may see it: no word, no title; orders that may not be told of are left out."""

    conversation: str
    began_at: datetime
    last_turn_at: datetime
    turns: int
    surface: str
    private: bool
    imported: bool
    deleted_at: datetime | None
    held: bool
    uses: dict[str, str]
    keep_until: datetime | None
    announced: datetime | None
    releases: tuple[str, ...]
    withdrawn_from: tuple[str, ...]


class Transcript(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was said, as it was sealed."""

    title: str
    turns: tuple[Turn, ...]


class NewTurn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One turn: your own id for it, who says it, and its parts. One that is known by its id is left as it is."""

    id: str
    role: Literal["assistant", "system", "tool", "user"]
    parts: tuple[Text | Thinking | ToolCall | ToolResult | Attachment, ...]
    at: datetime | None = None
    model: str = ""
    parent: str | None = None
    origin: Literal["connector", "generated", "recalled", "scheduled", "typed"] = "typed"
    hidden: bool = False


class Turn(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One contribution to a conversation, by one role at one instant."""

    id: str
    role: Literal["assistant", "system", "tool", "user"]
    parts: tuple[Text | Thinking | ToolCall | ToolResult | Attachment, ...]
    at: str | None = None
    parent: str | None = None
    model: str = ""
    origin: str = "typed"
    author: str | None = None
    hidden: bool = False
    trainable: bool = True


class Text(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="text"):
    """Words somebody wrote."""

    text: str


class Thinking(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="thinking"):
    """What a model wrote to itself before it answered; never the answer."""

    text: str


class ToolCall(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="tool_call"):
    """A model's request to run something: its name and its input as JSON text."""

    name: str
    input: str
    id: str = ""


class ToolResult(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="tool_result"):
    """What a tool answered; other people's data arrives here."""

    text: str
    id: str = ""
    is_error: bool = False


class Attachment(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="type", tag="attachment"):
    """A file beside a turn: its name, kind and, where the export holds it, its text."""

    name: str = ""
    media_type: str = ""
    size: int | None = None
    text: str | None = None


class Conversations:
    """What people wrote: sealed when it comes, listed without words, read on the record."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def append_turns(self, account: str, body: Append, *, idempotency_key: str | None = None) -> Answer[Appended]:
        """Append turns to a conversation, which begins with the first of them; they are sealed before this answers."""
        return self._wire.call(
            "POST",
            "/v1/accounts/{account}/conversations",
            Appended,
            path={"account": account},
            headers={"idempotency-key": idempotency_key},
            body=body,
        )

    def list_conversations(
        self,
        account: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        show: Literal["all", "deleted", "held", "imported", "private", "unused", "used"] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Answer[PageOfChat]:
        """List the conversations of an account, the latest turn first."""
        return self._wire.call(
            "GET",
            "/v1/accounts/{account}/conversations",
            PageOfChat,
            path={"account": account},
            query={"limit": limit, "cursor": cursor, "show": show, "since": since, "until": until},
        )

    def all_conversations(
        self,
        account: str,
        *,
        limit: int | None = None,
        show: Literal["all", "deleted", "held", "imported", "private", "unused", "used"] | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Iterator[Chat]:
        """Go through all of them, page by page."""
        cursor: str | None = None
        while True:
            page = self.list_conversations(account, limit=limit, show=show, since=since, until=until, cursor=cursor).value
            yield from page.items
            if page.next is None:
                return
            cursor = page.next

    def show_conversation(self, account: str, conversation: str) -> Answer[Chat]:
        """Show one conversation: what may be done with it now, and until when it is kept."""
        return self._wire.call(
            "GET",
            "/v1/accounts/{account}/conversations/{conversation}",
            Chat,
            path={"account": account, "conversation": conversation},
        )

    def delete_conversation(self, account: str, conversation: str) -> Answer[Leaving]:
        """Delete a conversation: out of sight and unused at once; deleted twice it is the same."""
        return self._wire.call(
            "DELETE",
            "/v1/accounts/{account}/conversations/{conversation}",
            Leaving,
            path={"account": account, "conversation": conversation},
        )

    def read_words(self, account: str, conversation: str) -> Answer[Transcript]:
        """Read what was said; that this key did is recorded before a word goes out."""
        return self._wire.call(
            "GET",
            "/v1/accounts/{account}/conversations/{conversation}/words",
            Transcript,
            path={"account": account, "conversation": conversation},
        )

    def undo_deletion(self, account: str, conversation: str, *, idempotency_key: str | None = None) -> Answer[Chat]:
        """Take the deletion of a conversation back, while that can be done."""
        return self._wire.call(
            "POST",
            "/v1/accounts/{account}/conversations/{conversation}/undo",
            Chat,
            path={"account": account, "conversation": conversation},
            headers={"idempotency-key": idempotency_key},
        )
