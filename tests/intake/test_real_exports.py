"""The exports and conversations under SAYSO_DATA, against the figures that stand beside them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest

from sayso.facts.canonical import digest
from sayso.facts.conversation import Attachment, Conversation, Thinking, ToolCall
from sayso.facts.errors import Unfit
from sayso.facts.lines import Left
from sayso.intake import FORMATS, read, sniff

pytestmark = pytest.mark.realdata


@pytest.fixture
def exports(shared_data: Path) -> Path:
    return shared_data / "exports"


@pytest.fixture
def expected(exports: Path) -> dict:
    return json.loads((exports / "expected.json").read_text())


def told(path: Path) -> tuple[list[Conversation], list[Left]]:
    found = list(read(path))
    return [one for one in found if isinstance(one, Conversation)], [one for one in found if isinstance(one, Left)]


def branch_points(conversations: list[Conversation]) -> int:
    return sum(
        sum(1 for count in Counter(turn.parent for turn in one.turns if turn.parent).values() if count > 1) for one in conversations
    )


def parts(conversations: list[Conversation], kind: type) -> list:
    return [part for one in conversations for turn in one.turns for part in turn.parts if isinstance(part, kind)]


def test_every_export_is_told_by_its_content(exports: Path, expected: dict) -> None:
    ours = {one.name for one in FORMATS}
    checked = 0
    for name, figures in expected.items():
        if figures["format"] in ours:
            assert sniff(exports / name) == figures["format"]
            checked += 1
    assert checked == 7


def test_an_export_of_another_kind_is_refused_with_the_known_ones_named(exports: Path, shared_data: Path) -> None:
    for name in ("copilot_activity.csv", "openwebui.json", "librechat_flat.json", "langfuse_observations_v2.jsonl"):
        with pytest.raises(Unfit, match="hand in one of `claude`"):
            read(exports / name)
    with pytest.raises(Unfit, match="lines of JSON"):
        sniff(shared_data / "conversations" / "vicuna-questions.jsonl")


def test_a_new_claude_export_gives_all_conversations_and_names_what_is_held_beside_them(exports: Path, expected: dict) -> None:
    figures = expected["claude_v2.zip"]
    chats, lefts = told(exports / "claude_v2.zip")
    empty = [one for one in lefts if one.why == "empty conversation"]
    assert len(chats) + len(empty) == figures["conversations"]
    assert len(empty) == figures["empty_conversations"]
    assert sum(len(one.turns) for one in chats) == figures["messages"]
    assert len({one.account for one in chats}) == figures["accounts"]
    assert sum(one.surface == "design" for one in chats) == figures["of_which_design_chats"]
    assert branch_points(chats) == figures["branch_points"]
    assert len(parts(chats, Attachment)) == figures["attachments"]
    held = [one for one in lefts if "held about the account" in one.why]
    assert {one.record.split("/", 1)[1].split("[")[0].split("/")[0].removesuffix(".json") for one in held} == {
        "users", "login_history", "memories", "projects"
    }  # fmt: skip
    assert sum(one.record.split("/")[1] == "projects" for one in held) == figures["projects"]


def test_an_old_claude_export_gives_its_conversation_and_the_edited_branch(exports: Path, expected: dict) -> None:
    figures = expected["claude_v1.zip"]
    (chat,), lefts = told(exports / "claude_v1.zip")
    assert figures["conversations"] == 1
    assert len(chat.turns) == figures["messages"]
    assert chat.active == ("m1", "m2", "m3b", "m4")
    assert sum("a project" in one.why for one in lefts) == figures["projects"]
    answer = next(turn for turn in chat.turns if turn.id == "m2")
    assert answer.text == "Let me look."
    assert parts([chat], Attachment)[0].text


def test_a_sharded_chatgpt_export_loses_no_shard(exports: Path, expected: dict) -> None:
    figures = expected["chatgpt_v2.zip"]
    chats, lefts = told(exports / "chatgpt_v2.zip")
    corrupt = [one for one in lefts if "mapping" in one.why]
    assert len(chats) == figures["usable"]
    assert len(chats) + len(corrupt) == figures["conversations"]
    assert corrupt[0].record == "conversations-000.json[1]"
    assert all(len(one.active) == figures["messages_on_active_path"] for one in chats)
    assert branch_points(chats) == figures["branch_points"]
    hidden = [turn for one in chats for turn in one.turns if turn.hidden]
    assert len(hidden) == figures["hidden_context_messages"]
    assert all(turn.id not in one.active for one in chats for turn in one.turns if turn.hidden)
    assert sum(one.record.endswith(".dat") for one in lefts) == figures["attachments_with_bytes"]
    assert {one.id: one.private for one in chats} == {"g1": False, "g3": True}
    assert len(parts(chats, Thinking)) == 2
    assert all("hidden reasoning" not in turn.text for one in chats for turn in one.turns)


def test_an_old_chatgpt_export_says_what_was_rated_and_shared(exports: Path, expected: dict) -> None:
    figures = expected["chatgpt_v1.zip"]
    chats, _ = told(exports / "chatgpt_v1.zip")
    assert len(chats) == figures["conversations"]
    assert branch_points(chats) == figures["branch_points"]
    assert sum("feedback" in one.marks for one in chats) == figures["feedback"]
    assert sum("shared" in one.marks for one in chats) == figures["shared"]


def test_a_claude_code_session_comes_with_its_subagent_and_without_the_rewound_answer(exports: Path, expected: dict) -> None:
    figures = expected["claude_code"]
    chats, lefts = told(exports / "claude_code")
    sessions = [one for one in chats if "subagent" not in one.marks]
    assert (len(sessions), len(chats) - len(sessions)) == (figures["sessions"], figures["subagents"])
    (session,) = sessions
    # Nine lines stand in the tree; two of them are one message of the model.
    assert len(session.turns) == figures["nodes"] - 1
    assert sum(turn.role == "assistant" for turn in session.turns) == figures["assistant_api_messages"]
    assert branch_points(sessions) == figures["branch_points"]
    assert session.active == ("n1", "n2", "n4", "n6")
    assert len(parts(sessions, ToolCall)) == 1
    assert session.account is None
    assert all("lovelace" not in one.line() for one in lefts)
    assert "lovelace" not in repr(session)


def test_one_session_file_and_one_project_read_alike(exports: Path) -> None:
    folder = next(one for one in (exports / "claude_code").iterdir() if one.is_dir())
    whole = {one.id: one for one in told(exports / "claude_code")[0]}
    assert {one.id: one for one in told(folder)[0]} == whole
    assert told(folder / "s1.jsonl")[0] == [whole["s1"]]


def test_the_sample_sessions_lose_only_their_broken_lines(exports: Path) -> None:
    for name, turns, broken in (("edge_cases", 11, 7), ("representative_messages", 11, 0), ("session_b", 3, 0)):
        chats, lefts = told(exports / "claude-code-samples" / f"{name}.jsonl")
        assert (sum(len(one.turns) for one in chats), len(lefts)) == (turns, broken), name


def test_fine_tuning_lines_keep_tool_calls_and_the_weight_of_a_turn(exports: Path, expected: dict) -> None:
    figures = expected["openai_chat.jsonl"]
    chats, lefts = told(exports / "openai_chat.jsonl")
    assert len(chats) == figures["conversations"]
    assert lefts == []
    assert len(parts(chats, ToolCall)) == figures["tool_calls"]
    assert [turn.trainable for turn in chats[1].turns] == [True, False]
    assert all(one.account is None for one in chats)


def test_sharegpt_is_read_in_both_spellings(exports: Path, expected: dict) -> None:
    chats, _ = told(exports / "sharegpt.json")
    assert len(chats) == expected["sharegpt.json"]["conversations"]
    assert [[turn.role for turn in one.turns] for one in chats] == [
        ["user", "assistant"],
        ["system", "user", "assistant", "tool"],
    ]


def test_both_sides_of_each_rated_pair_become_conversations(shared_data: Path) -> None:
    path = shared_data / "conversations" / "hh-rlhf.jsonl.gz"
    chats, lefts = told(path)
    rows = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    assert (len(chats), len(lefts)) == (2 * len(rows), 0)
    assert [one.id for one in chats[:3]] == ["1-chosen", "1-rejected", "2-chosen"]
    for chat, body in zip(chats, (row[side] for row in rows for side in ("chosen", "rejected")), strict=True):
        names = {"user": "Human", "assistant": "Assistant"}
        assert "".join(f"\n\n{names[turn.role]}: {turn.text}" for turn in chat.turns).rstrip() == body.rstrip()


def test_open_assistant_trees_keep_every_reply_and_follow_the_best_one(shared_data: Path) -> None:
    folder = shared_data / "conversations"
    chats, lefts = told(folder / "open-assistant-trees.jsonl.gz")
    assert (len(chats), sum(len(one.turns) for one in chats), len(lefts)) == (40, 437, 0)
    assert all(one.path()[0].role == "user" for one in chats)
    seeds, _ = told(folder / "open-assistant-seed.json")
    assert (len(seeds), sum(len(one.turns) for one in seeds)) == (74, 444)


def test_all_that_is_read_can_be_hashed(exports: Path, shared_data: Path) -> None:
    for path in (
        exports / "claude_v2.zip",
        exports / "chatgpt_v2.zip",
        exports / "claude_code",
        shared_data / "conversations" / "open-assistant-trees.jsonl.gz",
    ):
        for chat in told(path)[0]:
            assert len(digest(chat)) == 64
