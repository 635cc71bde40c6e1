"""Write the demo's export files and its time line from the plain text under `authoring/`.

Run `python examples/demo/make.py`. The same text always gives the same bytes: ids are name-based UUIDs, and the seconds between
turns follow from how long the words are. A test compares the outcome with the committed files.

A text file begins with `file:` (the export to write), `format:` and one `account:` line per person, then holds conversations:
`=== person/slug | first instant | title`, `U:` the person, `T:` thinking, `A:` the answer, `C:` a tool call, `R:` its result
(`E:` a failed one), `F:` a file attached to the person's turn, `S:` a system prompt, `@` an instant at which the talk goes on.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NAMESPACE = uuid.UUID("5a750d30-0000-4000-8000-0000000de300")
NIL = "00000000-0000-4000-8000-000000000000"
END = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAUSE = timedelta(minutes=30)
"""After so long without a turn the product hands over what it has."""

Json = dict[str, Any]


@dataclass
class Piece:
    """One marked block of the authoring text."""

    mark: str
    text: str
    at: datetime


@dataclass
class Talk:
    """One conversation as written."""

    slug: str
    title: str
    pieces: list[Piece] = field(default_factory=list)

    @property
    def id(self) -> str:
        return name_id(self.slug)

    @property
    def account(self) -> str:
        return self.slug.split("/")[0]


@dataclass
class Source:
    """One authoring file: the export it becomes, its people and its conversations."""

    file: str
    format: str
    people: dict[str, list[str]] = field(default_factory=dict)
    talks: list[Talk] = field(default_factory=list)


def name_id(name: str) -> str:
    """Return the UUID that belongs to *name*, the same in every run."""
    return str(uuid.uuid5(NAMESPACE, name))


def instant(text: str) -> datetime:
    """Return the UTC instant that the authoring text names without a zone."""
    return datetime.fromisoformat(text.strip()).replace(tzinfo=UTC)


def iso(at: datetime, places: int = 0) -> str:
    """Return *at* as the exports write it, with 0, 3 or 6 digits of a second."""
    specs = {0: "seconds", 3: "milliseconds", 6: "microseconds"}
    return at.isoformat(timespec=specs[places]).replace("+00:00", "Z")


def parse(text: str) -> Source:
    """Return what one authoring file says."""
    source = Source("", "")
    clock = datetime(2025, 1, 1, tzinfo=UTC)
    for line in text.splitlines():
        mark, _, rest = line.partition(": ")
        if line.startswith("=== "):
            slug, begins, title = (part.strip() for part in line[4:].split("|"))
            clock = instant(begins)
            source.talks.append(Talk(slug, title))
        elif line.startswith("@ "):
            clock = instant(line[2:])
        elif not source.talks and mark in ("file", "format"):
            setattr(source, mark, rest.strip())
        elif not source.talks and mark == "account":
            name, *who = (part.strip() for part in rest.split("|"))
            source.people[name] = who
        elif mark in ("U", "A", "T", "C", "R", "E", "F", "S"):
            source.talks[-1].pieces.append(Piece(mark, rest, clock))
        elif source.talks and source.talks[-1].pieces:
            source.talks[-1].pieces[-1].text += "\n" + line

    for talk in source.talks:
        _time(talk)
    return source


def _time(talk: Talk) -> None:
    """Give each piece its own instant: people take longer than machines, long texts longer than short ones."""
    clock = talk.pieces[0].at
    for piece in talk.pieces:
        piece.text = piece.text.strip()
        clock = max(clock, piece.at)
        piece.at = clock
        pace, least = (6, 25) if piece.mark == "U" else (45, 3)
        clock += timedelta(seconds=least + len(piece.text) // pace, microseconds=len(piece.text) * 7919 % 1_000_000)


def turns(talk: Talk) -> Iterator[list[Piece]]:
    """Yield the pieces of *talk* turn by turn: one of the person's with its files, then all the assistant's up to the next."""
    turn: list[Piece] = []
    for piece in talk.pieces:
        mine = piece.mark in "UFS"
        if turn and (piece.mark in "US" or mine != (turn[0].mark in "UFS")):
            yield turn
            turn = []
        turn.append(piece)
    yield turn


# Claude's export -------------------------------------------------------------------------------------------------------------


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
        messages.append({
            "uuid": name_id(f"{talk.slug}#{number}"),
            "text": "\n\n".join(piece.text for piece in turn if piece.mark in "UA"),
            "content": content,
            "sender": "human" if human else "assistant",
            "created_at": iso(turn[0].at, 6),
            "updated_at": iso(turn[-1].at, 6),
            "attachments": [_claude_file(piece) for piece in turn if piece.mark == "F"],
            "files": [],
            "parent_message_uuid": messages[-1]["uuid"] if messages else NIL,
        })
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


# Claude Code's session files -------------------------------------------------------------------------------------------------


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
            "uuid": own, "parentUuid": parent, "sessionId": talk.id, "timestamp": iso(piece.at, 3), "cwd": cwd,
            "gitBranch": "main", "version": "2.0.14", "userType": "external", "isSidechain": False,
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
            yield {"type": "assistant", **common, "requestId": f"req_{talk.id[:8]}{message:04d}",
                   "message": {**told, "content": [block], "stop_reason": stop, "usage": {"output_tokens": len(piece.text) // 4}}}
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


# ChatGPT's export and OpenAI's JSONL -----------------------------------------------------------------------------------------


def chatgpt(source: Source) -> dict[str, str]:
    """Return the files of a ChatGPT export."""
    (name, who), = source.people.items()
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
        hidden: {"id": hidden, "parent": root, "children": [],
                 "message": _chatgpt_message(hidden, "user", None, profile, {"is_visually_hidden_from_conversation": True})},
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
        "title": talk.title, "create_time": talk.pieces[0].at.timestamp(), "update_time": talk.pieces[-1].at.timestamp(),
        "mapping": mapping, "moderation_results": [], "current_node": last, "plugin_ids": None, "conversation_id": talk.id,
        "id": talk.id, "gizmo_id": None, "is_archived": False, "is_do_not_remember": False, "safe_urls": [],
        "default_model_slug": "gpt-4o",
    }


def _chatgpt_message(own: str, role: str, at: datetime | None, content: Json, about: Json) -> Json:
    return {
        "id": own, "author": {"role": role, "name": None, "metadata": {}}, "create_time": at.timestamp() if at else None,
        "update_time": None, "content": content, "status": "finished_successfully", "end_turn": role == "assistant" or None,
        "weight": 1.0, "metadata": about, "recipient": "all", "channel": None,
    }


def openai_jsonl(source: Source) -> dict[str, str]:
    """Return one JSONL file, a line per conversation; the format has neither times nor ids."""
    roles = {"S": "system", "U": "user", "A": "assistant"}
    rows = [{"messages": [{"role": roles[piece.mark], "content": piece.text} for piece in talk.pieces]} for talk in source.talks]
    return {source.file: "".join(map(line, rows))}


WRITERS = {"claude": claude, "claude-code": claude_code, "chatgpt": chatgpt, "openai-jsonl": openai_jsonl}


# The time line ---------------------------------------------------------------------------------------------------------------


def story(sources: list[Source], steps: list[Json]) -> list[Json]:
    """Return the whole time line: the written steps, and a hand-over of each export after every pause in it."""
    talks = {talk.slug: (source, talk) for source in sources for talk in source.talks}
    named = [_named(step, talks) for step in steps]
    instants = sorted(datetime.fromisoformat(step["at"]) for step in named)
    collected = [step for source in sources if source.format in ("claude", "claude-code") for step in _collects(source, instants)]
    # One more hand-over, which brings nothing new, sets the clock to the end of the story.
    first = next(source for source in sources if source.format == "claude")
    collected.append({"at": iso(END), "do": "collect", "file": first.file, **_whose(first)})
    # A hand-over comes before whatever else happens at the same instant, so that a deletion finds what it deletes.
    return sorted([*collected, *named], key=lambda step: (step["at"], step["do"] != "collect"))


def _named(step: Json, talks: dict[str, tuple[Source, Talk]]) -> Json:
    """Return *step* with `person/slug` replaced by the file and the id that the export gives."""

    def place(slug: str) -> Json:
        source, talk = talks[slug]
        return {"file": source.file, "id": talk.id}

    plain = dict(step)
    if "conversation" in plain:
        plain["conversation"] = place(plain["conversation"])
    if "conversations" in plain.get("scope", {}):
        plain["scope"] = {**plain["scope"], "conversations": [place(slug) for slug in plain["scope"]["conversations"]]}
    return plain


def _collects(source: Source, instants: list[datetime]) -> Iterator[Json]:
    """Yield a hand-over a minute after each run of turns; a run ends with a pause, or where something else happens."""
    moments = sorted(piece.at for talk in source.talks for piece in talk.pieces)
    whose = _whose(source)
    for here, following in zip(moments, [*moments[1:], None], strict=True):
        happens = following is not None and any(here < moment <= following for moment in instants)
        if following is None or following - here > PAUSE or happens:
            after = datetime.fromtimestamp(int(here.timestamp()), UTC) + timedelta(seconds=1 if happens else 60)
            yield {"at": iso(after), "do": "collect", "file": source.file, **whose}


def _whose(source: Source) -> Json:
    """Return how the story says whose the conversations of an export are."""
    if source.format == "claude-code":
        return {"account": next(iter(source.people))}
    return {"accounts": {name_id(name): name for name in source.people}}


def expected(sources: list[Source], cases: list[Json]) -> list[Json]:
    """Return the cases with their conversations named as the exports name them; `name` keeps the readable one."""
    talks = {talk.slug: (source, talk) for source in sources for talk in source.talks}
    return [{"name": case["conversation"], **_named(case, talks)} for case in cases]


def pretty(value: object) -> str:
    """Return *value* as the exports print it."""
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def line(value: object) -> str:
    """Return *value* as one line of a JSONL file."""
    return json.dumps(value, ensure_ascii=False) + "\n"


def rows(values: list[Json]) -> str:
    """Return a JSON list with one step a line, so that a person can read it."""
    return "[\n" + ",\n".join(json.dumps(value, ensure_ascii=False) for value in values) + "\n]\n"


def made() -> dict[str, str]:
    """Return every generated file: its path under this folder, and its text."""
    sources = [parse(path.read_text("utf-8")) for path in sorted((HERE / "authoring").glob("*.txt"))]
    files: dict[str, str] = {}
    for source in sources:
        files |= WRITERS[source.format](source)
    written = {name: json.loads((HERE / "authoring" / f"{name}.json").read_text("utf-8")) for name in ("story", "expected")}
    files["story.json"] = rows(story(sources, written["story"]))
    files["expected.json"] = rows(expected(sources, written["expected"]))
    return files


def main() -> int:
    """Write the files; return 0."""
    for name, text in made().items():
        path = HERE / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
