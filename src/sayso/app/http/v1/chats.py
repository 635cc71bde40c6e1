"""Conversations: appended turn by turn, listed, read, deleted, taken back. Every address names whose they are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from sayso.app.http.v1.ops import LARGE, At, Call, Nothing, Page, Paged, Reply, Room, known
from sayso.app.http.v1.people import Leaving
from sayso.app.http.v1.problems import Failure
from sayso.app.views import ConversationView, Find
from sayso.facts import conversation as facts
from sayso.facts.errors import Refused
from sayso.facts.words import Role

room = Room("conversations", "What people wrote: sealed when it comes, listed without words, read on the record.")
Show = Literal["all", "used", "unused", "private", "imported", "held", "deleted"]


class NewTurn(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One turn: your own id for it, who says it, and its parts. One that is known by its id is left as it is."""

    id: Annotated[str, Meta(min_length=1, max_length=200, examples=["t1"])]
    role: Annotated[Role, Meta(examples=["user"])]
    parts: Annotated[tuple[facts.Part, ...], Meta(min_length=1, max_length=100, examples=[[{"type": "text", "text": "Hello"}]])]
    at: At | None = None
    """When it was said; now where you do not say, and never later than now."""
    model: Annotated[str, Meta(max_length=200)] = ""
    parent: Annotated[str, Meta(max_length=200)] | None = None
    origin: Literal["typed", "generated", "connector", "recalled", "scheduled"] = "typed"
    hidden: bool = False


class Append(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Turns of one conversation, by your own id of it. *private* is the mark of the person, and holds for these turns."""

    id: Annotated[str, Meta(min_length=1, max_length=200, examples=["chat-7"])]
    turns: Annotated[tuple[NewTurn, ...], Meta(min_length=1, max_length=200)]
    title: Annotated[str, Meta(max_length=1_000, examples=["Holiday"])] = ""
    surface: Annotated[str, Meta(min_length=1, max_length=100)] = "chat"
    private: bool = False
    feedback: bool = False
    """Whether the person gave feedback on it."""


class Appended(Struct, frozen=True, kw_only=True):
    """Our name of the conversation, and how many turns were new."""

    conversation: str
    new_turns: int


class Chat(Struct, frozen=True, kw_only=True):
    """A conversation as its person may see it: no word, no title; orders that may not be told of are left out."""

    conversation: str
    began_at: At
    last_turn_at: At
    turns: int
    surface: str
    private: bool
    imported: bool
    deleted_at: At | None
    held: bool
    uses: dict[str, str]
    keep_until: At | None
    announced: At | None
    releases: tuple[str, ...]
    withdrawn_from: tuple[str, ...]


class Transcript(Struct, frozen=True, kw_only=True):
    """What was said, as it was sealed."""

    title: str
    turns: tuple[facts.Turn, ...]


class Listing(Paged, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which of them: a filter, and the days of their last turn."""

    show: Show = "all"
    since: At | None = None
    until: At | None = None


@room.op(
    "POST", "/accounts/{account}/conversations", "chats", body=Append, gives=Appended, status=201, limit=LARGE, problems=("unfit",)
)
def append_turns(call: Call[Nothing, Append]) -> Reply:
    """Append turns to a conversation, which begins with the first of them; they are sealed before this answers."""
    given = call.body
    _assert_here(call)
    chat = facts.Conversation(
        id=given.id,
        source="api",
        title=given.title,
        surface=given.surface,
        private=given.private,
        marks=("feedback",) if given.feedback else (),
        turns=tuple(
            facts.Turn(
                id=one.id,
                role=one.role,
                parts=one.parts,
                at=one.at,
                model=one.model,
                parent=one.parent,
                origin=one.origin,
                hidden=one.hidden,
            )
            for one in given.turns
        ),
    )
    name, new = known(lambda: call.hosts.append(call.account, chat))
    return Reply(
        value=Appended(conversation=name, new_turns=new), headers={"location": f"/v1/accounts/{call.account}/conversations/{name}"}
    )


@room.op("GET", "/accounts/{account}/conversations", "chats", query=Listing, gives=Page[Chat])
def list_conversations(call: Call[Listing, Nothing]) -> Page[Chat]:
    """List the conversations of an account, the latest turn first."""
    _assert_here(call)
    asked, before = call.query, call.after(tuple[At, str])
    page = call.setting.desk.conversations(
        call.account, Find(show=asked.show, since=asked.since, until=asked.until, before=before, limit=asked.limit)
    )
    return Page(items=tuple(_chat(one) for one in page.items), next=call.next(page.more))


@room.op("GET", "/accounts/{account}/conversations/{conversation}", "chats", gives=Chat)
def show_conversation(call: Call[Nothing, Nothing]) -> Chat:
    """Show one conversation: what may be done with it now, and until when it is kept."""
    return _chat(_own(call))


@room.op("GET", "/accounts/{account}/conversations/{conversation}/words", "words", gives=Transcript, problems=("gone",))
def read_words(call: Call[Nothing, Nothing]) -> Transcript:
    """Read what was said; that this key did is recorded before a word goes out."""
    _own(call)
    try:
        title, turns = call.hosts.words(call.account, call.conversation, by=call.by)
    except Refused as error:
        raise Failure("gone", str(error)) from None
    return Transcript(title=title, turns=tuple(turns))


@room.op("DELETE", "/accounts/{account}/conversations/{conversation}", "chats", gives=Leaving)
def delete_conversation(call: Call[Nothing, Nothing]) -> Leaving:
    """Delete a conversation: out of sight and unused at once; deleted twice it is the same."""
    chat, desk = _own(call), call.setting.desk
    until = desk.delete_conversation(call.account, chat.conversation)
    return Leaving(unreadable_by=until, undo_until=desk.undo_until(call.account, chat.conversation))


@room.op("POST", "/accounts/{account}/conversations/{conversation}/undo", "chats", gives=Chat, problems=("conflict",))
def undo_deletion(call: Call[Nothing, Nothing]) -> Chat:
    """Take the deletion of a conversation back, while that can be done."""
    chat = _own(call)
    try:
        call.setting.desk.undo(call.account, chat.conversation)
    except Refused as error:
        raise Failure("conflict", str(error)) from None
    return _chat(_own(call))


def _assert_here(call: Call[Any, Any]) -> None:
    """Go on only for an account that is here and not deleted."""
    if known(lambda: call.setting.desk.person(call.account)).deleted_at is not None:
        raise Failure("gone")


def _own(call: Call[Any, Any]) -> ConversationView:
    """Return the conversation, if it is the account's own; somebody else's and none at all look the same."""
    known(lambda: call.setting.desk.person(call.account))
    found = known(lambda: call.setting.desk.conversation(call.account, call.conversation))
    if found.account != call.account:
        raise Failure("not-found")
    return found


def _chat(one: ConversationView) -> Chat:
    return Chat(
        conversation=one.conversation,
        began_at=one.began_at,
        last_turn_at=one.last_turn_at,
        turns=one.turns,
        surface=one.surface,
        private=one.private,
        imported=one.imported,
        deleted_at=one.deleted_at,
        held=one.held,
        uses={purpose: ruled.use for purpose, ruled in one.ruling.use.items()},
        keep_until=one.ruling.keep_until,
        announced=one.announced,
        releases=one.releases,
        withdrawn_from=one.withdrawn_from,
    )
