"""One ChatGPT `mapping`: nodes to turns, whatever kind of content they carry."""

from __future__ import annotations

from sayso.facts.conversation import Attachment, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.intake.decode import Json, Junk
from sayso.intake.fields import Record, inner, instant, loose, name, rows, said, size, table, tables, text
from sayso.intake.shape import Message, linked, role_of, unread, words

_OWN_TOOLS = frozenset({"python", "browser", "web", "bio", "dalle", "canmore", "container", "image_gen", "computer"})
"""Tools of the product itself. Any other, file_search too, may bring what a connector holds."""

_CONTEXT = ("user_editable_context", "model_editable_context")


def conversation_turns(mapping: Record, current: str) -> tuple[list[Turn], str | None]:
    """Return the turns of *mapping* and the one the active branch ends with."""
    if not all(name({"node": key}, "node") for key in mapping):
        raise Junk("a node of `mapping` has no identifier")
    nodes = {key: table(node, "a node of `mapping`") for key, node in mapping.items()}
    above = _Above(nodes)
    groups = [_message(node, key, above.parent(key)) for key, node in nodes.items() if node.get("message") is not None]
    return linked(groups, above.spoken(current) or "")


def is_voice(mapping: Record) -> bool:
    """Return whether any node holds speech."""
    for node in mapping.values():
        parts = node["message"]["content"].get("parts") if _has_content(node) else None
        for part in parts if isinstance(parts, list) else []:
            if isinstance(part, dict) and "audio" in loose(part, "content_type"):
                return True
    return False


def _has_content(node: Json) -> bool:
    message = node.get("message") if isinstance(node, dict) else None
    return isinstance(message, dict) and isinstance(message.get("content"), dict)


class _Above:
    """For each node the nearest one above it that holds a message; one that is not there is named all the same."""

    def __init__(self, nodes: dict[str, Record]) -> None:
        self._nodes = nodes
        self._known: dict[str, str | None] = {}

    def parent(self, key: str) -> str | None:
        """Return the turn that node *key* hangs on."""
        above = self._nodes[key].get("parent")
        if above is not None and not isinstance(above, str):
            raise Junk("`parent` of a node is not text")
        return self.spoken(above) if above else None

    def spoken(self, key: str) -> str | None:
        """Return *key* where it holds a message, and otherwise what does above it. No step is walked twice."""
        line: dict[str, None] = {}
        here: str | None = key
        found: str | None = None
        while here and here not in line:
            if here in self._known:
                found = self._known[here]
                break
            if here not in self._nodes or self._nodes[here].get("message") is not None:
                found = here
                break
            line[here] = None
            above = self._nodes[here].get("parent")
            here = above if isinstance(above, str) else None
        self._known.update(dict.fromkeys(line, found))
        return found


def _message(node: Record, key: str, parent: str | None) -> list[Turn]:
    """Return the turns of one node. The node's key names it, since parents and `current_node` use that."""
    record = table(node["message"], "`message`")
    author, content, metadata = inner(record, "author"), inner(record, "content"), inner(record, "metadata")
    role = role_of(author, "role")
    kind = loose(content, "content_type")
    message = Message(role, _origin(role, kind, author, metadata))
    recipient = loose(record, "recipient")
    if role == "assistant" and recipient not in ("", "all"):
        message.add(ToolCall(name=recipient, input=_body(content)))
    else:
        _content(message, kind, content, metadata)
    hidden = said(metadata, "is_visually_hidden_from_conversation") or kind in _CONTEXT or role == "system"
    weight = record.get("weight")
    first = Turn(
        id=key,
        role=role,
        parts=(),
        at=instant(record, "create_time"),
        parent=parent,
        model=loose(metadata, "model_slug"),
        hidden=hidden,
        trainable=weight is None or (isinstance(weight, int | float) and weight == 1),
    )
    return message.turns(first)


def _origin(role: str, kind: str, author: Record, metadata: Record) -> str:
    if kind in _CONTEXT:
        return "recalled"
    if role != "tool":
        return ""
    tool = loose(author, "name").split(".")[0]
    return "generated" if tool in _OWN_TOOLS and not said(metadata, "invoked_plugin") else "connector"


def _body(content: Record) -> str:
    """Return all the words of *content*, whichever field holds them."""
    found = [one for one in rows(content, "parts") if isinstance(one, str)]
    found += [text(content, field) for field in ("text", "result", "content") if isinstance(content.get(field), str)]
    return "\n\n".join(one for one in found if one)


def _content(message: Message, kind: str, content: Record, metadata: Record) -> None:
    match kind:
        case "thoughts":
            for thought in tables(content, "thoughts"):
                message.add(Thinking("\n\n".join(filter(None, (text(thought, "summary"), text(thought, "content"))))))
        case "reasoning_recap":
            message.add(Thinking(text(content, "content")))
        case "user_editable_context":
            _say(message, "\n\n".join(filter(None, (text(content, "user_profile"), text(content, "user_instructions")))))
        case "model_editable_context":
            _say(message, words(content.get("model_set_context"), "model_set_context"))
        case "text" | "multimodal_text" | "code" | "":
            _parts(message, content, metadata)
        case "execution_output" | "computer_output" | "system_error" | "citable_code_output":
            message.add(ToolResult(_body(content), is_error=kind == "system_error"))
        case _ if kind.startswith(("tether_", "sonic_", "super_")):
            message.add(ToolResult(_body(content)))
        case _:
            message.add(unread(kind))


def _say(message: Message, body: str) -> None:
    if body:
        message.add(ToolResult(body) if message.role == "tool" else Text(body))


def _parts(message: Message, content: Record, metadata: Record) -> None:
    """Add the parts of a spoken message, and the files that are named beside them."""
    files = {loose(one, "id"): one for one in tables(metadata, "attachments")}
    shown: set[str] = set()
    for part in rows(content, "parts"):
        if isinstance(part, str):
            _say(message, part)
            continue
        one = table(part, "a part")
        kind = loose(one, "content_type")
        if kind == "audio_transcription":
            _say(message, text(one, "text"))
            continue
        pointer = _pointer(one)
        shown.add(pointer)
        file = files.get(pointer, {})
        media, length = loose(file, "mime_type") or kind, size(file, "size") or size(one, "size_bytes")
        message.add(Attachment(name=loose(file, "name") or pointer, media_type=media, size=length))
    if isinstance(content.get("text"), str):
        _say(message, content["text"])
    for key, file in files.items():
        if key not in shown:
            message.add(Attachment(name=loose(file, "name"), media_type=loose(file, "mime_type"), size=size(file, "size")))


def _pointer(part: Record) -> str:
    """Return the file that a part points to, without the store it lies in."""
    nested = part.get("audio_asset_pointer")
    inside = nested if isinstance(nested, dict) else part
    return loose(inside, "asset_pointer").rpartition("://")[2]
