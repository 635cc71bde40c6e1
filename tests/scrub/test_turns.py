"""Every text field of a turn is scrubbed, and JSON stays JSON."""

from __future__ import annotations

import json
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.conversation import Attachment, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.scrub import ROWS, Marks, Persons, Span, find, mask_json, mask_title, mask_turn, mask_turns, seen

MAIL = "ana@example.org"


def test_no_text_field_of_anas_turn_is_left_out():
    turn = Turn(
        id="1",
        role="assistant",
        parts=(
            Text(f"t {MAIL}"),
            Thinking(f"h {MAIL}"),
            ToolCall(name=f"mail_{MAIL}", input=json.dumps({"to": MAIL}), id="c1"),
            ToolResult(text=f"r {MAIL}", id="c1"),
            Attachment(name=f"{MAIL}.eml", text=f"a {MAIL}", media_type="text/plain"),
        ),
    )
    masked, counts = mask_turn(turn, Marks(b"k"))
    assert "ana@" not in repr(masked)
    assert counts == {"email": 7}
    assert (masked.id, masked.role, [type(part) for part in masked.parts]) == (
        "1",
        "assistant",
        [type(part) for part in turn.parts],
    )
    assert "[EMAIL_2]" not in masked.text


def test_a_turn_with_nothing_in_it_is_the_same():
    turn = Turn(id="1", role="user", parts=(Text("How do magnets work?"), Attachment(name="x.png")))
    assert mask_turn(turn, Marks(b"k")) == (turn, {})


def test_a_title_is_text_too():
    assert mask_title(f"Mail to {MAIL}", Marks(b"k")) == ("Mail to [EMAIL_1]", {"email": 1})


def test_values_are_read_beside_their_names():
    tool = (
        '{\n  "password": "Kj8xPq2m",\n  "n": 5, "nested": {"lat": 52.51627, "phone": 4152632671},\n  "list": ["bo@example.org"]\n}'
    )
    masked = mask_json(tool, Marks(b"k"))
    value = json.loads(masked.text)
    assert value["password"] == "[SECRET_1]"
    assert value["n"] == 5
    assert value["nested"] == {"lat": "[PLACE_1]", "phone": "[PHONE_1]"}
    assert value["list"] == ["[EMAIL_1]"]
    assert masked.text.startswith('{\n  "password": "[SECRET_1]",\n')


def test_json_within_json_stays_json_within_json():
    inner = json.dumps({"api_key": "9d71b1f2a8af6323", "s": 'say "hi"\n'})
    masked = mask_json(json.dumps({"body": inner}), Marks(b"k"))
    assert json.loads(json.loads(masked.text)["body"]) == {"api_key": "[SECRET_1]", "s": 'say "hi"\n'}


def test_escapes_beside_an_address_are_not_eaten():
    masked = mask_json('{"text": "contact:\\nbo@example.org\\u00e9 C:\\\\Users\\\\ada\\\\x"}', Marks(b"k"))
    assert json.loads(masked.text)["text"].startswith("contact:\n[EMAIL_1]")
    assert "[USER_1]" in masked.text


def test_a_key_that_is_an_address_is_masked():
    assert mask_json('{"bo@example.org": {"a": 1}}', Marks(b"k")).text == '{"[EMAIL_1]": {"a": 1}}'


def test_json_nested_beyond_reason_is_still_masked():
    depth = 100_000
    masked = mask_json("[" * depth + '"bo@example.org"' + "]" * depth, Marks(b"k"))
    assert "bo@" not in masked.text
    assert masked.text.count("[EMAIL_1]") == 1


def test_broken_json_is_masked_as_text():
    assert mask_json('{"to": "bo@example.org"', Marks(b"k")).text == '{"to": "[EMAIL_1]"'


JSONS = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from([MAIL, "4111 1111 1111 1111", "hK8$2mQ1", '"', "\\", "\ud800", "C:\\Users\\ada\\x"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(["password", "phone", MAIL, "ssn", "name"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=100, deadline=None)
@given(JSONS, st.booleans())
def test_whatever_json_goes_in_json_comes_out(value: object, plain: bool):
    masked = mask_json(json.dumps({"input": value}, ensure_ascii=plain), Marks(b"k"))
    assert list(json.loads(masked.text)) == ["input"]
    assert MAIL not in masked.text


EXAMPLES = [row.yes[0].replace("·", "").replace("«", "").replace("»", "") for row in ROWS]
SAID = st.lists(
    st.sampled_from(
        [*EXAMPLES, "my name is Ana Lima", "Lima called Bo Kowalski.", "Ana", "no one", "", "żółć ４１", "[EMAIL_1]", "\u200bx"]
    ),
    min_size=1,
    max_size=4,
).map(" ".join)
TURNS = st.lists(
    st.builds(Text, SAID)
    | st.builds(lambda said: ToolCall(name="send", input=json.dumps({"password": said, "n": [said, {"to": said}]}), id="c"), SAID)
    | st.builds(lambda said: ToolResult(text=json.dumps({"body": json.dumps({"to": said, "pass": "Kj8xPq2m"})}), id="c"), SAID)
    | st.builds(lambda said: Attachment(name="x.txt", text=said), SAID),
    max_size=6,
).map(lambda parts: [Turn(id=str(n), role="user", parts=(part,)) for n, part in enumerate(parts)])


@settings(max_examples=30, deadline=None)
@given(TURNS, st.booleans())
def test_a_conversation_searched_at_once_is_masked_as_when_each_text_is_searched_alone(turns: list[Turn], names: bool):
    finders = [Persons()] if names else []
    together = mask_turns(turns, Marks(b"k"), recognizers=finders)

    def one_by_one(texts: list[str], *, recognizers: object = ()) -> list[object]:
        return [find(text, recognizers=recognizers) for text in texts]

    with mock.patch.object(seen, "find_many", one_by_one):
        assert mask_turns(turns, Marks(b"k"), recognizers=finders) == together


class Zyx:
    """A finder that knows one word."""

    def find(self, texts):
        return [[Span(at, at + 7, "person-name", "stub")] if (at := text.find("zyxgate")) >= 0 else [] for text in texts]


def test_a_value_loses_what_is_found_by_itself_and_what_is_found_beside_its_name_too():
    said = '{"lat": "52.51627 zyxgate"}'
    assert mask_json(said, Marks(b"k")).text == '{"lat": "[PLACE_1] zyxgate"}'
    assert mask_json(said, Marks(b"k"), recognizers=[Zyx()]).text == '{"lat": "[PLACE_1] [NAME_1]"}'


def test_marks_in_json_are_numbered_without_a_gap():
    said = '{"password": "ana@example.org-Kj8xPq2m", "to": "bo@example.org"}'
    assert mask_json(said, Marks(b"k")).text == '{"password": "[SECRET_1]", "to": "[EMAIL_1]"}'


def test_spans_of_json_are_places_in_the_text_as_it_is_written():
    inner = json.dumps({"to": MAIL})
    for said, wanted in (
        ('{"a": ["x", "Ana <ana@example.org>"], "n": 4111111111111111}', [MAIL, "4111111111111111"]),
        ('{"a": "\\u0041na: ana\\u0040example.org"}', ["\\u0041na: ana\\u0040example.org"]),
        (json.dumps({"deep": inner}), [json.dumps(inner)[1:-1]]),
        (json.dumps({MAIL: 1}), [MAIL]),
        ('{"é😀": "ana@example.org"}', [MAIL]),
    ):
        masked = mask_json(said, Marks(b"k"))
        assert [said[span.start : span.end] for span in masked.spans] == wanted
        assert json.loads(masked.text)


def test_lines_of_json_stay_lines_of_json_and_are_read_behind_their_escapes():
    lines = ['{"mail": "ana\\u0040example.org", "password": "Kj8xPq2m"}', "", '["bo@example.org", 4111111111111111]\r', ""]
    masked = mask_json("\n".join(lines), Marks(b"k"))
    assert masked.text.split("\n") == [
        '{"mail": "[EMAIL_1]", "password": "[SECRET_1]"}',
        "",
        '["[EMAIL_2]", "[CARD_1]"]\r',
        "",
    ]
    said = "\n".join(lines)
    assert [said[span.start : span.end] for span in masked.spans][1:] == ["Kj8xPq2m", "bo@example.org", "4111111111111111"]
    for other in ('{"mail": "ana@example.org"}\nand so on', '{"a": "ana@example.org"}\n{"b": '):
        assert mask_json(other, Marks(b"k")).text == other.replace("ana@example.org", "[EMAIL_1]")


def test_half_a_character_behind_an_escape_stays_behind_one():
    for said in (
        '{"a": "é \\ud800 ana@example.org"}',
        '{"é ana@example.org \\udfff": 1}',
        '{"a": "\\ud83d\\ude00 é ana@example.org"}',
    ):
        masked = mask_json(said, Marks(b"k")).text
        masked.encode()
        assert json.loads(masked) == json.loads(said.replace("ana@example.org", "[EMAIL_1]"))
