"""One broken record loses only itself, and whatever junk stands in a field, what comes out is text and can be hashed."""

from __future__ import annotations

import copy
import json
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sayso.facts.canonical import digest
from sayso.facts.conversation import Conversation
from sayso.facts.lines import Left
from sayso.intake import Limits, read
from sayso.intake.decode import Junk, decode
from sayso.intake.split import array

FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def hello(number: int) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": f"Hello {number}"}, {"role": "assistant", "content": "Hi"}]}


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (b'{"messages": [', "not valid JSON"),
        (b'{"messages": [{"role": "user", "content": "caf\xe9"}]}', "not UTF-8 text"),
        (b'{"messages": [{"role": "user", "content": "a\x00b"}]}', "not valid JSON"),
        (b'{"messages": [], "messages": []}', "a key is written twice"),
        (b'{"messages": [{"role": "user", "content": "a", "role": "assistant"}]}', "a key is written twice"),
        (b'{"messages": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deep"),
        (b'{"messages": [{"role": "user", "content": "' + b"a" * 30_000 + b'"}]}', "longer than 20000 bytes"),
        (b'{"messages": NaN}', "`NaN` is no JSON number"),
        (b'{"messages": ' + b"9" * 5000 + b"}", "a number too long"),
        (b"42", "not an object"),
        (b'"words"', "not an object"),
        (b'{"messages": []}', "empty conversation"),
        (b"{}", "empty conversation"),
        (b'{"messages": [{"role": "narrator", "content": "x"}]}', "names no role"),
        (b'{"messages": [{"role": "user", "content": 5}]}', "`content` is not a list"),
        (b'{"messages": "hello"}', "`messages` is not a list"),
        (b'{"id": "a\\u0000b", "messages": [{"role": "user", "content": "x"}]}', "`id` is no identifier"),
    ],
    ids=range(17),
)  # fmt: skip
def test_a_broken_line_leaves_with_its_number_and_the_others_are_read(make: SimpleNamespace, broken: bytes, why: str) -> None:
    limits = Limits(record=20_000) if b"a" * 30_000 in broken else Limits()
    found = make.told(make.lines("chats.jsonl", hello(1), broken, hello(2), b"", hello(3)), limits)
    assert [one.turns[0].text for one in found.chats] == ["Hello 1", "Hello 2", "Hello 3"]
    (left,) = found.lefts
    assert (left.source, left.record) == ("chats.jsonl", "line 2")
    assert why in left.why


def test_a_mark_at_the_start_and_line_ends_of_windows_are_no_damage(make: SimpleNamespace) -> None:
    body = b"\xef\xbb\xbf" + b"\r\n".join(json.dumps(hello(n)).encode() for n in range(3))
    assert len(make.told(make.file("bom.jsonl", body)).chats) == 3
    listed = b"\xef\xbb\xbf\r\n" + json.dumps([make.chat("c1")], indent=1).replace("\n", "\r\n").encode()
    assert len(make.told(make.file("bom.json", listed)).chats) == 1


@pytest.mark.parametrize("indent", [None, 1])
def test_a_broken_record_of_a_list_loses_only_itself(make: SimpleNamespace, indent: int | None) -> None:
    whole = [json.dumps(make.chat(f"c{n}"), indent=indent).encode() for n in range(5)]
    for damaged in (
        whole[2].replace(b'"Hello"', b'"Hello', 1),
        whole[2].replace(b'"About c2"', b'"About \xff"', 1),
        whole[2].replace(b'"chat_messages"', b'chat_messages"', 1),
        whole[2][: len(whole[2]) // 2],
        whole[2].replace(b"]", b"", 1),
        whole[2].replace(b"}", b"]", 1),
        whole[2].replace(b":", b"", 1),
        whole[2] + b"}}]]",
        whole[2].replace(b"Hello", b"He\nllo", 1),
        whole[2].replace(b"Hello", b"He\\qllo", 1),
    ):
        path = make.file("conversations.json", b"[" + b",\n ".join([*whole[:2], damaged, *whole[3:]]) + b"]")
        found = make.told(path)
        ids = [one.id for one in found.chats]
        assert [one for one in ids if one != "c2"] == ["c0", "c1", "c3", "c4"], damaged[:80]
        assert len(found.lefts) >= 1
        assert found.lefts[0].record in ("[2]", "[3]")


def test_a_list_that_is_cut_gives_everything_before_the_cut(make: SimpleNamespace) -> None:
    records = [json.dumps(make.chat(f"c{n}")).encode() for n in range(10)]
    ends = [1 + sum(map(len, records[: n + 1])) + n for n in range(10)]
    raw = b"[" + b",".join(records) + b"]"
    for at in [*range(1000, len(raw) - 1, 997), *ends, *(end - 1 for end in ends), *(end + 1 for end in ends[:-1])]:
        found = make.told(make.file("conversations.json", raw[:at]))
        assert [one.id for one in found.chats] == [f"c{n}" for n, end in enumerate(ends) if end <= at], at
        assert any("cut short" in one.why for one in found.lefts)


def test_a_record_of_a_list_over_the_limit_is_left_and_the_next_is_read(make: SimpleNamespace) -> None:
    big = make.chat("big", [make.said("m", "human", "a" * 3_000_000)])
    found = make.told(make.file("conversations.json", [make.chat("c1"), big, make.chat("c2")]), Limits(record=100_000))
    assert [one.id for one in found.chats] == ["c1", "c2"]
    assert "larger than 100000 bytes" in found.lefts[0].why


def test_half_a_surrogate_pair_becomes_a_replacement_character(make: SimpleNamespace) -> None:
    row = rb'{"messages": [{"role": "user", "content": "a \ud800 b \uDC00 c \ud83d\ude00 d \\ud800"}]}'
    (chat,) = make.told(make.lines("chats.jsonl", row)).chats
    assert chat.turns[0].text == "a \N{REPLACEMENT CHARACTER} b \N{REPLACEMENT CHARACTER} c \N{GRINNING FACE} d \\ud800"
    assert len(digest(chat)) == 64
    raw_bytes = b'{"messages": [{"role": "user", "content": "\xed\xa0\x80"}]}'
    assert "not UTF-8" in make.told(make.lines("raw.jsonl", raw_bytes, hello(1))).lefts[0].why


def test_a_thing_deep_inside_a_tools_input_never_stops_the_import(make: SimpleNamespace) -> None:
    for depth in (50, 400, 900, 5000):
        deep: bytes = b"[" * depth + b"]" * depth
        line = b'{"messages": [{"role": "user", "content": [{"type": "tool_use", "name": "f", "input": ' + deep + b"}]}]}"
        found = make.told(make.lines("deep.jsonl", hello(1), line, hello(2)))
        assert len(found.all) == 3
        assert {"Hello 1", "Hello 2"} <= {one.turns[0].text for one in found.chats}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield from places(one, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], junk: Any) -> Any:
    if not path:
        return junk
    value = copy.deepcopy(value)
    here = value
    for key in path[:-1]:
        here = here[key]
    here[path[-1]] = junk
    return value


JUNK = st.sampled_from(
    [None, True, False, 0, -1, 2**70, 1e308, 0.5, "", "junk", "\ud800", "\x00", "2025-13-99T99:99:99Z", [], [[]], [None], [5], ["a"], {}, {"a": 1}, {"type": "text"},
     {"type": 5, "text": 5}, [{"type": "text", "text": []}], [{"type": "tool_result", "content": [5]}], [{"type": "tool_use", "input": {"a": float("inf")}}],
     {"role": []}, {"id": {}}, "a" * 2000]
)  # fmt: skip


def _claude(make: SimpleNamespace) -> Any:
    answer = make.said("m2", "assistant", "Hi", "m1", attachments=[{"file_name": "a", "file_size": 1, "extracted_content": "x"}])
    answer["content"] += [
        {"type": "tool_use", "id": "t", "name": "n", "input": {"a": [1]}, "integration_name": "X"},
        {"type": "tool_result", "tool_use_id": "t", "content": [{"type": "text", "text": "r"}]},
        {"type": "thinking", "thinking": "h"},
    ]
    return make.chat("c1", [make.said("m1", "human", "Hello"), answer])


def _gpt(make: SimpleNamespace) -> Any:
    pointer = {"content_type": "image_asset_pointer", "asset_pointer": "sediment://f1", "size_bytes": 3}
    nodes = [
        {"id": "root", "parent": None, "children": [], "message": None},
        make.node("a", "user", "Hello", "root", content={"content_type": "multimodal_text", "parts": ["x", pointer]},
                  metadata={"attachments": [{"id": "f1", "name": "a", "size": 1}]}),
        make.node("t", "assistant", "", "a", content={"content_type": "thoughts", "thoughts": [{"summary": "s", "content": "c"}]}),
        make.node("b", "tool", "Hi", "t"),
    ]  # fmt: skip
    return make.gpt("g1", nodes)


def _design(make: SimpleNamespace) -> Any:
    blocks = [
        {"type": "text", "text": "x"},
        {"type": "tool_call", "toolCall": {"id": "t", "name": "n", "input": {}, "output": "o"}},
    ]
    answer = {"uuid": "d1", "role": "assistant", "content": {"content": "", "contentBlocks": blocks}}
    ask = {
        "uuid": "d0",
        "role": "user",
        "content": {"content": "Hello", "authorAccountUuid": "u", "attachments": [{"name": "a", "content": "b"}]},
    }
    return {"uuid": "g", "title": "t", "created_at": "2026-01-01T00:00:00Z", "messages": [ask, answer]}


def _code(make: SimpleNamespace) -> Any:
    blocks = [{"type": "text", "text": "Hi"}, {"type": "tool_use", "id": "t", "name": "n", "input": {}}]
    return make.line("u", "assistant", [*blocks, {"type": "tool_result", "tool_use_id": "t", "content": [{"text": "x"}]}], "p")


def _openai(make: SimpleNamespace) -> Any:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    parts = [{"type": "text", "text": "x"}, {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]
    return {
        "id": "i",
        "messages": [{"role": "user", "content": parts, "weight": 1}, {"role": "assistant", "content": None, "tool_calls": [call]}],
    }


def _sharegpt(make: SimpleNamespace) -> Any:
    return {
        "id": "i",
        "system": "s",
        "conversations": [{"from": "human", "value": "Hello"}, {"from": "gpt", "value": "Hi", "weight": 0}],
    }


def _hh(make: SimpleNamespace) -> Any:
    return {"chosen": "\n\nHuman: Hello\n\nAssistant: Hi", "rejected": "\n\nHuman: Hello\n\nAssistant: No"}


def _tree(make: SimpleNamespace) -> Any:
    reply = {"message_id": "b", "parent_id": "a", "text": "Hi", "role": "assistant", "rank": 0, "replies": [], "synthetic": True}
    root = {"message_id": "a", "text": "Hello", "role": "prompter", "user_id": "u", "replies": [reply], "deleted": False}
    return {"message_tree_id": "a", "tree_state": "x", "prompt": root}


def _row(make: SimpleNamespace) -> Any:
    return {"message_id": "b", "parent_id": "a", "user_id": "u", "text": "Hi", "role": "assistant", "message_tree_id": "a"}


@pytest.mark.parametrize("record", [_claude, _gpt, _design, _code, _openai, _sharegpt, _hh, _tree, _row])
@FEW
@given(data=st.data())
def test_whatever_stands_in_a_field_nothing_but_text_comes_out(make: SimpleNamespace, record: Any, data: st.DataObject) -> None:
    good = record(make)
    path = data.draw(st.sampled_from(sorted(places(good), key=repr)))
    bad = replaced(good, path, data.draw(JUNK))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.jsonl"
        file.write_text("".join(json.dumps(one) + "\n" for one in (good, bad, good)))
        found = list(read(file))
    assert found
    for one in found:
        if isinstance(one, Left):
            assert one.why
            assert "\n" not in one.line()
        else:
            assert msgspec.convert(msgspec.to_builtins(one), Conversation) == one
            assert len(digest(one)) == 64
            known = {turn.id for turn in one.turns}
            assert set(one.active) <= known
            assert all(turn.parent is None or turn.parent in known for turn in one.turns)
            assert all(turn.at is None or isinstance(turn.at, datetime) for turn in one.turns)


@FEW
@given(
    values=st.lists(st.recursive(st.text() | st.integers() | st.booleans() | st.none(), lambda one: st.lists(one) | st.dictionaries(st.text(), one), max_leaves=8)),
    size=st.integers(1, 40),
    indent=st.none() | st.integers(0, 2),
    ascii_only=st.booleans(),
)  # fmt: skip
def test_a_list_is_cut_into_its_elements_wherever_the_chunks_end(
    values: list, size: int, indent: int | None, ascii_only: bool
) -> None:
    raw = json.dumps(values, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    pieces = list(array([raw[at : at + size] for at in range(0, len(raw), size)], 1 << 20))
    wanted = []
    for value in values:
        try:
            wanted.append(decode(json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")))
        except Junk:
            wanted.append(None)
    assert [piece.value for piece in pieces] == wanted


@FEW
@given(raw=st.binary(max_size=300), size=st.integers(1, 50))
def test_no_bytes_whatever_stop_the_splitter(raw: bytes, size: int) -> None:
    raw = b'[{"a": 1, "b": 2},' + raw
    pieces = list(array([raw[at : at + size] for at in range(0, len(raw), size)], 100))
    assert pieces[0].value == {"a": 1, "b": 2}
    assert len(pieces) <= len(raw)


@FEW
@given(raw=st.binary(max_size=200), at=st.integers(0, 2000))
def test_any_damage_to_an_export_is_told_and_never_raises(make: SimpleNamespace, raw: bytes, at: int) -> None:
    whole = json.dumps([make.chat(f"c{n}") for n in range(4)]).encode()
    at = min(at, len(whole))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "conversations.json"
        file.write_bytes(b'[{"uuid": "c", "name": "", "chat_messages": []},' + whole[1:at] + raw + whole[at:])
        found = list(read(file))
    assert {"c2", "c3"} <= {one.id for one in found if isinstance(one, Conversation)} or any(isinstance(one, Left) for one in found)


def test_a_broken_first_record_does_not_take_the_others_along(make: SimpleNamespace) -> None:
    whole = [json.dumps(make.chat(f"c{n}")).encode() for n in range(4)]
    for damaged in (
        whole[0].replace(b'"Hello"', b'"Hello', 1),
        whole[0][: len(whole[0]) // 2],
        whole[0].replace(b"}", b"]", 1),
        whole[0].replace(b'"About c0"', b'"About c0', 1),
    ):
        found = make.told(make.file("conversations.json", b"[" + b",".join([damaged, *whole[1:]]) + b"]"))
        assert [one.id for one in found.chats] == ["c1", "c2", "c3"], damaged[:60]
        assert found.lefts[0].record == "[0]"


def test_a_record_that_never_ends_is_dropped_and_the_next_one_found(make: SimpleNamespace) -> None:
    whole = [json.dumps(make.chat(f"c{n}")).encode() for n in range(3)]
    endless = whole[1].replace(b'"Hello"', b'"Hello \x01' + b"a" * 5_000_000, 1)
    found = make.told(
        make.file("conversations.json", b"[" + b",".join([whole[0], endless, whole[2]]) + b"]"), Limits(record=100_000)
    )
    assert [one.id for one in found.chats] == ["c0", "c2"]
    assert [one.record for one in found.lefts] == ["[1]"]


def test_a_file_that_is_one_record_has_the_limit_of_a_record(make: SimpleNamespace) -> None:
    project = {"uuid": "p", "is_starter_project": False, "docs": [{"content": "a" * 50_000}]}
    path = make.packed("data.zip", **{"conversations.json": [make.chat("c1")], "p.json": json.dumps(project, indent=1).encode()})
    assert [one.why for one in make.told(path, Limits(record=10_000)).lefts] == ["larger than 10000 bytes"]


def test_a_session_larger_than_can_be_held_gives_what_came_before(make: SimpleNamespace) -> None:
    rows = [make.line(f"u{n}", "user", "words " * 50, f"u{n - 1}" if n else None, n % 60) for n in range(200)]
    found = make.told(make.lines("s1.jsonl", *rows), Limits(held=20_000))
    assert 10 < len(found.chats[0].turns) < 200
    assert any("larger than can be held" in one.why for one in found.lefts)
