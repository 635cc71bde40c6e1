"""Files of conversations without an account or a choice: fine-tuning lines, ShareGPT, rated pairs, rated trees."""

from __future__ import annotations

import json
from types import SimpleNamespace

from sayso.facts.conversation import Attachment, Text, Thinking, ToolCall, ToolResult
from sayso.intake import sniff


def ask(*messages: dict, **more: object) -> dict:
    return {"messages": list(messages)} | more


def test_every_part_of_a_fine_tuning_line_comes_as_what_it_is(make: SimpleNamespace) -> None:
    row = ask(
        {"role": "developer", "content": "Be short"},
        {"role": "user", "content": [{"type": "text", "text": "What?"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]},
        {"role": "assistant", "content": None, "reasoning_content": "hm",
         "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": '{"a":1}'}}]},
        {"role": "tool", "tool_call_id": "c", "content": "ok"},
        {"role": "assistant", "content": "Done.", "refusal": None},
        {"role": "assistant", "function_call": {"name": "g", "arguments": "{}"}},
        {"role": "function", "name": "g", "content": "old"},
        model="m",
    )  # fmt: skip
    (chat,) = make.told(make.lines("a.jsonl", row, row)).chats
    assert [turn.role for turn in chat.turns] == ["system", "user", "assistant", "tool", "assistant", "assistant", "tool"]
    assert chat.turns[1].parts == (Text("What?"), Attachment(name="image_url", media_type="image/png", size=3))
    assert chat.turns[2].parts == (Thinking("hm"), ToolCall("f", '{"a":1}', "c"))
    assert chat.turns[3].parts == (ToolResult("ok", id="c"),)
    assert chat.turns[5].parts == (ToolCall("g", "{}"),)
    assert [turn.origin for turn in chat.turns[:4]] == ["typed", "typed", "generated", "connector"]
    assert {turn.model for turn in chat.turns} == {"m", ""}
    assert (chat.surface, chat.account, len(chat.active)) == ("api", None, 7)


def test_only_a_weight_of_one_or_none_at_all_may_be_learned(make: SimpleNamespace) -> None:
    for weight, trainable in (
        (1, True),
        (1.0, True),
        (None, True),
        (0, False),
        (0.5, False),
        (True, False),
        ("1", False),
        (2, False),
    ):
        (chat,) = make.told(make.lines("a.jsonl", ask({"role": "assistant", "content": "x", "weight": weight}))).chats
        assert chat.turns[0].trainable is trainable, weight


def test_a_conversation_without_identifier_is_named_by_its_content_in_every_file(make: SimpleNamespace) -> None:
    one, two = ask({"role": "user", "content": "one"}), ask({"role": "user", "content": "two"})
    first = make.told(make.lines("a.jsonl", one, two)).chats
    second = make.told(make.lines("b.jsonl", two, one)).chats
    assert {chat.id for chat in first} == {chat.id for chat in second}
    assert len({chat.id for chat in first}) == 2
    assert make.told(make.lines("c.jsonl", one | {"id": "mine"})).chats[0].id == "mine"


def test_one_line_and_a_list_and_one_object_read_alike(make: SimpleNamespace) -> None:
    row = ask({"role": "user", "content": "one"})
    readings = [
        make.told(make.lines("a.jsonl", row)),
        make.told(make.file("b.json", [row])),
        make.told(make.file("c.json", json.dumps(row, indent=2).encode())),
        make.told(make.file("d.jsonl", json.dumps(row).encode())),
    ]
    assert all(one.chats == readings[0].chats and not one.lefts for one in readings)


def test_sharegpt_reads_as_a_list_and_by_the_line_in_every_spelling(make: SimpleNamespace) -> None:
    rows = [
        {"id": "a", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Hello"}]},
        {"id": "a", "conversations": [{"role": "user", "content": "Bye"}, {"role": "assistant", "content": "So long"}]},
        {"id": 7, "system": "Be kind", "conversations": [{"from": "user", "value": "u"}, {"from": "function_call", "value": "{}"},
                                                         {"from": "observation", "value": "o"}]},
        {"conversations": [{"from": "human", "value": "Nobody named me"}, {"from": "gpt", "value": "no", "weight": 0}]},
    ]  # fmt: skip
    listed, lined = make.told(make.file("a.json", rows)), make.told(make.lines("a.jsonl", *rows))
    assert listed.chats == lined.chats
    assert [one.id for one in listed.chats[:3]] == ["a", "a~2", "7"]
    assert [turn.role for turn in listed.chats[2].turns] == ["system", "user", "assistant", "tool"]
    assert listed.chats[2].active == ("system", "0", "1", "2")
    assert [turn.trainable for turn in listed.chats[3].turns] == [True, False]


def test_a_rated_pair_gives_two_conversations_and_a_broken_side_one(make: SimpleNamespace) -> None:
    body = "\n\nHuman: Who says\n\nHumans: are odd?\n\nAssistant: Some do.\n\nHuman: \n\nAssistant:"
    rows = [
        {"chosen": body, "rejected": "\n\nHuman: Hi\n\nAssistant: No"},
        {"chosen": "no marks at all", "rejected": "\n\nHuman: Hi"},
        {"chosen": 5, "rejected": None},
    ]
    found = make.told(make.lines("hh.jsonl", *rows))
    assert [(one.id, one.marks) for one in found.chats] == [
        ("1-chosen", ("chosen",)), ("1-rejected", ("rejected",)), ("2-rejected", ("rejected",))
    ]  # fmt: skip
    assert [(turn.role, turn.text) for turn in found.chats[0].turns] == [
        ("user", "Who says\n\nHumans: are odd?"), ("assistant", "Some do."), ("user", ""), ("assistant", "")
    ]  # fmt: skip
    assert [one.line() for one in found.lefts] == [
        "hh.jsonl: line 2: `chosen` does not begin with a person's words",
        "hh.jsonl: line 3: `chosen` is not text",
        "hh.jsonl: line 3: `rejected` is empty",
    ]


def reply(key: str, words: str, role: str = "assistant", *replies: dict, **more: object) -> dict:
    return {"message_id": key, "text": words, "role": role, "replies": list(replies)} | more


def test_a_rated_tree_is_kept_whole_and_its_best_line_is_active(make: SimpleNamespace) -> None:
    tree = reply(
        "q", "Why?", "prompter",
        reply("worse", "Because.", rank=1),
        reply("best", "Because of this.", "assistant", reply("n1", "And?", "prompter"), reply("n2", "So?", "prompter"), rank=0),
        reply("unranked", "Dunno.", synthetic=True, model_name="m"),
        user_id="ana",
    )  # fmt: skip
    (chat,) = make.told(make.lines("trees.jsonl", {"message_tree_id": "t", "tree_state": "halted", "prompt": tree})).chats
    assert (chat.id, chat.account, chat.marks) == ("t", "ana", ("tree_halted",))
    assert [turn.id for turn in chat.turns] == ["q", "worse", "best", "n1", "n2", "unranked"]
    assert chat.active == ("q", "best", "n1")
    last = chat.turns[-1]
    assert (last.origin, last.model, chat.turns[1].origin) == ("generated", "m", "typed")


def test_what_its_author_deleted_does_not_come_back(make: SimpleNamespace) -> None:
    tree = reply(
        "q", "Why?", "prompter", reply("gone", "my address is ...", deleted=True, rank=0), reply("kept", "Because.", rank=1)
    )
    (chat,) = make.told(make.lines("trees.jsonl", {"message_tree_id": "t", "prompt": tree})).chats
    gone = chat.turns[1]
    assert (gone.id, gone.parts, gone.hidden) == ("gone", (), True)
    assert chat.active == ("q", "kept")
    assert "address" not in repr(chat)


def test_flat_rows_are_put_together_in_any_order(make: SimpleNamespace) -> None:
    rows = [
        {"message_id": "b", "parent_id": "a", "user_id": "bo", "text": "Hi", "role": "assistant", "message_tree_id": "a"},
        {"message_id": "a", "parent_id": None, "user_id": "ana", "text": "Hello", "role": "prompter", "message_tree_id": "a"},
        {"message_id": "x", "parent_id": "gone", "user_id": "cy", "text": "Lost", "role": "prompter", "message_tree_id": "x"},
        {"message_id": "r", "parent_id": "s", "text": "ring", "role": "prompter"},
        {"message_id": "s", "parent_id": "r", "text": "ring", "role": "assistant"},
        {"message_id": "b", "parent_id": "a", "user_id": "bo", "text": "Hi again", "role": "assistant", "message_tree_id": "a"},
        {"message_id": "", "parent_id": "a", "text": "nameless", "role": "assistant"},
    ]
    found = make.told(make.lines("messages.jsonl", *rows))
    whole, lost = found.chats
    assert (whole.id, whole.account, [turn.text for turn in whole.turns]) == ("a", "ana", ["Hello", "Hi again"])
    assert [turn.author for turn in whole.turns] == [None, "bo"]
    assert (lost.id, lost.marks) == ("x", ("parent_missing",))
    assert sorted(one.record for one in found.lefts) == ["line 1", "line 4", "line 5", "line 7"]


def test_a_tree_of_ten_thousand_replies_side_by_side_is_read_and_a_bottomless_one_is_left(make: SimpleNamespace) -> None:
    wide = reply("q", "Why?", "prompter", *(reply(f"r{n}", "So.", rank=10_000 - n) for n in range(10_000)))
    deep = b'{"message_tree_id": "d", "prompt": ' + b'{"message_id": "m", "role": "prompter", "text": "x", "replies": [' * 50_000
    deep += b"]}" * 50_000 + b"}"
    found = make.told(make.lines("trees.jsonl", {"message_tree_id": "t", "prompt": wide}, deep))
    assert found.chats[0].active == ("q", "r9999")
    assert [one.why for one in found.lefts] == ["nested too deep"]


def test_a_format_is_told_by_content_and_never_by_name(make: SimpleNamespace) -> None:
    rows = {
        "claude": [make.chat("c1")],
        "chatgpt": [make.gpt("g1")],
        "openai_chat": [ask({"role": "user", "content": "x"})],
        "sharegpt": [{"id": "a", "conversations": []}],
        "open_assistant": [{"user_message_id": "a", "parent_message_id": None, "text": "x", "role": "prompter"}],
        "hh_rlhf": [{"chosen": "x", "rejected": "y"}],
        "claude_code": [make.line("u", "user", "x", None)],
    }
    for name, value in rows.items():
        for path in (
            make.file("conversations.json", value),
            make.file("data.csv", value),
            make.packed("s.zip", **{"x.bin": value}),
        ):
            assert sniff(path) == name
