"""The export of a Claude account or organisation: conversations, design chats, and what is held beside them.

Read from real exports before 2026 (one `projects.json`) and since (a folder of projects, design chats), in one or more batches.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sayso.facts.conversation import Attachment, Conversation, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.facts.lines import Left
from sayso.intake.copies import newest
from sayso.intake.decode import encode
from sayso.intake.fields import Record, inner, instant, loose, name, said, table, tables, text
from sayso.intake.kinds import Known
from sayso.intake.shape import Message, attachments, block, finished, linked, role_of, unread, words

SOURCE = "claude"
NIL = "00000000-0000-4000-8000-000000000000"
"""The parent a first message names; other exports use the nil UUID proper."""

ROOTS = {"", NIL, "00000000-0000-0000-0000-000000000000"}
UNSUPPORTED = re.compile(r"(?:```\s*)?This block is not supported on your current device yet\.(?:\s*```)?")
_HELD = {
    "users": "held about the account (name, mail, phone), not a conversation",
    "memories": "held about the account (memories), not a conversation",
    "login_history": "held about the account (logins), not a conversation",
    "projects": "held about the account (a project, its instructions and documents), not a conversation",
}


def read_claude(members: Sequence[Known]) -> Iterator[Conversation | Left]:
    """Yield the conversations, then the design chats, and a line for each record held beside them."""
    yield from newest([one for one in members if one.part == "conversations"], ("uuid",), "updated_at", lambda _: conversation)
    yield from newest([one for one in members if one.part == "design_chats"], ("uuid",), "updated_at", lambda _: design_chat)
    for known in members:
        if known.part in _HELD:
            for piece in known.pieces():
                yield known.left(piece.at, piece.trouble or _HELD[known.part] + _documents(piece.value))
            if known.member.trouble:
                yield known.member.left("", known.member.trouble)


def _documents(value: object) -> str:
    """Return how many documents or files a record holds, so that each can be found again when it must go."""
    record = value if isinstance(value, dict) else {}
    found = [one for key in ("docs", "memory_files") if isinstance(one := record.get(key), list)]
    return f"; with {sum(map(len, found))} documents" if any(found) else ""


def conversation(record: Record) -> Conversation:
    """Return the conversation of one entry of `conversations.json`."""
    messages = tables(record, "chat_messages")
    # Old exports name no parent but the nil one: there a message answers the one before it. Where any message names a
    # parent, the nil one is a beginning, and two beginnings are two branches.
    told = any(text(one, "parent_message_uuid") not in ROOTS for one in messages)
    groups: dict[str, list[Turn]] = {}
    marks = [mark.removeprefix("is_") for mark in ("is_starred", "is_archived", "is_shared") if said(record, mark)]
    for number, message in enumerate(messages):
        key = name(message, "uuid") or f"message-{number}"
        parent: str | None = text(message, "parent_message_uuid")
        if parent in ROOTS:
            parent = next(reversed(groups), None) if not told else None
        if key in groups:
            marks.append("turn_written_twice")
            parent = parent if told else groups[key][0].parent
        groups[key] = _message(message, key, parent)
    turns, leaf = linked(groups.values(), loose(record, "current_leaf_message_uuid"))
    return finished(
        turns,
        id=name(record, "uuid"),
        source=SOURCE,
        leaf=leaf,
        account=name(inner(record, "account"), "uuid"),
        title=loose(record, "name"),
        created_at=instant(record, "created_at"),
        updated_at=instant(record, "updated_at"),
        private=said(record, "is_temporary") or said(record, "is_incognito"),
        marks=marks,
        project=loose(record, "project_uuid") or loose(inner(record, "project"), "uuid"),
    )


def _message(record: Record, key: str, parent: str | None) -> list[Turn]:
    """Return the turns of one message: what a connector answered becomes a turn of its own inside the answer."""
    role = role_of(record, "sender")
    message = Message(role)
    blocks = tables(record, "content")
    connected: set[str] = set()
    for one in blocks:
        if said(one, "integration_name") or said(one, "mcp_server_url"):
            connected |= {loose(one, "id"), loose(one, "tool_use_id"), loose(one, "name")} - {""}
        part = block(one)
        if isinstance(part, ToolResult) and {loose(one, "tool_use_id"), loose(one, "name")} & connected:
            message.add(part, role="tool", origin="connector")
        elif part is not None:
            message.add(part)
    # `text` repeats the blocks with junk between them, so it counts only where there is no block at all.
    if not blocks and (plain := UNSUPPORTED.sub("", text(record, "text")).strip()):
        message.add(Text(plain))
    files = attachments(record, "attachments", name="file_name", media="file_type", bytes_="file_size", held="extracted_content")
    message.add(*files, *_files(record))
    first = Turn(id=key, role=role, parts=(), at=instant(record, "created_at"), parent=parent, model=loose(record, "model"))
    return message.turns(first)


def _files(record: Record) -> list[Attachment]:
    """Return the files of a message, each once, though newer exports list them in two fields."""
    found: dict[str, Record] = {}
    for one in (*tables(record, "files"), *tables(record, "files_v2")):
        found.setdefault(loose(one, "file_uuid") or loose(one, "file_name"), one)
    return attachments({"files": [*found.values()]}, "files", name="file_name", media="file_kind", bytes_="file_size")


def design_chat(record: Record) -> Conversation:
    """Return the conversation of one design chat; its account is the first author, others are named turn by turn."""
    groups: list[list[Turn]] = []
    account = ""
    for number, outer in enumerate(tables(record, "messages")):
        content = outer.get("content")
        held = {"content": content} if isinstance(content, str | None) else table(content, "`content`")
        author = name(held, "authorAccountUuid")
        account = account or author
        message = Message(role_of(outer if "role" in outer else held, "role"))
        if body := text(held, "content"):
            message.add(Text(body))
        for one in tables(held, "contentBlocks"):
            _design_block(message, one)
        message.add(*attachments(held, "attachments", name="name", media="type", held="content"))
        first = Turn(
            id=name(outer, "uuid") or name(held, "id") or f"message-{number}",
            role=message.role,
            parts=(),
            at=instant(outer, "created_at") or instant(held, "timestamp"),
            parent=groups[-1][-1].id if groups else None,
            author=author if author and author != account else None,
        )
        groups.append(message.turns(first))
    return finished(
        (turn for group in groups for turn in group),
        id=name(record, "uuid"),
        source=SOURCE,
        account=account,
        title=loose(record, "title"),
        created_at=instant(record, "created_at"),
        updated_at=instant(record, "updated_at"),
        surface="design",
        project=loose(inner(record, "project"), "uuid"),
    )


def _design_block(message: Message, one: Record) -> None:
    match loose(one, "type"):
        case "text" if text(one, "text"):
            message.add(Text(text(one, "text")))
        case "thinking" if text(one, "text"):
            message.add(Thinking(text(one, "text")))
        case "text" | "thinking":
            pass
        case "tool_call":
            call = inner(one, "toolCall")
            message.add(ToolCall(name=text(call, "name"), input=encode(call.get("input")), id=text(call, "id")))
            if call.get("output") is not None:
                message.add(ToolResult(words(call["output"], "output"), id=text(call, "id"), is_error=said(call, "error")))
        case "error":
            message.add(ToolResult(words(one.get("error", one.get("text")), "error"), is_error=True))
        case "user_interjection":  # the person spoke while the model worked
            message.add(Text(words(one.get("text", one.get("content")), "text")), role="user")
        case other:
            message.add(unread(other))
