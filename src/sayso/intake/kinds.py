"""What a member holds, told by the keys of its first records and never by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Literal

from msgspec import Struct

from sayso.facts.lines import Left
from sayso.intake.archive import Member
from sayso.intake.split import BOM, Piece, array, lines, whole

Layout = Literal["lines", "array", "whole", "none"]

_TOKEN = re.compile(rb'"((?:[^"\\\x00-\x1f]++|\\.)*+)"\s*(:?)|[\[\]{}]', re.DOTALL)
_LOOKED_AT = 1 << 18
_TRIES = 20


class Kind(Struct, frozen=True):
    """A format and which of its parts a record is."""

    format: str
    part: str
    needs: frozenset[str]
    lacks: frozenset[str] = frozenset()


def _kind(format_: str, part: str, needs: str, lacks: str = "") -> Kind:
    return Kind(format_, part, frozenset(needs.split()), frozenset(lacks.split()))


KINDS: tuple[Kind, ...] = (
    _kind("claude", "conversations", "chat_messages"),
    _kind("claude", "design_chats", "uuid messages created_at"),
    _kind("claude", "memories", "conversations_memory"),
    _kind("claude", "memories", "memory_files"),
    _kind("claude", "projects", "uuid prompt_template"),
    _kind("claude", "projects", "uuid is_starter_project"),
    _kind("claude", "users", "uuid full_name email_address"),
    _kind("claude", "login_history", "ip user_agent"),
    _kind("chatgpt", "conversations", "mapping"),
    _kind("chatgpt", "conversations", "conversation_id create_time update_time"),
    _kind("chatgpt", "manifest", "logical_files"),
    _kind("chatgpt", "feedback", "conversation_id rating"),
    _kind("chatgpt", "shared", "conversation_id is_anonymous"),
    _kind("chatgpt", "user", "id email", "messages chat"),
    _kind("claude_code", "session", "type sessionId"),
    _kind("claude_code", "session", "type uuid parentUuid"),
    _kind("claude_code", "session", "type leafUuid"),
    _kind("claude_code", "session", "type messageId snapshot"),
    _kind("openai_chat", "conversations", "messages", "uuid conversationId chat"),
    _kind("sharegpt", "conversations", "conversations", "uuid"),
    _kind("hh_rlhf", "pairs", "chosen rejected"),
    _kind("open_assistant", "trees", "message_tree_id prompt"),
    _kind("open_assistant", "messages", "message_id parent_id text role"),
    _kind("open_assistant", "messages", "message_id message_tree_id text role"),
    _kind("open_assistant", "messages", "user_message_id parent_message_id text role"),
)


class Known(Struct, frozen=True):
    """A member with what it holds; `kind` is `None` where no known record was found."""

    member: Member
    layout: Layout
    kind: Kind | None

    @property
    def part(self) -> str:
        """The part of its format, or nothing."""
        return self.kind.part if self.kind else ""

    def place(self, at: int) -> str:
        """The name of record *at* as a person counts in this layout."""
        return {"lines": f"line {at}", "array": f"[{at}]"}.get(self.layout, "")

    def pieces(self, *, held: bool = False) -> Iterator[Piece]:
        """Yield every record, broken ones too; with *held*, of no more bytes than one reader may hold."""
        limits = self.member.archive.limits
        chunks = self.member.chunks(most=limits.held if held else None)
        if self.layout == "lines":
            yield from lines(chunks, limits.record)
        elif self.layout == "array":
            yield from array(chunks, limits.record)
        else:
            yield whole(chunks, limits.record)

    def left(self, at: int, why: str) -> Left:
        """Return the line for record *at*."""
        return self.member.left(self.place(at), why)


def look(member: Member) -> Known:
    """Return what *member* holds, told by its first bytes."""
    head = member.head(_LOOKED_AT).removeprefix(BOM)
    layout = layout_of(head)
    if layout == "whole" and b"\n" not in head and len(head) >= _LOOKED_AT - len(BOM):
        layout = "lines"  # one object goes on for longer than was looked at; others may follow on lines of their own
    if layout == "none":
        return Known(member, layout, None)
    if layout == "lines":
        tops = [top_keys(line) for line in head.split(b"\n")[:_TRIES] if line.strip()]
    else:
        tops = list(islice(_tops(head, 1 if layout == "array" else 0), _TRIES))
    kind = next((kind for keys in tops if (kind := kind_of(keys))), None)
    return Known(member, layout, kind or (_behind_damage(member) if layout == "array" else None))


def _behind_damage(member: Member) -> Kind | None:
    """Return what the first whole elements of a list are, for one whose beginning is broken."""
    limit = member.archive.limits.record
    for piece in islice(array(member.chunks(stop=limit), limit), _TRIES):
        if isinstance(piece.value, dict) and (kind := kind_of(set(piece.value))):
            return kind
    return None


def kind_of(keys: set[str]) -> Kind | None:
    """Return the first kind whose keys are all among *keys*.

    >>> kind_of({"uuid", "name", "chat_messages"}).format
    'claude'
    """
    return next((kind for kind in KINDS if kind.needs <= keys and not kind.lacks & keys), None)


def layout_of(head: bytes) -> Layout:
    r"""Return how records stand in a file that begins with *head*.

    >>> layout_of(b'[{"a": 1}]'), layout_of(b'{"a": 1}\n{"a": 2}'), layout_of(b'{\n "a": 1}'), layout_of(b"Dear Ana")
    ('array', 'lines', 'whole', 'none')
    """
    start = head.lstrip(b" \t\r\n")
    if start.startswith(b"["):
        return "array"
    first, *others = [line.strip(b"\r") for line in start.split(b"\n")][:50]
    if start.startswith(b"{"):
        second = next((line for line in others if line.strip()), b"")
        return "lines" if second.startswith(b"{") or (second and _balanced(first)) else "whole"
    return "lines" if any(line.startswith(b"{") for line in others) else "none"


def top_keys(raw: bytes) -> set[str]:
    """Return the keys of the outermost object in *raw*, which may be cut short.

    >>> sorted(top_keys(b'{"a": {"b": 1}, "c": [{"d"'))
    ['a', 'c']
    """
    return next(_tops(raw, 0), set())


def _tops(raw: bytes, depth: int) -> Iterator[set[str]]:
    """Yield the keys of each object that opens at *depth* in *raw*, the last one as far as it goes."""
    here = 0
    keys: set[str] = set()
    for found in _TOKEN.finditer(raw):
        mark = found.group()
        if mark in (b"{", b"["):
            here += 1
            if here == depth + 1:
                keys = set()
        elif mark in (b"}", b"]"):
            here -= 1
            if here == depth and mark == b"}":
                yield keys
                keys = set()
        elif here == depth + 1 and found.group(2):
            keys.add(found.group(1).decode("utf-8", "replace"))
    if keys:
        yield keys


def _balanced(line: bytes) -> bool:
    depth = 0
    for found in _TOKEN.finditer(line):
        mark = found.group()
        depth += (mark in (b"{", b"[")) - (mark in (b"}", b"]"))
    return depth == 0
