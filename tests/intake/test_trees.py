"""Whatever parents a source names, what comes out is a tree: parents come first, and one branch is the one that was seen."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.facts.conversation import Turn
from sayso.intake.tree import grow

KEYS = st.sampled_from("abcdefgh")
TURNS = st.lists(
    st.builds(
        lambda key, parent, minute, hidden: Turn(
            id=key, role="user", parts=(), parent=parent, hidden=hidden,
            at=None if minute is None else datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minute),
        ),
        KEYS, st.none() | KEYS, st.none() | st.integers(0, 5), st.booleans(),
    ),
    max_size=12,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(turns=TURNS, leaf=st.none() | KEYS)
def test_any_turns_become_a_tree_and_none_is_lost(turns: list[Turn], leaf: str | None) -> None:
    tree = grow(turns, leaf)
    assert {turn.id for turn in tree.turns} == {turn.id for turn in turns}
    seen: set[str] = set()
    for turn in tree.turns:
        assert turn.id not in seen
        assert turn.parent is None or turn.parent in seen
        seen.add(turn.id)
    kept = {turn.id: turn for turn in tree.turns}
    assert not any(kept[key].hidden for key in tree.active)
    assert len(set(tree.active)) == len(tree.active)
    if leaf in kept and not kept[leaf].hidden:
        assert tree.active[-1] == leaf


@settings(max_examples=100, deadline=None)
@given(turns=TURNS)
def test_a_tree_grown_again_is_the_same_tree(turns: list[Turn]) -> None:
    once = grow(turns)
    again = grow(once.turns)
    assert (again.turns, again.marks) == (once.turns, ())


def test_of_two_leaves_the_later_one_was_seen() -> None:
    at = datetime(2025, 1, 1, tzinfo=UTC)
    root = Turn(id="r", role="user", parts=(), at=at)
    early = Turn(id="e", role="assistant", parts=(), at=at + timedelta(minutes=1), parent="r")
    late = Turn(id="l", role="assistant", parts=(), at=at + timedelta(minutes=2), parent="r")
    assert grow([root, late, early]).active == ("r", "l")
    unknown = Turn(id="u", role="assistant", parts=(), parent="r")
    assert grow([root, unknown, late]).active == ("r", "l")
    assert grow([root, late, unknown]).active == ("r", "u")
