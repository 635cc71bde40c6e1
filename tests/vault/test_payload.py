"""What goes into a block comes out of it exactly, or is refused before it is sealed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.conversation import Attachment, Conversation, Text, Thinking, ToolCall, ToolResult, Turn
from sayso.facts.errors import Broken, Unfit
from sayso.vault import decode, encode, gather

WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
TIMES = st.none() | st.datetimes(timezones=st.just(UTC))
PARTS = st.one_of(
    WORDS.map(Text),
    WORDS.map(Thinking),
    st.builds(ToolCall, name=WORDS, input=WORDS, id=WORDS),
    st.builds(ToolResult, text=WORDS, id=WORDS, is_error=st.booleans()),
    st.builds(Attachment, name=WORDS, size=st.none() | st.integers(0, 2**62), text=st.none() | WORDS),
)
TURNS = st.builds(
    Turn,
    id=WORDS,
    role=st.sampled_from(["user", "assistant", "system", "tool"]),
    parts=st.lists(PARTS, max_size=3).map(tuple),
    at=TIMES,
    parent=st.none() | WORDS,
    author=st.none() | WORDS,
    hidden=st.booleans(),
)
HEADERS = st.builds(
    Conversation,
    id=WORDS,
    source=WORDS,
    title=WORDS,
    created_at=TIMES,
    private=st.booleans(),
    marks=st.lists(WORDS, max_size=2).map(tuple),
)


@settings(max_examples=50, deadline=None)
@given(HEADERS, st.lists(TURNS, max_size=4))
def test_turns_come_back_as_they_were(header: Conversation, turns: list[Turn]) -> None:
    found = decode(encode(header, turns))
    assert (found.header, found.turns) == (header, tuple(turns))


def turn(**more: object) -> Turn:
    return Turn(**{"id": "1", "role": "user", "parts": ()} | more)  # type: ignore[arg-type] - some are wrong on purpose


@pytest.mark.parametrize(
    "bad",
    [
        turn(parts=(Text("half \ud83d"),)),
        turn(at=datetime(2025, 1, 1)),  # noqa: DTZ001 - a time without zone is what is refused
        turn(at=datetime(2025, 1, 1, tzinfo=timezone(timedelta(seconds=3208)))),
        turn(role="operator"),
        turn(parts=("words",)),
        turn(id=7),
    ],
)
def test_what_would_not_come_back_exactly_is_refused(bad: Turn) -> None:
    with pytest.raises(Unfit):
        encode(Conversation(id="c", source="x"), [bad])


def test_a_block_with_anything_more_is_broken() -> None:
    good = encode(Conversation(id="c", source="x"), [turn()])
    data = msgspec.json.decode(good)
    wrong = [
        b"",
        b"{}",
        good[:-1],
        good + b" ",
        good.replace(b'"role":"user"', b'"role":"user","role":"user"'),
        msgspec.json.encode(data | {"v": 2}),
        msgspec.json.encode(data | {"extra": 1}),
        msgspec.json.encode(data | {"turns": [data["turns"][0] | {"say": "allow"}]}),
        b"[" * 100_000,
        b"\xff",
    ]
    for raw in wrong:
        with pytest.raises(Broken):
            decode(raw)


def test_a_conversation_is_gathered_from_its_blocks_with_the_newest_header() -> None:
    blocks = [
        decode(encode(Conversation(id="c", source="x", title="first", turns=(turn(id="not this"),)), [turn(id="1"), turn(id="2")])),
        decode(encode(Conversation(id="c", source="x", title="renamed"), [turn(id="3")])),
    ]
    whole = gather(blocks)
    assert whole.title == "renamed"
    assert [one.id for one in whole.turns] == ["1", "2", "3"]
    with pytest.raises(Broken):
        gather([])
