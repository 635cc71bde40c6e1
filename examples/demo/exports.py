"""The demo's conversations in the formats in which real products hand them out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from book import Piece, Source, Talk, iso, name_id, turns

NIL = "00000000-0000-4000-8000-000000000000"
Json = dict[str, Any]


def claude(source: Source) -> dict[str, str]:
    """Return the two files of a Claude export."""
    users = [
        {"uuid": name_id(name), "full_name": who[0], "email_address": who[1], "verified_phone_number": next(iter(who[2:]), None)}
        for name, who in source.people.items()
    ]
    talks = [_claude_talk(talk) for talk in source.talks]
    return {f"{source.file}/conversations.json": pretty(talks), f"{source.file}/users.json": pretty(users)}


def _claude_talk(talk: Talk) -> Json:
    messages: list[Json] = []
    for number, turn in enumerate(turns(talk)):
        human = turn[0].mark in "UF"
        content = [_claude_block(piece, talk.slug, place) for place, piece in enumerate(turn) if piece.mark != "F"]
        messages.append(
            {
                "uuid": name_id(f"{talk.slug}#{number}"),
                "text": "\n\n".join(piece.text for piece in turn if piece.mark in "UA"),
                "content": content,
                "sender": "human" if human else "assistant",
                "created_at": iso(turn[0].at, 6),
                "updated_at": iso(turn[-1].at, 6),
                "attachments": [_claude_file(piece) for piece in turn if piece.mark == "F"],
                "files": [],
                "parent_message_uuid": messages[-1]["uuid"] if messages else NIL,
            }
        )
    return {
        "uuid": talk.id,
        "name": talk.title,
        "summary": "",
        "created_at": iso(talk.pieces[0].at, 6),
        "updated_at": iso(talk.pieces[-1].at, 6),
        "account": {"uuid": name_id(talk.account)},
        "chat_messages": messages,
    }


def _claude_block(piece: Piece, slug: str, place: int) -> Json:
    times = {"start_timestamp": iso(piece.at, 6), "stop_timestamp": iso(piece.at, 6)}
    match piece.mark:
        case "T":
            return {**times, "type": "thinking", "thinking": piece.text, "summaries": [], "cut_off": False}
        case "C":
            name, _, given = piece.text.partition(" ")
            return {**times, "type": "tool_use", "name": name, "input": json.loads(given), "integration_name": None}
        case "R" | "E":
            words = [{"type": "text", "text": piece.text, "uuid": name_id(f"{slug}#{place}#{piece.at}")}]
            return {**times, "type": "tool_result", "name": "tool", "content": words, "is_error": piece.mark == "E"}
        case _:
            return {**times, "type": "text", "text": piece.text, "citations": []}


def _claude_file(piece: Piece) -> Json:
    head, _, text = piece.text.partition("\n")
    name = head.strip()
    kind = name.rpartition(".")[2]
    return {"file_name": name, "file_size": len(text.encode()), "file_type": kind, "extracted_content": text.strip()}


def claude_code(source: Source) -> dict[str, str]:
    """Return one session file per conversation."""
    return {f"{source.file}/{talk.id}.jsonl": "".join(map(line, _session(source, talk))) for talk in source.talks}


def _session(source: Source, talk: Talk) -> Iterator[Json]:
    cwd = source.file.rpartition("/")[2].replace("-home-ivo-projects-", "/home/ivo/projects/")
    parent: str | None = None
    call, message = "", 0
    for number, piece in enumerate(talk.pieces):
        own = name_id(f"{talk.slug}#{number}")
        common = {
            "uuid": own,
            "parentUuid": parent,
            "sessionId": talk.id,
            "timestamp": iso(piece.at, 3),
            "cwd": cwd,
            "gitBranch": "main",
            "version": "2.0.14",
            "userType": "external",
            "isSidechain": False,
        }
        if piece.mark in "URE":
            message += 1
            content: object = piece.text
            if piece.mark != "U":
                content = [{"type": "tool_result", "tool_use_id": call, "content": piece.text, "is_error": piece.mark == "E"}]
            yield {"type": "user", **common, "message": {"role": "user", "content": content}}
        else:
            call = "toolu_" + own.replace("-", "")[:24] if piece.mark == "C" else call
            block = _code_block(piece, call)
            told = {"id": f"msg_{talk.id[:8]}{message:04d}", "type": "message", "role": "assistant", "model": "claude-sonnet-4"}
            stop = "tool_use" if piece.mark == "C" else None
            yield {
                "type": "assistant",
                **common,
                "requestId": f"req_{talk.id[:8]}{message:04d}",
                "message": {**told, "content": [block], "stop_reason": stop, "usage": {"output_tokens": len(piece.text) // 4}},
            }
        parent = own
    yield {"type": "summary", "summary": talk.title, "leafUuid": parent}


def _code_block(piece: Piece, call: str) -> Json:
    match piece.mark:
        case "T":
            return {"type": "thinking", "thinking": piece.text, "signature": ""}
        case "C":
            name, _, given = piece.text.partition(" ")
            return {"type": "tool_use", "id": call, "name": name, "input": json.loads(given)}
        case _:
            return {"type": "text", "text": piece.text}


def chatgpt(source: Source) -> dict[str, str]:
    """Return the files of a ChatGPT export."""
    ((name, who),) = source.people.items()
    user = {"id": "user-" + name_id(name)[:8], "email": who[1]}
    return {
        f"{source.file}/conversations.json": pretty([_chatgpt_talk(talk, who) for talk in source.talks]),
        f"{source.file}/user.json": pretty(user),
        f"{source.file}/message_feedback.json": pretty([]),
    }


def _chatgpt_talk(talk: Talk, who: list[str]) -> Json:
    root, hidden = name_id(talk.slug + "#root"), name_id(talk.slug + "#profile")
    profile = {"content_type": "user_editable_context", "user_profile": f"The user is {who[0]}, {who[3]}.", "user_instructions": ""}
    mapping: dict[str, Json] = {
        root: {"id": root, "message": None, "parent": None, "children": [hidden]},
        hidden: {
            "id": hidden,
            "parent": root,
            "children": [],
            "message": _chatgpt_message(hidden, "user", None, profile, {"is_visually_hidden_from_conversation": True}),
        },
    }
    last = hidden
    for number, turn in enumerate(turns(talk)):
        own = name_id(f"{talk.slug}#{number}")
        role = "user" if turn[0].mark == "U" else "assistant"
        words = {"content_type": "text", "parts": ["\n\n".join(piece.text for piece in turn if piece.mark in "UA")]}
        about = {"model_slug": "gpt-4o"} if role == "assistant" else {}
        mapping[last]["children"].append(own)
        mapping[own] = {"id": own, "message": _chatgpt_message(own, role, turn[0].at, words, about), "parent": last, "children": []}
        last = own
    return {
        "title": talk.title,
        "create_time": talk.pieces[0].at.timestamp(),
        "update_time": talk.pieces[-1].at.timestamp(),
        "mapping": mapping,
        "moderation_results": [],
        "current_node": last,
        "plugin_ids": None,
        "conversation_id": talk.id,
        "id": talk.id,
        "gizmo_id": None,
        "is_archived": False,
        "is_do_not_remember": False,
        "safe_urls": [],
        "default_model_slug": "gpt-4o",
    }


def _chatgpt_message(own: str, role: str, at: datetime | None, content: Json, about: Json) -> Json:
    return {
        "id": own,
        "author": {"role": role, "name": None, "metadata": {}},
        "create_time": at.timestamp() if at else None,
        "update_time": None,
        "content": content,
        "status": "finished_successfully",
        "end_turn": role == "assistant" or None,
        "weight": 1.0,
        "metadata": about,
        "recipient": "all",
        "channel": None,
    }


def openai_jsonl(source: Source) -> dict[str, str]:
    """Return one JSONL file, a line per conversation; the format has neither times nor ids."""
    roles = {"S": "system", "U": "user", "A": "assistant"}
    rows = [{"messages": [{"role": roles[piece.mark], "content": piece.text} for piece in talk.pieces]} for talk in source.talks]
    return {source.file: "".join(map(line, rows))}


WRITERS = {"claude": claude, "claude-code": claude_code, "chatgpt": chatgpt, "openai-jsonl": openai_jsonl}


def pretty(value: object) -> str:
    """Return *value* as the exports print it."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def line(value: object) -> str:
    """Return *value* as one line of a JSONL file."""
    return json.dumps(value, ensure_ascii=False) + "\n"
