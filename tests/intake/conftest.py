"""Builders of exports, so that every trap is made here and no real chat is copied."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sayso.facts.conversation import Conversation
from sayso.facts.lines import Left
from sayso.intake import LIMITS, Limits, read

ANA, BO = "00000000-0000-4000-8000-00000000aaaa", "00000000-0000-4000-8000-00000000bbbb"
NIL = "00000000-0000-4000-8000-000000000000"


def said(key: str, sender: str, words: str, parent: str = NIL, minute: int = 0, **more: Any) -> dict[str, Any]:
    """One message of a Claude export."""
    at = f"2025-08-29T10:{minute:02}:00.123456Z"
    block = {"type": "text", "text": words, "citations": [], "start_timestamp": at, "stop_timestamp": at}
    return {
        "uuid": key, "text": words, "content": [block], "sender": sender, "created_at": at, "updated_at": at,
        "attachments": [], "files": [], "parent_message_uuid": parent,
    } | more  # fmt: skip


def chat(key: str, messages: list[dict[str, Any]] | None = None, account: str | None = ANA, **more: Any) -> dict[str, Any]:
    """One conversation of a Claude export."""
    messages = (
        [said(f"{key}-1", "human", "Hello"), said(f"{key}-2", "assistant", "Hi Ana", f"{key}-1", 1)]
        if messages is None
        else messages
    )
    return {
        "uuid": key, "name": f"About {key}", "created_at": "2025-08-29T10:00:00.123456Z", "updated_at": "2025-08-29T11:00:00.123456Z",
        "account": {"uuid": account} if account else None, "chat_messages": messages,
    } | more  # fmt: skip


def node(key: str, role: str, words: str, parent: str | None, children: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    """One node of a ChatGPT mapping."""
    message = {
        "id": key, "author": {"role": role, "name": None, "metadata": {}}, "create_time": 1756000001.5, "status": "finished_successfully",
        "content": {"content_type": "text", "parts": [words]}, "weight": 1.0, "metadata": {}, "recipient": "all", "channel": None,
    } | more  # fmt: skip
    return {"id": key, "parent": parent, "children": list(children), "message": message}


def gpt(key: str, nodes: list[dict[str, Any]] | None = None, current: str = "b", **more: Any) -> dict[str, Any]:
    """One conversation of a ChatGPT export."""
    root = {"id": "root", "parent": None, "children": ["a"], "message": None}
    nodes = [root, node("a", "user", "Hello", "root", ("b",)), node("b", "assistant", "Hi", "a")] if nodes is None else nodes
    return {
        "title": f"About {key}", "create_time": 1756000000.1, "update_time": 1756000400.6, "mapping": {one["id"]: one for one in nodes},
        "moderation_results": [], "current_node": current, "conversation_id": key, "id": key, "is_archived": False,
        "is_do_not_remember": False, "default_model_slug": "gpt-5",
    } | more  # fmt: skip


def line(
    key: str, kind: str, content: Any, parent: str | None, second: int = 0, session: str = "s1", **more: Any
) -> dict[str, Any]:
    """One line of a Claude Code session."""
    message = {"role": kind, "content": content}
    if kind == "assistant":
        message |= {"id": more.pop("message_id", f"msg_{key}"), "model": more.pop("model", "claude-x")}
    return {
        "type": kind, "uuid": key, "parentUuid": parent, "sessionId": session, "timestamp": f"2026-09-01T10:00:{second:02}.000Z",
        "isSidechain": False, "message": message,
    } | more  # fmt: skip


def told(path: Path, limits: Limits = LIMITS) -> SimpleNamespace:
    found = list(read(path, limits=limits))
    return SimpleNamespace(
        chats=[one for one in found if isinstance(one, Conversation)],
        lefts=[one for one in found if isinstance(one, Left)],
        all=found,
    )


@pytest.fixture
def make(tmp_path: Path) -> SimpleNamespace:
    """Everything a test needs to write an export and read it."""

    def file(name: str, value: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
        return path

    def lines(name: str, *rows: Any) -> Path:
        return file(name, b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows))

    def packed(name: str, **files: Any) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for inside, value in files.items():
                out.writestr(inside, value if isinstance(value, bytes) else json.dumps(value))
        return path

    builders: dict[str, Callable[..., Any]] = {"said": said, "chat": chat, "node": node, "gpt": gpt, "line": line, "told": told}
    return SimpleNamespace(file=file, lines=lines, packed=packed, folder=tmp_path, ANA=ANA, BO=BO, NIL=NIL, **builders)
