"""What a folder of Claude Code sessions gives: what Cy typed and saw, apart from what the tool wrote to itself."""

from __future__ import annotations

from types import SimpleNamespace

from sayso.facts.conversation import Attachment, Text, Thinking, ToolCall, ToolResult


def session(make: SimpleNamespace, *rows: object, name: str = "s1.jsonl") -> SimpleNamespace:
    found = make.told(make.lines(f"p/-home-cy-secret/{name}", *rows))
    return SimpleNamespace(chat=found.chats[0] if found.chats else None, chats=found.chats, lefts=found.lefts)


def call(key: str, name: str = "Read") -> dict:
    return {"type": "tool_use", "id": key, "name": name, "input": {"file_path": "a"}}


def answer(key: str, words: object = "ok") -> dict:
    return {"type": "tool_result", "tool_use_id": key, "content": words}


def test_one_message_in_several_lines_is_one_turn(make: SimpleNamespace) -> None:
    chat = session(
        make,
        make.line("u", "user", "Read it", None),
        make.line("a1", "assistant", [{"type": "thinking", "thinking": "hm"}], "u", 1, message_id="m"),
        make.line("a2", "assistant", [call("t1")], "a1", 2, message_id="m"),
        make.line("r", "user", [answer("t1", [{"type": "text", "text": "body"}])], "a2", 3),
        make.line("a3", "assistant", [{"type": "text", "text": "Done"}], "r", 4),
    ).chat
    assert [(turn.id, turn.role, turn.parent) for turn in chat.turns] == [
        ("u", "user", None), ("a1", "assistant", "u"), ("r", "tool", "a1"), ("a3", "assistant", "r")
    ]  # fmt: skip
    assert chat.turns[1].parts == (Thinking("hm"), ToolCall("Read", '{"file_path":"a"}', "t1"))
    assert chat.turns[2].parts == (ToolResult("body", id="t1"),)
    assert chat.active == ("u", "a1", "r", "a3")
    assert (chat.surface, chat.account, chat.project) == ("code", None, "unknown")


def test_answers_to_calls_made_at_once_are_one_line_and_not_branches(make: SimpleNamespace) -> None:
    chat = session(
        make,
        make.line("u", "user", "Read both", None),
        make.line("a1", "assistant", [call("t1")], "u", 1, message_id="m"),
        make.line("a2", "assistant", [call("t2")], "a1", 2, message_id="m"),
        make.line("r1", "user", [answer("t1")], "a1", 3),
        make.line("r2", "user", [answer("t2")], "a2", 4),
        make.line("a3", "assistant", [{"type": "text", "text": "Done"}], "r2", 5),
    ).chat
    assert chat.active == ("u", "a1", "r1", "r2", "a3")


def test_what_an_mcp_server_answered_is_a_connectors(make: SimpleNamespace) -> None:
    chat = session(
        make,
        make.line("u", "user", "Look", None),
        make.line("a", "assistant", [call("t1", "mcp__drive__search"), call("t2", "Bash")], "u", 1),
        make.line(
            "r", "user", [answer("t1"), answer("t2"), answer("unknown"), {"type": "text", "text": "[Request interrupted]"}], "a", 2
        ),
    ).chat
    assert [(turn.id, turn.role, turn.origin) for turn in chat.turns[2:]] == [
        ("r", "tool", "connector"), ("r/1", "tool", "generated"), ("r/2", "tool", "connector"), ("r/3", "user", "typed")
    ]  # fmt: skip


def test_a_line_written_twice_counts_as_last_written(make: SimpleNamespace) -> None:
    chat = session(
        make,
        make.line("u", "user", "Draft", None),
        make.line("a", "assistant", [{"type": "text", "text": "Yes"}], "u", 1),
        make.line("u", "user", "Final", None),
    ).chat
    assert [turn.text for turn in chat.turns] == ["Final", "Yes"]


def test_a_session_goes_on_behind_a_compaction(make: SimpleNamespace) -> None:
    boundary = {"type": "system", "subtype": "compact_boundary", "uuid": "c", "parentUuid": None, "logicalParentUuid": "a",
                "sessionId": "s1", "timestamp": "2026-09-01T10:00:05.000Z", "content": "Conversation compacted"}  # fmt: skip
    chat = session(
        make,
        make.line("u", "user", "Begin", None),
        make.line("a", "assistant", [{"type": "text", "text": "Begun"}], "u", 1),
        boundary,
        make.line("s", "user", "Summary of it all", "c", 6, isCompactSummary=True),
        make.line("v", "user", "Go on", "s", 7),
    ).chat
    assert chat.active == ("u", "a", "v")
    assert [(turn.id, turn.origin) for turn in chat.turns if turn.hidden] == [("c", "generated"), ("s", "generated")]


def test_the_branch_goes_on_behind_the_last_prompt_and_not_behind_the_rewound_one(make: SimpleNamespace) -> None:
    rows = [
        make.line("u", "user", "Begin", None),
        make.line("a", "assistant", [{"type": "text", "text": "One"}], "u", 1),
        make.line("b", "assistant", [{"type": "text", "text": "Two"}], "u", 2),
    ]
    assert session(make, *rows).chat.active == ("u", "b")
    assert session(make, *rows, {"type": "last-prompt", "leafUuid": "a", "sessionId": "s1"}).chat.active == ("u", "a")


def test_what_was_injected_is_hidden_and_nobody_typed_it(make: SimpleNamespace) -> None:
    chat = session(
        make,
        {
            "type": "attachment",
            "uuid": "x",
            "parentUuid": None,
            "sessionId": "s1",
            "attachment": {"type": "hook_output", "content": "h"},
        },
        make.line("m", "user", "meta", "x", 1, isMeta=True),
        make.line("c", "user", "Caveat: The messages below were generated by the user", "m", 2),
        make.line("o", "user", "<local-command-stdout>ok</local-command-stdout>", "c", 3),
        make.line("u", "user", "Hello", "o", 4),
        {
            "type": "attachment",
            "uuid": "q",
            "parentUuid": "u",
            "sessionId": "s1",
            "attachment": {"type": "queued_command", "prompt": "And this"},
        },
        make.line("e", "assistant", [{"type": "text", "text": "API Error"}], "q", 6, model="<synthetic>", isApiErrorMessage=True),
    ).chat
    assert chat.active == ("u", "q", "e")
    assert [turn.origin for turn in chat.turns] == ["generated"] * 4 + ["typed", "typed", "generated"]
    assert chat.turns[5].text == "And this"
    assert (chat.turns[6].trainable, chat.turns[6].model) == (False, "")


def test_progress_lines_hold_the_tree_together_and_are_no_turns(make: SimpleNamespace) -> None:
    chat = session(
        make,
        make.line("u", "user", "Hello", None),
        {"type": "progress", "uuid": "p", "parentUuid": "u", "sessionId": "s1", "data": {}},
        make.line("a", "assistant", [{"type": "text", "text": "Hi"}], "p", 2),
    ).chat
    assert [(turn.id, turn.parent) for turn in chat.turns] == [("u", None), ("a", "u")]


def test_subagents_are_conversations_of_their_own_in_files_and_in_line(make: SimpleNamespace) -> None:
    make.lines("p/x/s1/subagents/agent-a1.jsonl", make.line("k", "user", "Subtask", None, isSidechain=True))
    make.lines("p/x/agent-b2.jsonl", make.line("l", "user", "Other task", None, isSidechain=True))
    make.lines(
        "p/x/s1.jsonl",
        make.line("u", "user", "Begin", None),
        make.line("z1", "user", "Side task", None, 1, isSidechain=True),
        make.line("z2", "assistant", [{"type": "text", "text": "Side done"}], "z1", 2, isSidechain=True),
        make.line("a", "assistant", [{"type": "text", "text": "Done"}], "u", 3),
    )
    found = {one.id: one for one in make.told(make.folder / "p").chats}
    assert found.keys() == {"s1", "s1/agent-a1", "s1/agent-b2", "s1/z1"}
    assert found["s1"].active == ("u", "a")
    assert found["s1/z1"].active == ("z1", "z2")
    assert all(("subagent" in one.marks) == (key != "s1") for key, one in found.items())
    assert all(one.turns[0].origin == "generated" for key, one in found.items() if key != "s1")


def test_long_outputs_beside_a_session_come_with_the_turn_that_names_them(make: SimpleNamespace) -> None:
    make.lines(
        "p/x/s1.jsonl",
        make.line("u", "user", "Run", None),
        make.line("a", "assistant", [call("toolu_9", "Bash")], "u", 1),
        make.line("r", "user", [answer("toolu_9", "<persisted-output>saved to: /home/cy/x/s1/tool-results/b7.txt")], "a", 2),
    )
    make.file("p/x/s1/tool-results/b7.txt", b"a long output")
    make.file("p/x/s1/tool-results/lost.txt", b"of nobody")
    make.file(
        "p/x/s1/tool-results/bait.txt", b'{"type": "user", "sessionId": "fake", "uuid": "1", "message": {"content": "x"}}\n{}\n'
    )
    make.file("p/x/memory/notes.md", b"Cy likes tea")
    found = make.told(make.folder / "p")
    assert [one.id for one in found.chats] == ["s1"]
    assert found.chats[0].turns[2].parts[1] == Attachment(name="b7.txt", media_type="text/plain", size=13, text="a long output")
    assert {one.source: one.why for one in found.lefts} == {
        "lost.txt": "a tool's output that no turn names",
        "bait.txt": "a tool's output that no turn names",
        "notes.md": "held about the account (memory notes), not a conversation",
    }


def test_words_typed_while_busy_are_told_unless_they_became_a_turn(make: SimpleNamespace) -> None:
    queue = {"type": "queue-operation", "operation": "enqueue", "timestamp": "2026-09-01T10:00:09.000Z", "sessionId": "s1"}
    found = session(
        make, make.line("u", "user", "Sent later", None), queue | {"content": "Sent later"}, queue | {"content": "Never sent"}
    )
    assert [(one.record, one.why) for one in found.lefts] == [("line 3", "words typed while the model was busy, and never sent")]


def test_bookkeeping_is_passed_over_and_an_unknown_line_is_told(make: SimpleNamespace) -> None:
    found = session(
        make,
        {"type": "file-history-snapshot", "messageId": "u", "snapshot": {}},
        {"type": "summary", "summary": "Old title", "leafUuid": "u"},
        {"type": "ai-title", "aiTitle": "Better title", "sessionId": "s1"},
        {"type": "mode", "mode": "plan", "sessionId": "s1"},
        {"type": "of-tomorrow", "sessionId": "s1"},
        make.line("u", "user", "Hello", None),
    )
    assert found.chat.title == "Better title"
    assert [one.line() for one in found.lefts] == ["s1.jsonl: line 5: a kind of line that is not known (`of-tomorrow`)"]


def test_several_sessions_in_one_file_are_told_apart_and_a_resumed_one_is_not_torn(make: SimpleNamespace) -> None:
    rows = [
        make.line("u1", "user", "First", None, session="s1"), make.line("a1", "assistant", "Yes", "u1", 1, session="s1"),
        make.line("u2", "user", "Second", "a1", 2, session="s2"), make.line("a2", "assistant", "Sure", "u2", 3, session="s2"),
    ]  # fmt: skip
    assert [one.id for one in session(make, *rows, name="all.jsonl").chats] == ["s1", "s2"]
    (resumed,) = session(make, *rows, name="s2.jsonl").chats
    assert (resumed.id, resumed.active) == ("s2", ("u1", "a1", "u2", "a2"))


def test_a_copy_of_a_session_is_told_and_a_different_one_gets_a_number(make: SimpleNamespace) -> None:
    row = make.line("u", "user", "Hello", None)
    for name in ("a/s1.jsonl", "b/s1.jsonl"):
        make.lines(f"p/{name}", row)
    make.lines("p/c/s1.jsonl", row, make.line("a", "assistant", "Yes", "u", 1))
    found = make.told(make.folder / "p")
    assert [one.id for one in found.chats] == ["s1", "s1~2"]
    assert [one.why for one in found.lefts] == ["the same conversation stands earlier in this import"]


def test_pictures_come_with_kind_and_size_and_without_bytes(make: SimpleNamespace) -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "AAAA"}}
    chat = session(make, make.line("u", "user", [{"type": "text", "text": "See"}, picture], None)).chat
    assert chat.turns[0].parts == (Text("See"), Attachment(name="image", media_type="image/png", size=3))
