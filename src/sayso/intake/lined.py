"""Formats whose record is a whole conversation and nothing else: OpenAI fine-tuning, ShareGPT, hh-rlhf."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import partial

from msgspec.structs import replace

from sayso.facts.canonical import digest
from sayso.facts.conversation import Conversation, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.facts.lines import Left
from sayso.intake.copies import COPY, Once, Shape, made
from sayso.intake.decode import Junk, encode
from sayso.intake.fields import Record, inner, instant, loose, name, tables, text
from sayso.intake.kinds import Known
from sayso.intake.shape import Message, block, finished, role_of, words

_HH = re.compile(r"\n\n(Human|Assistant):(?: |(?=\n)|$)")


def read_each(members: Sequence[Known], shape: Shape) -> Iterator[Conversation | Left]:
    """Yield what *shape* makes of each record; a second record of one identifier is a copy, or gets a number of its own."""
    once = Once()
    for known in members:
        for piece in known.pieces():
            found = made(known, piece, shape)
            if isinstance(found, Conversation):
                yield once(found) or known.left(piece.at, COPY)
            else:
                yield found
        if known.member.trouble:
            yield known.member.left("", known.member.trouble)


def _named_by_content(record: Record) -> str:
    """Return an identifier that the same record has in every import: formats without one would clash across files."""
    try:
        return digest(json.dumps(record, sort_keys=True).encode())[:32]
    except (RecursionError, ValueError):
        raise Junk("nested too deep") from None


def openai_chat(record: Record) -> Conversation:
    """Return the conversation of one line of fine-tuning data. Without an identifier it is named by its content."""
    turns: list[Turn] = []
    for number, one in enumerate(tables(record, "messages")):
        turns += _openai_message(one, f"{number}", turns[-1].id if turns else None, loose(record, "model"))
    return finished(
        turns,
        id=name(record, "id") or name(record, "conversation_id") or name(record, "custom_id") or _named_by_content(record),
        source="openai_chat",
        surface="api",
        created_at=instant(record, "created_at") or instant(record, "created"),
    )


def _openai_message(record: Record, key: str, parent: str | None, model: str) -> list[Turn]:
    message = Message(role_of(record, "role"))
    content = record.get("content")
    if message.role == "tool":
        message.add(ToolResult(words(content, "content"), id=text(record, "tool_call_id")))
    else:
        if thought := text(record, "reasoning_content"):
            message.add(Thinking(thought))
        blocks = [{"type": "text", "text": content}] if isinstance(content, str) else tables(record, "content")
        for part in (block(one) for one in blocks):
            if isinstance(part, ToolResult):
                message.add(part, role="tool")
            elif part is not None:
                message.add(part)
        if refusal := text(record, "refusal"):
            message.add(Text(refusal))
        for call in [*tables(record, "tool_calls"), *filter(None, [inner(record, "function_call")])]:
            asked = inner(call, "function") or call
            value = asked.get("arguments")
            message.add(ToolCall(text(asked, "name"), value if isinstance(value, str) else encode(value), id=text(call, "id")))
    # The trainer reads 1 and nothing as "learn this". Whatever else stands there is no permission to.
    weight = record.get("weight")
    trainable = weight is None or (weight == 1 and not isinstance(weight, bool))
    return message.turns(Turn(id=key, role=message.role, parts=(), parent=parent, model=model, trainable=trainable))


def sharegpt(record: Record) -> Conversation:
    """Return the conversation of one ShareGPT entry (`from`/`value`, or `role`/`content` as others write it)."""
    turns: list[Turn] = []
    for number, one in enumerate(tables(record, "conversations")):
        message = Message(role_of(one, "from" if "from" in one else "role"))
        value = text(one, "value" if "value" in one else "content")
        if loose(one, "from") == "function_call":
            message.add(ToolCall(name="", input=value))
        elif message.role == "tool":
            message.add(ToolResult(value))
        elif value:
            message.add(Text(value))
        weight = one.get("weight")
        first = Turn(
            id=f"{number}",
            role=message.role,
            parts=(),
            parent=turns[-1].id if turns else None,
            model=loose(record, "model"),
            trainable=weight is None or (weight == 1 and not isinstance(weight, bool)),
        )
        turns += message.turns(first)
    identifier = f"{record['id']}" if isinstance(record.get("id"), int) else name(record, "id")
    system = text(record, "system")
    if system and turns:
        turns[0] = replace(turns[0], parent="system")
        turns.insert(0, Turn(id="system", role="system", parts=(Text(system),)))
    return finished(
        turns,
        id=identifier or _named_by_content(record),
        source="sharegpt",
        title=loose(record, "title"),
    )


def read_hh(members: Sequence[Known]) -> Iterator[Conversation | Left]:
    """Yield both sides of each pair as conversations of their own, named by the row: `12-chosen`, `12-rejected`."""
    for known in members:
        for piece in known.pieces():
            for side in ("chosen", "rejected"):
                yield made(known, piece, partial(_side, side=side, at=piece.at))
        if known.member.trouble:
            yield known.member.left("", known.member.trouble)


def _side(record: Record, side: str, at: int) -> Conversation:
    body = text(record, side)
    before, *spoken = _HH.split(body)
    if before.strip() or not spoken:
        raise Junk(f"`{side}` does not begin with a person's words" if body else f"`{side}` is empty")
    turns: list[Turn] = []
    for number, (who, said) in enumerate(zip(spoken[::2], spoken[1::2], strict=True)):
        message = Message("user" if who == "Human" else "assistant")
        if said.strip():
            message.add(Text(said))
        turns += message.turns(Turn(id=f"{number}", role=message.role, parts=(), parent=f"{number - 1}" if number else None))
    return finished(turns, id=f"{at}-{side}", source="hh_rlhf", marks=[side])
