"""What every format makes its turns of: segments of a message, content blocks, and the finished conversation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from sayso.facts.conversation import Attachment, Conversation, Part, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.facts.words import UNKNOWN, Role
from sayso.intake.decode import Json, Junk, encode
from sayso.intake.fields import Record, loose, said, size, table, tables, text
from sayso.intake.tree import grow

ROLES: dict[str, Role] = {
    "user": "user",
    "human": "user",
    "prompter": "user",
    "assistant": "assistant",
    "gpt": "assistant",
    "model": "assistant",
    "chatgpt": "assistant",
    "bing": "assistant",
    "bard": "assistant",
    "system": "system",
    "developer": "system",
    "tool": "tool",
    "function": "tool",
    "function_call": "assistant",
    "observation": "tool",
}
ORIGIN: dict[Role, str] = {"user": "typed", "assistant": "generated", "system": "typed", "tool": "connector"}
"""Where words of a role come from unless the source says more; what a tool brought is a connector's, for want of knowing."""


UNREAD = "unread"


class Segment(Struct):
    """A run of parts of one message that share a role and an origin."""

    role: Role
    origin: str
    parts: list[Part]


class Message:
    """One message of a source, cut into segments where role or origin change, so that each can be ruled on by itself."""

    def __init__(self, role: Role, origin: str = "") -> None:
        self.role, self.origin = role, origin or ORIGIN[role]
        self.segments: list[Segment] = []

    def add(self, *parts: Part, role: Role | None = None, origin: str = "") -> None:
        """Add *parts*, in the message's own role unless another is named."""
        role, origin = role or self.role, origin or (self.origin if role is None else ORIGIN[role])
        if not self.segments or (self.segments[-1].role, self.segments[-1].origin) != (role, origin):
            self.segments.append(Segment(role, origin, []))
        self.segments[-1].parts += parts

    def turns(self, first: Turn) -> list[Turn]:
        """Return one turn per segment: *first* with its parts, and the others in a line behind it (`m2/1`, `m2/2`)."""
        if not self.segments:
            return [first]
        found = [_with(first, self.segments[0])]
        for number, segment in enumerate(self.segments[1:], 1):
            found.append(replace(_with(first, segment), id=f"{first.id}/{number}", parent=found[-1].id))
        return found


def linked(messages: Iterable[list[Turn]], leaf: str = "") -> tuple[list[Turn], str | None]:
    """Return all turns, each first one hung behind the last segment of its parent, and the last segment of *leaf*.

    >>> linked([])
    ([], None)
    """
    found = list(messages)
    last = {turns[0].id: turns[-1].id for turns in found}
    hung = [replace(turns[0], parent=last.get(turns[0].parent or "", turns[0].parent)) for turns in found]
    return [turn for first, turns in zip(hung, found, strict=True) for turn in (first, *turns[1:])], last.get(leaf)


def _with(turn: Turn, segment: Segment) -> Turn:
    own = segment.role == "assistant"
    return replace(turn, role=segment.role, origin=segment.origin, parts=tuple(segment.parts), model=turn.model if own else "")


def role_of(record: Record, key: str) -> Role:
    """Return the role that *record* names under *key*, in any spelling that is in use.

    >>> role_of({"from": "gpt"}, "from")
    'assistant'
    """
    found = ROLES.get(text(record, key).lower())
    if found is None:
        raise Junk(f"`{key}` names no role that is known")
    return found


def words(value: Json, what: str) -> str:
    """Return the text of *value*: text, or a list of text blocks, as tools answer.

    >>> words([{"type": "text", "text": "2"}], "content")
    '2'
    """
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return text(value, "text") or text(value, "content") if "text" in value or "content" in value else encode(value)
    if not isinstance(value, list):
        raise Junk(f"`{what}` is not text")
    found = [one if isinstance(one, str) else _block_words(table(one, f"an item of `{what}`")) for one in value]
    return "\n\n".join(one for one in found if one)


def _block_words(block: Record) -> str:
    """Return the text of one block of a tool's answer; pictures and other bytes have none."""
    if "text" in block:
        return text(block, "text")
    source = block.get("source")
    if loose(block, "type") in ("image", "document") or (isinstance(source, dict) and "data" in source):
        return ""
    return encode(block)


def block(record: Record) -> Part | None:
    """Return the part for a content block as Anthropic and OpenAI write it, `None` for one that holds no content.

    A kind that is not known becomes an attachment without text, so that nobody mistakes it for the answer.

    >>> block({"type": "text", "text": "Hi"})
    Text(text='Hi')
    """
    kind = loose(record, "type")
    match kind:
        case "text" | "input_text" | "output_text":
            return Text(text(record, "text")) if text(record, "text") else None
        case "refusal":
            return Text(text(record, "refusal"))
        case "thinking":
            return Thinking(text(record, "thinking")) if text(record, "thinking") else None
        case "tool_use" | "server_tool_use" | "mcp_tool_use":
            return ToolCall(name=text(record, "name"), input=encode(record.get("input")), id=text(record, "id"))
        case "tool_result" | "mcp_tool_result":
            said_words = words(record.get("content"), "content")
            return ToolResult(said_words, id=text(record, "tool_use_id"), is_error=said(record, "is_error"))
        case "token_budget" | "flag" | "flags" | "redacted_thinking":
            return None
        case "image" | "document" | "image_url" | "input_image" | "input_audio" | "file" | "input_file":
            return _file(record, kind)
        case _:
            return unread(kind)


def unread(kind: str) -> Attachment:
    """Return the mark of content of a *kind* that is not known here: its words are not taken over.

    >>> unread("hologram").media_type
    'unread'
    """
    return Attachment(name=kind[:100], media_type=UNREAD)


def _file(record: Record, kind: str) -> Attachment:
    inside = record.get("source", record.get(kind))
    inside = inside if isinstance(inside, dict) else {"url": inside}
    url = loose(inside, "url")
    media = loose(inside, "media_type") or (url[5:].split(";")[0].split(",")[0] if url.startswith("data:") else "")
    name = loose(inside, "filename") or loose(record, "title") or kind
    return Attachment(name=name, media_type=media[:100], size=_encoded_size(loose(inside, "data") or url.partition(";base64,")[2]))


def _encoded_size(data: str) -> int | None:
    return len(data) * 3 // 4 - data[-2:].count("=") if data else None


def attachments(record: Record, key: str, *, name: str, media: str = "", bytes_: str = "", held: str = "") -> list[Attachment]:
    """Return the attachments listed under *key*; the other arguments name the fields that are wanted.

    >>> attachments({"files": [{"file_name": "a.png"}]}, "files", name="file_name")[0].name
    'a.png'
    """
    return [
        Attachment(
            name=loose(one, name),
            media_type=loose(one, media),
            size=size(one, bytes_),
            text=text(one, held) if held and one.get(held) is not None else None,
        )
        for one in tables(record, key)
    ]


def finished(
    turns: Iterable[Turn],
    *,
    id: str,  # noqa: A002 - the field of `Conversation` is called so
    source: str,
    leaf: str | None = None,
    marks: Iterable[str] = (),
    account: str | None = None,
    title: str = "",
    created_at: datetime | None = None,
    updated_at: datetime | None = None,
    surface: str = "chat",
    private: bool = False,
    project: str = "",
) -> Conversation:
    """Return the conversation, its turns as a tree; junk where it has no identifier or nobody said anything."""
    if not id:
        raise Junk("no identifier")
    tree = grow(turns, leaf)
    if not any(turn.parts for turn in tree.turns):
        raise Junk("empty conversation")
    lost = any(isinstance(part, Attachment) and part.media_type == UNREAD for turn in tree.turns for part in turn.parts)
    return Conversation(
        id=id,
        source=source,
        account=account or None,
        title=title,
        turns=tree.turns,
        active=tree.active,
        created_at=created_at,
        updated_at=updated_at,
        surface=surface,
        private=private,
        marks=tuple(dict.fromkeys([*marks, *tree.marks, *(["unread_parts"] if lost else [])])),
        project=project or UNKNOWN,
    )
