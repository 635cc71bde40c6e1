"""From masked turns to chat messages: words only, and everything left out is counted."""

from __future__ import annotations

import json

from sayso.facts.conversation import Attachment, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.facts.lines import Kept, Left
from sayso.release import Message, fit, messages, spoken


def turn(role: str, *parts: object, **more: object) -> Turn:
    return Turn(id="t", role=role, parts=parts, **more)  # type: ignore[arg-type]


def test_ana_and_the_assistant_speak_and_nothing_else_is_taken() -> None:
    said = spoken(
        [
            turn("system", Text("Be kind.")),
            turn("user", Text("Look at this."), Attachment(name="a.pdf", text="secret pdf")),
            turn("assistant", Thinking("secret thought"), Text("Let me look."), ToolCall("search", '{"q":"secret call"}')),
            turn("tool", ToolResult("secret result")),
            turn("user", ToolResult("secret result too")),
            turn("user", Text("injected secret"), hidden=True),
            turn("assistant", Text("secret branch"), trainable=False),
            turn("assistant", Text("Here it is.")),
            turn("assistant", Text("And more.")),
            turn("user", Text(" \n ")),
        ]
    )
    assert said.messages == (
        Message("system", "Be kind."),
        Message("user", "Look at this."),
        Message("assistant", "Let me look."),
        Message("assistant", "Here it is."),
        Message("assistant", "And more."),
    )
    assert said.left == {
        "attachment": 1,
        "empty turn": 2,
        "hidden turn": 1,
        "thinking": 1,
        "tool call": 1,
        "tool result": 1,
        "tool turn": 1,
        "turn the source gives no weight": 1,
    }


def test_words_keep_their_own_spaces() -> None:
    code = "    indented\n\ttabbed\n"
    assert messages([turn("assistant", Text(code))]) == (Message("assistant", code),)


def test_tools_are_one_json_line_each_when_asked_for() -> None:
    said = messages(
        [
            turn("assistant", Text("Looking."), ToolCall("search", '{"q": "pear"}')),
            turn("user", ToolResult('"quoted"\nlines'), Text("Thanks")),
            turn("tool", ToolResult("late", is_error=True)),
        ],
        tools=True,
    )
    assert [message.role for message in said] == ["assistant", "tool", "user", "tool"]
    assert json.loads(said[0].content.split("\n\n")[1]) == {"tool_call": {"name": "search", "input": '{"q": "pear"}'}}
    assert json.loads(said[1].content) == {"tool_result": {"text": '"quoted"\nlines', "is_error": False}}


def test_a_conversation_without_an_answer_or_a_question_is_left_and_says_why() -> None:
    ask, reply = Message("user", "Hello"), Message("assistant", "Hi")
    assert fit((ask, reply), record="c1") == Kept((ask, reply))
    assert fit((ask,), record="c1", source="chat") == Left(source="chat", record="c1", why="no assistant message is left")
    assert fit((reply,), record="c1").why == "no user message is left"  # type: ignore[union-attr]
    assert fit((), record="c1").why == "no user message is left"  # type: ignore[union-attr]
    assert "half a character" in fit((ask, Message("assistant", "\udcff")), record="c1").why  # type: ignore[union-attr]
