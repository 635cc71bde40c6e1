"""A chat that becomes private later: what follows makes all of it private, and where nothing follows, somebody is told."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from sayso.app.clock import StoryClock
from sayso.app.house import House
from sayso.app.jobs import people
from sayso.app.jobs.collect import Arrival, Tally, collect_all
from sayso.facts.conversation import Conversation, Text, Turn
from sayso.policy import decide


def chat(clock: StoryClock) -> Conversation:
    return Conversation(
        id="c1", source="test", account="ana", turns=(Turn(id="1", role="user", parts=(Text("Hello"),), at=clock.now()),)
    )


def brought(house: House, one: Conversation) -> Tally:
    return collect_all(house, "test", [one], Arrival(own=True))


def state(house: House) -> tuple[bool | None, bool]:
    (only,) = house.present().of_account(people.account_of(house, "ana"))
    standing = house.present().standing(only)
    return standing.private, decide(house.policy_in_force(), standing, standing.at).may("model_training")


def test_a_chat_that_is_private_now_and_has_no_new_turn_is_named_and_not_passed_over(house: House, clock: StoryClock) -> None:
    people.choose(house, people.account_of(house, "ana"), "model_training", "allow", via="settings")
    clock.set(clock.now() + timedelta(hours=1))
    said = chat(clock)
    brought(house, said)
    assert brought(house, said).left == [], "the same once more is nothing to tell"
    tally = brought(house, replace(said, private=True))
    assert [left.why for left in tally.left] == [
        "private since it was stored, and no new turn came to record that; delete it to end its use"
    ]
    assert (tally.conversations, state(house)) == (0, (False, True))


def test_a_new_turn_makes_the_whole_chat_private_and_nothing_makes_it_public_again(house: House, clock: StoryClock) -> None:
    people.choose(house, people.account_of(house, "ana"), "model_training", "allow", via="settings")
    clock.set(clock.now() + timedelta(hours=1))
    said = chat(clock)
    brought(house, said)
    clock.set(clock.now() + timedelta(hours=1))
    more = replace(said, turns=(*said.turns, Turn(id="2", role="user", parts=(Text("In private"),), at=clock.now())))
    brought(house, replace(more, private=True))
    assert state(house) == (True, False)
    assert brought(house, replace(more, private=True)).left == [], "it is private as a fact, so nothing is left to tell"
    clock.set(clock.now() + timedelta(hours=1))
    brought(house, replace(more, turns=(*more.turns, Turn(id="3", role="user", parts=(Text("Open again"),), at=clock.now()))))
    assert state(house) == (True, False)
