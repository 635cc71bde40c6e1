"""Who presses at the same moment is written down together; who comes alone waits for nobody."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, cast

from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sayso.app.http.gather import MOST, Gathering, Told


class Wire:
    """A loop as asyncio's: a turn does what is due by then, and after that reads what came on the wire, as *arrivals* say."""

    def __init__(self, *arrivals: list[str]) -> None:
        self.arrivals, self.soon = deque(arrivals), deque[Callable[[], None]]()
        self.groups: list[list[str]] = []
        self.told: list[tuple[str, BaseException | None]] = []
        self.gathering = Gathering(self.hand_in)

    def call_soon(self, then: Callable[..., None], *given: object) -> None:
        self.soon.append(lambda: then(*given))

    def hand_in(self, group: Any) -> None:
        self.groups.append([name for name, _, _ in group])

    def press(self, name: str) -> None:
        def tell(told: Told) -> None:
            self.told.append((name, told.error))

        self.gathering.take(cast(Any, self), cast(Any, (name, None, tell)))

    def answer(self, *names: str) -> None:
        for _ in names:
            self.gathering.answered(cast(Any, self))

    def turn(self) -> None:
        for _ in range(len(self.soon)):
            self.soon.popleft()()
        for name in self.arrivals.popleft() if self.arrivals else []:
            self.press(name)

    def run(self) -> None:
        while self.soon or self.arrivals:
            self.turn()


def test_ana_alone_is_handed_in_by_the_first_look_and_waits_for_no_clock():
    wire = Wire(["ana"])
    for _ in range(3):  # she is read, the wire is looked at, and nobody else is there
        assert not wire.groups
        wire.turn()
    assert wire.groups == [["ana"]]


def test_who_comes_while_others_are_read_goes_with_them():
    wire = Wire(["ana"], ["bo", "cy"], ["dee"], [], [], [], [], ["eve"])
    wire.press("zoe")
    wire.run()
    assert wire.groups == [["zoe", "ana", "bo", "cy", "dee"]]


def test_the_next_group_waits_until_the_last_of_this_one_is_answered():
    wire = Wire(["ana", "bo"], ["cy"], [], [], [], [], [], ["dee"])
    wire.run()
    first = wire.groups[0]
    assert wire.groups == [first]
    wire.answer(*first[1:])
    wire.run()
    assert wire.groups == [first], "one of them has not heard yet"
    wire.answer(first[0])
    wire.run()
    assert sorted(name for group in wire.groups for name in group) == ["ana", "bo", "cy", "dee"]
    assert len(wire.groups) == 2


def test_a_stream_that_never_ends_keeps_nobody_waiting_for_ever():
    wire = Wire(*(["ana"] for _ in range(MOST + 50)))
    wire.run()
    assert len(wire.groups[0]) == MOST


def test_where_nothing_can_be_handed_in_everybody_hears_of_it_and_the_next_are_tried_again():
    wire = Wire(["ana", "bo"])

    def closed(_: Any) -> None:
        raise RuntimeError("cannot schedule new futures after shutdown")

    wire.gathering._hand_in = closed
    wire.run()
    assert [name for name, error in wire.told if isinstance(error, RuntimeError)] == ["ana", "bo"]
    wire.gathering._hand_in = wire.hand_in
    wire.answer("ana", "bo")
    wire.press("cy")
    wire.run()
    assert wire.groups == [["cy"]]


@examples(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=4), max_size=20), st.lists(st.booleans(), max_size=40))
def test_everybody_is_handed_in_once_in_order_and_never_two_groups_at_a_time(
    arrivals: list[list[int]], answers: list[bool]
) -> None:
    wire = Wire(*([f"{turn}.{place}.{who}" for place, who in enumerate(some)] for turn, some in enumerate(arrivals)))
    everybody = [name for some in wire.arrivals for name in some]
    waiting, heard = deque(answers), 0
    while wire.soon or wire.arrivals or heard < sum(map(len, wire.groups)):
        wire.turn()
        assert sum(map(len, wire.groups[:-1])) <= heard, "a group was begun before the last was answered"
        if (not waiting or waiting.popleft()) and heard < sum(map(len, wire.groups)):
            wire.answer("somebody")
            heard += 1
    assert [name for group in wire.groups for name in group] == everybody
