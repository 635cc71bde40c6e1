"""The export of a ChatGPT account: conversations in one file or in shards, with marks from the files beside them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

from msgspec import Struct

from sayso.facts.conversation import Conversation
from sayso.facts.lines import Left
from sayso.intake.chatgpt_message import conversation_turns, is_voice
from sayso.intake.copies import Shape, newest
from sayso.intake.decode import Junk
from sayso.intake.fields import Record, instant, loose, name, said
from sayso.intake.kinds import Known
from sayso.intake.shape import finished

SOURCE = "chatgpt"
_MANIFEST_FILES = 10_000


class Beside(Struct):
    """What the files beside the conversations say of them."""

    accounts: dict[tuple[str, str], str] = {}
    """By the archive and folder that names it: two people's exports can lie in one folder."""
    feedback: set[str] = set()
    shared: set[str] = set()


def read_chatgpt(members: Sequence[Known]) -> Iterator[Conversation | Left]:
    """Yield the conversations of all shards, and a line for each file beside them that holds something else."""
    beside = Beside()
    for known in members:
        yield from _beside(known, beside)
    shards = [one for one in members if one.part == "conversations"]
    yield from _missing(members)

    def shape_of(known: Known) -> Shape:
        return partial(conversation, beside=beside, account=beside.accounts.get(_place(known)))

    yield from newest(shards, ("conversation_id", "id"), "update_time", shape_of)


def _beside(known: Known, beside: Beside) -> Iterator[Left]:
    if known.part not in ("user", "feedback", "shared"):
        return
    for piece in known.pieces():
        record = piece.value if isinstance(piece.value, dict) else {}
        if piece.trouble:
            yield known.left(piece.at, piece.trouble)
        elif known.part == "user":
            account = loose(record, "id")
            known_before = beside.accounts.setdefault(_place(known), account)
            if known_before != account:  # whose conversations these are can then not be told
                beside.accounts[_place(known)] = ""
            yield known.left(piece.at, "held about the account (name, mail, phone), not a conversation")
        elif known.part == "feedback":
            beside.feedback.add(loose(record, "conversation_id"))
        else:
            beside.shared.add(loose(record, "conversation_id"))


def _missing(members: Sequence[Known]) -> Iterator[Left]:
    """Yield a line for each file that the manifest names and that is not there."""
    here = {known.member.name.rsplit("/", 1)[-1] for known in members}
    for known in members:
        if known.part != "manifest":
            continue
        piece = next(known.pieces())
        logical = piece.value.get("logical_files") if isinstance(piece.value, dict) else None
        for one in logical.values() if isinstance(logical, dict) else []:
            files = one.get("files") if isinstance(one, dict) else None
            for file in (files if isinstance(files, list) else [])[:_MANIFEST_FILES]:
                if isinstance(file, str) and file.rsplit("/", 1)[-1] not in here:
                    yield known.member.left("", f"it names `{file[:80]}`, which is not there; its conversations are missing")


def _place(known: Known) -> tuple[str, str]:
    return known.member.source, known.member.name.rpartition("/")[0]


def conversation(record: Record, beside: Beside, account: str | None) -> Conversation:
    """Return the conversation of one entry; hidden context is kept as hidden turns, off the active branch."""
    mapping = record.get("mapping")
    if not isinstance(mapping, dict) or not mapping:
        raise Junk("no mapping, so its messages are not there")
    turns, leaf = conversation_turns(mapping, loose(record, "current_node"))
    key = name(record, "conversation_id") or name(record, "id")
    marks = {
        "archived": said(record, "is_archived"),
        "starred": said(record, "is_starred"),
        "feedback": key in beside.feedback,
        "shared": key in beside.shared,
        "moderated": bool(record.get("moderation_results")),
        "custom_gpt": said(record, "gizmo_id"),
    }
    return finished(
        turns,
        id=key,
        source=SOURCE,
        leaf=leaf,
        account=name({"id": account}, "id"),
        title=loose(record, "title"),
        created_at=instant(record, "create_time"),
        updated_at=instant(record, "update_time"),
        surface="voice" if said(record, "voice") or is_voice(mapping) else "chat",
        private=said(record, "is_do_not_remember") or said(record, "is_temporary_chat") or said(record, "is_temporary"),
        marks=[mark for mark, holds in marks.items() if holds],
        project=_project(record),
    )


def _project(record: Record) -> str:
    """Return the project: a template or gizmo whose name begins with g-p-."""
    found = (loose(record, "conversation_template_id"), loose(record, "gizmo_id"))
    return next((one for one in found if one.startswith("g-p-")), "")
