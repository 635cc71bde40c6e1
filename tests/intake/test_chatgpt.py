"""What Bo's ChatGPT export gives: the branch he saw, what was hidden from him, and what he asked not to be remembered."""

from __future__ import annotations

from types import SimpleNamespace

from sayso.facts.conversation import Attachment, Text, Thinking, ToolCall, ToolResult

ROOT = {"id": "root", "parent": None, "children": ["a"], "message": None}


def one_chat(make: SimpleNamespace, *nodes: dict, current: str = "b", **more: object) -> SimpleNamespace:
    found = make.told(make.file("conversations.json", [make.gpt("g1", [ROOT, *nodes], current, **more)]))
    assert not found.lefts, found.lefts
    return found.chats[0]


def content(kind: str, **more: object) -> dict:
    return {"content_type": kind} | more


def test_shards_are_read_together_whatever_their_names_and_a_missing_one_is_told(make: SimpleNamespace) -> None:
    manifest = {
        "version": 1,
        "logical_files": {"conversations.json": {"files": ["conversations-000.json", "conversations-009.json"]}},
    }
    path = make.packed("data.zip", **{
        "conversations-000.json": [make.gpt("g1")], "part two.json": [make.gpt("g2"), make.gpt("g1", title="Newer", update_time=1.8e9)],
        "export_manifest.json": manifest,
    })  # fmt: skip
    found = make.told(path)
    assert sorted((one.id, one.title) for one in found.chats) == [("g1", "Newer"), ("g2", "About g2")]
    assert any("conversations-009.json" in one.why for one in found.lefts)
    assert any("an older copy" in one.why for one in found.lefts)


def test_the_branch_a_person_sees_ends_at_the_current_node(make: SimpleNamespace) -> None:
    nodes = [
        make.node("a", "user", "Hello", "root", ("b", "c")), make.node("b", "assistant", "Old", "a"), make.node("c", "assistant", "New", "a")
    ]  # fmt: skip
    assert one_chat(make, *nodes, current="b").active == ("a", "b")
    assert one_chat(make, *nodes, current="c").active == ("a", "c")
    assert one_chat(make, *nodes, current="nowhere").active == ("a", "c")


def test_a_current_node_without_words_ends_the_branch_above_it(make: SimpleNamespace) -> None:
    empty = {"id": "e", "parent": "a", "children": [], "message": None}
    nodes = [make.node("a", "user", "Hello", "root"), make.node("b", "assistant", "Old", "a"), empty]
    assert one_chat(make, *nodes, current="e").active == ("a",)


def test_hidden_context_is_kept_hidden_and_off_the_branch(make: SimpleNamespace) -> None:
    profile = content("user_editable_context", user_profile="Bo lives in Oslo", user_instructions="Be short")
    nodes = [
        make.node("s", "system", "", "root"),
        make.node("p", "user", "", "s", content=profile, metadata={}, create_time=None),
        make.node("h", "assistant", "internal", "p", metadata={"is_visually_hidden_from_conversation": True}),
        make.node("a", "user", "Hello", "h"),
        make.node("b", "assistant", "Hi", "a", metadata={"model_slug": "gpt-5"}),
    ]
    chat = one_chat(make, *nodes)
    assert [(turn.id, turn.hidden) for turn in chat.turns] == [("s", True), ("p", True), ("h", True), ("a", False), ("b", False)]
    assert chat.active == ("a", "b")
    assert chat.turns[1].origin == "recalled"
    assert (chat.turns[1].at, chat.turns[1].text) == (None, "Bo lives in Oslo\n\nBe short")
    assert (chat.turns[4].model, chat.turns[3].model) == ("gpt-5", "")


def test_thoughts_tools_pictures_and_speech_come_as_what_they_are(make: SimpleNamespace) -> None:
    picture = content("image_asset_pointer", asset_pointer="sediment://file_1", size_bytes=7)
    speech = content("audio_transcription", text="spoken words", direction="in")
    nodes = [
        make.node("a", "user", "", "root", content=content("multimodal_text", parts=["See:", picture, speech]),
                  metadata={"attachments": [{"id": "file_1", "name": "a.png", "mime_type": "image/png", "size": 9}, {"id": "f2", "name": "b.pdf"}]}),
        make.node("t", "assistant", "", "a", content=content("thoughts", thoughts=[{"summary": "Hm", "content": "hidden"}])),
        make.node("r", "assistant", "", "t", content=content("reasoning_recap", content="Thought a bit")),
        make.node("c", "assistant", "", "r", content=content("code", text="1+1", language="python"), recipient="python"),
        make.node("x", "tool", "", "c", content=content("execution_output", text="2"), author={"role": "tool", "name": "python"}),
        make.node("w", "tool", "", "x", content=content("tether_quote", text="a page", url="u"), author={"role": "tool", "name": "browser"}),
        make.node("k", "tool", "mail body", "w", author={"role": "tool", "name": "gmail.read_email"}),
        make.node("u", "assistant", "", "k", content=content("of_tomorrow", text="?")),
        make.node("b", "assistant", "Two.", "u"),
    ]  # fmt: skip
    chat = one_chat(make, *nodes)
    turns = {turn.id: turn for turn in chat.turns}
    picture_part = Attachment(name="a.png", media_type="image/png", size=9)
    assert turns["a"].parts == (Text("See:"), picture_part, Text("spoken words"), Attachment(name="b.pdf"))
    assert turns["t"].parts == (Thinking("Hm\n\nhidden"),)
    assert turns["r"].parts == (Thinking("Thought a bit"),)
    assert turns["c"].parts == (ToolCall("python", "1+1"),)
    assert turns["x"].parts == (ToolResult("2"),)
    assert (turns["x"].origin, turns["w"].origin, turns["k"].origin) == ("generated", "generated", "connector")
    assert turns["k"].parts == (ToolResult("mail body"),)
    assert turns["u"].text == ""
    assert "unread_parts" in chat.marks
    assert chat.surface == "voice"
    assert chat.active == tuple("atrcxwkub")


def test_marks_say_what_a_policy_may_ask_for(make: SimpleNamespace) -> None:
    path = make.packed("data.zip", **{
        "conversations.json": [make.gpt("g1", is_archived=True, conversation_template_id="g-p-77"), make.gpt("g2", is_do_not_remember=True),
                               make.gpt("g3", gizmo_id="g-x", is_starred=True)],
        "message_feedback.json": [{"id": "b", "conversation_id": "g2", "rating": "thumbsUp"}],
        "shared_conversations.json": [{"id": "s", "conversation_id": "g3", "is_anonymous": True}],
        "user.json": {"id": "user-bo", "email": "bo@example.org"},
        "chat.html": b"<html>",
    })  # fmt: skip
    found = make.told(path)
    chats = {one.id: one for one in found.chats}
    assert (chats["g1"].marks, chats["g1"].project) == (("archived",), "g-p-77")
    assert (chats["g2"].marks, chats["g2"].private) == (("feedback",), True)
    assert chats["g3"].marks == ("starred", "shared", "custom_gpt")
    assert {one.account for one in found.chats} == {"user-bo"}
    assert sorted(one.record for one in found.lefts) == ["chat.html", "user.json"]
    assert all("bo@" not in one.line() for one in found.lefts)


def test_without_the_file_that_names_the_account_there_is_none(make: SimpleNamespace) -> None:
    assert one_chat(make, make.node("a", "user", "Hello", "root")).account is None


def test_an_entry_without_mapping_leaves_with_a_line(make: SimpleNamespace) -> None:
    broken = make.gpt("g0")
    del broken["mapping"]
    found = make.told(
        make.file("conversations.json", [broken, make.gpt("g1"), make.gpt("g2", mapping=[]), make.gpt("g3", mapping=5)])
    )
    assert [one.id for one in found.chats] == ["g1"]
    assert [one.record for one in found.lefts] == ["[0]", "[2]", "[3]"]


def test_ten_thousand_nodes_in_a_line_and_in_a_ring_are_read(make: SimpleNamespace) -> None:
    nodes = [make.node(f"n{n}", "user", f"{n}", f"n{n - 1}" if n else "root") for n in range(10_000)]
    chat = one_chat(make, *reversed(nodes), current="n9999")
    assert len(chat.active) == 10_000
    assert [turn.id for turn in chat.turns[:3]] == ["n0", "n1", "n2"]
    nodes[0]["parent"] = "n9999"
    ring = one_chat(make, *nodes, current="n5")
    assert "parents_in_a_circle" in ring.marks
    assert len(ring.turns) == 10_000
    silent = [{"id": f"q{n}", "parent": f"q{(n + 1) % 5}", "children": [], "message": None} for n in range(5)]
    assert one_chat(make, make.node("a", "user", "Hello", "q1"), *silent, current="q3").active == ("a",)


def test_two_peoples_exports_in_one_folder_keep_their_own_accounts(make: SimpleNamespace) -> None:
    for who in ("ana", "bo"):
        files = {"conversations.json": [make.gpt(f"g-{who}")], "user.json": {"id": f"user-{who}", "email": f"{who}@example.org"}}
        make.packed(f"zips/{who}.zip", **files)
        for name, value in files.items():
            make.file(f"folders/{who}/{name}", value)
    make.file("folders/cy/conversations.json", [make.gpt("g-cy")])
    make.packed("zips/cy.zip", **{
        "a.json": [make.gpt("g-cy")], "u1.json": {"id": "user-cy", "email": ""}, "u2.json": {"id": "user-di", "email": ""}
    })  # fmt: skip
    for folder in ("zips", "folders"):
        found = make.told(make.folder / folder)
        assert {one.id: one.account for one in found.chats} == {"g-ana": "user-ana", "g-bo": "user-bo", "g-cy": None}
