"""A conversation is a tree of turns; what the person sees is one path through it."""

import msgspec
import pytest

from sayso.facts.conversation import Attachment, Conversation, Part, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.facts.errors import Broken, Refused, SaysoError, Unfit
from sayso.facts.instants import parse_instant
from sayso.facts.lines import Left
from sayso.facts.rulings import Because, PurposeRuling, Reason, Ruling


def turn(name: str, *parts: Part, **more) -> Turn:
    return Turn(id=name, role="user", parts=parts, **more)


def test_the_path_is_the_branch_the_person_sees_and_everything_where_none_is_named():
    turns = (turn("1"), turn("2a", parent="1"), turn("2b", parent="1"))
    talk = Conversation(id="c", source="x", turns=turns, active=("1", "2b", "gone"))
    assert [one.id for one in talk.path()] == ["1", "2b"]
    assert [one.id for one in Conversation(id="c", source="x", turns=turns).path()] == ["1", "2a", "2b"]


def test_the_words_of_a_turn_are_what_was_written_and_nothing_a_tool_or_a_thought_holds():
    parts = (
        Thinking("secret thought"),
        Text("one"),
        ToolCall("search", "{}"),
        ToolResult("theirs"),
        Attachment(text="file"),
        Text("two"),
    )
    assert turn("1", *parts).text == "one\n\ntwo"
    assert turn("1").text == ""


def test_each_part_survives_being_written_down():
    parts: tuple[Part, ...] = (
        Text("a"),
        Thinking("b"),
        ToolCall("n", "{}", "i"),
        ToolResult("r", "i", True),
        Attachment(name="f", size=3),
    )
    raw = msgspec.json.encode(turn("1", *parts))
    assert msgspec.json.decode(raw, type=Turn).parts == parts


def test_what_is_left_out_is_told_in_one_line():
    assert Left(source="a.zip", record="", why="empty").line() == "a.zip: empty"


@pytest.mark.parametrize("kind", [Refused, Unfit, Broken])
def test_an_error_is_one_line_whatever_it_is_given(kind):
    error = kind("two\nlines  and   gaps\t", ruling=7)
    assert str(error) == "two lines and gaps"
    assert error.detail == {"ruling": 7}
    assert isinstance(error, SaysoError)


AT = parse_instant("2025-10-08")


def ruling(use: str | None = None, until: str | None = None) -> Ruling:
    reason = Reason(name="r", until=None, because=Because(row="r", text="t"))
    return Ruling(
        conversation="c", at=AT, use={} if use is None else {"model_training": PurposeRuling(use=use)},
        keep_until=None if until is None else parse_instant(until), reasons=(reason,),
    )  # fmt: skip


@pytest.mark.parametrize(("use", "may"), [("allow", True), ("deny", False), ("undetermined", False), (None, False)])
def test_anything_but_a_clear_yes_is_a_no(use, may):
    assert ruling(use).may("model_training") is may
    assert ruling(use).may("human_review") is False


@pytest.mark.parametrize(("until", "due"), [("2025-10-07", True), ("2025-10-08", True), ("2025-10-09", False), (None, False)])
def test_what_has_no_known_end_is_never_due(until, due):
    assert ruling(until=until).due(AT) is due
