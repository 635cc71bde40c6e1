"""What Ana's Claude export gives: her words and the answers she saw, and nothing that was only in the way."""

from __future__ import annotations

from types import SimpleNamespace

from sayso.facts.conversation import Attachment, Text, Thinking, ToolCall, ToolResult


def one_chat(make: SimpleNamespace, *messages: dict, **more: object) -> SimpleNamespace:
    found = make.told(make.file("conversations.json", [make.chat("c1", list(messages), **more)]))
    return SimpleNamespace(chat=found.chats[0] if found.chats else None, lefts=found.lefts)


def test_the_blocks_are_the_answer_and_the_junk_in_text_is_not(make: SimpleNamespace) -> None:
    answer = make.said("m2", "assistant", "Here.", "m1")
    answer["text"] = "Here.\n```\nThis block is not supported on your current device yet.\n```"
    chat = one_chat(make, make.said("m1", "human", "Please"), answer).chat
    assert [turn.text for turn in chat.turns] == ["Please", "Here."]


def test_a_message_without_blocks_is_its_text(make: SimpleNamespace) -> None:
    junk = "Yes.\n```\nThis block is not supported on your current device yet.\n```"
    chat = one_chat(make, make.said("m1", "human", "Hi", content=None), make.said("m2", "assistant", junk, "m1", content=[])).chat
    assert [turn.text for turn in chat.turns] == ["Hi", "Yes."]


def test_an_old_export_that_names_no_parents_is_one_line(make: SimpleNamespace) -> None:
    messages = [make.said(f"m{n}", "human" if n % 2 else "assistant", f"{n}", minute=n) for n in range(1, 5)]
    chat = one_chat(make, *messages).chat
    assert chat.active == ("m1", "m2", "m3", "m4")
    assert [turn.parent for turn in chat.turns] == [None, "m1", "m2", "m3"]


def test_an_edited_first_message_is_a_branch_of_its_own(make: SimpleNamespace) -> None:
    first = [make.said("m1", "human", "One", minute=1), make.said("m2", "assistant", "First", "m1", 2)]
    second = [make.said("m3", "human", "Two", minute=3), make.said("m4", "assistant", "Second", "m3", 4)]
    assert one_chat(make, *second, *first).chat.active == ("m3", "m4")
    assert one_chat(make, *first, *second, current_leaf_message_uuid="m2").chat.active == ("m1", "m2")


def test_what_a_connector_brought_is_a_turn_of_its_own(make: SimpleNamespace) -> None:
    answer = make.said("m2", "assistant", "", "m1", 1)
    answer["content"] = [
        {"type": "thinking", "thinking": "Look in the drive."},
        {"type": "tool_use", "id": "t1", "name": "drive_search", "input": {"q": "plan"}, "integration_name": "Drive"},
        {"type": "tool_result", "tool_use_id": "t1", "name": "drive_search", "content": [{"type": "text", "text": "Bo's plan"}]},
        {"type": "text", "text": "Bo has a plan."},
    ]
    chat = one_chat(make, make.said("m1", "human", "What is planned?"), answer, make.said("m3", "human", "Thanks", "m2", 2)).chat
    assert [(turn.id, turn.parent, turn.role, turn.origin) for turn in chat.turns] == [
        ("m1", None, "user", "typed"),
        ("m2", "m1", "assistant", "generated"),
        ("m2/1", "m2", "tool", "connector"),
        ("m2/2", "m2/1", "assistant", "generated"),
        ("m3", "m2/2", "user", "typed"),
    ]
    assert chat.active == ("m1", "m2", "m2/1", "m2/2", "m3")
    assert chat.turns[2].parts == (ToolResult("Bo's plan", id="t1"),)


def test_thinking_tools_and_files_are_never_the_words_of_a_turn(make: SimpleNamespace) -> None:
    answer = make.said("m2", "assistant", "", "m1")
    answer["content"] = [
        {"type": "thinking", "thinking": "Hm."},
        {"type": "tool_use", "name": "repl", "input": {"code": "1+1"}, "integration_name": None},
        {"type": "tool_result", "name": "repl", "content": [{"type": "text", "text": "2"}], "is_error": True},
        {"type": "token_budget"},
        {"type": "a_block_of_tomorrow", "text": "not the answer"},
        {"type": "text", "text": "Two."},
    ]
    question = make.said(
        "m1", "human", "1+1?",
        attachments=[{"file_name": "a.txt", "file_size": 3, "file_type": "txt", "extracted_content": "abc"}],
        files=[{"file_name": "b.png", "file_uuid": "f"}], files_v2=[{"file_name": "b.png", "file_uuid": "f"}],
    )  # fmt: skip
    chat = one_chat(make, question, answer).chat
    assert chat.turns[0].parts == (
        Text("1+1?"), Attachment(name="a.txt", media_type="txt", size=3, text="abc"), Attachment(name="b.png")
    )  # fmt: skip
    assert chat.turns[1].text == "Two."
    assert chat.turns[1].parts == (
        Thinking("Hm."),
        ToolCall("repl", '{"code":"1+1"}'),
        ToolResult("2", is_error=True),
        Attachment(name="a_block_of_tomorrow", media_type="unread"),
        Text("Two."),
    )
    assert "unread_parts" in chat.marks


def test_the_account_is_the_one_each_conversation_names_and_none_is_invented(make: SimpleNamespace) -> None:
    users = [{"uuid": make.ANA, "full_name": "Ana", "email_address": "ana@example.org"}]
    path = make.packed("team.zip", **{
        "users.json": users, "conversations.json": [make.chat("c1"), make.chat("c2", account=make.BO), make.chat("c3", account=None)],
    })  # fmt: skip
    found = make.told(path)
    assert [one.account for one in found.chats] == [make.ANA, make.BO, None]
    assert [one.record for one in found.lefts] == ["users.json[0]"]
    assert "Ana" not in found.lefts[0].line()


def test_every_thing_held_beside_the_conversations_has_its_line(make: SimpleNamespace) -> None:
    path = make.packed("data.zip", **{
        "conversations.json": [make.chat("c1")],
        "memories.json": [{"account_uuid": make.ANA, "conversations_memory": "tea", "memory_files": [{"path": "/a", "content": "b"}] * 3}],
        "login_history.json": [{"ip": "203.0.113.7", "user_agent": "x", "created_at": "2025-01-01T00:00:00Z"}] * 2,
        "projects/p.json": {"uuid": "p", "name": "Plan", "is_starter_project": False, "docs": [{"filename": "a", "content": "b"}]},
        "users.json": [],
        "notes.txt": b"hello",
    })  # fmt: skip
    lefts = {one.record: one.why for one in make.told(path).lefts}
    assert lefts.keys() == {
        "memories.json[0]",
        "login_history.json[0]",
        "login_history.json[1]",
        "projects/p.json",
        "users.json",
        "notes.txt",
    }
    assert all("held about the account" in why for record, why in lefts.items() if record not in ("users.json", "notes.txt"))
    assert lefts["memories.json[0]"].endswith("with 3 documents")
    assert lefts["users.json"] == "an empty list"


def test_a_design_chat_names_who_else_wrote_and_keeps_the_order_of_speaking(make: SimpleNamespace) -> None:
    def wrote(key: str, author: str, words: str) -> dict:
        content = {"content": words, "authorAccountUuid": author, "timestamp": "2026-08-14T06:36:35.268Z", "attachments": []}
        return {"uuid": key, "role": "user", "content": content}

    blocks = [
        {"type": "thinking", "text": "Hm."}, {"type": "text", "text": "Working."},
        {"type": "user_interjection", "text": "Make it blue"}, {"type": "text", "text": "Blue it is."}, {"type": "error", "error": "lost"},
    ]  # fmt: skip
    answer = {"uuid": "d1", "role": "assistant", "content": {"content": "", "contentBlocks": blocks}}
    messages = [wrote("d0", make.ANA, "Redo it"), answer, wrote("d2", make.BO, "And the foot?")]
    record = {"uuid": "g1", "title": "Page", "created_at": "2026-08-14T06:36:35+00:00", "messages": messages}
    (chat,) = make.told(make.file("x/design_chats/g1.json", record).parent.parent).chats
    assert (chat.account, chat.surface) == (make.ANA, "design")
    assert [(turn.role, turn.author) for turn in chat.turns] == [
        ("user", None), ("assistant", None), ("user", None), ("assistant", None), ("user", make.BO)
    ]  # fmt: skip
    assert chat.turns[2].text == "Make it blue"
    assert len(chat.active) == 5


def test_a_temporary_conversation_is_private_whatever_the_flag_holds(make: SimpleNamespace) -> None:
    for value, private in ((True, True), (False, False), (None, False), ("no", True), (0, True)):
        assert one_chat(make, make.said("m1", "human", "Hi"), is_temporary=value).chat.private is private


def test_times_that_cannot_be_told_are_unknown_and_the_words_stay(make: SimpleNamespace) -> None:
    for value in ("2025-02-30T00:00:00Z", "yesterday", "2025-08-29T10:00:00", None, 5e300, float("1e18"), [], {}):
        chat = one_chat(make, make.said("m1", "human", "Hi", created_at=value), created_at=value).chat
        assert (chat.created_at, chat.turns[0].at, chat.turns[0].text) == (None, None, "Hi")
    chat = one_chat(make, make.said("m1", "human", "Hi", created_at="2999-01-01T00:00:00+02:00")).chat
    assert chat.turns[0].at.isoformat() == "2998-12-31T22:00:00+00:00"


def test_a_conversation_in_which_nobody_said_anything_leaves_with_a_line(make: SimpleNamespace) -> None:
    found = make.told(
        make.file("conversations.json", [make.chat("c1", []), make.chat("c2", [make.said("m", "human", "", content=[])])])
    )
    assert [one.why for one in found.lefts] == ["empty conversation", "empty conversation"]
    assert found.chats == []


def test_a_parent_that_is_missing_or_its_own_ancestor_is_cut_and_marked(make: SimpleNamespace) -> None:
    lost = one_chat(make, make.said("m1", "human", "Hi", "gone")).chat
    assert (lost.turns[0].parent, lost.marks) == (None, ("parent_missing",))
    ring = one_chat(
        make, make.said("m1", "human", "Hi", "m2"), make.said("m2", "assistant", "Yes", "m1"), make.said("m3", "human", "So", "m3")
    ).chat
    assert "parents_in_a_circle" in ring.marks
    assert {turn.id for turn in ring.turns} == {"m1", "m2", "m3"}
    twice = one_chat(make, make.said("m1", "human", "Draft"), make.said("m1", "human", "Final")).chat
    assert ([turn.text for turn in twice.turns], twice.marks) == (["Final"], ("turn_written_twice",))
