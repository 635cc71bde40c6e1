"""From masked turns to the rows of a training set: chat messages with roles, and what was left out of them, counted."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct, field
from msgspec.json import encode
from msgspec.structs import replace

from sayso.facts.conversation import Attachment, Part, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.facts.errors import Unfit
from sayso.facts.lines import Kept, Left
from sayso.facts.words import ConversationId, Role

ROLES: tuple[Role, ...] = ("system", "user", "assistant", "tool")
_ID = re.compile(r"[0-9a-f]{64}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


class Message(Struct, frozen=True):
    """One message as trainers expect it: who speaks, and the words."""

    role: Role
    content: str


class Tally(Struct, frozen=True, kw_only=True):
    """What making one row counted; only what is counted for rows that stay stands in a release."""

    masked: Mapping[str, int] = field(default_factory=dict)
    actions: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
    source: str = ""
    models: tuple[str, ...] = ()
    first: datetime | None = None
    last: datetime | None = None


class Row(Struct, frozen=True, kw_only=True):
    """One conversation in a release. From `conversation` on it goes to the lineage only, never to the folder that is shared."""

    id: str
    """The blinded id in lower-case hex (64 digits), as `proofs.blind` gives it."""
    messages: tuple[Message, ...]
    language: str = ""
    surface: str = "chat"
    tier: str = ""
    labels: tuple[str, ...] = ()
    """Such as `skill:coding` or `register:slang`; written sorted, each once."""
    conversation: ConversationId = ConversationId("")
    turns: tuple[tuple[int, int], ...] = ()
    """The ranges of turns used, first and last included, as the ruling allowed them."""
    account: str = ""
    """The blinded id of the account in this release, as `proofs.blind_account` gives it; empty where none is told."""
    region: str = ""
    """Of the account when the turns were collected; weighed with what the person tells, and written nowhere."""
    tally: Tally | None = None
    """What making it counted; written nowhere."""


class Spoken(Struct, frozen=True, kw_only=True):
    """The messages of a conversation, and how many parts or turns were left out for each reason."""

    messages: tuple[Message, ...]
    left: Mapping[str, int] = field(default_factory=dict)


def spoken(turns: Iterable[Turn], *, tools: bool = False) -> Spoken:
    """Return the messages that *turns* (permitted and masked already) hold, and counts of what is not among them.

    Text is kept. Thinking, attachments, hidden turns, turns the source says carry no weight, and empty ones are left out.
    Tool calls and results, where other people's data arrives, are left out unless *tools* is true; then each is one line of
    JSON: ``{"tool_call":{"name":...,"input":...}}`` within the assistant's message, ``{"tool_result":{"text":...}}`` as a
    message of the role `tool`. Turns of one role in a row stay apart, as they were said.

    >>> spoken([Turn(id="1", role="user", parts=(Text("Hello"), ToolCall("search", "{}")))])
    Spoken(messages=(Message(role='user', content='Hello'),), left={'tool call': 1})
    """
    left: Counter[str] = Counter()
    said: list[Message] = []
    for turn in turns:
        if why := _unusable(turn, tools=tools):
            left[why] += 1
            continue
        before = len(said)
        said.extend(_messages_of(turn, left, tools=tools))
        if len(said) == before:
            left["empty turn"] += 1
    return Spoken(messages=tuple(said), left=dict(sorted(left.items())))


def messages(turns: Iterable[Turn], *, tools: bool = False) -> tuple[Message, ...]:
    """Return only the messages of `spoken`.

    >>> messages([Turn(id="1", role="user", parts=(Text("Hello"), Thinking("hm")))])
    (Message(role='user', content='Hello'),)
    """
    return spoken(turns, tools=tools).messages


def fit(said: tuple[Message, ...], *, record: str, source: str = "") -> Kept[tuple[Message, ...]] | Left:
    """Return *said* as `Kept` where it can teach anything, else `Left` with why: no user, no assistant, or text that is none.

    >>> fit((Message("user", "Hello"),), record="c1").why
    'no assistant message is left'
    """
    for role in ("user", "assistant"):
        if not any(message.role == role for message in said):
            return Left(source=source, record=record, why=f"no {role} message is left")
    if not all(_encodable(message.content) for message in said):
        return Left(source=source, record=record, why="text with half a character (a lone surrogate)")
    return Kept(said)


def checked(row: Row) -> Row:
    """Return *row* with its labels in order, or refuse it with one line that names its blinded id and nothing else."""
    if not _ID.fullmatch(row.id):
        raise Unfit("a row's id is not a blinded id (64 lower-case hex digits); make it with `proofs.blind`")
    if row.account and not _ID.fullmatch(row.account):
        raise Unfit(f"row `{row.id}`: its account is not a blinded id; make it with `proofs.blind_account`")
    if row.language and not _LANGUAGE.fullmatch(row.language):
        raise Unfit(f"row `{row.id}`: the language is no tag such as `en` or `pt-BR`; leave it empty where it is not known")
    if not row.messages:
        raise Unfit(f"row `{row.id}` holds no message; leave the conversation out and count it")
    if any(message.role not in ROLES for message in row.messages):
        raise Unfit(f"row `{row.id}`: a role is none of {', '.join(ROLES)}")
    words = [message.content for message in row.messages] + [row.surface, row.tier, row.conversation, *row.labels]
    if not all(_encodable(text) for text in words):
        raise Unfit(f"row `{row.id}` holds half a character (a lone surrogate); leave the conversation out and count it")
    labels = tuple(sorted(set(row.labels)))
    if labels == row.labels:
        return row
    return replace(row, labels=labels)


def _unusable(turn: Turn, *, tools: bool) -> str:
    """Return why no part of *turn* may be used, or nothing."""
    if turn.hidden:
        return "hidden turn"
    if not turn.trainable:
        return "turn the source gives no weight"
    if turn.role == "tool" and not tools:
        return "tool turn"
    return ""


def _messages_of(turn: Turn, left: Counter[str], *, tools: bool) -> Iterator[Message]:
    """Yield the messages of one turn: its words, and between them what tools answered."""
    words: list[str] = []
    for part in turn.parts:
        if isinstance(part, ToolResult) and tools:
            if words:
                yield Message(turn.role, "\n\n".join(words))
                words = []
            yield Message("tool", encode({"tool_result": {"text": part.text, "is_error": part.is_error}}).decode())
        elif text := _words(part, left, tools=tools):
            words.append(text)
    if words:
        yield Message(turn.role, "\n\n".join(words))


def _words(part: Part, left: Counter[str], *, tools: bool) -> str:
    """Return the words of one part, or nothing; counts what is left out."""
    match part:
        case Text():
            return part.text if part.text.strip() else ""
        case ToolCall() if tools:
            return encode({"tool_call": {"name": part.name, "input": part.input}}).decode()
        case ToolCall():
            left["tool call"] += 1
        case ToolResult():
            left["tool result"] += 1
        case Thinking():
            left["thinking"] += 1
        case Attachment():
            left["attachment"] += 1
    return ""


def _encodable(text: str) -> bool:
    """Return whether *text* can be written as UTF-8 at all."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
