"""A conversation: an ordered tree of turns, each a row of parts, as it was collected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from sayso.facts.words import UNKNOWN, Role


class Text(Struct, frozen=True, tag="text"):
    """Words somebody wrote."""

    text: str


class Thinking(Struct, frozen=True, tag="thinking"):
    """What a model wrote to itself before it answered; never the answer."""

    text: str


class ToolCall(Struct, frozen=True, tag="tool_call"):
    """A model's request to run something: its name and its input as JSON text."""

    name: str
    input: str
    id: str = ""


class ToolResult(Struct, frozen=True, tag="tool_result"):
    """What a tool answered; other people's data arrives here."""

    text: str
    id: str = ""
    is_error: bool = False


class Attachment(Struct, frozen=True, kw_only=True, tag="attachment"):
    """A file beside a turn: its name, kind and, where the export holds it, its text."""

    name: str = ""
    media_type: str = ""
    size: int | None = None
    text: str | None = None


Part = Text | Thinking | ToolCall | ToolResult | Attachment


class Turn(Struct, frozen=True, kw_only=True):
    """One contribution to a conversation, by one role at one instant."""

    id: str
    role: Role
    parts: tuple[Part, ...]
    at: datetime | None = None
    parent: str | None = None
    model: str = ""
    origin: str = "typed"
    """Where the words came from: typed, generated, connector, recalled, scheduled."""
    author: str | None = None
    """The account that wrote it, where it is another than the conversation's own."""
    hidden: bool = False
    """Not shown to the person, such as injected context; never part of a training row."""
    trainable: bool = True
    """False where the source itself says this turn carries no weight."""

    @property
    def text(self) -> str:
        """The words of this turn, without thinking, tools and attachments.

        >>> Turn(id="1", role="user", parts=(Thinking("hm"), Text("Hello"))).text
        'Hello'
        """
        return "\n\n".join(part.text for part in self.parts if isinstance(part, Text))


class Conversation(Struct, frozen=True, kw_only=True):
    """An ordered tree of turns with what the source tells about it; `active` is the branch the person sees."""

    id: str
    source: str
    """The format it came in, such as `claude` or `chatgpt`."""
    account: str | None = None
    """The account the source names, if it names one."""
    title: str = ""
    turns: tuple[Turn, ...] = ()
    active: tuple[str, ...] = ()
    created_at: datetime | None = None
    updated_at: datetime | None = None
    surface: str = "chat"
    """Where it was held: chat, code, voice, api or a name of the product's own."""
    private: bool = False
    """Incognito, temporary, do-not-remember: whatever the source calls it."""
    marks: tuple[str, ...] = ()
    """Other things the source says that a policy may ask for: archived, shared, feedback, empty ..."""
    project: str = UNKNOWN

    def path(self) -> Sequence[Turn]:
        """Return the turns of the active branch, root first; all turns where no branch is named.

        >>> Conversation(id="c", source="x", turns=(Turn(id="1", role="user", parts=()),)).path()[0].id
        '1'
        """
        if not self.active:
            return self.turns
        wanted = {turn.id: turn for turn in self.turns}
        return tuple(wanted[key] for key in self.active if key in wanted)
