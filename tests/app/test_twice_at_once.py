"""One export may hold one conversation twice, an older and a newer copy of it: what only the second one says is not lost."""

from __future__ import annotations

from collections.abc import Callable

from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import evidence
from sayso.app.jobs.collect import Arrival, collect_all
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.vault import decode, gather

Talk = Callable[..., None]


def copy(clock: StoryClock, turns: int, *, private: bool = False, name: str = "ana") -> Conversation:
    said = (Turn(id=f"t{one}", role="user", parts=(Text(f"word {one}"),), at=clock.now()) for one in range(turns))
    return Conversation(id="chat", source="test", account=name, turns=tuple(said), private=private)


def test_the_newer_of_two_copies_in_one_export_adds_what_the_older_has_not(house: House, clock: StoryClock) -> None:
    tally = collect_all(house, "test", [copy(clock, 2), copy(clock, 3), copy(clock, 1)], Arrival())
    assert (tally.turns, tally.unchanged, tally.accounts, tally.left) == (3, 1, 0, [])
    (chat,) = house.present().conversations()
    with house.reading() as conn:
        kept = gather([decode(block) for block in house.vault.open(conn, chat)])
    assert [turn.id for turn in kept.turns] == ["t0", "t1", "t2"]
    again = collect_all(house, "test", [copy(clock, 3)], Arrival())
    assert (again.turns, again.unchanged) == (0, 1)
    assert evidence.audit(house) == []


def test_a_copy_that_says_the_chat_is_private_is_heard_beside_one_that_does_not(house: House, clock: StoryClock) -> None:
    tally = collect_all(house, "test", [copy(clock, 1), copy(clock, 2, private=True)], Arrival())
    assert tally.turns == 2
    (chat,) = house.present().conversations()
    assert house.present().standing(chat).private is True
    silent = collect_all(house, "test", [copy(clock, 1, name="bo"), copy(clock, 1, private=True, name="bo")], Arrival())
    assert [left.why for left in silent.left] == [
        "private since it was stored, and no new turn came to record that; delete it to end its use"
    ]
