"""The door: sniff a format, read an import."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from msgspec import Struct

from sayso.facts.conversation import Conversation
from sayso.facts.errors import Unfit
from sayso.facts.lines import Left
from sayso.intake.archive import Archive
from sayso.intake.chatgpt import read_chatgpt
from sayso.intake.claude import read_claude
from sayso.intake.claude_code import read_claude_code
from sayso.intake.kinds import Known, look
from sayso.intake.limits import LIMITS, Limits
from sayso.intake.lined import openai_chat, read_each, read_hh, sharegpt
from sayso.intake.open_assistant import read_open_assistant

Reader = Callable[[Sequence[Known]], Iterator[Conversation | Left]]


class Format(Struct, frozen=True):
    """A format that can be read: its name and what it is, in one line."""

    name: str
    description: str


FORMATS: tuple[Format, ...] = (
    Format("claude", "export of a Claude account or organisation: one zip, several batches, or the unpacked folder"),
    Format("chatgpt", "export of a ChatGPT account: a zip or the unpacked folder, in one file or in shards"),
    Format("claude_code", "Claude Code sessions: the projects folder, one project, or one session file"),
    Format("openai_chat", "OpenAI fine-tuning data: one JSON object with `messages` a line"),
    Format("sharegpt", "ShareGPT: a JSON list, or one JSON object with `conversations` a line"),
    Format("hh_rlhf", "hh-rlhf pairs: one JSON object with `chosen` and `rejected` a line"),
    Format("open_assistant", "Open-Assistant: message trees, one a line, or flat messages"),
)
"""Every format, in the order they are told apart."""

_READERS: dict[str, Reader] = {
    "claude": read_claude,
    "chatgpt": read_chatgpt,
    "claude_code": read_claude_code,
    "openai_chat": partial(read_each, shape=openai_chat),
    "sharegpt": partial(read_each, shape=sharegpt),
    "hh_rlhf": read_hh,
    "open_assistant": read_open_assistant,
}

_PACKED = {
    b"ustar": "a tar archive",
    b"7z\xbc\xaf": "a 7z archive",
    b"Rar!": "a rar archive",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
}
_EXPORTS = {"claude", "chatgpt", "claude_code"}


def sniff(path: str | Path, *, limits: Limits = LIMITS) -> str:
    """Return the name of the format that *path* holds, told by content alone; refuses what no format fits."""
    archive = Archive(Path(path), limits)
    try:
        return _format(archive, [look(one) for one in archive.members])
    finally:
        archive.close()


def read(path: str | Path, *, limits: Limits = LIMITS) -> Iterator[Conversation | Left]:
    """Return every conversation that *path* holds, and a `Left` for each thing that is not one or cannot be read.

    A file, a zip, one of several batches of an export, or a folder. Refuses at once what is missing or of no known format;
    after that one broken record loses only itself. Nothing is written, and no more than one conversation is held at a time,
    save for Claude Code, where it is one session, and flat Open-Assistant rows, where it is the file.
    """
    archive = Archive(Path(path), limits)
    try:
        known = [look(one) for one in archive.members]
        name = _format(archive, known)
    except BaseException:
        archive.close()
        raise
    return _read(archive, known, name)


def _read(archive: Archive, known: list[Known], name: str) -> Iterator[Conversation | Left]:
    try:
        yield from archive.lefts
        mine = [one for one in known if name == "claude_code" or (one.kind and one.kind.format == name)]
        yield from _READERS[name](mine)
        if name != "claude_code":
            yield from (_other(one) for one in known if one.kind is None or one.kind.format != name)
    finally:
        archive.close()


def _other(known: Known) -> Left:
    """Return the line for a member that holds no record of the format."""
    member = known.member
    start = member.head(512)
    if member.trouble:
        return member.left("", member.trouble)
    if not start:
        return member.left("", "an empty file")
    if start.startswith(b"PK\x03\x04"):
        return member.left("", "a zip inside an archive; unpack it and hand it in by itself")
    if known.layout == "array" and start.strip() in (b"[]", b"[ ]"):
        return member.left("", "an empty list")
    return member.left("", "not a conversation: nothing in it looks like a record of this export")


def _format(archive: Archive, known: Sequence[Known]) -> str:
    """Return the one format of all members."""
    beside = [one for one in known if one.kind and not {"tool-results", "memory"} & set(one.member.name.split("/")[:-1])]
    names = {one.kind.format for one in beside or known if one.kind}
    # An export may hold a file that somebody uploaded, of any format; it does not change what the export is.
    names = names & _EXPORTS or names
    if len(names) == 1:
        return names.pop()
    shown = ", ".join(f"`{one.name}`" for one in FORMATS)
    if names:
        both = " and ".join(f"`{one}`" for one in sorted(names))
        raise Unfit(f"`{archive.source}` holds {both} at once; hand in each by itself")
    raise Unfit(f"`{archive.source}` holds {_found(archive, known)}, and no format that is known here; hand in one of {shown}")


def _found(archive: Archive, known: Sequence[Known]) -> str:
    """Return in a few words what is there instead."""
    if archive.lefts and not known:
        return f"nothing that can be read ({archive.lefts[0].why})"
    if not known:
        return "no files"
    troubles = [one.member.trouble for one in known if one.member.trouble]
    if troubles:
        return f"nothing that can be read ({troubles[0]})"
    if len(known) == 1:
        head = known[0].member.head(512)
        if not head.strip():
            return "nothing, it is empty"
        for magic, what in _PACKED.items():
            if head[257:262] == magic or head.startswith(magic):
                return f"{what} (unpack it and hand in the folder)"
        if head.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "UTF-16 text (save it as UTF-8)"
        layouts = {"lines": "lines of JSON", "array": "a JSON list", "whole": "one JSON object", "none": "no JSON"}
        return layouts[known[0].layout]
    return f"{len(known)} files"
