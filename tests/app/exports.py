"""Exports of every format with a canary in every field that can hold words, also where readers pass over it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable
from typing import Any

AT, EPOCH = "2025-09-01T12:30:00Z", 1756729800.0
Say = Callable[[str], str]
Records = list[dict[str, Any]]


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode()


def claude(say: Say) -> Records:
    blocks = [
        {"type": "text", "text": say("text"), "citations": [{"url": say("cited url"), "title": say("cited title")}]},
        {"type": "image", "source": {"type": "base64", "media_type": say("mime"), "data": _base64(say("picture"))}},
        {"type": say("kind of block"), "x": say("block of an unknown kind")},
    ]
    attached = {"file_name": say("attachment"), "file_type": say("its type"), "extracted_content": say("its text")}
    call = {
        "type": "tool_use",
        "id": "t1",
        "name": say("tool"),
        "input": {say("argument key"): say("argument"), "inner": json.dumps({say("inner key"): [say("inner value")]})},
        "integration_name": say("integration"),
        "mcp_server_url": say("server"),
        "message": say("message of a tool"),
    }
    known = {
        "type": "knowledge",
        "title": say("title of what was found"),
        "url": say("its url"),
        "metadata": {say("key"): say("x")},
    }
    result = {"type": "tool_result", "tool_use_id": "t1", "content": [{"type": "text", "text": say("result")}, known]}
    answer = [{"type": "thinking", "thinking": say("thinking"), "summaries": [{"summary": say("summary")}]}, call, result]
    asked = {
        "uuid": "m1",
        "sender": "human",
        "text": say("text beside"),
        "created_at": AT,
        "content": blocks,
        "attachments": [attached],
        "files": [{"file_name": say("file"), "file_uuid": "f1", "file_kind": say("kind of file")}],
        "feedback": {"text": say("feedback")},
    }
    said = {
        "uuid": "m2",
        "sender": "assistant",
        "text": "",
        "created_at": AT,
        "model": say("model"),
        "content": [*answer, {"type": "text", "text": say("answer")}],
    }
    chat = {"uuid": "c-1", "name": say("title"), "summary": say("summary of all"), "created_at": AT, "updated_at": AT}
    told = {"model": say("model of all"), "project": {"uuid": say("project"), "name": say("name of the project")}}
    return [{**chat, **told, "account": {"uuid": "ana"}, "chat_messages": [asked, said]}]


def chatgpt(say: Say) -> Records:
    def node(key: str, parent: str | None, message: dict[str, Any] | None = None) -> dict[str, Any]:
        return {"id": key, "parent": parent, "children": [], "message": message and {"id": key, "create_time": EPOCH, **message}}

    picture = {"content_type": "image_asset_pointer", "asset_pointer": f"file-service://{say('pointer')}", "size_bytes": 5}
    asked = {
        "author": {"role": "user", "name": say("author"), "metadata": {"real_author": say("real author")}},
        "content": {"content_type": "multimodal_text", "parts": [say("part"), picture]},
        "metadata": {
            "attachments": [{"id": "a1", "name": say("attachment"), "mime_type": say("mime")}],
            "citations": [{"metadata": {"title": say("cited title"), "url": say("cited url")}}],
        },
    }
    call = {
        "author": {"role": "assistant"},
        "content": {"content_type": "code", "language": say("language"), "text": say("code")},
        "metadata": {"model_slug": say("model of a call")},
        "recipient": say("recipient"),
    }
    result = {
        "author": {"role": "tool", "name": say("tool")},
        "content": {"content_type": "execution_output", "text": say("output")},
        "metadata": {"aggregate_result": {"code": say("aggregate")}},
    }
    answer = {
        "author": {"role": "assistant"},
        "content": {"content_type": "text", "parts": [say("answer")]},
        "metadata": {"model_slug": say("model"), "finish_details": {"type": say("end")}},
    }
    nodes = [node("r", None), node("1", "r", asked), node("2", "1", call), node("3", "2", result), node("4", "3", answer)]
    about = {"title": say("title"), "default_model_slug": say("default"), "safe_urls": [say("url")], "gizmo_id": say("gizmo")}
    return [{"conversation_id": "g-1", "create_time": EPOCH, "mapping": {one["id"]: one for one in nodes}, **about}]


def claude_code(say: Say) -> Records:
    base = {
        "sessionId": "s-1",
        "cwd": f"/home/{say('cwd')}",
        "gitBranch": say("branch"),
        "version": say("version"),
        "timestamp": AT,
    }
    deep = json.dumps({"in": say("nested"), "deeper": json.dumps([say("nested twice")])})
    call = {"type": "tool_use", "id": "t1", "name": say("tool"), "input": {say("key"): [say("argument"), {"deep": deep}]}}
    first = [{"type": "thinking", "thinking": say("thinking")}, {"type": "text", "text": say("text")}, call]
    result = {"type": "tool_result", "tool_use_id": "t1", "content": say("result")}
    turns: Records = [
        {"type": "user", "message": {"role": "user", "content": say("typed")}},
        {"type": "assistant", "message": {"id": "a", "role": "assistant", "model": say("model"), "content": first}},
        {"type": "user", "toolUseResult": {"stdout": say("output")}, "message": {"role": "user", "content": [result]}},
        {
            "type": "assistant",
            "message": {
                "id": "b",
                "role": "assistant",
                "model": say("model"),
                "content": [{"type": "text", "text": say("answer")}],
            },
        },
        {"type": "attachment", "attachment": {"type": "file", "filename": say("file"), "content": say("its text")}},
    ]
    lines = [{**base, "uuid": f"u{n}", "parentUuid": f"u{n - 1}" if n else None, **turn} for n, turn in enumerate(turns)]
    queued = {**base, "type": "queue-operation", "operation": "enqueue", "content": say("queued")}
    return [{"type": "summary", "summary": say("title"), "leafUuid": "u3"}, *lines, queued, {**base, "type": say("kind of line")}]


def openai_chat(say: Say) -> Records:
    address = f"data:{say('mime')};base64,{_base64(say('picture'))}"
    blocks = [
        {"type": "text", "text": say("text")},
        {"type": "image_url", "image_url": {"url": address, "detail": say("detail")}},
        {"type": "input_file", "file": {"filename": say("file")}},
    ]
    call = {"id": "t", "function": {"name": say("tool"), "arguments": json.dumps({say("key"): say("argument")})}}
    messages = [
        {"role": "system", "content": say("system")},
        {"role": "user", "name": say("name"), "content": blocks},
        {"role": "assistant", "content": say("answer"), "reasoning_content": say("reasoning"), "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "t", "content": say("result")},
        {"role": "assistant", "content": "", "refusal": say("refusal")},
    ]
    about = {"user": say("user"), "metadata": {say("key of metadata"): say("metadata")}, "tools": [{"name": say("definition")}]}
    return [{"id": "o-1", "model": f"ft:gpt-4o:{say('model')}", "created": EPOCH, "messages": messages, **about}]


def sharegpt(say: Say) -> Records:
    called = json.dumps({"name": say("tool"), "arguments": {say("key"): say("argument")}})
    spoken = {"human": say("human"), "gpt": say("answer"), "function_call": called, "observation": say("result")}
    about = {"model": say("model"), "title": say("title"), "system": say("system"), "tools": say("tools")}
    return [{"id": "s-1", "conversations": [{"from": who, "value": what} for who, what in spoken.items()], **about}]


def hh_rlhf(say: Say) -> Records:
    return [{side: f"\n\nHuman: {say(side)}\n\nAssistant: {say('answer')}" for side in ("chosen", "rejected")}]


def open_assistant(say: Say) -> Records:
    def message(key: str, role: str, text: str, **more: Any) -> dict[str, Any]:
        base = {"message_id": key, "user_id": "ana", "role": role, "text": text, "created_date": AT, "lang": say("language")}
        return {**base, "emojis": {say("emoji"): 1}, "replies": [], **more}

    reply = message("p2", "assistant", say("answer"), model_name=say("model"), rank=0, synthetic=True)
    root = message("p1", "prompter", say("prompt"), replies=[reply])
    return [{"message_tree_id": "p1", "tree_state": say("state"), "prompt": root}]


FORMATS: dict[str, Callable[[Say], Records]] = {
    one.__name__: one for one in (claude, chatgpt, claude_code, openai_chat, sharegpt, hh_rlhf, open_assistant)
}
