"""Claude Code sessions: which lines make a session, and what lies beside it.

Sessions name no account, no tier and no choice: these come from where the collector ran. Folder names, `cwd` and branch names
hold people's names and are not carried over; lines about a session name its file, never the folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct
from msgspec.structs import replace

from sayso.facts.conversation import Attachment, Conversation, Part, ToolResult, Turn
from sayso.facts.lines import Left
from sayso.intake.claude_code_lines import BOOKKEEPING, Line, line_of, turns_of
from sayso.intake.copies import COPY, Once
from sayso.intake.decode import Junk
from sayso.intake.fields import Record, loose, table
from sayso.intake.kinds import Known
from sayso.intake.shape import finished

SOURCE = "claude_code"
_KIND = re.compile(r"[a-z]{2,20}(?:-[a-z]{2,20}){0,3}")
"""A kind of line in a message: what looks otherwise may be somebody's words, and is not repeated."""
_TITLES = (("custom-title", "customTitle"), ("ai-title", "aiTitle"), ("summary", "summary"))


class Told(Struct):
    """What one file says beside its turns."""

    title: dict[str, str] = {}
    leaf: str = ""
    queued: list[tuple[int, str]] = []


def read_claude_code(members: Sequence[Known]) -> Iterator[Conversation | Left]:
    """Yield one conversation per session and one per subagent, then a line for each file that is neither."""
    # A tool may have read anything, a session file too: what it answered is told by where it lies.
    outputs = {_base(one.member.name): one for one in members if _folder(one.member.name) == "tool-results"}
    sessions = [one for one in members if one.part == "session" and outputs.get(_base(one.member.name)) is not one]
    used: set[str] = set()
    once = Once()
    for known in sessions:
        for found in _file(known):
            if isinstance(found, Conversation):
                yield once(_with_outputs(found, outputs, used)) or Left(source=_base(known.member.name), record="", why=COPY)
            else:
                yield found
    for known in members:
        base = _base(known.member.name)
        if known in sessions or base in used:
            continue
        if _folder(known.member.name) == "tool-results":
            yield Left(source=base, record="", why="a tool's output that no turn names")
        elif _folder(known.member.name) == "memory":
            yield Left(source=base, record="", why="held about the account (memory notes), not a conversation")
        else:
            yield Left(source=base, record="", why=known.member.trouble or "not a session: no line in it looks like one")


def _base(name: str) -> str:
    return name.rsplit("/", 1)[-1]


def _folder(name: str) -> str:
    return name.split("/")[-2] if "/" in name else ""


def _file(known: Known) -> Iterator[Conversation | Left]:
    """Yield the conversations of one file: its session, and each line of subagents in it."""
    base = _base(known.member.name)
    stem = base.removesuffix(".jsonl")
    told = Told(title={}, queued=[])
    lines: dict[str, Line] = {}
    for piece in known.pieces(held=True):
        try:
            if piece.trouble:
                raise Junk(piece.trouble)
            record = table(piece.value, "the record")
            line = line_of(record, piece.at)
            if line is not None:
                # A line that is written again takes the place of the first, and counts as last written.
                lines[line.key] = replace(line, at=lines[line.key].at) if line.key in lines else line
            else:
                _tell(told, record, piece.at)
        except Junk as junk:
            yield Left(source=base, record=f"line {piece.at}", why=str(junk))
    if known.member.trouble:
        yield Left(source=base, record="", why=known.member.trouble)
    for key, part in _sessions(lines, stem):
        yield from _session(key, part, told, base)
    spoken = {_body(line.record) for line in lines.values()}
    for at, body in told.queued:
        if body not in spoken:
            yield Left(source=base, record=f"line {at}", why="words typed while the model was busy, and never sent")


def _tell(told: Told, record: Record, at: int) -> None:
    """Note what a line that is no turn says of its session."""
    kind = loose(record, "type")
    for name, field in _TITLES:
        if kind == name:
            told.title[name] = loose(record, field)
            return
    if kind == "last-prompt":
        told.leaf = loose(record, "leafUuid")
    elif kind == "queue-operation":
        if loose(record, "operation") == "enqueue" and (body := _body({"message": record})):
            told.queued.append((at, body))
    elif kind not in BOOKKEEPING:
        raise Junk(f"a kind of line that is not known{f' (`{kind}`)' if _KIND.fullmatch(kind) else ''}")


def _body(record: Record) -> str:
    """Return the words that a line holds, to compare by."""
    message = record.get("message")
    content = message.get("content") if isinstance(message, dict) else record.get("content")
    if isinstance(content, list):
        content = "\n\n".join(loose(one, "text") for one in content if isinstance(one, dict))
    return content.strip() if isinstance(content, str) else ""


def _sessions(lines: dict[str, Line], stem: str) -> Iterator[tuple[str, list[Line]]]:
    """Yield the lines of each session in a file.

    A file named after one of its sessions is that session, though a resumed one begins with lines of another; any other
    file is taken as several sessions one after another.
    """
    names = dict.fromkeys(line.session for line in lines.values() if line.session)
    if stem in names or len(names) < 2:
        yield (stem if stem in names else next(iter(names), stem)), list(lines.values())
        return
    last = next(iter(names))
    found: dict[str, list[Line]] = {name: [] for name in names}
    for line in lines.values():
        last = line.session or last
        found[last].append(line)
    yield from found.items()


def _session(key: str, lines: list[Line], told: Told, base: str) -> Iterator[Conversation | Left]:
    """Yield a session, and the lines of its subagents as conversations of their own."""
    agent = base.startswith("agent-") or all(line.aside for line in lines)
    own = lines if agent else [line for line in lines if not line.aside]
    name = f"{key}/{base.removesuffix('.jsonl')}" if agent and base.removesuffix(".jsonl") != key else key
    if own:
        yield _made(name, own, told, base, agent=agent)
    if agent:
        return
    asides: dict[str, list[Line]] = {}
    roots: dict[str, str] = {}
    for line in (line for line in lines if line.aside):
        roots[line.key] = roots.get(line.parent or "", line.key)
        asides.setdefault(roots[line.key], []).append(line)
    for root, part in asides.items():
        yield _made(f"{key}/{root}", part, Told(title={}, queued=[]), base, agent=True)


def _made(key: str, lines: list[Line], told: Told, base: str, *, agent: bool) -> Conversation | Left:
    try:
        turns, leaf = turns_of(lines, told.leaf, agent=agent)
        times = [turn.at for turn in turns if turn.at is not None]
        titles = [told.title[name] for name, _ in _TITLES if told.title.get(name)]
        return finished(
            turns,
            id=key,
            source=SOURCE,
            leaf=leaf,
            title=titles[0] if titles else "",
            created_at=min(times, default=None),
            updated_at=max(times, default=None),
            surface="code",
            marks=["subagent"] if agent else [],
        )
    except Junk as junk:
        return Left(source=base, record="", why=str(junk))


def _with_outputs(found: Conversation, outputs: dict[str, Known], used: set[str]) -> Conversation:
    """Return *found* with each long output, kept in a file beside the session, at the turn that names the file."""
    if not outputs:
        return found
    return replace(found, turns=tuple(_with_output(turn, outputs, used) for turn in found.turns))


def _with_output(turn: Turn, outputs: dict[str, Known], used: set[str]) -> Turn:
    added: list[Part] = []
    for part in turn.parts:
        if not isinstance(part, ToolResult):
            continue
        for base, known in outputs.items():
            if f"tool-results/{base}" in part.text or (part.id and base.rsplit(".", 1)[0] == part.id):
                body = _whole(known)
                added.append(Attachment(name=base, media_type="text/plain", size=known.member.size, text=body))
                used.add(base)
    return replace(turn, parts=(*turn.parts, *added)) if added else turn


def _whole(known: Known) -> str | None:
    """Return the text of a file, `None` where it is too large or no text."""
    limit = known.member.archive.limits.record
    held = known.member.head(limit + 1)
    try:
        return held.decode("utf-8") if len(held) <= limit else None
    except UnicodeDecodeError:
        return None
