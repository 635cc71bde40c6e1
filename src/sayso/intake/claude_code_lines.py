"""Lines of a Claude Code session to turns: one API message is several lines, and much is written that nobody typed."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from sayso.facts.conversation import Attachment, Part, Text, ToolCall, ToolResult, Turn
from sayso.intake.decode import Json, Junk
from sayso.intake.fields import Record, inner, instant, loose, name, said, table, text
from sayso.intake.shape import Message, block, words

BOOKKEEPING = frozenset(
    {"file-history-snapshot", "last-prompt", "mode", "pr-link", "agent-name", "agent-color", "agent-setting", "permission-mode"}
    | {"tag", "worktree-state", "progress", "attribution-snapshot", "content-replacement"}
)
"""Kinds of lines about the tool itself that hold nothing anyone said; they are passed over without a word."""

_TURNS = ("user", "assistant", "system", "attachment", "progress")
_INJECTED = ("<system-reminder>", "<local-command-", "Caveat: The messages below", "<bash-stdout>", "<task-notification>")
_CLIENT = "<synthetic>"
"""The model that the tool names where it wrote an answer itself, such as an error."""


class Line(Struct, frozen=True):
    """One line that stands in the tree of a session."""

    key: str
    at: int
    kind: str
    parent: str | None
    session: str
    aside: bool
    record: Record


def line_of(record: Record, at: int) -> Line | None:
    """Return the line that *record* is, `None` where it is no part of the tree; junk where a turn cannot be read."""
    kind = loose(record, "type")
    if kind not in _TURNS or (kind == "progress" and "uuid" not in record):
        return None
    key = name(record, "uuid")
    if not key:
        raise Junk("a turn without an identifier")
    if kind in ("user", "assistant"):
        message = record.get("message")
        if not isinstance(message, dict) or not isinstance(message.get("content"), str | list):
            raise Junk("a turn without a message that can be read")
        _check(message["content"])
    parent = name(record, "parentUuid") or name(record, "logicalParentUuid")
    line = Line(key, at, kind, parent or None, name(record, "sessionId"), said(record, "isSidechain"), record)
    _parts(line)  # what cannot be read is told here, line by line, and not of the whole session
    return line


def _check(content: Json) -> None:
    for number, one in enumerate(content if isinstance(content, list) else []):
        table(one, f"`content[{number}]`")


def turns_of(lines: Sequence[Line], leaf: str, *, agent: bool) -> tuple[list[Turn], str | None]:
    """Return the turns of one session and the one its active branch ends with, if a line names it."""
    calls = _calls(lines)
    place: dict[str, str] = {}
    parents = {line.key: line.parent for line in lines}
    groups: dict[str, list[Line]] = {}
    for line in sorted(lines, key=lambda one: one.at):
        if line.kind == "progress":
            continue
        message = loose(inner(line.record, "message"), "id") if line.kind == "assistant" else ""
        first = groups.setdefault(f"message {message}" if message else f"line {line.key}", [])
        first.append(line)
        place[line.key] = first[0].key
    unlinked = all(parent not in parents for parent in parents.values())
    turns: list[Turn] = []
    last: dict[str, str] = {}
    for group in groups.values():
        parent = turns[-1].id if unlinked and turns else _placed(group[0], parents, place)
        made = _merged(group, parent, calls, agent=agent)
        last[made[0].id] = made[-1].id
        turns += made
    turns = [replace(one, parent=last.get(one.parent or "", one.parent)) if one.id in last else one for one in turns]
    turns = _in_a_row(turns)
    named = place.get(leaf)
    return turns, _end_of(turns, last.get(named or ""))


def _calls(lines: Sequence[Line]) -> dict[str, str]:
    """Return the name of the tool behind every call."""
    found: dict[str, str] = {}
    for line in lines:
        content = inner(line.record, "message").get("content") if line.kind == "assistant" else None
        for one in content if isinstance(content, list) else []:
            if loose(one, "type").endswith("tool_use"):
                found[loose(one, "id")] = loose(one, "name")
    return found


def _placed(line: Line, parents: dict[str, str | None], place: dict[str, str]) -> str | None:
    """Return the turn that *line* hangs on, through lines that are no turns and those merged into one."""
    here, seen = line.parent, {line.key}
    while here is not None and here not in seen:
        if here in place:
            return place[here] if place[here] != line.key else None
        seen.add(here)
        if here not in parents:
            return here
        here = parents[here]
    return None


def _merged(group: list[Line], parent: str | None, calls: dict[str, str], *, agent: bool) -> list[Turn]:
    """Return the turns of one message, whose parts stand in one or more lines."""
    first = group[0]
    record = first.record
    role = "assistant" if first.kind == "assistant" else "user" if first.kind == "user" or _queued(first) else "system"
    hidden, generated = _injected(first)
    # What a subagent is asked was written by the model that sent it.
    origin = "generated" if generated or (agent and role == "user") else ""
    message = Message(role, origin)  # type: ignore[arg-type]  # one of three of the roles
    for line in group:
        for part in _parts(line):
            if isinstance(part, ToolResult):
                tool = calls.get(part.id, "mcp__")
                message.add(part, role="tool", origin="connector" if tool.startswith("mcp__") else "generated")
            else:
                message.add(part)
    inside = inner(record, "message")
    model = text(inside, "model") if first.kind == "assistant" else ""
    client = model == _CLIENT or said(record, "isApiErrorMessage")
    turn = Turn(
        id=first.key,
        role=message.role,
        parts=(),
        at=instant(record, "timestamp"),
        parent=parent,
        model="" if client else model,
        hidden=hidden,
        trainable=not client,
    )
    return message.turns(turn)


def _queued(line: Line) -> bool:
    return line.kind == "attachment" and loose(_attached(line.record), "type") == "queued_command"


def _attached(record: Record) -> Record:
    found = record.get("attachment")
    return found if isinstance(found, dict) else {}


def _injected(line: Line) -> tuple[bool, bool]:
    """Return whether a line is hidden from the person, and whether something else than the person wrote it."""
    if _queued(line):
        return False, False
    if line.kind in ("system", "attachment"):
        return True, True
    record = line.record
    if said(record, "isMeta") or said(record, "isCompactSummary") or said(record, "isVisibleInTranscriptOnly"):
        return True, True
    content = inner(record, "message").get("content")
    start = content if isinstance(content, str) else next((loose(one, "text") for one in content or [] if loose(one, "text")), "")
    injected = line.kind == "user" and start.lstrip().startswith(_INJECTED)
    return injected, injected


def _parts(line: Line) -> list[Part]:
    """Return the parts that one line holds."""
    if line.kind == "attachment":
        return _attachment(_attached(line.record))
    if line.kind in ("system", "progress"):
        body = words(line.record.get("content"), "content")
        return [Text(body)] if body else []
    content = inner(line.record, "message").get("content")
    if isinstance(content, str):
        return [Text(content)] if content else []
    return [part for one in content or [] if (part := block(one)) is not None]


def _attachment(record: Record) -> list[Part]:
    kind = loose(record, "type")
    if kind == "queued_command":
        body = words(record.get("prompt"), "prompt")
        return [Text(body)] if body else []
    content = record.get("content")
    return [Attachment(name=kind or "attachment", text=content if isinstance(content, str) else None)]


def _in_a_row(turns: list[Turn]) -> list[Turn]:
    """Return the turns with the answers to calls made at once one behind another, for they are no branches."""
    asked = {turn.id: {part.id for part in turn.parts if isinstance(part, ToolCall)} for turn in turns}
    children: dict[str, list[Turn]] = {}
    for turn in turns:
        children.setdefault(turn.parent or "", []).append(turn)
    moved: dict[str, str] = {}
    for parent, group in children.items():
        answers = [one for one in group if one.role == "tool" and _answers(one) <= asked.get(parent, set())]
        told = [key for one in answers for key in _answers(one)]
        leaves = [one for one in answers if one.id not in children]
        others = [one for one in answers if one.id in children]
        if len(answers) < 2 or len(set(told)) < len(told) or len(others) > 1 or len(answers) < len(group):
            continue
        for before, after in zip([*leaves, *others], [*leaves, *others][1:], strict=False):
            moved[after.id] = before.id
    return [replace(turn, parent=moved[turn.id]) if turn.id in moved else turn for turn in turns]


def _answers(turn: Turn) -> set[str]:
    return {part.id for part in turn.parts if isinstance(part, ToolResult)}


def _end_of(turns: list[Turn], leaf: str | None) -> str | None:
    """Return the end of the branch that goes on behind *leaf*: the latest of its descendants; `None` where no leaf is named."""
    here = leaf
    latest = {turn.parent: turn.id for turn in turns if turn.parent}
    seen: set[str] = set()
    while here in latest and here not in seen:
        seen.add(here)
        here = latest[here]
    return here
